/**
 * Text and numbers as HTML shows them. Everything that comes from a scenario passes through {@linkcode escaped}.
 *
 * @module
 */
import { displayNumber } from "../core/number_text.ts";
import type { Quantity } from "./inputs.ts";

/** Anything but a tab, a line end, and printable ASCII without `"`, `&`, `'`, `<`, `>`. */
const SPECIAL = /[^\t\n\r !#-%(-;=?-~]/;

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
    case "'":
      return "&#39;";
    case "\0":
      return "&#65533;";
    default:
      return `&#${character.codePointAt(0)};`;
  }
}

/** Short texts with special characters, which come again on every page, and what became of them. */
const ESCAPED = new Map<string, string>();
const KEPT_LENGTH = 80;
const KEPT_TEXTS = 300;

/** Whether a text stands in HTML as it is. */
export function isPlain(text: string): boolean {
  return !SPECIAL.test(text);
}

/**
 * Text for element content and for quoted attributes. Lone surrogates become U+FFFD, NUL too. What is not ASCII becomes
 * a reference, so that pages are ASCII: one byte a character, in memory and when they are encoded.
 */
export function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  const known = ESCAPED.get(text);
  if (known !== undefined) return known;
  // Put together from single characters: what `replace` makes of a text with a wide character stays two bytes wide, and
  // so does every page that it becomes a part of.
  let html = "";
  for (const character of text.toWellFormed()) html += SPECIAL.test(character) ? entity(character) : character;
  if (text.length <= KEPT_LENGTH && ESCAPED.size < KEPT_TEXTS) ESCAPED.set(text, html);
  return html;
}

/** What stands where there is no value (spec 02 1.7), as text. */
export const NONE = "\u2014";

/** {@linkcode NONE} where HTML is written without escaping. */
export const NONE_HTML = "&#8212;";

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
  if (quantity.isShort || quantity.isIntegral) return grouped(displayNumber(quantity));
  // Of long digits only the nearest double is shown, and a long log shows the same few amounts again and again.
  const double = quantity.toNumber();
  let text = SHOWN.get(double);
  if (text === undefined) {
    text = grouped(displayNumber(quantity));
    if (SHOWN.size === KEPT_NUMBERS) SHOWN.clear();
    SHOWN.set(double, text);
  }
  return text;
}

/** Texts of numbers with long digits. */
const SHOWN = new Map<number, string>();
const KEPT_NUMBERS = 4096;

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
