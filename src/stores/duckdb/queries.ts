/**
 * What can be asked of a recorded database (spec 08 7). Answers have the field names of the chapter.
 *
 * @module
 */
import { NotFound, ValidationError } from "../../core/errors.ts";
import type { Cell, Database, Row } from "./driver.ts";
import { EARLIER_EVENTS } from "./schema.ts";

/** Which events are wanted; all given conditions hold together. */
export interface EventQuery {
  readonly tick?: number;
  readonly tick_min?: number;
  readonly tick_max?: number;
  readonly day?: number;
  readonly agent_id?: string;
  readonly tx_id?: string;
  /** Kinds with commas between them. */
  readonly event_type?: string;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  readonly offset?: number;
  readonly sort?: string;
  /** As the reference: an agent is looked for where an event names it as `agent_id`, `sender_id`, `receiver_id` only. */
  readonly reference?: boolean;
}

/** A page of events. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
  readonly filters: Readonly<Record<string, unknown>>;
}

/** An event as it is stored, its details parsed. */
export type StoredEvent = Readonly<Record<string, unknown>> & {
  readonly tick: number;
  readonly event_type: string;
  readonly details: Readonly<Record<string, unknown>>;
};

const SORTS: Readonly<Record<string, string>> = { tick_asc: "ASC", tick_desc: "DESC" };
const COPIED = ["sender_id", "receiver_id", "amount", "deadline", "priority"];
/** Where an event can name an agent besides its column. */
const AGENT_FIELDS = ["sender_id", "receiver_id", "sender", "receiver", "agent_a", "agent_b"];

/** Where a query looks: one open database, or several seen as one (see `parts.ts`). */
export type Source = Pick<Database, "rows" | "columns">;

/**
 * Events of a simulation.
 *
 * @throws {ValidationError} for bounds that cross or an order that does not exist.
 */
export async function simulationEvents(
  source: Source,
  simulationId: string,
  query: EventQuery = {},
): Promise<EventPage> {
  const { tick_min, tick_max, sort = "tick_asc" } = query;
  if (tick_min !== undefined && tick_max !== undefined && tick_min > tick_max) {
    throw new ValidationError("tick_min cannot be greater than tick_max", []);
  }
  const limit = Math.min(1000, Math.max(1, query.limit ?? 100));
  const offset = Math.max(0, query.offset ?? 0);
  const order = SORTS[sort];
  if (order === undefined) {
    throw new ValidationError(`Invalid sort parameter: ${sort}. Must be 'tick_asc' or 'tick_desc'`, []);
  }
  const { condition, values } = eventCondition(simulationId, query);
  const table = await eventTable(source, simulationId, query);
  const [count] = await source.rows(`SELECT count(*) AS total FROM ${table} WHERE ${condition}`, values);
  const rows = await source.rows(
    `SELECT * FROM ${table} WHERE ${condition} ORDER BY tick ${order}, event_timestamp ${order}
     LIMIT ${limit} OFFSET ${offset}`,
    values,
  );
  const { tick, day, agent_id, tx_id, event_type } = query;
  return {
    events: rows.map(storedEvent),
    total: Number(count?.["total"] ?? 0),
    limit,
    offset,
    filters: { tick, tick_min, tick_max, day, agent_id, tx_id, event_type, sort },
  };
}

/**
 * Where events of a few ticks are read: the rows are chosen by tick before names are looked up, which the view cannot
 * do for itself. Questions over whole simulations, over parts, and about older rows use the view.
 */
