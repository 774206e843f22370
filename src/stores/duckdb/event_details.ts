/**
 * How the events of each model become rows: which field is the agent's, which the payment's or contract's, and the JSON
 * text of the rest (spec 08 4). Written straight from the columns of a log.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { type Column, type EventTable, NumberColumn, ReferenceColumn, TextColumn } from "../../core/event_log.ts";
import { decimalJson, floatText, jsonString } from "../../core/number_text.ts";
import type { EventRecord, ReadableLog } from "../../experiments/contracts.ts";
import { isRecord } from "../../experiments/plan.ts";
import { LIST_FIELDS, PAYMENT_EVENTS } from "../../payments/events.ts";
import { RING_AGENT_FIELDS } from "./event_shapes.ts";

/** The JSON of a value with `", "` and `": "` between its parts, as spec 08 1 has it. */
export function storedJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return jsonString(value);
    case "number":
      return numberJson(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "null";
    case "object":
      return value === null ? "null" : objectJson(value);
    default:
      return jsonString(String(value));
  }
}

/** Texts grow in place: a configuration has tens of thousands of members. */
function objectJson(value: object): string {
  if (value instanceof Decimal) return decimalJson(value);
  if (value instanceof Map) return storedJson(Object.fromEntries(value));
  let text = "";
  if (Array.isArray(value)) {
    for (const member of value) text += text === "" ? storedJson(member) : `, ${storedJson(member)}`;
    return `[${text}]`;
  }
  if (!isRecord(value)) return "{}";
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member !== undefined) text += `${text === "" ? "" : ", "}${jsonString(key)}: ${storedJson(member)}`;
  }
  return `{${text}}`;
}

function numberJson(value: number): string {
  if (!Number.isFinite(value)) return "null";
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value);
}

/** An event as a row: texts instead of numbers; -1 for none. */
export interface EventRow {
  readonly agent: string | null;
  readonly tx: string | null;
  readonly details: string;
}

/** The row of an event that is given as plain values. */
export function rowOfRecord({ event_type, tick: _tick, agent_id, tx_id, ...fields }: EventRecord): EventRow {
  const floats = FLOATS.get(event_type);
  const details = floats === undefined
    ? storedJson(fields)
    : `{${Object.entries(fields).map(([name, value]) => memberJson(name, value, floats)).join(", ")}}`;
  return { agent: textOf(agent_id), tx: textOf(tx_id), details };
}

/** The fields that are floats whatever their value, by kind: 1 is written as 1.0 (spec 08 1). */
const FLOATS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(PAYMENT_EVENTS).map(([kind, fields]): [string, ReadonlySet<string>] => [
    kind,
    new Set(fields.filter(([, type]) => type === "float").map(([name]) => name)),
  ]).filter(([, names]) => names.size > 0),
);

