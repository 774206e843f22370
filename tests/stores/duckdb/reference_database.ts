/**
 * Databases as the reference makes them: the tables of spec 08 3 and 20, written down from the chapter, with a row in
 * each.
 */
import { Database } from "../../../src/stores/duckdb/driver.ts";

/** Letters of spec 08 3; `?` marks a column that may be null. */
const TYPES: Readonly<Record<string, string>> = {
  B: "BIGINT",
  V: "VARCHAR",
  D: "DOUBLE",
  T: "TIMESTAMP",
  O: "BOOLEAN",
  I: "INTEGER",
  J: "JSON",
};

/** A value that each type takes. */
const VALUES: Readonly<Record<string, string>> = {
  B: "7",
  V: "'v'",
  D: "0.5",
  T: "TIMESTAMP '2025-01-01 10:00:00'",
  O: "true",
  I: "3",
  J: `'{"a": 1}'`,
};

interface ReferenceTable {
  readonly columns: string;
  readonly key: string;
  /** Values of the row that differ from {@linkcode VALUES}. */
  readonly row?: Readonly<Record<string, string>>;
}

const STATES = "balance B, balance_change B, unsecured_cap B, posted_collateral B, liquidity_cost B, delay_cost B, " +
  "collateral_cost B, penalty_cost B, split_friction_cost B, liquidity_cost_delta B, delay_cost_delta B, " +
  "collateral_cost_delta B, penalty_cost_delta B, split_friction_cost_delta B";

const RUN = { simulation_id: "'old'" };

/** The tables of a run's database in the order of spec 08 3. */
export const RUN_TABLES: Readonly<Record<string, ReferenceTable>> = {
  simulations: {
    columns: "simulation_id V, config_file V, config_hash V, rng_seed B, ticks_per_day B, num_days B, num_agents B, " +
      "config_json V?, status V, started_at T?, completed_at T?, total_arrivals B?, total_settlements B?, " +
      "total_cost_cents B?, duration_seconds D?, ticks_per_second D?",
    key: "simulation_id",
    row: {
      ...RUN,
      status: "'completed'",
      ticks_per_day: "3",
      num_days: "2",
      total_cost_cents: "18",
      config_json: "'{}'",
    },
  },
  simulation_runs: {
    columns: "simulation_id V, config_name V, config_hash V, description V?, start_time T, end_time T?, " +
      "ticks_per_day B, num_days B, rng_seed B, status V, total_transactions B",
    key: "simulation_id",
    row: RUN,
  },
  transactions: {
    columns: "simulation_id V, tx_id V, sender_id V, receiver_id V, amount B, priority B, is_divisible O, " +
      "arrival_tick B, arrival_day B, deadline_tick B, settlement_tick B?, settlement_day B?, status V, " +
      "overdue_since_tick B?, drop_reason V?, amount_settled B, queue1_ticks B, queue2_ticks B, total_delay_ticks B, " +
      "delay_cost B, parent_tx_id V?, split_index B?, rtgs_priority V?, rtgs_submission_tick B?, declared_rtgs_priority V?",
    key: "simulation_id, tx_id",
    row: { ...RUN, tx_id: "'t0'", status: "'settled'" },
  },
  daily_agent_metrics: {
    columns:
      "simulation_id V, agent_id V, day B, opening_balance B, closing_balance B, min_balance B, max_balance B, " +
      "unsecured_cap B, peak_overdraft B, opening_posted_collateral B, closing_posted_collateral B, " +
      "peak_posted_collateral B, collateral_capacity B, num_collateral_posts B, num_collateral_withdrawals B, " +
      "num_arrivals B, num_sent B, num_received B, num_settled B, num_dropped B, queue1_peak_size B, queue1_eod_size B, " +
      "liquidity_cost B, delay_cost B, collateral_cost B, split_friction_cost B, deadline_penalty_cost B, total_cost B",
    key: "simulation_id, agent_id, day",
    row: { ...RUN, agent_id: "'A'", day: "0" },
  },
  collateral_events: {
    columns: "id I, simulation_id V, agent_id V, tick B, day B, action V, amount B, reason V, layer V, " +
      "balance_before B, posted_collateral_before B, posted_collateral_after B, available_capacity_after B",
    key: "id",
    row: { ...RUN, action: "'post'", layer: "'strategic'" },
  },
  agent_queue_snapshots: {
    columns: "simulation_id V, agent_id V, day B, queue_type V, position B, transaction_id V",
    key: "simulation_id, agent_id, day, queue_type, position",
    row: RUN,
  },
  agent_state_registers: {
    columns: "simulation_id V, tick B, agent_id V, register_key V, register_value D",
    key: "simulation_id, tick, agent_id, register_key",
    row: RUN,
  },
  policy_snapshots: {
    columns: "simulation_id V, agent_id V, snapshot_day B, snapshot_tick B, policy_hash V, policy_json V, created_by V",
    key: "simulation_id, agent_id, snapshot_day, snapshot_tick",
    row: RUN,
  },
  simulation_checkpoints: {
    columns: "checkpoint_id V, simulation_id V, checkpoint_tick B, checkpoint_day B, checkpoint_timestamp T, " +
      "state_json V, state_hash V, config_json V, config_hash V, checkpoint_type V, description V?, created_by V, " +
      "num_agents B, num_transactions B, total_size_bytes B",
    key: "checkpoint_id",
    row: RUN,
  },
  simulation_events: {
    columns: "event_id V, simulation_id V, tick B, day B, event_timestamp T, event_type V, details V, agent_id V?, " +
      "tx_id V?, created_at T",
    key: "event_id",
    row: { ...RUN, tick: "1", day: "0", event_type: "'Arrival'", details: `'{"amount": 40}'`, tx_id: "'t0'" },
  },
  lsm_cycles: {
    columns: "id I, simulation_id V, tick B, day B, cycle_type V, cycle_length B, agents V, transactions V, " +
      "settled_value B, total_value B, tx_amounts V?, net_positions V?, max_net_outflow B?, max_net_outflow_agent V?",
    key: "id",
    row: { ...RUN, cycle_type: "'bilateral'" },
  },
  policy_decisions: {
    columns: "id I, simulation_id V, agent_id V, tick B, day B, decision_type V, tx_id V, reason V?, num_splits B?, " +
      "child_tx_ids V?",
    key: "id",
    row: { ...RUN, decision_type: "'submit'" },
  },
  tick_agent_states: {
    columns: `simulation_id V, agent_id V, tick B, day B, ${STATES}`,
    key: "simulation_id, agent_id, tick",
    row: RUN,
  },
  tick_queue_snapshots: {
    columns: "simulation_id V, agent_id V, tick B, queue_type V, position B, tx_id V",
    key: "simulation_id, agent_id, tick, queue_type, position",
    row: RUN,
  },
  schema_migrations: { columns: "version I, applied_at T, description V", key: "version", row: { version: "4" } },
};

