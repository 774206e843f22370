/**
 * Copies events of a log into the columns of a batch, kind by kind: numbers are copied, references and texts become
 * numbers of names, exact decimals and lists the numbers of their JSON text. No text is made for an event.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import {
  type Column,
  DecimalColumn,
  type EventTable,
  NumberColumn,
  ReferenceColumn,
  TextColumn,
} from "../../core/event_log.ts";
import { decimalJson, floatText, jsonString } from "../../core/number_text.ts";
import type { ReadableLog } from "../../experiments/contracts.ts";
import { LIST_FIELDS } from "../../payments/events.ts";
import type { EventBatch } from "./event_batch.ts";
import { storedJson } from "./event_details.ts";
import { type EventLayout, type FieldPlace, NUMBER_SLOTS } from "./event_shapes.ts";
import { NAME_TYPES } from "./events_sql.ts";
import type { SlotNumbers } from "./slot_numbers.ts";

const NAME_TYPE_NUMBERS = Object.values(NAME_TYPES);

const NULL = -1;
const ABSENT = -2;

/** Stands for the exponent of the integer kind of decimals. */
const WHOLE = NaN;

/** References from this number on are few and far between (see `FIRST_SCHEDULED` of the payments model). */
const SPARSE = 1 << 28;

/** References whose numbers follow each other without gaps; others, such as tickets, name few of theirs. */
const DENSE: ReadonlySet<string> = new Set(["ref:agent", "ref:contract", "ref:payment"]);

/** A kind of event as the database knows it. */
export interface KnownKind {
  readonly layout: EventLayout;
  /** The numbers of its shapes, one for each phase. */
  readonly shapes: readonly number[];
}

/** The names of one simulation that are in the database or on their way. */
export class NameNumbers {
  readonly simulationNo: number;
  /** How many names of each type there are. */
  readonly counts: number[];
  readonly #decimals = new Map<Decimal, number>();
  readonly #short = new Map<number, Map<number, number>>();
  #fresh: string[] = [];

  /** @param counts the names of each type that are in the database already */
  constructor(simulationNo: number, counts: readonly number[] = []) {
    this.simulationNo = simulationNo;
    this.counts = NAME_TYPE_NUMBERS.map((type) => counts[type] ?? 0);
  }

  /** The number of a new value that is JSON text. */
  value(json: string): number {
    this.#fresh.push(json);
    return ((this.counts[NAME_TYPES.value] ?? 0) + this.#fresh.length - 1) * 4 + NAME_TYPES.value;
  }

  /** The number of an amount; one amount passes through several events. */
  decimal(value: Decimal): number {
    if (!value.isShort) return this.#remembered(this.#decimals, value, value);
    const exponent = value.isInteger ? WHOLE : value.exponent;
    let known = this.#short.get(exponent);
    if (known === undefined) this.#short.set(exponent, known = new Map());
    return this.#remembered(known, value.low, value);
  }

  #remembered<K>(known: Map<K, number>, key: K, value: Decimal): number {
    let number = known.get(key);
    if (number === undefined) known.set(key, number = this.value(decimalJson(value)));
    return number;
  }

  /** Hands the new values to a batch. */
  writeValues(batch: EventBatch): void {
    const first = this.counts[NAME_TYPES.value] ?? 0;
    batch.addNames(this.simulationNo, NAME_TYPES.value, first, this.#fresh);
    this.counts[NAME_TYPES.value] = first + this.#fresh.length;
    this.#fresh = [];
  }
}

/** The names of a log of one type: the log's number `n` is the simulation's `base + n`. */
interface NameRange {
  readonly type: number;
  readonly text: (number: number) => string;
  readonly base: number;
  /** Names of the log that are written. */
  written: number;
  /** The largest number that was met. */
  most: number;
}

/** Reads one log. */
export class LogReader {
  readonly #log: ReadableLog;
  readonly #kinds: ReadonlyMap<string, KnownKind>;
  readonly #names: NameNumbers;
  readonly #ranges = new Map<string, NameRange>();
  /** Numbers of values for references that are not dense. */
  readonly #sparse = new Map<string, Map<number, number>>();
  readonly #phases: readonly string[];

