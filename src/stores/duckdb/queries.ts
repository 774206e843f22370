/**
 * Events of recorded simulations: found by tick, agent, payment and kind, a page at a time (spec 08 7). Answers have the
 * field names of the chapter.
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import type { EventSchema } from "../../core/event_log.ts";
import { LIST_FIELDS, PAYMENT_EVENTS } from "../../payments/events.ts";
import { RING_EVENTS } from "../../ring/events.ts";
import type { Cell, Row } from "./driver.ts";
import { eventsWhere } from "./events_sql.ts";
import { type LoggedPage, loggedPage, type LoggedQuery, type LoggedSimulation } from "./logged_page.ts";
import type { Source } from "./source.ts";
import { jsonIn } from "./stored_json.ts";

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
  /** Events of a page, default 100; taken as 1 or 1000 where it lies outside. */
  readonly limit?: number;
  /** Events before the page, default 0; a negative one counts as 0. */
  readonly offset?: number;
  /** `tick_asc` (default) or `tick_desc`. */
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

/** Times as ISO 8601 with microseconds: they give the order of events, so none of them may be cut off. */
const EVENT_COLUMNS = `* REPLACE (strftime(event_timestamp, '%Y-%m-%dT%H:%M:%S.%fZ') AS event_timestamp,
  strftime(created_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS created_at)`;

const SORTS: Readonly<Record<string, LoggedQuery["order"]>> = { tick_asc: "ASC", tick_desc: "DESC" };
const COPIED = ["sender_id", "receiver_id", "amount", "deadline", "priority"];
/** Where an event of either model can name an agent besides its column. */
const AGENT_FIELDS: readonly string[] = agentFields([PAYMENT_EVENTS, RING_EVENTS]);
/** Where the reference looks. */
const REFERENCE_FIELDS = ["sender_id", "receiver_id"];
/** Lists of agents in an event. */
const AGENT_LISTS: readonly string[] = Object.keys(LIST_FIELDS).filter((field) => LIST_FIELDS[field] === "agent");

function agentFields(schemas: readonly EventSchema[]): string[] {
  const fields = schemas.flatMap((schema) => Object.values(schema).flat());
  const names = fields.filter(([, type]) => type === "ref:agent").map(([name]) => name);
  return [...new Set(names)].filter((name) => name !== "agent_id").sort();
}

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
  const limit = Math.min(1000, Math.max(1, wholeOf(query.limit, 100)));
  const offset = Math.max(0, wholeOf(query.offset, 0));
  const order = SORTS[sort];
  if (order === undefined) {
    throw new ValidationError(`Invalid sort parameter: ${sort}. Must be 'tick_asc' or 'tick_desc'`, []);
  }
  const found = await eventPage(source, simulationId, query, { order, limit, offset });
  const { tick, day, agent_id, tx_id, event_type } = query;
  return {
    events: found.rows.map(storedEvent),
    total: found.total,
    limit,
    offset,
    filters: { tick, tick_min, tick_max, day, agent_id, tx_id, event_type, sort },
  };
}

/** Which part of the events a page is. */
type PagePlace = Pick<LoggedQuery, "order" | "limit" | "offset">;

/** A page from the typed columns where all that it needs stands in them, from the view otherwise. */
async function eventPage(
  source: Source,
  simulationId: string,
  query: EventQuery,
  { order, limit, offset }: PagePlace,
): Promise<LoggedPage> {
  const recorded = await recordedHere(source, simulationId);
  if (recorded !== undefined && !recorded.hasPlainValues) {
    const bounds = tickBounds(query, recorded.ticksPerDay);
    if (bounds !== undefined) {
      const page = await loggedPage(source, recorded, { ...bounds, kinds: kindsIn(query), order, limit, offset });
      // Without events among them, they may be those of a database of the reference.
      if (page.total > 0) return page;
    }
  }
  const { condition, values } = eventCondition(simulationId, query);
  const table = await eventTable(source, recorded, query);
  const [count] = await source.rows(`SELECT count(*) AS total FROM ${table} WHERE ${condition}`, values);
  const rows = await source.rows(
    `SELECT ${EVENT_COLUMNS} FROM (
       SELECT * FROM ${table} WHERE ${condition} ORDER BY tick ${order}, event_timestamp ${order}
       LIMIT ${limit} OFFSET ${offset}
     ) ORDER BY tick ${order}, event_timestamp ${order}`,
    values,
  );
  return { rows, total: Number(count?.["total"] ?? 0) };
}

