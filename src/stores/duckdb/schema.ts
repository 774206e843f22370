/**
 * The tables of a recorded database (spec 08 3 and 20): one schema for runs, sweeps and experiments, of both models.
 *
 * Events lie in typed columns (`logged_events`, see `event_shapes.ts`); `simulation_events` shows them with the columns of
 * spec 08. Those that came as plain values lie in `event_rows` with the JSON text of their fields. A simulation has a
 * number, so that rows of long runs stay narrow and a tick is found without an index.
 *
 * @module
 */
import { NAME_SLOTS, NUMBER_SLOTS } from "./event_shapes.ts";
import { CENTS, COUNT, EXPERIMENT_TABLES, type TableColumns } from "./experiment_tables.ts";

export type { TableColumns };

/** Payments with the columns of spec 08 3. */
const TRANSACTIONS: TableColumns = {
  simulation_id: "VARCHAR NOT NULL",
  tx_id: "VARCHAR NOT NULL",
  sender_id: "VARCHAR",
  receiver_id: "VARCHAR",
  amount: CENTS,
  priority: COUNT,
  is_divisible: "BOOLEAN",
  arrival_tick: COUNT,
  arrival_day: COUNT,
  deadline_tick: COUNT,
  settlement_tick: COUNT,
  settlement_day: COUNT,
  status: "VARCHAR",
  overdue_since_tick: COUNT,
  drop_reason: "VARCHAR",
  amount_settled: CENTS,
  queue1_ticks: COUNT,
  queue2_ticks: COUNT,
  total_delay_ticks: COUNT,
  delay_cost: CENTS,
  parent_tx_id: "VARCHAR",
  split_index: COUNT,
  rtgs_priority: "VARCHAR",
  rtgs_submission_tick: COUNT,
  declared_rtgs_priority: "VARCHAR",
};

/** The columns of views that rows are recorded for as if they were tables. */
const VIEW_COLUMNS: Readonly<Record<string, TableColumns>> = { transactions: TRANSACTIONS };