async function eventTable(source: Source, simulationId: string, query: EventQuery): Promise<string> {
  const { tick, tick_min, tick_max, day } = query;
  if (tick === undefined && tick_min === undefined && tick_max === undefined && day === undefined) {
    return "simulation_events";
  }
  const [found] = await source.rows(
    `SELECT s.simulation_no, greatest(s.ticks_per_day, 1) AS per_day FROM simulations s
     WHERE s.simulation_id = ? AND s.simulation_no IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM information_schema.tables
       WHERE table_catalog = current_database() AND table_name = 'simulation_events' AND
         NOT EXISTS (SELECT 1 FROM information_schema.tables
           WHERE table_catalog = current_database() AND table_name = 'event_rows'))`,
    [simulationId],
  );
  if (found === undefined) return "simulation_events";
  const perDay = Number(found["per_day"]);
  const from = Math.max(tick ?? 0, tick_min ?? 0, day === undefined ? 0 : day * perDay);
  const to = Math.min(tick ?? Infinity, tick_max ?? Infinity, day === undefined ? Infinity : (day + 1) * perDay - 1);
  const bound = to === Infinity ? "" : ` AND tick <= ${Math.trunc(to)}`;
  const number = Number(found["simulation_no"]);
  return `(WITH e AS MATERIALIZED (
      SELECT * FROM event_rows WHERE simulation_no = ${number} AND tick >= ${Math.trunc(from)}${bound}
    ), a AS MATERIALIZED (
      SELECT number, name FROM simulation_names
      WHERE simulation_no = ${number} AND number BETWEEN (SELECT min(agent) FROM e) AND (SELECT max(agent) FROM e)
        AND number IN (SELECT agent FROM e)
    ), t AS MATERIALIZED (
      SELECT number, name FROM simulation_names
      WHERE simulation_no = ${number} AND number BETWEEN (SELECT min(tx) FROM e WHERE tx >= 0) AND (SELECT max(tx) FROM e)
        AND number IN (SELECT tx FROM e)
    )
    SELECT s.simulation_id || ':' || e.sequence AS event_id, s.simulation_id, e.tick::BIGINT AS tick,
      (e.tick // ${perDay})::BIGINT AS day, s.started_at + to_microseconds(e.sequence) AS event_timestamp, k.event_type,
      e.details, a.name AS agent_id, t.name AS tx_id, s.started_at + to_microseconds(e.sequence) AS created_at
    FROM e JOIN simulations s ON s.simulation_no = e.simulation_no JOIN event_kinds k ON k.kind = e.kind
      LEFT JOIN a ON a.number = e.agent LEFT JOIN t ON t.number = e.tx
    UNION ALL BY NAME SELECT * FROM ${EARLIER_EVENTS})`;
}

