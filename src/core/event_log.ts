/**
 * A typed log held in columns. An engine emits events by kind and position; every field of every kind is one growing
 * column, text is interned, and references to the engine's own dense numbers stay numbers. Readers ask for columns
 * (metrics, Parquet) or for objects (people); the log never makes an object on its own.
 *
 * The log knows no model: the kinds, their fields and the names behind references are given by the model that owns it.
 *
 * @module
 */
import { Decimal } from "./decimal.ts";

/** What a field holds. `ref:x` is a dense number whose text the log's `names.x` gives; `texts` is a list of `ref:x` texts. */
export type FieldType = "text" | "int" | "float" | "decimal" | "bool" | "json" | `ref:${string}`;

/** A field of an event: its name, its type, and `optional` where the key may be missing (which differs from null). */
export type Field = readonly [name: string, type: FieldType, optional?: "optional"];

/** The kinds of a model with their fields, in the order in which a written event shows them. */
export type EventSchema = Readonly<Record<string, readonly Field[]>>;

/** What each type of field holds, references aside. */
export interface FieldValues {
  text: string | null;
  int: number | null;
  float: number | null;
  decimal: Decimal | null;
  bool: boolean | null;
  json: unknown;
}

/** The value that a field of type `T` takes: references are the engine's own numbers. */
export type FieldValue<T extends FieldType> = T extends keyof FieldValues ? FieldValues[T] : number | null;

/** The arguments after the kind in {@linkcode EventLog.emit}. */
export type FieldArguments<F extends readonly Field[]> = {
  -readonly [I in keyof F]: F[I] extends readonly [string, infer T extends FieldType, "optional"]
    ? FieldValue<T> | undefined
    : F[I] extends readonly [string, infer T extends FieldType] ? FieldValue<T>
    : never;
};

/** The text behind a reference: `names.agent(3)` is the id of agent number 3. */
export type ReferenceNames = Readonly<Record<string, (number: number) => string>>;

/** How a log is stamped and named. */
export interface LogShape {
  /** Name of the time field in written events, `day` or `tick`. */
  readonly time: string;
  /** The possible phases; written as field `phase` after the time. An empty list means that the model has none. */
  readonly phases: readonly string[];
  /** The names behind `ref:` fields. */
  readonly names: ReferenceNames;
}

/** One event as a reader who wants objects sees it: text for references, {@linkcode Decimal} for decimals. */
export type EventObject = { readonly kind: string } & Readonly<Record<string, unknown>>;

const NULL = -1;
const ABSENT = -2;
/** Eight doubles are the largest array that lives in the heap of the engine, where it costs a tenth. */
const FIRST_CAPACITY = 8;

/** Interned text: each distinct string of a log is kept once. */
export class TextPool {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  /** The number of `text`, the same for the same text. */
  intern(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.length;
      this.#numbers.set(text, number);
      this.#texts.push(text);
    }
    return number;
  }

  /** The text behind a number that {@linkcode intern} gave. */
  text(number: number): string {
    const text = this.#texts[number];
    if (text === undefined) throw new RangeError(`no text has the number ${number}`);
    return text;
  }
}

/** One field of one kind over all its events. `undefined` stands for a missing optional key. */
export interface Column {
  readonly name: string;
  readonly type: FieldType;
  /** Appends a value of the column's type; `undefined` where the key is missing. */
  push(value: unknown): void;
  /** The value of a row, as it was emitted. */
  get(row: number): unknown;
  /** Forgets the rows from `length` on. */
  truncate(length: number): void;
}

function grownInt32(array: Int32Array): Int32Array {
  const next = new Int32Array(array.length * 2);
  next.set(array);
  return next;
}

function grownFloat64(array: Float64Array): Float64Array {
  const next = new Float64Array(array.length * 2);
  next.set(array);
  return next;
}

/** Numbers below 2^31 in magnitude, references and interned text. Rows hold the number; null and missing are negative. */
export class ReferenceColumn implements Column {
  /** The numbers themselves: -1 is null, -2 a missing key. */
  numbers: Int32Array = new Int32Array(FIRST_CAPACITY);
  length = 0;
  constructor(readonly name: string, readonly type: FieldType) {}
  push(value: number | null | undefined): void {
    if (this.length === this.numbers.length) this.numbers = grownInt32(this.numbers);
    this.numbers[this.length++] = value === null ? NULL : value === undefined ? ABSENT : value;
  }
  get(row: number): number | null | undefined {
    const number = this.numbers[row];
    return number === NULL ? null : number === ABSENT ? undefined : number;
  }
  truncate(length: number): void {
    this.length = length;
  }
}

