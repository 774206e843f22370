/**
 * A page of the events of one simulation, read from the typed columns without the view: the rows of a few ticks are found
 * and their names looked up in a few milliseconds, while planning the view takes longer than answering. The rows are those
 * that the view shows; a test compares them.
 *
 * @module
 */
import { floatText } from "../../core/number_text.ts";
import type { Cell, Row } from "./driver.ts";
import {
  type EventLayout,
  type FieldPlace,
  layoutFromText,
  NAME_SLOTS,
  type NameSlot,
  NUMBER_SLOTS,
} from "./event_shapes.ts";
import { NAMES_IN_BLOCK } from "./events_sql.ts";
import { slotNumber } from "./slot_numbers.ts";
import type { Source } from "./source.ts";

/** The simulation whose events are read. */
export interface LoggedSimulation {
  readonly id: string;
  readonly number: number;
  readonly ticksPerDay: number;
  /** Microseconds since 1970. */
  readonly startedAt: number;
}

/** Which of its events. */
export interface LoggedQuery {
  /** The first and the last tick; undefined where it is not bounded. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The kinds that are wanted; undefined for all. */
  readonly kinds: readonly string[] | undefined;
  readonly order: "ASC" | "DESC";
  readonly limit: number;
  readonly offset: number;
}

/** Rows as `simulation_events` has them, times as text, and how many there are on all pages. */
export interface LoggedPage {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Reads a page. */
export async function loggedPage(
  source: Source,
  simulation: LoggedSimulation,
  query: LoggedQuery,
): Promise<LoggedPage> {
  const { order, limit, offset } = query;
  const { condition, values } = conditionOf(simulation.number, query);
  const [count] = await source.rows(`SELECT count(*) AS total FROM logged_events WHERE ${condition}`, values);
  const rows = await source.rows(
    `FROM logged_events WHERE ${condition} ORDER BY tick ${order}, sequence ${order} LIMIT ${limit} OFFSET ${offset}`,
    values,
  );
  const shapes = await shapesOf(source, rows);
  const names = await namesOf(source, simulation.number, rows);
  return { rows: rows.map((row) => eventRow(simulation, row, shapes, names)), total: Number(count?.["total"] ?? 0) };
}

function conditionOf(number: number, { from, to, kinds }: LoggedQuery): { condition: string; values: Cell[] } {
  const conditions = ["simulation_no = ?"];
  const values: Cell[] = [number];
  if (from !== undefined) {
    conditions.push("tick >= ?");
    values.push(from);
  }
  if (to !== undefined) {
    conditions.push("tick <= ?");
    values.push(to);
  }
  if (kinds !== undefined) {
    conditions.push("shape IN (SELECT shape FROM event_shapes WHERE event_type IN (SELECT unnest(?)))");
    values.push(kinds);
  }
  return { condition: conditions.join(" AND "), values };
}

interface Shape {
  readonly kind: string;
  readonly layout: EventLayout;
  /** What stands in the details before and after the fields. */
  readonly phase: string;
  readonly opening: string;
  readonly closing: string;
}

async function shapesOf(source: Source, rows: readonly Row[]): Promise<ReadonlyMap<number, Shape>> {
  const used = [...new Set(rows.map((row) => Number(row["shape"])))];
  if (used.length === 0) return new Map();
  const found = await source.rows(`FROM event_shapes WHERE shape IN (${used.join(", ")})`);
  return new Map(found.map((row) => {
    const kind = String(row["event_type"]);
    const layout = layoutFromText(kind, String(row["fields"]));
    const [phase, opening, closing] = [row["phase"], row["opening"], row["closing"]].map(String);
    return [Number(row["shape"]), { kind, layout, phase: phase ?? "", opening: opening ?? "", closing: closing ?? "" }];
  }));
}

/** The JSON texts of names by their number. */
type Names = ReadonlyMap<number, string>;

/** Looks up the names that rows have in their columns, block by block. */
async function namesOf(source: Source, simulationNo: number, rows: readonly Row[]): Promise<Names> {
  const blocks = new Map<number, Set<number>>();
  for (const row of rows) {
    for (const slot of NAME_SLOTS) {
      const number = Number(row[slot]);
      if (number < 0) continue;
      const type = number % 4;
      let known = blocks.get(type);
      if (known === undefined) blocks.set(type, known = new Set());
      known.add(Math.floor((number - type) / 4 / NAMES_IN_BLOCK));
    }
  }
  if (blocks.size === 0) return new Map();
  // The bounds say which parts of the table are read, the list which of their rows.
  const conditions = [...blocks].map(([type, wanted]) => {
    const list = [...wanted].sort((a, b) => a - b);
    const [least = 0, most = 0] = [list[0], list.at(-1)];
    return `(type = ${type} AND first >= ${least * NAMES_IN_BLOCK} AND first < ${(most + 1) * NAMES_IN_BLOCK} AND
      first // ${NAMES_IN_BLOCK} IN (${list.join(", ")}))`;
  });
  const found = await source.rows(
    `SELECT type, first, names FROM logged_names WHERE simulation_no = ? AND (${conditions.join(" OR ")})`,
    [simulationNo],
  );
  const names = new Map<number, string>();
  for (const { type, first, names: texts } of found) {
    String(texts).split("\n").forEach((json, i) => names.set((Number(first) + i) * 4 + Number(type), json));
  }
  return names;
}

/** The row that the view shows. */
function eventRow(
  { id, ticksPerDay, startedAt }: LoggedSimulation,
  row: Row,
  shapes: ReadonlyMap<number, Shape>,
  names: Names,
): Row {
  const shape = shapes.get(Number(row["shape"]));
  if (shape === undefined) throw new RangeError(`no kind of event has the number ${row["shape"]}`);
  const { kind, layout, phase, opening, closing } = shape;
  const tick = Number(row["tick"]);
  const time = timeText(startedAt + Number(row["sequence"]));
  return {
    event_id: `${id}:${row["sequence"]}`,
    simulation_id: id,
    tick,
    day: Math.floor(tick / ticksPerDay),
    event_timestamp: time,
    event_type: kind,
    details: `{${opening}${`${phase}${membersText(layout, row, names)}`.slice(2)}${closing}}`,
    agent_id: plainName(names.get(Number(row["agent"]))),
    tx_id: plainName(names.get(Number(row["tx"]))),
    created_at: time,
  };
}

/** ISO 8601 with microseconds. */
function timeText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const rest = String(microseconds - seconds * 1e6).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${rest}Z`;
}

function plainName(json: string | undefined): string | null {
  return json === undefined ? null : String(JSON.parse(json));
}

/** The members of the details, each with `", "` before it. */
function membersText({ places }: EventLayout, row: Row, names: Names): string {
  let text = "";
  for (const place of places) {
    if (place.shown && place.slot !== "rest") text += memberText(place, row, names);
  }
  const rest = Number(row["rest"]);
  return rest < 0 ? text : `${text}, ${names.get(rest) ?? ""}`;
}

const ABSENT = -2;

function memberText({ name, type, slot, optional }: FieldPlace, row: Row, names: Names): string {
  const key = `, ${JSON.stringify(name)}: `;
  if (isNameSlot(slot)) {
    const value = Number(row[slot]);
    return optional && value === ABSENT ? "" : key + (names.get(value) ?? "null");
  }
  const stored = row[slot];
  const value = slotNumber(typeof stored === "bigint" ? stored : Number(stored), type);
  if (optional && value === undefined) return "";
  if (value === undefined || value === null) return `${key}null`;
  if (type === "bool") return key + String(value !== 0);
  return key + (type === "int" ? String(value) : floatText(value));
}

function isNameSlot(slot: FieldPlace["slot"]): slot is NameSlot {
  return !NUMBER_SLOTS.some((known) => known === slot);
}