function memberJson(name: string, value: unknown, floats: ReadonlySet<string>): string {
  const isFloat = typeof value === "number" && Number.isFinite(value) && floats.has(name);
  return `${jsonString(name)}: ${isFloat ? floatText(value) : storedJson(value)}`;
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Writes a stretch of a log. Names are given as numbers of the caller's dictionary. */
export class DetailsWriter {
  readonly #layouts = new Map<EventTable, TableLayout>();
  readonly #log: ReadableLog;
  readonly #number: (name: string) => number;
  /** The ring model's events have phases. */
  readonly #hasPhases: boolean;
  readonly #references = new Map<string, { json: string[]; numbers: number[] }>();

  /** @param number gives the number of a name in the simulation's dictionary */
  constructor(log: ReadableLog, number: (name: string) => number) {
    this.#log = log;
    this.#hasPhases = log.shape.phases.length > 0;
    this.#number = number;
  }

  /** Moves to an event; the fields below are its row from then on. */
  moveTo(event: number): void {
    const log = this.#log;
    const table = log.tableOf(event);
    let layout = this.#last;
    if (layout.table !== table) {
      layout = this.#layouts.get(table) ?? this.#newLayout(table);
      this.#last = layout;
    }
    const row = log.row(event);
    this.kind = table.kind;
    this.agent = this.#numbered(layout.agent, row);
    this.tx = this.#numbered(layout.tx, row);
    this.details = this.#text(layout, row, event);
  }

  kind = "";
  /** The agent's number, -1 for none. */
  agent = -1;
  /** The payment's or contract's number, -1 for none. */
  tx = -1;
  /** The JSON text of the other fields. */
  details = "";
  #last: TableLayout = NO_LAYOUT;

  #text({ fields, costs }: Layout, row: number, event: number): string {
    let text = this.#hasPhases ? `"phase": ${jsonString(this.#log.phase(event))}` : "";
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      const value = field?.json(row);
      if (field === undefined || value === undefined) continue;
      text += text === "" ? field.key + value : `, ${field.key}${value}`;
    }
    return costs ? `{"costs": {${text}}}` : `{${text}}`;
  }

  #newLayout(table: EventTable): TableLayout {
    const layout = { table, ...this.#layout(table) };
    this.#layouts.set(table, layout);
    return layout;
  }

  #layout(table: EventTable): Layout {
    const references = table.columns.filter((column) => column instanceof ReferenceColumn);
    if (this.#hasPhases) {
      const agent = RING_AGENT_FIELDS.map((name) => references.find((column) => column.name === name))
        .find((column) => column !== undefined);
      const tx = references.find(({ type }) => type === "ref:contract" || type === "ref:ticket");
      return { agent, tx, fields: table.columns.map((column) => this.#field(column)), costs: false };
    }
    const agent = references.find(({ name }) => name === "agent_id");
    const tx = references.find(({ name }) => name === "tx_id");
    const fields = table.columns.filter((column) => column !== agent && column !== tx)
      .map((column) => this.#field(column));
    return { agent, tx, fields, costs: table.kind === "CostAccrual" };
  }

  #numbered(column: ReferenceColumn | undefined, row: number): number {
    if (column === undefined) return -1;
    const reference = column.numbers[row] ?? -1;
    if (reference < 0) return -1;
    const { numbers } = this.#referencesOf(column.type);
    return numbers[reference] ??= this.#number(this.#log.referenceText(column.type, reference));
  }

  #referencesOf(type: string): { json: string[]; numbers: number[] } {
    let known = this.#references.get(type);
    if (known === undefined) this.#references.set(type, known = { json: [], numbers: [] });
    return known;
  }

  #field(column: Column): FieldWriter {
    return { key: `${jsonString(column.name)}: `, json: this.#valueWriter(column) };
  }

  #valueWriter(column: Column): FieldWriter["json"] {
    if (column instanceof ReferenceColumn) return this.#referenceWriter(column);
    if (column instanceof TextColumn) {
      const known: string[] = [];
      return (row) => {
        const code = column.codes.numbers[row] ?? -1;
        if (code >= 0) return known[code] ??= jsonString(this.#log.texts.text(code));
        return column.get(row) === null ? "null" : undefined;
      };
    }
    if (column instanceof NumberColumn) {
      return (row) => {
        const value = column.get(row);
        if (typeof value !== "number") return value === undefined ? undefined : String(value);
        if (column.type === "int") return String(value);
        return Number.isFinite(value) ? floatText(value) : "null";
      };
    }
    const listed = LIST_FIELDS[column.name];
    return (row) => {
      const value = column.get(row);
      if (value === undefined) return undefined;
      return listed !== undefined && isNumbers(value) ? this.#list(`ref:${listed}`, value) : storedJson(value);
    };
  }

  #referenceWriter(column: ReferenceColumn): FieldWriter["json"] {
    const { json } = this.#referencesOf(column.type);
    const { type } = column;
    return (row) => {
      const number = column.numbers[row] ?? -1;
      if (number >= 0) return json[number] ??= jsonString(this.#log.referenceText(type, number));
      return column.get(row) === null ? "null" : undefined;
    };
  }

  #list(type: `ref:${string}`, numbers: Iterable<number>): string {
    return `[${Array.from(numbers, (number) => jsonString(this.#log.referenceText(type, number))).join(", ")}]`;
  }
}

interface FieldWriter {
  readonly key: string;
  /** The JSON of a row's value; undefined where the key is missing. */
  readonly json: (row: number) => string | undefined;
}

interface Layout {
  readonly agent: ReferenceColumn | undefined;
  readonly tx: ReferenceColumn | undefined;
  readonly fields: readonly FieldWriter[];
  /** Whether the fields stand in an object `costs`. */
  readonly costs: boolean;
}

/** The layout of one kind of event. */
interface TableLayout extends Layout {
  readonly table: EventTable | undefined;
}

const NO_LAYOUT: TableLayout = { table: undefined, agent: undefined, tx: undefined, fields: [], costs: false };

function isNumbers(value: unknown): value is Iterable<number> {
  return value instanceof Int32Array || (Array.isArray(value) && value.every((member) => typeof member === "number"));
}