/** The tables by name. */
export const TABLES: Readonly<Record<string, TableColumns>> = {
  simulations: {
    simulation_id: "VARCHAR PRIMARY KEY",
    simulation_no: "INTEGER",
    model: "VARCHAR",
    config_file: "VARCHAR",
    config_hash: "VARCHAR",
    config_name: "VARCHAR",
    description: "VARCHAR",
    rng_seed: "HUGEINT",
    ticks_per_day: COUNT,
    num_days: COUNT,
    num_agents: COUNT,
    config_json: "VARCHAR",
    status: "VARCHAR DEFAULT 'running'",
    started_at: "TIMESTAMP",
    completed_at: "TIMESTAMP",
    ended_at: "TIMESTAMP",
    total_arrivals: COUNT,
    total_settlements: COUNT,
    total_cost_cents: CENTS,
    duration_seconds: "DOUBLE",
    ticks_per_second: "DOUBLE",
    experiment_run_id: "VARCHAR",
    experiment_iteration: "INTEGER",
    behaviours: "VARCHAR",
    error: "VARCHAR",
    outcome: "VARCHAR",
  },
  simulation_runs: {
    simulation_id: "VARCHAR PRIMARY KEY",
    config_name: "VARCHAR",
    config_hash: "VARCHAR",
    description: "VARCHAR",
    start_time: "TIMESTAMP",
    end_time: "TIMESTAMP",
    ticks_per_day: COUNT,
    num_days: COUNT,
    rng_seed: "HUGEINT",
    status: "VARCHAR",
    total_transactions: COUNT,
  },
  event_rows: {
    simulation_no: "INTEGER NOT NULL",
    sequence: "INTEGER NOT NULL",
    tick: "INTEGER NOT NULL",
    kind: "INTEGER NOT NULL",
    agent: "INTEGER NOT NULL",
    tx: "INTEGER NOT NULL",
    details: "VARCHAR NOT NULL",
  },
  event_kinds: { kind: "INTEGER PRIMARY KEY", event_type: "VARCHAR NOT NULL" },
  simulation_names: { simulation_no: "INTEGER NOT NULL", number: "INTEGER NOT NULL", name: "VARCHAR NOT NULL" },
  logged_events: {
    simulation_no: "INTEGER NOT NULL",
    sequence: "INTEGER NOT NULL",
    tick: "INTEGER NOT NULL",
    shape: "INTEGER NOT NULL",
    ...Object.fromEntries(NAME_SLOTS.map((slot) => [slot, "INTEGER NOT NULL"])),
    ...Object.fromEntries(NUMBER_SLOTS.map((slot) => [slot, "BIGINT NOT NULL"])),
  },
  logged_names: {
    simulation_no: "INTEGER NOT NULL",
    type: "INTEGER NOT NULL",
    first: "INTEGER NOT NULL",
    names: "VARCHAR NOT NULL",
  },
  event_shapes: {
    shape: "INTEGER PRIMARY KEY",
    layout: "INTEGER NOT NULL",
    event_type: "VARCHAR NOT NULL",
    phase: "VARCHAR NOT NULL",
    opening: "VARCHAR NOT NULL",
    closing: "VARCHAR NOT NULL",
    fields: "VARCHAR NOT NULL",
  },
  simulation_ticks: {
    simulation_no: "INTEGER NOT NULL",
    position: "INTEGER NOT NULL",
    tick: "INTEGER NOT NULL",
    arrivals: COUNT,
    settlements: COUNT,
    lsm_releases: COUNT,
    cost: CENTS,
    queue2: COUNT,
    total_arrivals: COUNT,
    total_settlements: COUNT,
    released: COUNT,
    first_event: "INTEGER NOT NULL",
    end_event: "INTEGER NOT NULL",
  },
  simulation_positions: {
    simulation_no: "INTEGER NOT NULL",
    position: "INTEGER NOT NULL",
    agent: "INTEGER NOT NULL",
    agent_id: "VARCHAR NOT NULL",
    balance: CENTS,
    posted_collateral: CENTS,
    queue1_size: COUNT,
  },
  /** See `recorded_payments.ts`. */
  payment_rows: {
    simulation_no: "INTEGER NOT NULL",
    serial: "BIGINT",
    tx_id: "VARCHAR",
    sender_id: "VARCHAR",
    receiver_id: "VARCHAR",
    amount: CENTS,
    priority: "INTEGER",
    arrival_tick: "INTEGER",
    deadline_tick: "INTEGER",
    settlement_tick: "INTEGER",
    status: "INTEGER",
    overdue_since_tick: "INTEGER",
    amount_settled: CENTS,
    parent_serial: "BIGINT",
    parent_tx_id: "VARCHAR",
    rtgs_priority: "INTEGER",
    rtgs_submission_tick: "INTEGER",
    declared_rtgs_priority: "INTEGER",
  },
  transaction_rows: TRANSACTIONS,
  daily_agent_metrics: {
    simulation_id: "VARCHAR NOT NULL",
    agent_id: "VARCHAR NOT NULL",
    day: "BIGINT NOT NULL",
    opening_balance: CENTS,
    closing_balance: CENTS,
    min_balance: CENTS,
    max_balance: CENTS,
    unsecured_cap: CENTS,
    peak_overdraft: CENTS,
    opening_posted_collateral: CENTS,
    closing_posted_collateral: CENTS,
    peak_posted_collateral: CENTS,
    collateral_capacity: CENTS,
    num_collateral_posts: COUNT,
    num_collateral_withdrawals: COUNT,
    num_arrivals: COUNT,
    num_sent: COUNT,
    num_received: COUNT,
    num_settled: COUNT,
    num_dropped: COUNT,
    queue1_peak_size: COUNT,
    queue1_eod_size: COUNT,
    liquidity_cost: CENTS,
    delay_cost: CENTS,
    collateral_cost: CENTS,
    split_friction_cost: CENTS,
    deadline_penalty_cost: CENTS,
    total_cost: CENTS,
  },
  agent_queue_snapshots: {
    simulation_id: "VARCHAR NOT NULL",
    agent_id: "VARCHAR NOT NULL",
    day: "BIGINT NOT NULL",
    queue_type: "VARCHAR NOT NULL",
    position: "BIGINT NOT NULL",
    transaction_id: "VARCHAR NOT NULL",
  },
  agent_state_registers: {
    simulation_id: "VARCHAR",
    tick: "BIGINT",
    agent_id: "VARCHAR",
    register_key: "VARCHAR",
    register_value: "DOUBLE NOT NULL",
    "": "PRIMARY KEY (simulation_id, tick, agent_id, register_key)",
  },
  policy_decisions: {
    id: "BIGINT NOT NULL",
    simulation_id: "VARCHAR NOT NULL",
    agent_id: "VARCHAR NOT NULL",
    tick: "BIGINT NOT NULL",
    day: "BIGINT NOT NULL",
    decision_type: "VARCHAR NOT NULL",
    tx_id: "VARCHAR",
    reason: "VARCHAR",
    num_splits: COUNT,
    child_tx_ids: "VARCHAR",
  },
  tick_agent_states: {
    simulation_id: "VARCHAR NOT NULL",
    agent_id: "VARCHAR NOT NULL",
    tick: "BIGINT NOT NULL",
    day: "BIGINT NOT NULL",
    balance: CENTS,
    balance_change: CENTS,
    unsecured_cap: CENTS,
    posted_collateral: CENTS,
    liquidity_cost: CENTS,
    delay_cost: CENTS,
    collateral_cost: CENTS,
    penalty_cost: CENTS,
    split_friction_cost: CENTS,
    liquidity_cost_delta: CENTS,
    delay_cost_delta: CENTS,
    collateral_cost_delta: CENTS,
    penalty_cost_delta: CENTS,
    split_friction_cost_delta: CENTS,
  },
  tick_queue_snapshots: {
    simulation_id: "VARCHAR NOT NULL",
    agent_id: "VARCHAR NOT NULL",
    tick: "BIGINT NOT NULL",
    queue_type: "VARCHAR NOT NULL",
    position: "BIGINT NOT NULL",
    tx_id: "VARCHAR NOT NULL",
  },
  policy_snapshots: {
    simulation_id: "VARCHAR",
    agent_id: "VARCHAR",
    snapshot_day: "BIGINT",
    snapshot_tick: "BIGINT",
    policy_hash: "VARCHAR",
    policy_json: "VARCHAR",
    created_by: "VARCHAR",
    "": "PRIMARY KEY (simulation_id, agent_id, snapshot_day, snapshot_tick)",
  },
  simulation_checkpoints: {
    checkpoint_id: "VARCHAR PRIMARY KEY",
    simulation_id: "VARCHAR NOT NULL",
    checkpoint_tick: COUNT,
    checkpoint_day: COUNT,
    checkpoint_timestamp: "TIMESTAMP",
    state_json: "VARCHAR",
    state_hash: "VARCHAR",
    config_json: "VARCHAR",
    config_hash: "VARCHAR",
    checkpoint_type: "VARCHAR",
    description: "VARCHAR",
    created_by: "VARCHAR",
    num_agents: COUNT,
    num_transactions: COUNT,
    total_size_bytes: COUNT,
  },
  ...EXPERIMENT_TABLES,
  schema_migrations: { version: "INTEGER PRIMARY KEY", applied_at: "TIMESTAMP", description: "VARCHAR" },
};

