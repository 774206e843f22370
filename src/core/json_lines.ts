/**
 * Events as lines of JSON, straight from the columns of a log: no object is made on the way. Source: `spec 01 15.1`.
 *
 * @module
 */
import { Decimal } from "./decimal.ts";
import {
  type Column,
  DecimalColumn,
  type EventLog,
  type EventSchema,
  type EventTable,
  JsonColumn,
  NumberColumn,
  ReferenceColumn,
  TextColumn,
} from "./event_log.ts";
import { decimalJson, floatText, jsonString } from "./number_text.ts";

/** The JSON of a row's value; undefined where the key is missing. */
type ValueWriter = (row: number) => string | undefined;

/** One kind of event: the text before the time and a writer for each field behind it. */
interface Layout {
  readonly start: string;
  readonly keys: readonly string[];
  readonly writers: readonly ValueWriter[];
}

/** A cache of the JSON of numbered texts: references and interned text come again and again. */
function cached(text: (number: number) => string): (number: number) => string {
  const known: string[] = [];
  return (number) => known[number] ??= jsonString(text(number));
}

function referenceWriter(column: ReferenceColumn, text: (number: number) => string): ValueWriter {
  const numbers = column.numbers;
  return (row) => {
    const number = numbers[row] ?? 0;
    if (number >= 0) return text(number);
    return column.get(row) === null ? "null" : undefined;
  };
}

function numberWriter(column: NumberColumn): ValueWriter {
  return (row) => {
    const value = column.get(row);
    if (value === undefined) return undefined;
    return typeof value === "number" && column.type === "float" ? floatText(value) : String(value);
  };
}

function decimalWriter(column: DecimalColumn): ValueWriter {
  const { coefficients, exponents } = column;
  return (row) => {
    if (exponents[row] === 0) return String(coefficients[row]);
    const value = column.get(row);
    return value instanceof Decimal ? decimalJson(value) : value === null ? "null" : undefined;
  };
}

/** The JSON of a list or map as an event holds it, with `", "` and `": "` between its parts. */
function valueJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Decimal) return decimalJson(value);
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : floatText(value);
  if (Array.isArray(value)) return `[${value.map(valueJson).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${jsonString(key)}: ${valueJson(member)}`).join(", ")}}`;
}

/**
 * Writes events of a log as JSON lines, every line with its line end: keys in the order of the log's objects, ASCII
 * only, whole decimals as integers and others as strings.
 *
 * @param from The first event.
 * @param to The event after the last one.
 *
 * @example
 * ```ts
 * import { EventLog } from "./event_log.ts";
 * import { eventLines } from "./json_lines.ts";
 *
 * const log = new EventLog({ DayStarted: [["day_number", "int"]] }, { time: "day", phases: [], names: {} });
 * log.emit("DayStarted", 1);
 * eventLines(log); // '{"kind": "DayStarted", "day": 0, "day_number": 1}\n'
 * ```
 */
export function eventLines<S extends EventSchema>(log: EventLog<S>, from = 0, to: number = log.length): string {
  const layouts = new Map<EventTable, Layout>();
  const texts = cached((number) => log.texts.text(number));
  const names = new Map<string, (number: number) => string>();

  function writerOf(column: Column): ValueWriter {
    if (column instanceof TextColumn) return referenceWriter(column.codes, texts);
    if (column instanceof NumberColumn) return numberWriter(column);
    if (column instanceof DecimalColumn) return decimalWriter(column);
    if (column instanceof ReferenceColumn) {
      const type = column.type;
      let name = names.get(type);
      if (name === undefined) {
        name = cached((number) => log.referenceText(type, number));
        names.set(type, name);
      }
      return referenceWriter(column, name);
    }
    return column instanceof JsonColumn ? (row) => jsonOrMissing(column.get(row)) : (row) => valueJson(column.get(row));
  }

  function layoutOf(table: EventTable): Layout {
    const layout = {
      start: `{"kind": ${jsonString(table.kind)}, ${jsonString(log.shape.time)}: `,
      keys: table.columns.map((column) => `, ${jsonString(column.name)}: `),
      writers: table.columns.map(writerOf),
    };
    layouts.set(table, layout);
    return layout;
  }

  const hasPhases = log.shape.phases.length > 0;
  const phases = new Map(log.shape.phases.map((phase) => [phase, `, "phase": ${jsonString(phase)}`]));
  let lines = "";
  for (let event = from; event < to; event++) {
    const table = log.tableOf(event);
    const { start, keys, writers } = layouts.get(table) ?? layoutOf(table);
    const row = log.row(event);
    lines += start + log.time(event);
    if (hasPhases) lines += phases.get(log.phase(event)) ?? "";
    for (let i = 0; i < writers.length; i++) {
      const value = writers[i]?.(row);
      if (value !== undefined) lines += (keys[i] ?? "") + value;
    }
    lines += "}\n";
  }
  return lines;
}

function jsonOrMissing(value: unknown): string | undefined {
  return value === undefined ? undefined : valueJson(value);
}