function eventCondition(simulationId: string, query: EventQuery): { condition: string; values: Cell[] } {
  const conditions = ["simulation_id = ?"];
  const values: Cell[] = [simulationId];
  const add = (condition: string, ...more: readonly Cell[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  if (query.tick !== undefined) add("tick = ?", query.tick);
  if (query.tick_min !== undefined) add("tick >= ?", query.tick_min);
  if (query.tick_max !== undefined) add("tick <= ?", query.tick_max);
  if (query.day !== undefined) add("day = ?", query.day);
  if (query.tx_id !== undefined) add("tx_id = ?", query.tx_id);
  if (query.event_type !== undefined) {
    const kinds = query.event_type.split(",").map((kind) => kind.trim());
    add(`event_type IN (${kinds.map(() => "?").join(", ")})`, ...kinds);
  }
  if (query.agent_id !== undefined) {
    const fields = query.reference === true ? AGENT_FIELDS.slice(0, 2) : AGENT_FIELDS;
    const named = fields.map((field) => `json_extract_string(details, '$.${field}') = ?`);
    const listed = query.reference === true ? [] : ["list_contains(json_extract_string(details, '$.agents[*]'), ?)"];
    const places = ["agent_id = ?", ...named, ...listed];
    add(`(${places.join(" OR ")})`, ...places.map(() => query.agent_id ?? null));
  }
  return { condition: conditions.join(" AND "), values };
}

/** A row of `simulation_events` as readers get it. */
export function storedEvent(row: Row): StoredEvent {
  const parsed: unknown = JSON.parse(String(row["details"]));
  const details = isRecord(parsed) ? parsed : {};
  const copies = COPIED.filter((name) => details[name] !== undefined).map((name) => [name, details[name]]);
  return {
    event_id: row["event_id"],
    simulation_id: row["simulation_id"],
    tick: Number(row["tick"]),
    day: Number(row["day"]),
    event_timestamp: isoText(row["event_timestamp"]),
    event_type: String(row["event_type"]),
    details,
    agent_id: row["agent_id"] ?? null,
    tx_id: row["tx_id"] ?? null,
    created_at: isoText(row["created_at"]),
    ...Object.fromEntries(copies),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isoText(value: Cell | undefined): string | null {
  return value instanceof Date ? value.toISOString() : null;
}

/** What a simulation's events are about. */
export async function eventSummary(source: Source, simulationId: string): Promise<Readonly<Record<string, unknown>>> {
  const [sums] = await source.rows(
    `SELECT count(*) AS total_events, coalesce(max(tick), 0) AS total_ticks, coalesce(max(day), 0) AS total_days
     FROM simulation_events WHERE simulation_id = ?`,
    [simulationId],
  );
  const kinds = await source.rows(
    `SELECT event_type, count(*) AS number FROM simulation_events WHERE simulation_id = ?
     GROUP BY event_type ORDER BY number DESC, event_type`,
    [simulationId],
  );
  const agents = await source.rows(
    `SELECT DISTINCT agent_id FROM simulation_events WHERE simulation_id = ? AND agent_id IS NOT NULL ORDER BY agent_id`,
    [simulationId],
  );
  return {
    ...sums,
    event_type_counts: Object.fromEntries(kinds.map((row) => [String(row["event_type"]), row["number"]])),
    agents: agents.map((row) => row["agent_id"]),
  };
}

const SUMMARY_COLUMNS = `simulation_id, config_file, rng_seed, ticks_per_day, num_days, num_agents, status,
  coalesce(total_arrivals, 0) AS total_arrivals, coalesce(total_settlements, 0) AS total_settlements,
  coalesce(total_arrivals, 0) AS total_transactions,
  CASE WHEN total_arrivals > 0 THEN total_settlements / total_arrivals ELSE 0.0 END AS settlement_rate,
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

/** All simulations in figures, newest first. */
export async function simulations(
  source: Source,
  { status, limit = 1000 }: { readonly status?: string; readonly limit?: number } = {},
): Promise<Row[]> {
  const condition = status === undefined ? "" : "WHERE status = ?";
  return await source.rows(
    `SELECT ${SUMMARY_COLUMNS}, model, started_at FROM simulations ${condition}
     ORDER BY started_at DESC, simulation_id DESC LIMIT ${Math.trunc(limit)}`,
    status === undefined ? [] : [status],
  );
}

/** Reports about one simulation: name, and the query with the simulation's id as its first value. */
const REPORTS: Readonly<Record<string, string>> = {
  daily_metrics: "SELECT * FROM daily_agent_metrics WHERE simulation_id = ? ORDER BY day, agent_id",
  settlement_rate_by_day: `SELECT arrival_day AS day, count(*) AS total_transactions,
      count(*) FILTER (status = 'settled') AS settled_transactions,
      count(*) FILTER (status = 'settled') / count(*) AS settlement_rate
    FROM transactions WHERE simulation_id = ? GROUP BY arrival_day ORDER BY arrival_day`,
  daily_transactions: `SELECT arrival_day AS day, count(*) AS total_count,
      count(*) FILTER (status = 'settled') AS settled_count, count(*) FILTER (status = 'pending') AS pending_count,
      count(*) FILTER (status = 'dropped') AS dropped_count, sum(amount)::BIGINT AS total_amount,
      sum(amount_settled)::BIGINT AS settled_amount
    FROM transactions WHERE simulation_id = ? GROUP BY arrival_day ORDER BY arrival_day`,
  transaction_delays: `SELECT arrival_day AS day, avg(settlement_tick - arrival_tick) AS avg_delay_ticks,
      max(settlement_tick - arrival_tick) AS max_delay_ticks,
      quantile_cont(settlement_tick - arrival_tick, 0.5) AS p50_delay_ticks,
      quantile_cont(settlement_tick - arrival_tick, 0.95) AS p95_delay_ticks
    FROM transactions WHERE simulation_id = ? AND status = 'settled' GROUP BY arrival_day ORDER BY arrival_day`,
  cost_breakdown:
    `SELECT agent_id, sum(liquidity_cost)::BIGINT AS liquidity_cost, sum(delay_cost)::BIGINT AS delay_cost,
      sum(collateral_cost)::BIGINT AS collateral_cost, sum(split_friction_cost)::BIGINT AS split_friction_cost,
      sum(deadline_penalty_cost)::BIGINT AS deadline_penalty_cost, sum(total_cost)::BIGINT AS total_cost
    FROM daily_agent_metrics WHERE simulation_id = ? GROUP BY agent_id ORDER BY total_cost DESC, agent_id`,
  daily_costs: `SELECT day, sum(liquidity_cost)::BIGINT AS liquidity_cost, sum(delay_cost)::BIGINT AS delay_cost,
      sum(collateral_cost)::BIGINT AS collateral_cost, sum(deadline_penalty_cost)::BIGINT AS deadline_penalty_cost,
      sum(total_cost)::BIGINT AS total_cost
    FROM daily_agent_metrics WHERE simulation_id = ? GROUP BY day ORDER BY day`,
  transactions: "SELECT * FROM transactions WHERE simulation_id = ? ORDER BY arrival_tick, tx_id",
  transaction_statistics: `SELECT count(*) AS total_count, count(*) FILTER (status = 'settled') AS settled_count,
      CASE WHEN count(*) = 0 THEN 0.0 ELSE count(*) FILTER (status = 'settled') / count(*) END AS settlement_rate,
      coalesce(avg(settlement_tick - arrival_tick), 0.0) AS avg_delay_ticks
    FROM transactions WHERE simulation_id = ?`,
  policies: "SELECT * FROM policy_snapshots WHERE simulation_id = ? ORDER BY agent_id, snapshot_day, snapshot_tick",
  registers: "SELECT * FROM agent_state_registers WHERE simulation_id = ? ORDER BY tick, agent_id, register_key",
  queues: "SELECT * FROM agent_queue_snapshots WHERE simulation_id = ? ORDER BY day, agent_id, queue_type, position",
  ticks: `SELECT t.* EXCLUDE (simulation_no, position) FROM simulation_ticks t
    JOIN simulations s ON s.simulation_no = t.simulation_no WHERE s.simulation_id = ? ORDER BY t.position`,
};

/** A report that {@linkcode simulationReport} knows. */
export const REPORT_NAMES: readonly string[] = Object.freeze(Object.keys(REPORTS));

/** A report about one simulation. @throws {NotFound} for a report that does not exist. */
export async function simulationReport(source: Source, simulationId: string, report: string): Promise<Row[]> {
  const sql = REPORTS[report];
  if (sql === undefined) throw new NotFound(`No report ${report}; there are ${REPORT_NAMES.join(", ")}`);
  return await source.rows(sql, [simulationId]);
}

/** The values of an agent's registers at a tick: the last ones that were set. */
export async function stateRegisters(
  source: Source,
  simulationId: string,
  agentId: string,
  tick: number,
): Promise<Readonly<Record<string, number>>> {
  const rows = await source.rows(
    `SELECT register_key, arg_max(register_value, tick) AS value FROM agent_state_registers
     WHERE simulation_id = ? AND agent_id = ? AND tick <= ? GROUP BY register_key ORDER BY register_key`,
    [simulationId, agentId, tick],
  );
  return Object.fromEntries(rows.map((row) => [String(row["register_key"]), Number(row["value"])]));
}

/** An agent's policy on a day: the latest snapshot up to it, null when there is none. */
export async function policyAtDay(
  source: Source,
  simulationId: string,
  agentId: string,
  day: number,
): Promise<Row | null> {
  const [row] = await source.rows(
    `SELECT * FROM policy_snapshots WHERE simulation_id = ? AND agent_id = ? AND snapshot_day <= ?
     ORDER BY snapshot_day DESC, snapshot_tick DESC LIMIT 1`,
    [simulationId, agentId, day],
  );
  return row ?? null;
}

/** Two simulations side by side; `delta` is the second less the first. @throws {NotFound} */
export async function compareSimulations(
  source: Source,
  first: string,
  second: string,
): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  const [a, b] = [await simulationSummary(source, first), await simulationSummary(source, second)];
  if (a === null || b === null) throw new NotFound("One or both simulations not found");
  const figures = (row: Row) => ({
    simulation_id: row["simulation_id"],
    total_arrivals: row["total_arrivals"],
    total_settlements: row["total_settlements"],
    total_cost: row["total_cost_cents"],
    settlement_rate: row["settlement_rate"],
  });
  return {
    sim1: figures(a),
    sim2: figures(b),
    delta: {
      settlement_rate: Number(b["settlement_rate"]) - Number(a["settlement_rate"]),
      total_cost: Number(b["total_cost_cents"]) - Number(a["total_cost_cents"]),
    },
  };
}

/** The accumulated costs of the agents after each tick, or each tick's own; agents in ascending order. */
export async function costSeries(
  source: Source,
  simulationId: string,
  { perTick = false, agent }: { readonly perTick?: boolean; readonly agent?: string } = {},
): Promise<{ readonly agents: readonly string[]; readonly rows: readonly (readonly number[])[] }> {
  const [summary] = await source.rows(
    "SELECT ticks_per_day, num_days FROM simulations WHERE simulation_id = ?",
    [simulationId],
  );
  if (summary === undefined) throw new NotFound(`No simulation ${simulationId} is recorded`);
  const listed = await source.rows(
    "SELECT DISTINCT agent_id FROM daily_agent_metrics WHERE simulation_id = ? ORDER BY agent_id",
    [simulationId],
  );
  const all = listed.map((row) => String(row["agent_id"]));
  if (agent !== undefined && !all.includes(agent)) throw new NotFound(`${simulationId} has no agent ${agent}`);
  const agents = agent === undefined ? all : [agent];
  const perDay = Number(summary["ticks_per_day"]);
  const increments = Array.from({ length: perDay * Number(summary["num_days"]) }, () => agents.map(() => 0));
  const accruals = await source.rows(
    `SELECT tick, agent_id, json_extract(details, '$.costs.total')::BIGINT AS cost
     FROM simulation_events WHERE simulation_id = ? AND event_type = 'CostAccrual'`,
    [simulationId],
  );
  for (const { tick, agent_id, cost } of accruals) {
    const row = increments[Number(tick)];
    const column = agents.indexOf(String(agent_id));
    if (row !== undefined && column >= 0) row[column] = (row[column] ?? 0) + Number(cost);
  }
  await addPenalties(source, simulationId, agents, increments, perDay);
  const sums = agents.map(() => 0);
  const rows = increments.map((row, tick) => {
    row.forEach((cost, column) => sums[column] = (sums[column] ?? 0) + cost);
    return [tick, Math.floor(tick / perDay), ...(perTick ? row : sums)];
  });
  return { agents, rows };
}

/** Deadline penalties have no cost event of their own: what a day's record has beyond the ticks stands at its end. */
async function addPenalties(
  source: Source,
  simulationId: string,
  agents: readonly string[],
  increments: number[][],
  perDay: number,
): Promise<void> {
  const days = await source.rows(
    `SELECT day, agent_id, deadline_penalty_cost FROM daily_agent_metrics WHERE simulation_id = ? ORDER BY day, agent_id`,
    [simulationId],
  );
  for (const { day, agent_id, deadline_penalty_cost } of days) {
    const column = agents.indexOf(String(agent_id));
    const last = increments[(Number(day) + 1) * perDay - 1];
    if (column < 0 || last === undefined) continue;
    const booked = increments.slice(Number(day) * perDay, (Number(day) + 1) * perDay)
      .reduce((sum, row) => sum + (row[column] ?? 0), 0);
    const rest = Number(deadline_penalty_cost) - booked;
    if (rest > 0) last[column] = (last[column] ?? 0) + rest;
  }
}
