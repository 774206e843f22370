/**
 * Text and numbers as HTML shows them. Everything that comes from a scenario passes through {@linkcode escaped}.
 *
 * @module
 */
import { displayNumber } from "../core/number_text.ts";
import type { Quantity } from "./inputs.ts";

const SPECIAL = /[&<>"'\0\ud800-\udfff]/;
const ALL_SPECIAL = /[&<>"']/g;

function entity(character: string): string {
  switch (character) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return "&#39;";
  }
}

/** Whether a text stands in HTML as it is. */
export function isPlain(text: string): boolean {
  return !SPECIAL.test(text);
}

/** Text for element content and for quoted attributes. Lone surrogates become U+FFFD, NUL too: the page is UTF-8. */
export function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.toWellFormed().replaceAll("\0", "\uFFFD").replace(ALL_SPECIAL, entity);
}

/** What stands where there is no value (spec 02 1.7). */
export const NONE = "—";

/** The number behind a quantity. */
export function numberOf(quantity: Quantity): number {
  return typeof quantity === "number" ? quantity : quantity.toNumber();
}

/** Puts a comma between thousands: `1234567.5` to `1,234,567.5`. Exponent forms stay. */
export function grouped(text: string): string {
  const point = text.indexOf(".");
  const end = point < 0 ? text.length : point;
  const start = text.startsWith("-") ? 1 : 0;
  if (end - start <= 3 || text.includes("E") || text.includes("e")) return text;
  let whole = text.slice(start, end);
  let parts = "";
  while (whole.length > 3) {
    parts = `,${whole.slice(-3)}${parts}`;
    whole = whole.slice(0, -3);
  }
  return `${text.slice(0, start)}${whole}${parts}${text.slice(end)}`;
}

/** A quantity with at most six decimals and commas between thousands (spec 02 1.7). */
export function shown(quantity: Quantity | null | undefined): string {
  if (quantity === null || quantity === undefined) return NONE;
  if (typeof quantity === "number") {
    return Number.isSafeInteger(quantity) ? grouped(String(quantity)) : grouped(shortened(quantity, 6));
  }
  return grouped(displayNumber(quantity));
}

/** A number with at most `decimals` decimals, zeros at the end cut. */
export function shortened(value: number, decimals: number): string {
  if (Number.isInteger(value)) return String(value);
  const text = value.toFixed(decimals);
  if (!text.includes(".") || text.includes("e")) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  const short = text.slice(0, end);
  return short === "-0" ? "0" : short;
}

/** An amount with at most two decimals, for places where its size counts and not its last digit. */
export function rounded(quantity: Quantity): string {
  return grouped(shortened(numberOf(quantity), 2));
}

/** A share as a percentage with one decimal, `—` where there is none. */
export function percent(quantity: Quantity | null | undefined): string {
  if (quantity === null || quantity === undefined) return NONE;
  return `${shortened(numberOf(quantity) * 100, 1)}%`;
}