/** The first and last tick that a query asks for; undefined when it asks for more than ticks and kinds. */
function tickBounds(
  { tick, tick_min, tick_max, day, agent_id, tx_id }: EventQuery,
  ticksPerDay: number,
): Pick<LoggedQuery, "from" | "to"> | undefined {
  if (agent_id !== undefined || tx_id !== undefined) return undefined;
  const given = [tick, tick_min, tick_max, day].filter((bound) => bound !== undefined);
  if (!given.every((bound) => Number.isInteger(bound) && Math.abs(bound) < 2 ** 31)) return undefined;
  const firsts = [tick, tick_min, day === undefined ? undefined : day * ticksPerDay];
  const lasts = [tick, tick_max, day === undefined ? undefined : (day + 1) * ticksPerDay - 1];
  const from = firsts.filter((bound) => bound !== undefined);
  const to = lasts.filter((bound) => bound !== undefined);
  return {
    from: from.length === 0 ? undefined : Math.max(...from),
    to: to.length === 0 ? undefined : Math.min(...to),
  };
}

function kindsIn({ event_type }: EventQuery): string[] | undefined {
  return event_type?.split(",").map((kind) => kind.trim());
}

function wholeOf(given: number | undefined, otherwise: number): number {
  return given === undefined || Number.isNaN(given) ? otherwise : Math.trunc(Math.min(given, Number.MAX_SAFE_INTEGER));
}

/**
 * All events of some ticks in their order, however many there are; a stretch of some thousands is read at once.
 *
 * @param filters as those of {@linkcode simulationEvents}
 */
export async function* eventsInOrder(
  source: Source,
  simulationId: string,
  filters: Omit<EventQuery, "limit" | "offset" | "sort"> = {},
): AsyncGenerator<StoredEvent> {
  const recorded = await recordedHere(source, simulationId);
  for (const [from, to] of stretches(await eventCounts(source, simulationId), filters.tick_min ?? 0)) {
    if (from > (filters.tick_max ?? Infinity)) return;
    const tick_max = Math.min(to, filters.tick_max ?? Infinity);
    const wanted = { ...filters, tick_min: from, ...(tick_max === Infinity ? {} : { tick_max }) };
    const { condition, values } = eventCondition(simulationId, wanted);
    const rows = await source.rows(
      `SELECT ${EVENT_COLUMNS} FROM (SELECT * FROM ${await eventTable(source, recorded, wanted)}
       WHERE ${condition}) ORDER BY tick, event_timestamp`,
      values,
    );
    for (const row of rows) yield storedEvent(row);
  }
}

/** How many events ticks have: as they were noted, or else counted. */
async function eventCounts(source: Source, simulationId: string): Promise<Row[]> {
  const noted = await source.rows(
    "SELECT tick, end_event - first_event AS number FROM ticks WHERE simulation_id = ? ORDER BY tick",
    [simulationId],
  );
  if (noted.length > 0) return noted;
  return await source.rows(
    "SELECT tick, count(*) AS number FROM simulation_events WHERE simulation_id = ? GROUP BY tick ORDER BY tick",
    [simulationId],
  );
}

/** Events that are read at once, unless one tick has more. */
const EVENTS_AT_ONCE = 20_000;

/** Stretches of ticks that are not too long, without gaps, from a tick on to the end. */
function* stretches(counts: readonly Row[], first: number): Generator<readonly [from: number, to: number]> {
  let from = first;
  let sum = 0;
  for (const { tick, number } of counts) {
    if (Number(tick) < first) continue;
    if (sum > 0 && sum + Number(number) > EVENTS_AT_ONCE) {
      yield [from, Number(tick) - 1];
      from = Number(tick);
      sum = 0;
    }
    sum += Number(number);
  }
  yield [from, Infinity];
}