/** Interned text. */
export class TextColumn implements Column {
  readonly type = "text";
  readonly codes: ReferenceColumn;
  constructor(readonly name: string, readonly pool: TextPool) {
    this.codes = new ReferenceColumn(name, "text");
  }
  push(value: string | null | undefined): void {
    this.codes.push(typeof value === "string" ? this.pool.intern(value) : value);
  }
  get(row: number): string | null | undefined {
    const code = this.codes.get(row);
    return typeof code === "number" ? this.pool.text(code) : code;
  }
  truncate(length: number): void {
    this.codes.truncate(length);
  }
}

/** Whole or binary floating numbers and booleans as doubles; null and missing keys are kept in a sparse side map. */
export class NumberColumn implements Column {
  values: Float64Array = new Float64Array(FIRST_CAPACITY);
  length = 0;
  #holes: Map<number, null | undefined> | undefined;
  constructor(readonly name: string, readonly type: "int" | "float" | "bool") {}
  push(value: number | boolean | null | undefined): void {
    if (this.length === this.values.length) this.values = grownFloat64(this.values);
    if (value === null || value === undefined) {
      this.#holes ??= new Map();
      this.#holes.set(this.length, value);
      this.values[this.length++] = NaN;
    } else {
      this.values[this.length++] = Number(value);
    }
  }
  get(row: number): number | boolean | null | undefined {
    if (this.#holes?.has(row)) return this.#holes.get(row);
    const value = this.values[row];
    return this.type === "bool" ? value === 1 : value;
  }
  truncate(length: number): void {
    if (this.#holes !== undefined) {
      for (let row = length; row < this.length; row++) this.#holes.delete(row);
    }
    this.length = length;
  }
}

const BIG = 0x7fff;
const WHOLE = 0x7ffe;

/**
 * Exact decimals: coefficient and exponent in typed arrays. Coefficients past 2^53 stand in a side list, and integer
 * kinds ({@linkcode Decimal.isInteger}) are marked, so that a value comes back exactly as it went in.
 */
export class DecimalColumn implements Column {
  readonly type = "decimal";
  coefficients: Float64Array = new Float64Array(FIRST_CAPACITY);
  exponents: Int16Array = new Int16Array(FIRST_CAPACITY);
  length = 0;
  #kept: (Decimal | null | undefined)[] = [];
  constructor(readonly name: string) {}
  push(value: Decimal | null | undefined): void {
    const row = this.length;
    if (row === this.coefficients.length) {
      this.coefficients = grownFloat64(this.coefficients);
      const exponents = new Int16Array(row * 2);
      exponents.set(this.exponents);
      this.exponents = exponents;
    }
    if (value !== null && value !== undefined && value.isShort) {
      this.coefficients[row] = value.low;
      this.exponents[row] = value.isInteger ? WHOLE : value.exponent;
    } else {
      this.coefficients[row] = this.#kept.length;
      this.exponents[row] = BIG;
      this.#kept.push(value);
    }
    this.length = row + 1;
  }
  get(row: number): Decimal | null | undefined {
    const coefficient = this.coefficients[row] ?? 0;
    const exponent = this.exponents[row] ?? 0;
    if (exponent === BIG) return this.#kept[coefficient];
    return exponent === WHOLE ? Decimal.integer(coefficient) : Decimal.of(coefficient, exponent);
  }
  truncate(length: number): void {
    for (let row = length; row < this.length; row++) {
      if (this.exponents[row] === BIG) {
        this.#kept.length = this.coefficients[row] ?? 0;
        break;
      }
    }
    this.length = length;
  }
}

/** Lists and maps, for the few fields that have them. Values are kept as given and must not be changed afterwards. */
export class JsonColumn implements Column {
  readonly type = "json";
  readonly values: unknown[] = [];
  constructor(readonly name: string) {}
  push(value: unknown): void {
    this.values.push(value);
  }
  get(row: number): unknown {
    return this.values[row];
  }
  truncate(length: number): void {
    this.values.length = length;
  }
}

/** All events of one kind. Row r of every column belongs to event number `events[r]` of the log. */
export class EventTable {
  readonly columns: readonly Column[];
  events: Int32Array = new Int32Array(FIRST_CAPACITY);
  length = 0;
  constructor(readonly kind: string, fields: readonly Field[], pool: TextPool) {
    this.columns = fields.map(([name, type]) => newColumn(name, type, pool));
  }