const EXPERIMENT_RUN = { run_id: "'exp'" };

/** The tables of an experiment's database (spec 08 3 at the end, and 20). */
export const EXPERIMENT_TABLES: Readonly<Record<string, ReferenceTable>> = {
  simulations: {
    columns: "simulation_id V, config_file V?, config_name V?, description V?, rng_seed B?, ticks_per_day I?, " +
      "num_days I?, num_agents I?, status V?, started_at T?, ended_at T?, total_arrivals I?, total_settlements I?, " +
      "total_cost_cents B?, duration_seconds D?, ticks_per_second D?, config_json V?, experiment_run_id V?, " +
      "experiment_iteration I?",
    key: "simulation_id",
    row: { ...RUN, status: "'completed'", experiment_run_id: "'exp'", total_cost_cents: "18" },
  },
  simulation_events: {
    columns:
      "event_id V, simulation_id V?, tick I?, day I?, event_timestamp T?, event_type V?, details V?, agent_id V?, " +
      "tx_id V?, created_at T?",
    key: "event_id",
    row: { ...RUN, tick: "1", day: "0", event_type: "'Arrival'", details: `'{"amount": 40}'`, tx_id: "'t0'" },
  },
  agent_state_registers: RUN_TABLES["agent_state_registers"] ?? { columns: "", key: "" },
  experiments: {
    columns:
      "run_id V, experiment_name V, experiment_type V, config J, created_at V, completed_at V?, num_iterations I, " +
      "converged O, convergence_reason V?",
    key: "run_id",
    row: EXPERIMENT_RUN,
  },
  experiment_iterations: {
    columns: "run_id V, iteration I, costs_per_agent J, accepted_changes J, policies J, timestamp V",
    key: "run_id, iteration",
    row: EXPERIMENT_RUN,
  },
  experiment_events: {
    columns: "id I, run_id V, iteration I, event_type V, event_data J, timestamp V",
    key: "id",
    row: EXPERIMENT_RUN,
  },
  policy_evaluations: {
    columns: "run_id V, iteration I, agent_id V, evaluation_mode V, proposed_policy J, old_cost I, new_cost I, " +
      "context_simulation_cost I, accepted O, acceptance_reason V, delta_sum I, num_samples I, sample_details J?, " +
      "scenario_seed I?, timestamp V, settlement_rate D?, avg_delay D?, cost_breakdown J?, cost_std_dev I?, " +
      "confidence_interval_95 J?, agent_stats J?",
    key: "run_id, iteration, agent_id",
    row: EXPERIMENT_RUN,
  },
};

/** Makes a database of the reference with a row in each table, and indexes as it has them. */
export async function makeReferenceDatabase(
  path: string,
  tables: Readonly<Record<string, ReferenceTable>>,
): Promise<void> {
  await using database = await Database.open(path);
  for (const [table, { columns, key, row = {} }] of Object.entries(tables)) {
    const parsed = columns.split(", ").map((column) => {
      const [name = "", letter = ""] = column.split(" ");
      return { name, type: letter.replace("?", ""), isNullable: letter.endsWith("?") };
    });
    const definitions = parsed.map(({ name, type, isNullable }) =>
      `"${name}" ${TYPES[type] ?? ""}${isNullable ? "" : " NOT NULL"}`
    );
    await database.run(`CREATE TABLE ${table} (${definitions.join(", ")}, PRIMARY KEY (${key}))`);
    await database.run(`CREATE INDEX idx_${table} ON ${table}(${key.split(", ")[0]})`);
    const values = parsed.map(({ name, type }) => row[name] ?? VALUES[type] ?? "NULL");
    await database.run(`INSERT INTO ${table} VALUES (${values.join(", ")})`);
  }
}