/**
 * Where events of a few ticks are read: the rows are chosen by tick before names are looked up, which the view cannot
 * do for itself. Questions over whole simulations, over parts, and about older rows use the view.
 */
async function eventTable(source: Source, recorded: RecordedHere | undefined, query: EventQuery): Promise<string> {
  const { tick, tick_min, tick_max, day } = query;
  if (
    recorded === undefined ||
    (tick === undefined && tick_min === undefined && tick_max === undefined && day === undefined)
  ) return "simulation_events";
  const { number, ticksPerDay } = recorded;
  const from = Math.max(tick ?? 0, tick_min ?? 0, day === undefined ? 0 : day * ticksPerDay);
  const to = Math.min(
    tick ?? Infinity,
    tick_max ?? Infinity,
    day === undefined ? Infinity : (day + 1) * ticksPerDay - 1,
  );
  const bound = to === Infinity ? "" : ` AND tick <= ${Math.trunc(to)}`;
  return await eventsWhere(source, number, `tick >= ${Math.trunc(from)}${bound}`);
}

/** A simulation whose rows stand in the tables of this database. */
interface RecordedHere extends LoggedSimulation {
  /** Whether events of it came as plain values, which stand in a table of their own. */
  readonly hasPlainValues: boolean;
}

/** Undefined for a simulation without a number, and where several files are seen as one: numbers mean nothing then. */
async function recordedHere(source: Source, simulationId: string): Promise<RecordedHere | undefined> {
  const [found] = await source.rows(
    `SELECT simulation_no, greatest(ticks_per_day, 1) AS per_day, epoch_us(started_at) AS started FROM simulations
     WHERE simulation_id = ? AND simulation_no IS NOT NULL AND EXISTS (
       FROM duckdb_tables() WHERE table_name = 'event_rows' AND database_name = current_database())`,
    [simulationId],
  );
  if (found === undefined) return undefined;
  const number = Number(found["simulation_no"]);
  const [plain] = await source.rows("SELECT EXISTS (FROM event_rows WHERE simulation_no = ?) AS has", [number]);
  return {
    id: simulationId,
    number,
    ticksPerDay: Number(found["per_day"]),
    startedAt: Number(found["started"]),
    hasPlainValues: plain?.["has"] === true,
  };
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
    const kinds = kindsIn(query) ?? [];
    add(`event_type IN (${kinds.map(() => "?").join(", ")})`, ...kinds);
  }
  if (query.agent_id !== undefined) {
    const fields = query.reference === true ? REFERENCE_FIELDS : AGENT_FIELDS;
    const lists = query.reference === true ? [] : AGENT_LISTS;
    const paths = fields.map((field) => `'$.${field}'`).join(", ");
    const named = `list_contains(json_extract_string(details, [${paths}]), ?)`;
    const listed = lists.map((field) => `list_contains(json_extract_string(details, '$.${field}[*]'), ?)`);
    const places = ["agent_id = ?", named, ...listed];
    add(`(${places.join(" OR ")})`, ...places.map(() => query.agent_id ?? null));
  }
  return { condition: conditions.join(" AND "), values };
}

/** A row of `simulation_events` as readers get it. */
export function storedEvent(row: Row): StoredEvent {
  const parsed = jsonIn(row, "details", `the event ${String(row["event_id"])}`);
  const details = isRecord(parsed) ? parsed : {};
  const copies = COPIED.filter((name) => details[name] !== undefined).map((name) => [name, details[name]]);
  return {
    event_id: row["event_id"],
    simulation_id: row["simulation_id"],
    tick: Number(row["tick"]),
    day: Number(row["day"]),
    event_timestamp: row["event_timestamp"] ?? null,
    event_type: String(row["event_type"]),
    details,
    agent_id: row["agent_id"] ?? null,
    tx_id: row["tx_id"] ?? null,
    created_at: row["created_at"] ?? null,
    ...Object.fromEntries(copies),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
