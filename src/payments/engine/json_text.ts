/**
 * Compact JSON as the reference writes it: keys in ascending order, doubles that always show a fraction or an exponent
 * (spec 05 17.2, 06 7.2).
 *
 * @module
 */

/** A value; a plain number is an integer, `{ double }` a floating one. */
export type JsonMember =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly double: number }
  | { readonly members: Readonly<Record<string, JsonMember>> }
  | { readonly entries: ReadonlyMap<string, JsonMember> }
  | readonly JsonMember[];

/** A double in shortest form: `2.0`, `0.00001`, `1e-6`, `1e16`; null when it is not finite. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return "null";
  const magnitude = Math.abs(value);
  if (magnitude === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (magnitude < 1e-5 || magnitude >= 1e16) return value.toExponential().replace("e+", "e");
  const text = magnitude < 1e-6 ? value.toFixed(6) : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** One value. */
export function jsonMemberText(value: JsonMember): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(jsonMemberText).join(",")}]`;
  if ("double" in value) return doubleText(value.double);
  if ("members" in value) return jsonObjectText(value.members);
  return pairs([...value.entries]);
}

function isList(value: JsonMember): value is readonly JsonMember[] {
  return Array.isArray(value);
}

/** An object with its keys in ascending order. */
export function jsonObjectText(members: Readonly<Record<string, JsonMember>>): string {
  return pairs(Object.entries(members));
}

function pairs(members: [string, JsonMember][]): string {
  const sorted = members.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${jsonMemberText(value)}`).join(",")}}`;
}
