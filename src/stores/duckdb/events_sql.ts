/**
 * The SQL that shows recorded events with the columns of spec 08 3: as the view `simulation_events`, and for a stretch of
 * one simulation whose rows are chosen before their names are looked up.
 *
 * Three tables hold events: `logged_events` those of a log, in typed columns; `event_rows` those that came as plain values,
 * and the ones of databases up to version 1002; `earlier_simulation_events` those of a database of the reference.
 *
 * @module
 */
import type { Row } from "./driver.ts";
import type { Source } from "./source.ts";
import { type EventLayout, layoutFromText, membersSql, NAME_SLOTS, type NameSlot } from "./event_shapes.ts";
import { EARLIER_EVENTS } from "./schema.ts";

/** What the numbers of `logged_names` name: the two lowest bits of a name's number. */
export const NAME_TYPES = Object.freeze({ text: 0, agent: 1, id: 2, value: 3 } as const);

/** Names of a block in `logged_names`: a block is one row, or several when it was filled in steps. */
export const NAMES_IN_BLOCK = 256;

/** The names of all simulations by number, as JSON text. */
const namesSql = (blocks: string) =>
  `SELECT simulation_no, ((first + generate_subscripts(list, 1) - 1) * 4 + type)::INTEGER AS number,
      unnest(list) AS json FROM (SELECT simulation_no, type, first, string_split(names, chr(10)) AS list FROM ${blocks})`;

/** Which types of names a column can hold: the ids are many, and looked up in few columns. */
const TYPES: Readonly<Record<NameSlot, string>> = {
  agent: "1",
  tx: "2, 3",
  r1: "0, 1, 2, 3",
  r2: "0, 1, 2, 3",
  r3: "0, 1, 3",
  r4: "0, 1, 3",
  r5: "0, 1, 3",
  rest: "3",
};

/** A name without its quotes. */
const plain = (json: string) =>
  `CASE WHEN contains(${json}, '\\') THEN json_extract_string(${json}, '$') ELSE ${json}[2:-2] END`;

/** The columns of spec 08 3 that are the same for all events; time stamps rise with the sequence. */
const STAMPS = `s.simulation_id || ':' || e.sequence AS event_id, s.simulation_id, e.tick::BIGINT AS tick,
    (e.tick // greatest(s.ticks_per_day, 1))::BIGINT AS day,
    s.started_at + to_microseconds(e.sequence) AS event_timestamp, s.started_at + to_microseconds(e.sequence) AS created_at`;

/** Layouts by their number. */
function layoutsIn(rows: readonly Row[]): Map<number, EventLayout> {
  return new Map(
    rows.map((row) => [Number(row["layout"]), layoutFromText(String(row["event_type"]), String(row["fields"]))]),
  );
}

/**
 * Events of a log.
 *
 * @param events the table with the rows
 * @param names a question for the names that a column can hold, with the columns `simulation_no`, `number` and `json`
 */
function loggedSql(
  layouts: ReadonlyMap<number, EventLayout>,
  events: string,
  names: (slot: NameSlot) => string,
): string {
  const details = [...layouts].map(([number, layout]) => `WHEN ${number} THEN ${membersSql(layout)}`);
  const cases = details.length === 0 ? "''" : `CASE k.layout ${details.join("\n      ")} ELSE '' END`;
  const used = new Set([
    "agent",
    "tx",
    ...[...layouts.values()].flatMap(({ places }) => places.map(({ slot }) => slot)),
  ]);
  const joins = NAME_SLOTS.filter((slot) => used.has(slot)).map((slot) =>
    `LEFT JOIN (SELECT simulation_no, number, json AS ${slot}_json FROM (${names(slot)})) j_${slot}
      ON j_${slot}.simulation_no = e.simulation_no AND j_${slot}.number = e.${slot}`
  );
  return `SELECT ${STAMPS}, k.event_type,
      '{' || k.opening || substr(k.phase || ${cases}, 3) || k.closing || '}' AS details,
      ${plain("agent_json")} AS agent_id, ${plain("tx_json")} AS tx_id
    FROM ${events} e JOIN simulations s ON s.simulation_no = e.simulation_no JOIN event_shapes k ON k.shape = e.shape
      ${joins.join("\n      ")}`;
}