  constructor(log: ReadableLog, kinds: ReadonlyMap<string, KnownKind>, names: NameNumbers) {
    this.#log = log;
    this.#kinds = kinds;
    this.#names = names;
    this.#phases = log.shape.phases;
  }

  /** Copies events; the first gets the number `sequence`. */
  read(batch: EventBatch, from: number, to: number, sequence: number): void {
    const first = batch.open(to - from);
    this.#stamp(batch, first, from, to, sequence);
    const [, , , shapes] = batch.stamps();
    for (const [kind, { layout, shapes: known }] of this.#kinds) {
      const table = this.#log.table(kind);
      if (table === undefined || table.length === 0) continue;
      const start = placeOf(table, from);
      const end = placeOf(table, to);
      if (start === end) continue;
      const stretch = { events: table.events, start, end, shift: first - from };
      for (let row = start; row < end; row++) {
        const place = (table.events[row] ?? 0) + stretch.shift;
        shapes[place] = known[shapes[place] ?? 0] ?? -1;
      }
      for (const [i, place] of layout.places.entries()) {
        const column = table.columns[i];
        if (column !== undefined && place.slot !== "rest") this.#copy(batch, column, place, stretch);
      }
      this.#copyRest(batch, table, layout, stretch);
    }
    for (const range of this.#ranges.values()) this.#writeNames(batch, range);
    this.#names.writeValues(batch);
  }

  /** Simulation, sequence, tick, and for now the phase in the place of the shape. */
  #stamp(batch: EventBatch, first: number, from: number, to: number, sequence: number): void {
    const log = this.#log;
    const [simulations, sequences, ticks, shapes] = batch.stamps();
    simulations.fill(this.#names.simulationNo, first, first + to - from);
    let phase = "";
    let number = 0;
    for (let event = from; event < to; event++) {
      const row = first + event - from;
      sequences[row] = sequence + event - from;
      ticks[row] = log.time(event);
      const found = log.phase(event);
      if (found !== phase) {
        phase = found;
        number = Math.max(0, this.#phases.indexOf(found));
      }
      shapes[row] = number;
    }
  }

  #copy(batch: EventBatch, column: Column, { slot }: FieldPlace, stretch: Stretch): void {
    if (NUMBER_SLOTS.some((known) => known === slot)) {
      if (column instanceof NumberColumn) copyNumbers(column, batch.numbers(slot), stretch);
      return;
    }
    const out = batch.names(slot);
    if (column instanceof TextColumn) this.#copyDense(column.codes, "text", out, stretch);
    else if (column instanceof ReferenceColumn) {
      if (DENSE.has(column.type)) this.#copyDense(column, column.type, out, stretch);
      else this.#copyValues(column, out, stretch);
    } else if (column instanceof DecimalColumn) this.#copyDecimals(column, out, stretch);
    else this.#copyValues(column, out, stretch);
  }

  #copyDense(
    { numbers }: ReferenceColumn,
    type: string,
    out: Int32Array,
    { events, start, end, shift }: Stretch,
  ): void {
    const range = this.#range(type);
    const { base, type: bits } = range;
    let { most } = range;
    for (let row = start; row < end; row++) {
      const number = numbers[row] ?? NULL;
      const place = (events[row] ?? 0) + shift;
      if (number < 0) out[place] = number;
      else if (number >= SPARSE) out[place] = this.#sparseNumber(type, number);
      else {
        if (number > most) most = number;
        out[place] = (base + number) * 4 + bits;
      }
    }
    range.most = most;
  }

  #range(type: string): NameRange {
    let range = this.#ranges.get(type);
    if (range === undefined) {
      const bits = type === "text" ? NAME_TYPES.text : type === "ref:agent" ? NAME_TYPES.agent : NAME_TYPES.id;
      const text = type === "text" ? (number: number) => this.#log.texts.text(number) : this.#nameOf(type);
      this.#ranges.set(type, range = { type: bits, text, base: this.#names.counts[bits] ?? 0, written: 0, most: -1 });
    }
    return range;
  }

