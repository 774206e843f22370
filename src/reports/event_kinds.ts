/**
 * The events of a run as the page reads them: kinds with fields, row by row. The columns of a log are read in place; no
 * object is made for an event. Events that come as objects are read the same way.
 *
 * @module
 */
import {
  type Column,
  EventLog,
  type EventSchema,
  type EventTable,
  type FieldType,
  ReferenceColumn,
  TextColumn,
} from "../core/event_log.ts";
import { type EventField, NO_FIELD, ValueField } from "./event_fields.ts";
import type { EventSource } from "./inputs.ts";
import { EMPTY_PLACE, type TextPlaces } from "./text_places.ts";

/** The events of one kind. */
export interface EventKind {
  readonly name: string;
  /** Kinds are counted from 0 in the order in which they are met. */
  readonly number: number;
  /** The fields where all events of the kind are known to have them; the same object for all logs of a model. */
  readonly schema: object | null;
  /** Whether events of this kind can have a field. */
  has(field: string): boolean;
  /** A field; one without values where the kind has none of that name. */
  field(name: string): EventField;
}

/** Where an event stands: its kind, and its row among the events of that kind. */
export interface EventKinds {
  readonly length: number;
  kindOf(event: number): EventKind;
  rowOf(event: number): number;
  /** Day of the event. */
  time(event: number): number;
  /** `setup` or `simulation`. */
  phase(event: number): string;
}

/** The kinds of events; the texts of their fields get `places`. */
export function eventKinds(events: EventSource, places: TextPlaces): EventKinds {
  return events instanceof EventLog ? new LogKinds(events, places) : new ObjectKinds(events, places);
}

/** What belongs to a kind, made when the kind is met first. */
export class ByKind<T> {
  readonly #make: (kind: EventKind) => T;
  readonly #made: T[] = [];

  constructor(make: (kind: EventKind) => T) {
    this.#make = make;
  }

  /** What belongs to `kind`. */
  of(kind: EventKind): T {
    let made = this.#made[kind.number];
    if (made === undefined) this.#made[kind.number] = made = this.#make(kind);
    return made;
  }
}

/** What is read of a log, whatever its events. */
type Readable = Pick<
  EventLog<EventSchema>,
  "length" | "time" | "phase" | "row" | "tableOf" | "referenceText" | "texts" | "schema"
>;

/** The kinds of a log: its tables. */
class LogKinds implements EventKinds {
  readonly #log: Readable;
  readonly #fields: LogFields;
  readonly #kinds = new Map<EventTable, EventKind>();

  constructor(log: Readable, places: TextPlaces) {
    this.#log = log;
    this.#fields = new LogFields(log, places);
  }

  get length(): number {
    return this.#log.length;
  }

  kindOf(event: number): EventKind {
    const table = this.#log.tableOf(event);
    let kind = this.#kinds.get(table);
    if (kind === undefined) {
      kind = new LogKind(table, this.#kinds.size, this.#log.schema[table.kind] ?? null, this.#fields);
      this.#kinds.set(table, kind);
    }
    return kind;
  }

  rowOf(event: number): number {
    return this.#log.row(event);
  }

  time(event: number): number {
    return this.#log.time(event);
  }

  phase(event: number): string {
    return this.#log.phase(event);
  }
}

/** A table of a log. Its fields are made when they are asked for: a short run has few events of each of its kinds. */
class LogKind implements EventKind {
  readonly name: string;
  readonly #columns: readonly Column[];
  readonly #fields: LogFields;
  /** By number of the column. */
  readonly #made: EventField[] = [];

  constructor(
    table: EventTable,
    readonly number: number,
    readonly schema: object | null,
    fields: LogFields,
  ) {
    this.name = table.kind;
    this.#columns = table.columns;
    this.#fields = fields;
  }

  has(field: string): boolean {
    return this.#place(field) >= 0;
  }

  field(name: string): EventField {
    const place = this.#place(name);
    const column = this.#columns[place];
    return column === undefined ? NO_FIELD : this.#made[place] ??= this.#fields.of(column);
  }

  #place(field: string): number {
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) if (columns[i]?.name === field) return i;
    return -1;
  }
}

/** Makes the fields of a log from its columns. */
class LogFields {
  readonly #log: Readable;
  readonly #places: TextPlaces;
  readonly #texts: Codes;
  readonly #references = new Map<FieldType, Codes>();

  constructor(log: Readable, places: TextPlaces) {
    this.#log = log;
    this.#places = places;
    this.#texts = new Codes((code) => log.texts.text(code), places);
  }

  of(column: Column): EventField {
    if (column instanceof TextColumn) return new CodeField(column.codes, this.#texts);
    if (column instanceof ReferenceColumn) return new CodeField(column, this.#codesOf(column.type));
    return new ValueField(column, this.#places);
  }

  #codesOf(type: FieldType): Codes {
    let codes = this.#references.get(type);
    if (codes === undefined) {
      codes = new Codes((number) => this.#log.referenceText(type, number), this.#places);
      this.#references.set(type, codes);
    }
    return codes;
  }
}

/** Texts that have numbers in the log, and their places. */
class Codes {
  readonly text: (code: number) => string;
  readonly #places: TextPlaces;
  /** Places by number; what is not known yet has {@linkcode EMPTY_PLACE}. */
  readonly known: number[] = [];

  constructor(text: (code: number) => string, places: TextPlaces) {
    this.text = text;
    this.#places = places;
  }

  newPlace(code: number): number {
    while (this.known.length <= code) this.known.push(EMPTY_PLACE);
    return this.known[code] = this.#places.place(this.text(code));
  }
}

/** A field whose texts have numbers in the log. */
class CodeField implements EventField {
  readonly #column: ReferenceColumn;
  readonly #codes: Codes;

  constructor(column: ReferenceColumn, codes: Codes) {
    this.#column = column;
    this.#codes = codes;
  }

  value(row: number): string | null | undefined {
    const code = this.#column.get(row);
    return typeof code === "number" ? this.#codes.text(code) : code;
  }

  text(row: number): string {
    const code = this.#column.numbers[row] ?? -1;
    return code < 0 ? "" : this.#codes.text(code);
  }

  write(rows: readonly number[], column: Int32Array, at: readonly number[]): void {
    const codes = this.#column.numbers;
    const known = this.#codes.known;
    for (let i = 0; i < rows.length; i++) {
      const code = codes[rows[i] ?? 0] ?? -1;
      if (code < 0) continue;
      const place = known[code] || this.#codes.newPlace(code);
      if (place !== EMPTY_PLACE) column[at[i] ?? 0] = place;
    }
  }
}

/** Events that come as objects: the row of an event is its own number. */
class ObjectKinds implements EventKinds {
  readonly #events: EventSource;
  readonly #places: TextPlaces;
  readonly #kinds = new Map<string, EventKind>();

  constructor(events: EventSource, places: TextPlaces) {
    this.#events = events;
    this.#places = places;
  }

  get length(): number {
    return this.#events.length;
  }

  kindOf(event: number): EventKind {
    const name = this.#events.kind(event);
    let kind = this.#kinds.get(name);
    if (kind === undefined) this.#kinds.set(name, kind = this.#newKind(name));
    return kind;
  }

  rowOf(event: number): number {
    return event;
  }

  time(event: number): number {
    return this.#events.time(event);
  }

  phase(event: number): string {
    return this.#events.phase(event);
  }

  #newKind(name: string): EventKind {
    const events = this.#events;
    return {
      name,
      number: this.#kinds.size,
      schema: null,
      has: () => true,
      field: (field) => new ValueField({ get: (row) => events.object(row)[field] }, this.#places),
    };
  }
}