  /** The column of a field. */
  column(name: string): Column {
    const column = this.columns.find((column) => column.name === name);
    if (column === undefined) throw new RangeError(`${this.kind} has no field ${name}`);
    return column;
  }

  /** A column of decimals by name. */
  decimals(name: string): DecimalColumn {
    const column = this.column(name);
    if (column instanceof DecimalColumn) return column;
    throw new TypeError(`${this.kind}.${name} does not hold decimals`);
  }

  /** A column of references by name. */
  references(name: string): ReferenceColumn {
    const column = this.column(name);
    if (column instanceof ReferenceColumn) return column;
    throw new TypeError(`${this.kind}.${name} does not hold references`);
  }

  /** A column of interned text by name. */
  texts(name: string): TextColumn {
    const column = this.column(name);
    if (column instanceof TextColumn) return column;
    throw new TypeError(`${this.kind}.${name} does not hold text`);
  }

  /** A column of numbers by name. */
  numbers(name: string): NumberColumn {
    const column = this.column(name);
    if (column instanceof NumberColumn) return column;
    throw new TypeError(`${this.kind}.${name} does not hold numbers`);
  }

  /** Opens the next row for an event of the log; the caller pushes one value into each column. */
  open(event: number): void {
    if (this.length === this.events.length) this.events = grownInt32(this.events);
    this.events[this.length++] = event;
  }

  /** Forgets the last row. */
  truncate(length: number): void {
    this.length = length;
    for (const column of this.columns) column.truncate(length);
  }
}

function newColumn(name: string, type: FieldType, pool: TextPool): Column {
  switch (type) {
    case "text":
      return new TextColumn(name, pool);
    case "int":
    case "float":
    case "bool":
      return new NumberColumn(name, type);
    case "decimal":
      return new DecimalColumn(name);
    case "json":
      return new JsonColumn(name);
    default:
      return new ReferenceColumn(name, type);
  }
}

/**
 * The log of one simulation.
 *
 * @example
 * ```ts
 * import { Decimal } from "./decimal.ts";
 * import { EventLog } from "./event_log.ts";
 *
 * const log = new EventLog(
 *   { CashMinted: [["to", "ref:agent"], ["amount", "decimal"]] },
 *   { time: "day", phases: ["setup", "simulation"], names: { agent: (n) => `H${n}` } },
 * );
 * log.stamp(0, "setup");
 * log.emit("CashMinted", 1, Decimal.of(105, -1));
 * log.object(0); // { kind: "CashMinted", day: 0, phase: "setup", to: "H1", amount: 10.5 }
 * ```
 */
export class EventLog<S extends EventSchema> {
  readonly texts: TextPool = new TextPool();
  readonly #kinds: readonly string[];
  readonly #kindNumbers: ReadonlyMap<string, number>;
  readonly #tables: (EventTable | undefined)[];
  /** The texts of references that someone asked for, by type. */
  readonly #knownNames = new Map<FieldType, string[]>();
  #kindOf: Uint8Array = new Uint8Array(64);
  #rowOf: Int32Array = new Int32Array(64);
  #timeOf: Int32Array = new Int32Array(64);
  #phaseOf: Uint8Array = new Uint8Array(64);
  #length = 0;
  #time = 0;
  #phase = 0;