  /** Not through the log's memory of names: a name is asked for once. */
  #nameOf(type: string): (number: number) => string {
    const name = this.#log.shape.names[type.slice("ref:".length)];
    if (name === undefined) throw new RangeError(`the log has no names for ${type}`);
    return name;
  }

  #sparseNumber(type: string, number: number): number {
    let known = this.#sparse.get(type);
    if (known === undefined) this.#sparse.set(type, known = new Map());
    let found = known.get(number);
    if (found === undefined) {
      known.set(number, found = this.#names.value(jsonString(this.#nameOf(type)(number))));
    }
    return found;
  }

  #copyDecimals(column: DecimalColumn, out: Int32Array, { events, start, end, shift }: Stretch): void {
    for (let row = start; row < end; row++) {
      const value = column.get(row);
      out[(events[row] ?? 0) + shift] = value === undefined
        ? ABSENT
        : value === null
        ? NULL
        : this.#names.decimal(value);
    }
  }

  #copyValues(column: Column, out: Int32Array, { events, start, end, shift }: Stretch): void {
    for (let row = start; row < end; row++) {
      const value = column.get(row);
      const place = (events[row] ?? 0) + shift;
      if (value === undefined) out[place] = ABSENT;
      else if (value === null) out[place] = NULL;
      else if (column instanceof ReferenceColumn) out[place] = this.#sparseNumber(column.type, Number(value));
      else out[place] = this.#names.value(this.#valueJson(column, value));
    }
  }

  #copyRest(batch: EventBatch, { columns }: EventTable, { places }: EventLayout, stretch: Stretch): void {
    const rest = places.flatMap((place, i) => {
      const column = columns[i];
      return column !== undefined && place.slot === "rest" ? [{ column, key: `${jsonString(place.name)}: ` }] : [];
    });
    if (rest.length === 0) return;
    const out = batch.names("rest");
    const { events, start, end, shift } = stretch;
    for (let row = start; row < end; row++) {
      let text = "";
      for (const { column, key } of rest) {
        const value = column.get(row);
        if (value === undefined) continue;
        text += `${text === "" ? "" : ", "}${key}${value === null ? "null" : this.#valueJson(column, value)}`;
      }
      out[(events[row] ?? 0) + shift] = text === "" ? ABSENT : this.#names.value(text);
    }
  }

  /** The JSON of a value that is there. */
  #valueJson(column: Column, value: unknown): string {
    if (column instanceof ReferenceColumn) return jsonString(this.#nameOf(column.type)(Number(value)));
    if (column instanceof NumberColumn) {
      if (typeof value !== "number") return String(value);
      if (!Number.isFinite(value)) return "null";
      return column.type === "int" ? String(value) : floatText(value);
    }
    const listed = LIST_FIELDS[column.name];
    if (listed === undefined || !isNumbers(value)) return storedJson(value);
    const name = this.#nameOf(`ref:${listed}`);
    return `[${Array.from(value, (number) => jsonString(name(number))).join(", ")}]`;
  }

  #writeNames(batch: EventBatch, range: NameRange): void {
    const { type, base, written, most, text } = range;
    if (most < written) return;
    const names: string[] = [];
    for (let number = written; number <= most; number++) names.push(jsonString(text(number)));
    batch.addNames(this.#names.simulationNo, type, base + written, names);
    range.written = most + 1;
    this.#names.counts[type] = base + most + 1;
  }
}

/** Rows of the table of a kind, and what the number of an event has to be shifted by to get its row in the batch. */
interface Stretch {
  readonly events: Int32Array;
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

function copyNumbers(column: NumberColumn, out: SlotNumbers, { events, start, end, shift }: Stretch): void {
  const { values } = column;
  const isFloat = column.type === "float";
  for (let row = start; row < end; row++) {
    const value = values[row] ?? 0;
    const place = (events[row] ?? 0) + shift;
    // What is not finite stands for null, unless the key is missing.
    if (value - value !== 0) out.setNone(place, column.get(row) === undefined);
    else if (isFloat) out.setFloat(place, value);
    else out.setWhole(place, value);
  }
}

/** The first row of a table that belongs to an event from number `event` on. */
function placeOf({ events, length }: EventTable, event: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle] ?? 0) < event) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isNumbers(value: unknown): value is Iterable<number> {
  return value instanceof Int32Array || (Array.isArray(value) && value.every((member) => typeof member === "number"));
}
