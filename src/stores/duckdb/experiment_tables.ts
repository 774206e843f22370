/**
 * The tables around simulations: experiments with policies (spec 08 20), the registry of runs, jobs (spec 09 2 and 3).
 *
 * @module
 */

/** Columns of a table in order, with types and constraints as DuckDB writes them. */
export type TableColumns = Readonly<Record<string, string>>;

/** The type of counts and times. */
export const COUNT = "BIGINT";
/** The type of amounts in cents. */
export const CENTS = "BIGINT";

/** The tables by name. */
export const EXPERIMENT_TABLES: Readonly<Record<string, TableColumns>> = {
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
  jobs: {
    job_id: "VARCHAR PRIMARY KEY",
    created_at: "VARCHAR NOT NULL",
    completed_at: "VARCHAR",
    status: "VARCHAR NOT NULL",
    description: "VARCHAR NOT NULL",
    config: "VARCHAR NOT NULL",
    run_ids: "VARCHAR NOT NULL",
    total_runs: COUNT,
    completed_runs: COUNT,
    failed_runs: COUNT,
    error: "VARCHAR",
    notes: "VARCHAR",
    volume_experiment_id: "VARCHAR",
  },
  job_events: {
    job_id: "VARCHAR",
    event_type: "VARCHAR",
    timestamp: "VARCHAR",
    details_key: "VARCHAR",
    details: "VARCHAR NOT NULL",
    place: "BIGINT NOT NULL",
    "": "PRIMARY KEY (job_id, event_type, timestamp, details_key)",
  },
};
