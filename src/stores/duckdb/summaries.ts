/**
 * Recorded simulations in figures, alone and side by side (spec 08 7).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import type { Cell, Row } from "./driver.ts";
import type { Source } from "./source.ts";

const SUMMARY_COLUMNS = `simulation_id, config_file, rng_seed, ticks_per_day, num_days, num_agents, status,
  coalesce(total_arrivals, 0) AS total_arrivals, coalesce(total_settlements, 0) AS total_settlements,
  coalesce(total_arrivals, 0) AS total_transactions,
  CASE WHEN total_arrivals > 0 THEN coalesce(total_settlements, 0) / total_arrivals ELSE 0.0 END AS settlement_rate,
  coalesce(total_cost_cents, 0) AS total_cost_cents, coalesce(total_arrivals, 0) AS total_volume,
  CASE WHEN num_days > 0 THEN coalesce(total_cost_cents, 0) / num_days ELSE 0.0 END AS avg_daily_cost,
  coalesce(duration_seconds, 0.0) AS duration_seconds, coalesce(ticks_per_second, 0.0) AS ticks_per_second`;

/** One simulation in figures, null when there is none of that id. */
export async function simulationSummary(source: Source, simulationId: string): Promise<Row | null> {
  const [row] = await source.rows(
    `SELECT ${SUMMARY_COLUMNS}, config_json FROM simulations WHERE simulation_id = ?`,
    [simulationId],
  );
  return row ?? null;
}

/** @throws {NotFound} for a simulation that is not recorded. */
export async function requireSimulation(source: Source, simulationId: string): Promise<void> {
  const found = await source.rows("SELECT 1 FROM simulations WHERE simulation_id = ?", [simulationId]);
  if (found.length === 0) {
    throw new NotFound(`There is no simulation ${simulationId}; bilancio db simulations lists them`);
  }
}

/** Which simulations are listed; all given conditions hold together. */
export interface SimulationQuery {
  /** `running`, `completed` or `failed`. */
  readonly status?: string;
  /** `payments` or `ring`. */
  readonly model?: string;
  readonly experimentRunId?: string;
  /** Default 1000. */
  readonly limit?: number;
}

/** Simulations in figures, newest first. */
export async function simulations(source: Source, query: SimulationQuery = {}): Promise<Row[]> {
  const wanted: readonly (readonly [string, string | undefined])[] = [
    ["status", query.status],
    ["model", query.model],
    ["experiment_run_id", query.experimentRunId],
  ];
  const given = wanted.filter(([, value]) => value !== undefined);
  const condition = given.map(([column]) => ` AND ${column} = ?`).join("");
  const values: Cell[] = given.map(([, value]) => value ?? null);
  return await source.rows(
    `SELECT ${SUMMARY_COLUMNS}, model, started_at, experiment_run_id, experiment_iteration, error
     FROM simulations WHERE TRUE${condition}
     ORDER BY started_at DESC, simulation_id DESC LIMIT ${Math.max(0, Math.trunc(query.limit ?? 1000))}`,
    values,
  );
}

/** The completed runs of the payments model, newest first. */
export async function simulationRuns(source: Source): Promise<Row[]> {
  return await source.rows(
    `SELECT simulation_id, config_name, description, start_time, end_time, status, total_transactions, num_days
     FROM simulation_runs ORDER BY start_time DESC, simulation_id DESC`,
  );
}

/** The figures of a simulation that are compared. */
export interface ComparedFigures {
  readonly simulation_id: string;
  readonly total_arrivals: number;
  readonly total_settlements: number;
  /** In cents. */
  readonly total_cost: number;
  readonly settlement_rate: number;
}

/** Two simulations side by side; `delta` is the second less the first. */
export interface Comparison {
  readonly sim1: ComparedFigures;
  readonly sim2: ComparedFigures;
  readonly delta: { readonly settlement_rate: number; readonly total_cost: number };
}

/** Two simulations side by side. @throws {NotFound} when one of them is not recorded. */
export async function compareSimulations(source: Source, first: string, second: string): Promise<Comparison> {
  const [a, b] = [await simulationSummary(source, first), await simulationSummary(source, second)];
  if (a === null || b === null) throw new NotFound("One or both simulations not found");
  const [sim1, sim2] = [comparedFigures(a), comparedFigures(b)];
  return {
    sim1,
    sim2,
    delta: {
      settlement_rate: sim2.settlement_rate - sim1.settlement_rate,
      total_cost: sim2.total_cost - sim1.total_cost,
    },
  };
}

function comparedFigures(row: Row): ComparedFigures {
  return {
    simulation_id: String(row["simulation_id"]),
    total_arrivals: Number(row["total_arrivals"]),
    total_settlements: Number(row["total_settlements"]),
    total_cost: Number(row["total_cost_cents"]),
    settlement_rate: Number(row["settlement_rate"]),
  };
}

/** A bank's costs in two simulations, on the days that both have. */
export async function compareAgentPerformance(
  source: Source,
  first: string,
  second: string,
  agentId: string,
): Promise<Row[]> {
  return await source.rows(
    `SELECT a.day, a.total_cost AS sim1_total_cost, b.total_cost AS sim2_total_cost,
       b.total_cost - a.total_cost AS cost_delta
     FROM daily_agent_metrics a JOIN daily_agent_metrics b ON b.day = a.day AND b.agent_id = a.agent_id
     WHERE a.simulation_id = ? AND b.simulation_id = ? AND a.agent_id = ? ORDER BY a.day`,
    [first, second, agentId],
  );
}
