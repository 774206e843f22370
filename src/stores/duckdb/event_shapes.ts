/**
 * How the fields of each kind of event are laid out in the columns of `logged_events`, and the SQL that makes the JSON
 * text of spec 08 4 of them when somebody reads it. The layouts are kept in the database (`event_shapes`), so that a
 * later program with other fields still reads what an earlier one wrote.
 *
 * @module
 */
import type { EventSchema, Field, FieldType } from "../../core/event_log.ts";
import { jsonString } from "../../core/number_text.ts";
import { isAbsentSql, slotNumberSql } from "./slot_numbers.ts";

/** Columns that hold numbers of names (see `logged_names`): -1 for null, -2 where the key is missing. */
export const NAME_SLOTS = ["agent", "tx", "r1", "r2", "r3", "r4", "r5", "rest"] as const;
/** Columns that hold numbers, see `slot_numbers.ts`. */
export const NUMBER_SLOTS = ["n1", "n2", "n3", "n4", "n5", "n6", "n7"] as const;

export type NameSlot = typeof NAME_SLOTS[number];
export type NumberSlot = typeof NUMBER_SLOTS[number];

/** Where a field stands. Fields that found no room stand together in `rest`, as JSON. */
export interface FieldPlace {
  readonly name: string;
  readonly type: FieldType;
  readonly optional: boolean;
  readonly slot: NameSlot | NumberSlot;
  /** Whether the field is part of the details. */
  readonly shown: boolean;
}

/** The fields of one kind in their order. */
export interface EventLayout {
  readonly kind: string;
  readonly places: readonly FieldPlace[];
  /** Whether the details show the fields in an object `costs`. */
  readonly costs: boolean;
}

/** The fields whose value is also shown as the agent of an event of the ring model, the first that an event has. */
export const RING_AGENT_FIELDS: readonly string[] = [
  "agent",
  "debtor",
  "debtor_bank",
  "frm",
  "payer",
  "customer",
  "owner",
  "trader",
  "trader_id",
  "from_holder",
  "to",
];

const IDS: ReadonlySet<string> = new Set(["ref:contract", "ref:payment", "ref:ticket"]);

/** The layouts of all kinds of a model. Events of the ring model have phases; their agent is shown among the details. */
export function layoutsOf(schema: EventSchema, hasPhases: boolean): EventLayout[] {
  return Object.entries(schema).map(([kind, fields]) => ({
    kind,
    places: hasPhases ? ringPlaces(fields) : paymentPlaces(fields),
    costs: !hasPhases && kind === "CostAccrual",
  }));
}

function ringPlaces(fields: readonly Field[]): FieldPlace[] {
  const agent = RING_AGENT_FIELDS.find((name) => fields.some((field) => field[0] === name && isReference(field[1])));
  const tx = fields.find(([, type]) => type === "ref:contract" || type === "ref:ticket")?.[0];
  return placed(fields, agent, tx, true);
}

function paymentPlaces(fields: readonly Field[]): FieldPlace[] {
  const has = (name: string) => fields.some((field) => field[0] === name) ? name : undefined;
  return placed(fields, has("agent_id"), has("tx_id"), false);
}

function isReference(type: FieldType): boolean {
  return type.startsWith("ref:");
}

/**
 * Gives fields their places. Ids of payments and contracts are many, so that they stand in few columns: `tx`, `r1` and
 * `r2`; the other names are given the columns from `r5` down. What follows a field without a place goes to `rest`, too.
 */
function placed(
  fields: readonly Field[],
  agent: string | undefined,
  tx: string | undefined,
  shown: boolean,
): FieldPlace[] {
  const ids: NameSlot[] = ["r1", "r2"];
  const names: NameSlot[] = ["r5", "r4", "r3", "r2", "r1"];
  const numbers: NumberSlot[] = [...NUMBER_SLOTS];
  const taken = new Set<string>();
  const free = (slots: readonly (NameSlot | NumberSlot)[]) => slots.find((slot) => !taken.has(slot));
  let isFull = false;
  return fields.map(([name, type, optional]) => {
    const own = name === agent ? "agent" : name === tx ? "tx" : undefined;
    const kept = type === "int" || type === "float" || type === "bool" ? numbers : IDS.has(type) ? ids : names;
    const slot = own ?? (isFull ? undefined : free(kept)) ?? "rest";
    taken.add(slot);
    isFull ||= slot === "rest";
    return { name, type, optional: optional !== undefined, slot, shown: own === undefined || shown };
  });
}

/** The layout as it is kept in the database. */
export function layoutText({ places, costs }: EventLayout): string {
  const fields = places.map(({ name, type, optional, slot, shown }) => [name, type, slot, optional, shown]);
  return JSON.stringify({ costs, fields });
}

/** Reads what {@linkcode layoutText} wrote. @throws {TypeError} for a text that is none. */
export function layoutFromText(kind: string, text: string): EventLayout {
  const parsed: unknown = JSON.parse(text);
  const costs: unknown = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "costs") : undefined;
  const fields: unknown = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "fields") : undefined;
  if (typeof costs !== "boolean" || !Array.isArray(fields)) throw new TypeError(`no layout of ${kind}: ${text}`);
  return { kind, costs, places: fields.map((field) => placeOf(kind, field)) };
}

function placeOf(kind: string, field: unknown): FieldPlace {
  const [name, type, slot, optional, shown]: unknown[] = Array.isArray(field) ? field : [];
  const known = [...NAME_SLOTS, ...NUMBER_SLOTS].find((candidate) => candidate === slot);
  if (
    typeof name !== "string" || !isFieldType(type) || known === undefined || typeof optional !== "boolean" ||
    typeof shown !== "boolean"
  ) throw new TypeError(`no field of ${kind}: ${JSON.stringify(field)}`);
  return { name, type, slot: known, optional, shown };
}

function isFieldType(value: unknown): value is FieldType {
  return typeof value === "string" &&
    (["text", "int", "float", "decimal", "bool", "json"].includes(value) || value.startsWith("ref:"));
}

/** SQL for the details of events of a layout, every member with `", "` before it. Names are columns `<slot>_json`. */
export function membersSql({ places }: EventLayout): string {
  const shown = places.filter((place) => place.shown && place.slot !== "rest").map(memberSql);
  if (places.some(({ slot }) => slot === "rest")) {
    shown.push("CASE WHEN e.rest < 0 THEN '' ELSE ', ' || rest_json END");
  }
  return shown.length === 0 ? "''" : shown.join(" || ");
}

function memberSql({ name, type, optional, slot }: FieldPlace): string {
  const key = `', ${jsonString(name).replaceAll("'", "''")}: '`;
  const isNumber = NUMBER_SLOTS.some((known) => known === slot);
  const value = isNumber ? slotNumberSql(`e.${slot}`, type) : `coalesce(${slot}_json, 'null')`;
  if (!optional) return `${key} || ${value}`;
  const missing = isNumber ? isAbsentSql(`e.${slot}`) : `e.${slot} = -2`;
  return `CASE WHEN ${missing} THEN '' ELSE ${key} || ${value} END`;
}
