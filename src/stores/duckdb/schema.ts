/**
 * The tables of a recorded database (spec 08 3 and 20): one schema for runs, sweeps and experiments, of both models.
 *
 * Events lie in `event_rows`, which holds numbers and the JSON text of an event's fields; `simulation_events` shows them
 * with the columns of spec 08. A simulation has a number, so that rows of long runs stay narrow and a tick is found
 * without an index.
 *
 * @module
 */

/** Columns of a table in order, with types and constraints as DuckDB writes them. */
export type TableColumns = Readonly<Record<string, string>>;

const COUNT = "BIGINT";
const CENTS = "BIGINT";

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
  transactions: {
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
  },
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
  experiments: {
    run_id: "VARCHAR PRIMARY KEY",
    experiment_name: "VARCHAR",
    experiment_type: "VARCHAR",
    config: "VARCHAR",
    created_at: "VARCHAR",
    completed_at: "VARCHAR",
    num_iterations: "INTEGER DEFAULT 0",
    converged: "BOOLEAN DEFAULT false",
    convergence_reason: "VARCHAR",
  },
  experiment_iterations: {
    run_id: "VARCHAR",
    iteration: "INTEGER",
    costs_per_agent: "VARCHAR",
    accepted_changes: "VARCHAR",
    policies: "VARCHAR",
    timestamp: "VARCHAR",
    "": "PRIMARY KEY (run_id, iteration)",
  },
  experiment_events: {
    id: "BIGINT PRIMARY KEY",
    run_id: "VARCHAR",
    iteration: "INTEGER",
    event_type: "VARCHAR",
    event_data: "VARCHAR",
    timestamp: "VARCHAR",
  },
  policy_evaluations: {
    run_id: "VARCHAR",
    iteration: "INTEGER",
    agent_id: "VARCHAR",
    evaluation_mode: "VARCHAR",
    proposed_policy: "VARCHAR",
    old_cost: CENTS,
    new_cost: CENTS,
    context_simulation_cost: CENTS,
    accepted: "BOOLEAN",
    acceptance_reason: "VARCHAR",
    delta_sum: CENTS,
    num_samples: COUNT,
    sample_details: "VARCHAR",
    scenario_seed: COUNT,
    timestamp: "VARCHAR",
    settlement_rate: "DOUBLE",
    avg_delay: "DOUBLE",
    cost_breakdown: "VARCHAR",
    cost_std_dev: CENTS,
    confidence_interval_95: "VARCHAR",
    agent_stats: "VARCHAR",
    "": "PRIMARY KEY (run_id, iteration, agent_id)",
  },
  registry: {
    experiment_id: "VARCHAR",
    run_id: "VARCHAR",
    place: "BIGINT NOT NULL",
    status: "VARCHAR NOT NULL",
    parameters: "VARCHAR NOT NULL",
    metrics: "VARCHAR NOT NULL",
    artifact_paths: "VARCHAR NOT NULL",
    error: "VARCHAR",
    "": "PRIMARY KEY (experiment_id, run_id)",
  },
  schema_migrations: { version: "INTEGER PRIMARY KEY", applied_at: "TIMESTAMP", description: "VARCHAR" },
};

/** The names of a table's columns. */
export function columnNames(table: string): string[] {
  return Object.keys(TABLES[table] ?? {}).filter((name) => name !== "");
}

/** The statement that makes a table where it is missing. */
export function createTable(table: string, as = table): string {
  const columns = Object.entries(TABLES[table] ?? {}).map(([name, type]) => name === "" ? type : `"${name}" ${type}`);
  return `CREATE TABLE IF NOT EXISTS "${as}" (${columns.join(", ")})`;
}

/** The table that an older database had under the name of the view; its rows are shown with ours. */
export const EARLIER_EVENTS = "earlier_simulation_events";

/** Events as spec 08 3 shows them. Time stamps rise with the sequence, so that they give the order within a tick. */
export const EVENTS_VIEW = `CREATE OR REPLACE VIEW simulation_events AS
  SELECT s.simulation_id || ':' || e.sequence AS event_id, s.simulation_id, e.tick::BIGINT AS tick,
    (e.tick // greatest(s.ticks_per_day, 1))::BIGINT AS day,
    s.started_at + to_microseconds(e.sequence) AS event_timestamp, k.event_type, e.details,
    a.name AS agent_id, t.name AS tx_id, s.started_at + to_microseconds(e.sequence) AS created_at
  FROM event_rows e
  JOIN simulations s ON s.simulation_no = e.simulation_no
  JOIN event_kinds k ON k.kind = e.kind
  LEFT JOIN simulation_names a ON a.simulation_no = e.simulation_no AND a.number = e.agent
  LEFT JOIN simulation_names t ON t.simulation_no = e.simulation_no AND t.number = e.tx
  UNION ALL BY NAME SELECT * FROM ${EARLIER_EVENTS}`;

/** What `earlier_simulation_events` holds: the columns of spec 08 3. */
export const EARLIER_EVENTS_TABLE = `CREATE TABLE IF NOT EXISTS ${EARLIER_EVENTS} (event_id VARCHAR, ` +
  "simulation_id VARCHAR, tick BIGINT, day BIGINT, event_timestamp TIMESTAMP, event_type VARCHAR, details VARCHAR, " +
  "agent_id VARCHAR, tx_id VARCHAR, created_at TIMESTAMP)";

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
