/**
 * Reads recorded policy experiments from a database (spec 08 20).
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentReader,
  ExperimentRecord,
  IterationRecord,
  Json,
  JsonMap,
  PerAgent,
  Policy,
  RecordedExperiment,
} from "../../experiments/payments/contracts.ts";
import { isJsonMap } from "../../experiments/payments/policies.ts";
import type { Database, Row } from "./driver.ts";

/** Reads from an open database, which stays its owner's to close. */
export class DuckDbExperimentReader implements ExperimentReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @inheritdoc */
  async listExperiments(): Promise<readonly ExperimentRecord[]> {
    const rows = await this.#database.rows("SELECT * FROM experiments ORDER BY created_at DESC, rowid DESC");
    return rows.map(experimentOf);
  }

  /** @inheritdoc */
  async loadExperiment(runId: string): Promise<RecordedExperiment | null> {
    const rows = (table: string, order: string) =>
      this.#database.rows(`SELECT * FROM ${table} WHERE run_id = ? ORDER BY ${order}`, [runId]);
    const [experiment] = await rows("experiments", "run_id");
    if (experiment === undefined) return null;
    return {
      experiment: experimentOf(experiment),
      iterations: (await rows("experiment_iterations", "iteration")).map(iterationOf),
      events: (await rows("experiment_events", "id")).map(eventOf),
      evaluations: (await rows("policy_evaluations", "iteration, rowid")).map(evaluationOf),
      simulations: await this.#simulations(runId),
    };
  }

  /** Those that are recorded to their end. */
  async #simulations(runId: string): Promise<readonly string[]> {
    const found = await this.#database.rows(
      "SELECT simulation_id FROM simulations WHERE experiment_run_id = ? AND status = 'completed' ORDER BY simulation_no",
      [runId],
    );
    return found.map((row) => text(row, "simulation_id"));
  }
}

function experimentOf(row: Row): ExperimentRecord {
  return {
    run_id: text(row, "run_id"),
    experiment_name: text(row, "experiment_name"),
    experiment_type: "generic",
    config: map(row, "config"),
    created_at: text(row, "created_at"),
    completed_at: row["completed_at"] === null ? null : text(row, "completed_at"),
    num_iterations: number(row, "num_iterations"),
    converged: row["converged"] === true,
    convergence_reason: row["convergence_reason"] === null ? null : text(row, "convergence_reason"),
  };
}

function iterationOf(row: Row): IterationRecord {
  return {
    run_id: text(row, "run_id"),
    iteration: number(row, "iteration"),
    costs_per_agent: perAgent(row, "costs_per_agent", numeric),
    accepted_changes: perAgent(row, "accepted_changes", (value) => value === true),
    policies: perAgent(row, "policies", policy),
    timestamp: text(row, "timestamp"),
  };
}

function eventOf(row: Row): ExperimentEvent {
  return {
    run_id: text(row, "run_id"),
    iteration: number(row, "iteration"),
    event_type: text(row, "event_type"),
    event_data: map(row, "event_data"),
    timestamp: text(row, "timestamp"),
  };
}

function evaluationOf(row: Row): EvaluationRecord {
  const interval = json(row, "confidence_interval_95");
  const details = json(row, "sample_details");
  return {
    run_id: text(row, "run_id"),
    iteration: number(row, "iteration"),
    agent_id: text(row, "agent_id"),
    evaluation_mode: row["evaluation_mode"] === "bootstrap" ? "bootstrap" : "deterministic",
    proposed_policy: map(row, "proposed_policy"),
    old_cost: number(row, "old_cost"),
    new_cost: number(row, "new_cost"),
    context_simulation_cost: number(row, "context_simulation_cost"),
    accepted: row["accepted"] === true,
    acceptance_reason: text(row, "acceptance_reason"),
    delta_sum: number(row, "delta_sum"),
    num_samples: number(row, "num_samples"),
    sample_details: Array.isArray(details) ? details.filter(isJsonMap) : null,
    scenario_seed: optional(row, "scenario_seed"),
    timestamp: text(row, "timestamp"),
    settlement_rate: optional(row, "settlement_rate"),
    avg_delay: optional(row, "avg_delay"),
    cost_breakdown: row["cost_breakdown"] === null ? null : perAgent(row, "cost_breakdown", numeric),
    cost_std_dev: optional(row, "cost_std_dev"),
    confidence_interval_95: Array.isArray(interval) ? [numeric(interval[0]), numeric(interval[1])] : null,
    agent_stats: perAgent(row, "agent_stats", policy),
  };
}

function text(row: Row, name: string): string {
  return String(row[name] ?? "");
}

function number(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}

function optional(row: Row, name: string): number | null {
  return row[name] === null ? null : number(row, name);
}

function json(row: Row, name: string): Json {
  const cell = row[name];
  if (cell === null || cell === undefined) return null;
  try {
    const value: Json = JSON.parse(String(cell));
    return value;
  } catch (error) {
    const where = { store: "duckdb", retryable: false };
    throw new StoreError(`The column ${name} of a recorded experiment holds no JSON`, where, { cause: error });
  }
}

function map(row: Row, name: string): JsonMap {
  const value = json(row, name);
  return isJsonMap(value) ? value : {};
}

function perAgent<T>(row: Row, name: string, of: (value: Json) => T): PerAgent<T> {
  return Object.fromEntries(Object.entries(map(row, name)).map(([agent, value]) => [agent, of(value)]));
}

function numeric(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

function policy(value: Json): Policy {
  return isJsonMap(value) ? value : {};
}