  constructor(readonly schema: S, readonly shape: LogShape) {
    this.#kinds = Object.keys(schema);
    if (this.#kinds.length > 256) throw new RangeError("a log holds at most 256 kinds of event");
    this.#kindNumbers = new Map(this.#kinds.map((kind, number) => [kind, number]));
    this.#tables = new Array(this.#kinds.length).fill(undefined);
  }

  /** Number of events. */
  get length(): number {
    return this.#length;
  }

  /** Sets the time (day or tick) and the phase of the events emitted from now on. */
  stamp(time: number, phase?: string): void {
    this.#time = time;
    if (phase !== undefined) {
      this.#phase = this.shape.phases.indexOf(phase);
      if (this.#phase < 0) throw new RangeError(`unknown phase ${phase}`);
    }
  }

  /** Appends an event; the values follow the order of the kind's fields. */
  emit<K extends keyof S & string>(kind: K, ...values: FieldArguments<S[K]>): void {
    const number = this.#kindNumbers.get(kind);
    if (number === undefined) throw new RangeError(`unknown kind of event ${kind}`);
    let table = this.#tables[number];
    if (table === undefined) {
      table = new EventTable(kind, this.schema[kind] ?? [], this.texts);
      this.#tables[number] = table;
    }
    const event = this.#length;
    if (event === this.#kindOf.length) this.#grow();
    this.#kindOf[event] = number;
    this.#rowOf[event] = table.length;
    this.#timeOf[event] = this.#time;
    this.#phaseOf[event] = this.#phase;
    this.#length = event + 1;
    table.open(event);
    const columns = table.columns;
    for (let i = 0; i < columns.length; i++) columns[i]?.push(values[i]);
  }

  #grow(): void {
    const size = this.#kindOf.length * 2;
    const kinds = new Uint8Array(size);
    kinds.set(this.#kindOf);
    this.#kindOf = kinds;
    const phases = new Uint8Array(size);
    phases.set(this.#phaseOf);
    this.#phaseOf = phases;
    this.#rowOf = grownInt32(this.#rowOf);
    this.#timeOf = grownInt32(this.#timeOf);
  }

  /** Forgets every event from number `length` on: the undo of a failed step. */
  truncate(length: number): void {
    for (let event = this.#length - 1; event >= length; event--) {
      this.#tables[this.#kindOf[event] ?? 0]?.truncate(this.#rowOf[event] ?? 0);
    }
    this.#length = Math.min(this.#length, length);
  }

  /** The kind of an event. */
  kind(event: number): string {
    return this.#kinds[this.#kindOf[event] ?? 0] ?? "";
  }

  /** The row of an event in the table of its kind. */
  row(event: number): number {
    return this.#rowOf[event] ?? 0;
  }

  /** The day or tick of an event. */
  time(event: number): number {
    return this.#timeOf[event] ?? 0;
  }

  /** The phase of an event, empty for a model without phases. */
  phase(event: number): string {
    return this.shape.phases[this.#phaseOf[event] ?? 0] ?? "";
  }

  /** All events of a kind, or undefined when none was emitted. */
  table(kind: keyof S & string): EventTable | undefined {
    return this.#tables[this.#kindNumbers.get(kind) ?? -1];
  }

  /** The table that holds an event. */
  tableOf(event: number): EventTable {
    const table = this.#tables[this.#kindOf[event] ?? 0];
    if (event >= this.#length || table === undefined) throw new RangeError(`the log has no event ${event}`);
    return table;
  }

  /** The text behind a reference of type `ref:x`. */
  referenceText(type: FieldType, number: number): string {
    let known = this.#knownNames.get(type);
    if (known === undefined) this.#knownNames.set(type, known = []);
    return known[number] ??= this.#name(type, number);
  }

  #name(type: FieldType, number: number): string {
    const name = this.shape.names[type.slice("ref:".length)];
    if (name === undefined) throw new RangeError(`the log has no names for ${type}`);
    return name(number);
  }

  /** One event as an object, keys in written order: kind, time, phase, then the fields. */
  object(event: number): EventObject {
    const table = this.tableOf(event);
    const row = this.row(event);
    const object: Record<string, unknown> & { kind: string } = {
      kind: table.kind,
      [this.shape.time]: this.time(event),
    };
    if (this.shape.phases.length > 0) object.phase = this.phase(event);
    for (const column of table.columns) {
      const value = column.get(row);
      if (value === undefined) continue;
      object[column.name] = column instanceof ReferenceColumn && typeof value === "number"
        ? this.referenceText(column.type, value)
        : value;
    }
    return object;
  }

  /** The events from `from` up to `to` (exclusive) as objects, made one by one. */
  *objects(from = 0, to: number = this.#length): Generator<EventObject> {
    for (let event = from; event < to; event++) yield this.object(event);
  }
}