/** The columns of a table, or of a view that rows are recorded for. */
export function columnsOf(table: string): TableColumns {
  return TABLES[table] ?? VIEW_COLUMNS[table] ?? {};
}

/** The names of a table's columns. */
export function columnNames(table: string): string[] {
  return Object.keys(columnsOf(table)).filter((name) => name !== "");
}

/** The statement that makes a table where it is missing. */
export function createTable(table: string, as = table): string {
  const columns = Object.entries(TABLES[table] ?? {}).map(([name, type]) => name === "" ? type : `"${name}" ${type}`);
  return `CREATE TABLE IF NOT EXISTS "${as}" (${columns.join(", ")})`;
}

/** The table that an older database had under the name of the view; its rows are shown with ours. */
export const EARLIER_EVENTS = "earlier_simulation_events";

/** What `earlier_simulation_events` holds: the columns of spec 08 3. */
export const EARLIER_EVENTS_TABLE = `CREATE TABLE IF NOT EXISTS ${EARLIER_EVENTS} (event_id VARCHAR, ` +
  "simulation_id VARCHAR, tick BIGINT, day BIGINT, event_timestamp TIMESTAMP, event_type VARCHAR, details VARCHAR, " +
  "agent_id VARCHAR, tx_id VARCHAR, created_at TIMESTAMP)";

/** Tables for events in typed columns, which version 1003 added. */
export const LOGGED_TABLES: readonly string[] = ["logged_events", "logged_names", "event_shapes"];

/** Tables for payments, which version 1006 added; the view `transactions` shows what stands in them. */
export const PAYMENT_TABLES: readonly string[] = ["payment_rows", "transaction_rows"];

/** Tables of `payments run --full-replay`, which version 1002 added. */
export const FULL_REPLAY_TABLES: readonly string[] = ["policy_decisions", "tick_agent_states", "tick_queue_snapshots"];

/** Jobs and what happened to them; times are texts of ISO 8601 in UTC with microseconds. */
export const JOB_TABLES: readonly string[] = ["jobs", "job_events"];

/** Tables of the reference that nothing writes any more: here they are views over the events. */
export const DERIVED_TABLES: readonly string[] = ["collateral_events", "lsm_cycles"];

/** The views that readers may count on. */
export const VIEWS: readonly string[] = ["simulation_events", "transactions", ...DERIVED_TABLES, "ticks"];

/** Combinations of columns that may occur once; `bilancio db validate` counts them, an index would slow recording down. */
export const UNIQUE_ROWS: Readonly<Record<string, readonly string[]>> = {
  transactions: ["simulation_id", "tx_id"],
  daily_agent_metrics: ["simulation_id", "agent_id", "day"],
  agent_queue_snapshots: ["simulation_id", "agent_id", "day", "queue_type", "position"],
  policy_decisions: ["simulation_id", "id"],
  tick_agent_states: ["simulation_id", "agent_id", "tick"],
  tick_queue_snapshots: ["simulation_id", "agent_id", "tick", "queue_type", "position"],
};

/** Tables that a database of the reference can have, with other columns or constraints (spec 08 3 and 20). */
export const SHARED_TABLES: readonly string[] = [
  "simulations",
  "simulation_runs",
  "transactions",
  "daily_agent_metrics",
  "agent_queue_snapshots",
  "agent_state_registers",
  "policy_snapshots",
  "simulation_checkpoints",
  "experiments",
  "experiment_iterations",
  "experiment_events",
  "policy_evaluations",
  "schema_migrations",
];
