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
  NumberColumn,
  ReferenceColumn,
  TextColumn,
} from "./event_log.ts";
import { decimalJson, floatText, jsonString } from "./number_text.ts";
import { AsciiBytes, RepeatedTexts } from "./ascii_bytes.ts";

/** Bytes of a line, about: what the buffer begins with. */
const EVENT_BYTES = 192;

/** What the writers need of a log, whatever its events. */
type Readable = Pick<EventLog<EventSchema>, "texts" | "shape" | "referenceText">;

/** Writes the key of a field and the JSON of a row's value; nothing where the key is missing. */
type FieldWriter = (row: number) => void;

/** One kind of event: the text before the time and a writer for each field behind it. */
interface Layout {
  readonly start: string;
  readonly writers: readonly FieldWriter[];
  /** Where the last text up to the first field stands: most events have the time and the phase of their forerunner. */
  place: number;
  length: number;
  time: number;
  phase: string | undefined;
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
  return new TextDecoder().decode(eventLineBytes(log, from, to));
}

/** {@linkcode eventLines} as the bytes of a file: a long log is never one text. */
export function eventLineBytes<S extends EventSchema>(
  log: EventLog<S>,
  from = 0,
  to: number = log.length,
): Uint8Array<ArrayBuffer> {
  const out = new AsciiBytes((to - from) * EVENT_BYTES);
  const fields = new FieldWriters(log, out);
  const layouts = new Map<EventTable, Layout>();
  const hasPhases = log.shape.phases.length > 0;
  for (let event = from; event < to; event++) {
    const table = log.tableOf(event);
    let layout = layouts.get(table);
    if (layout === undefined) layouts.set(table, layout = fields.layoutOf(table));
    const time = log.time(event);
    const phase = log.phase(event);
    if (layout.time === time && layout.phase === phase) out.again(layout.place, layout.length);
    else {
      layout.time = time;
      layout.phase = phase;
      layout.place = out.length;
      out.text(`${layout.start}${time}${hasPhases ? `, "phase": ${jsonString(phase)}` : ""}`);
      layout.length = out.length - layout.place;
    }
    const row = log.row(event);
    for (const write of layout.writers) write(row);
    out.text("}\n");
  }
  return out.bytes();
}

/** Makes the writers of all fields of a log; they share what they have written before. */
class FieldWriters {
  readonly #log: Readable;
  readonly #out: AsciiBytes;
  readonly #texts: RepeatedTexts;
  readonly #names = new Map<string, RepeatedTexts>();
  /** Long amounts by the order of their first appearance: one amount passes through several events. */
  readonly #amounts = new Map<Decimal, number>();
  readonly #amountTexts: RepeatedTexts;
  /** The amount that is spelled for the first time. */
  #newAmount: Decimal = Decimal.ZERO;

  constructor(log: Readable, out: AsciiBytes) {
    this.#log = log;
    this.#out = out;
    this.#texts = new RepeatedTexts((number) => jsonString(log.texts.text(number)));
    this.#amountTexts = new RepeatedTexts(() => decimalJson(this.#newAmount));
  }

  layoutOf({ kind, columns }: EventTable): Layout {
    return {
      start: `{"kind": ${jsonString(kind)}, ${jsonString(this.#log.shape.time)}: `,
      writers: columns.map((column) => {
        const key = new RepeatedTexts(() => `, ${jsonString(column.name)}: `);
        return this.#writerOf(column, () => key.write(this.#out, 0));
      }),
      place: 0,
      length: 0,
      time: NaN,
      phase: undefined,
    };
  }

  #writerOf(column: Column, key: () => void): FieldWriter {
    if (column instanceof TextColumn) return this.#reference(column.codes, this.#texts, key);
    if (column instanceof DecimalColumn) return this.#decimal(column, key);
    if (column instanceof ReferenceColumn) return this.#reference(column, this.#namesOf(column), key);
    const isFloat = column instanceof NumberColumn && column.type === "float";
    return (row) => {
      const value = column.get(row);
      if (value === undefined) return;
      key();
      this.#out.text(isFloat && typeof value === "number" ? floatText(value) : valueJson(value));
    };
  }

  #namesOf({ type }: ReferenceColumn): RepeatedTexts {
    let names = this.#names.get(type);
    if (names === undefined) {
      names = new RepeatedTexts((number) => jsonString(this.#log.referenceText(type, number)));
      this.#names.set(type, names);
    }
    return names;
  }

  #reference(column: ReferenceColumn, texts: RepeatedTexts, key: () => void): FieldWriter {
    const out = this.#out;
    const numbers = column.numbers;
    return (row) => {
      const number = numbers[row] ?? 0;
      if (number < 0 && column.get(row) === undefined) return;
      key();
      if (number < 0) out.text("null");
      else texts.write(out, number);
    };
  }

  #decimal(column: DecimalColumn, key: () => void): FieldWriter {
    return (row) => {
      const value = column.get(row);
      if (value === undefined) return;
      key();
      if (value === null) this.#out.text("null");
      else if (value.isShort) this.#out.text(decimalJson(value));
      else this.#longAmount(value);
    };
  }

  #longAmount(value: Decimal): void {
    let number = this.#amounts.get(value);
    if (number === undefined) {
      this.#amounts.set(value, number = this.#amounts.size);
      this.#newAmount = value;
    }
    this.#amountTexts.write(this.#out, number);
  }
}
