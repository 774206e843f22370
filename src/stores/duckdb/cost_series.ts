/**
 * What recorded runs cost each bank, tick by tick (spec 08 12, `db costs`).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import type { Source } from "./source.ts";

/** Costs by tick: a row has its tick, its day, and the costs of each agent in cents. */
export interface CostSeries {
  /** In ascending order. */
  readonly agents: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/**
 * The accumulated costs of the agents after each tick, or each tick's own.
 *
 * @throws {NotFound} for a simulation or an agent that is not recorded.
 */
export async function costSeries(
  source: Source,
  simulationId: string,
  { perTick = false, agent }: { readonly perTick?: boolean; readonly agent?: string } = {},
): Promise<CostSeries> {
  const [summary] = await source.rows(
    `SELECT ticks_per_day, coalesce(
       (SELECT max(tick) + 1 FROM ticks t WHERE t.simulation_id = s.simulation_id), ticks_per_day * num_days
     ) AS ticks FROM simulations s WHERE simulation_id = ?`,
    [simulationId],
  );
  if (summary === undefined) throw new NotFound(`There is no simulation ${simulationId}`);
  const listed = await source.rows(
    "SELECT DISTINCT agent_id FROM daily_agent_metrics WHERE simulation_id = ? ORDER BY agent_id",
    [simulationId],
  );
  const all = listed.map((row) => String(row["agent_id"]));
  if (all.length === 0) {
    throw new NotFound(`No day of banks is recorded of ${simulationId}, so it has no costs to show`);
  }
  if (agent !== undefined && !all.includes(agent)) {
    throw new NotFound(`${simulationId} has no agent ${agent}; it has ${all.join(", ")}`);
  }
  const agents = agent === undefined ? all : [agent];
  const perDay = Number(summary["ticks_per_day"]);
  const increments = Array.from({ length: Number(summary["ticks"]) }, () => agents.map(() => 0));
  const columns = new Map(agents.map((id, column) => [id, column]));
  const accruals = await source.rows(
    `SELECT tick, agent_id, sum((details ->> '$.costs.total')::BIGINT)::BIGINT AS cost
     FROM simulation_events WHERE simulation_id = ? AND event_type = 'CostAccrual' GROUP BY tick, agent_id`,
    [simulationId],
  );
  for (const { tick, agent_id, cost } of accruals) {
    const row = increments[Number(tick)];
    const column = columns.get(String(agent_id));
    if (row !== undefined && column !== undefined) row[column] = Number(cost);
  }
  await addPenalties(source, simulationId, columns, increments, perDay);
  const sums = agents.map(() => 0);
  const rows = increments.map((row, tick) => {
    row.forEach((cost, column) => sums[column] = (sums[column] ?? 0) + cost);
    return [tick, Math.floor(tick / perDay), ...(perTick ? row : sums)];
  });
  return { agents, rows };
}

/**
 * Recordings of the reference can lack the cost events of penalties: what a day's record has beyond its ticks stands at
 * its end (spec 08 12). Ours have an event for every cost, so that nothing is added.
 */
async function addPenalties(
  source: Source,
  simulationId: string,
  columns: ReadonlyMap<string, number>,
  increments: number[][],
  perDay: number,
): Promise<void> {
  const days = await source.rows(
    `SELECT day, agent_id, deadline_penalty_cost FROM daily_agent_metrics WHERE simulation_id = ? ORDER BY day, agent_id`,
    [simulationId],
  );
  for (const { day, agent_id, deadline_penalty_cost } of days) {
    const column = columns.get(String(agent_id));
    const last = increments[(Number(day) + 1) * perDay - 1];
    if (column === undefined || last === undefined) continue;
    const booked = increments.slice(Number(day) * perDay, (Number(day) + 1) * perDay)
      .reduce((sum, row) => sum + (row[column] ?? 0), 0);
    const rest = Number(deadline_penalty_cost) - booked;
    if (rest > 0) last[column] = (last[column] ?? 0) + rest;
  }
}