/** Events that came as plain values; `names` is where theirs are found. */
function rowsSql(events: string, names: string): string {
  return `SELECT ${STAMPS}, k.event_type, e.details, a.name AS agent_id, t.name AS tx_id
    FROM ${events} e JOIN simulations s ON s.simulation_no = e.simulation_no JOIN event_kinds k ON k.kind = e.kind
      LEFT JOIN ${names} a ON a.simulation_no = e.simulation_no AND a.number = e.agent
      LEFT JOIN ${names} t ON t.simulation_no = e.simulation_no AND t.number = e.tx`;
}

/** The columns of `simulation_events`, in order (spec 08 3). */
export const EVENT_COLUMNS: string =
  "event_id, simulation_id, tick, day, event_timestamp, event_type, details, agent_id, tx_id, created_at";

const allNames = (slot: NameSlot) => namesSql(`logged_names WHERE type IN (${TYPES[slot]})`);

/** The statement that makes the view for the layouts that a database has. */
export function eventsView(layouts: ReadonlyMap<number, EventLayout>): string {
  return `CREATE OR REPLACE VIEW simulation_events AS
  SELECT ${EVENT_COLUMNS} FROM (${loggedSql(layouts, "logged_events", allNames)})
  UNION ALL SELECT ${EVENT_COLUMNS} FROM (${rowsSql("event_rows", "simulation_names")})
  UNION ALL SELECT ${EVENT_COLUMNS} FROM ${EARLIER_EVENTS}`;
}

/**
 * A question for the events of one simulation whose rows fulfil a condition on `sequence` and `tick`, in parentheses. The
 * rows are chosen first, then the names that they need are looked up, which the view cannot do for itself. Rows of a
 * database of the reference are among them whatever the condition says: the asker has to choose them by the columns of
 * the view.
 */
export async function eventsWhere(source: Source, simulationNo: number, condition: string): Promise<string> {
  const where = `simulation_no = ${Math.trunc(simulationNo)} AND ${condition}`;
  const layouts = layoutsIn(
    await source.rows(`SELECT layout, any_value(event_type) AS event_type, any_value(fields) AS fields FROM event_shapes
      WHERE shape IN (SELECT DISTINCT shape FROM logged_events WHERE ${where}) GROUP BY layout`),
  );
  const bounds = await source.rows(
    `SELECT number % 4 AS type, min(number // 4) AS least, max(number // 4) AS most FROM (
       SELECT unnest([${NAME_SLOTS.join(", ")}]) AS number FROM logged_events WHERE ${where}
     ) WHERE number >= 0 GROUP BY number % 4`,
  );
  const blocks = bounds.map(({ type, least, most }) =>
    `SELECT * FROM logged_names WHERE simulation_no = ${Math.trunc(simulationNo)} AND type = ${Number(type)} AND
       first > ${Number(least) - NAMES_IN_BLOCK} AND first <= ${Number(most)}`
  );
  const none = "SELECT * FROM logged_names WHERE FALSE";
  const [others] = await source.rows(
    `SELECT EXISTS (FROM event_rows WHERE ${where}) AS plain, EXISTS (FROM ${EARLIER_EVENTS}) AS earlier`,
  );
  // A branch takes time to plan even when it is empty.
  const plainValues = others?.["plain"] === true
    ? ` UNION ALL SELECT ${EVENT_COLUMNS} FROM (${rowsSql(`(FROM event_rows WHERE ${where})`, "simulation_names")})`
    : "";
  const earlier = others?.["earlier"] === true ? ` UNION ALL SELECT ${EVENT_COLUMNS} FROM ${EARLIER_EVENTS}` : "";
  return `(WITH logged AS MATERIALIZED (FROM logged_events WHERE ${where}),
    names AS MATERIALIZED (${namesSql(`(${blocks.length === 0 ? none : blocks.join(" UNION ALL ")})`)})
    SELECT ${EVENT_COLUMNS} FROM (${loggedSql(layouts, "logged", () => "FROM names")})${plainValues}${earlier})`;
}
