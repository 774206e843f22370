/**
 * Canonical text of parameters, so that values that are equal as numbers (1, 1.0, "1.00", 1e0) are one key and one
 * hash, however they were written.
 *
 * @module
 */
import type { Scalar, Values } from "./contracts.ts";

const NUMBER = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/;

/** The digit 0 as a character code. */
const ZERO = 0x30;

/**
 * Canonical text of one value. Numbers and numeric texts become `<digits>e<exponent>` without leading or trailing
 * zeros (zero is `0`); other texts are quoted, so that no text can pass for a number or a boolean.
 */
export function canonicalScalar(value: Scalar): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  const text = typeof value === "number" ? String(value) : value;
  return canonicalNumber(text) ?? JSON.stringify(text);
}

function canonicalNumber(text: string): string | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = whole + fraction;
  if (digits === "") return undefined;
  let start = 0;
  while (digits.charCodeAt(start) === ZERO) start++;
  if (start === digits.length) return "0";
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO) end--;
  const exponent = Number(power) - fraction.length + (digits.length - end);
  return `${sign === "-" ? "-" : ""}${digits.slice(start, end)}e${exponent}`;
}

/**
 * The key of one combination of parameters, for `getCompletedKeys` and its users: values by name in the order of
 * `names`, an absent one as null.
 */
export function completedKey(values: Values, names: readonly string[]): string {
  return names.map((name) => canonicalScalar(values[name] ?? null)).join(",");
}

/** Canonical text of plain data: keys sorted, numbers by value. What is undefined is left out. */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
    return canonicalScalar(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value === "object") {
    const parts = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`);
    return `{${parts.join(",")}}`;
  }
  throw new TypeError(`cannot write ${typeof value} as canonical text`);
}
