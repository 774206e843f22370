/**
 * How numbers and text are spelled in files and on pages: Python's float text, cells of metric tables, metric JSON,
 * six-decimal display. Source: `spec 01 15`, `spec 02 1.4` to `1.7`, `spec 03 1.1`.
 *
 * @module
 */
import { Decimal } from "./decimal.ts";

/** A value of a metric or a cell; a plain `number` is a counter, never a binary fraction of money. */
export type CellValue = Decimal | number | string | boolean | null | undefined;

/** What metric JSON is made of. Keys whose value is undefined are left out. */
export type JsonValue = CellValue | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Decimal exponents of the leading digit between which a float is written without an exponent (`spec 02 1.4`). */
const POSITIONAL_FROM = -4;
const POSITIONAL_BELOW = 16;

/** The shortest text that reads back as the same double, laid out as Python does: `500.0`, `5e-05`, `1e+16`. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${Object.is(value, -0) ? "-0" : value}.0`;
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const magnitude = Math.abs(value);
  // JavaScript's own text is positional in this range, and has a dot because the value is not whole.
  if (magnitude >= 1e-4 && magnitude < 1e16) return String(value);
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= POSITIONAL_FROM && exponent < POSITIONAL_BELOW) return String(value);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The digits of a whole number of any kind and spelling; undefined for a number with a fraction. */
export function integerText(value: Decimal): string | undefined {
  if (value.isInteger || value.exponent === 0 && value.isShort) return `${value.coefficient}`;
  const normal = value.normalized();
  if (normal.exponent < 0) return undefined;
  return normal.isZero ? "0" : `${normal.coefficient}${"0".repeat(normal.exponent)}`;
}

/** Plain positional text without trailing zeros, never with an exponent: `0E-18` is `0`, `0.250` is `0.25`. */
export function trimmedText(value: Decimal): string {
  const whole = integerText(value);
  if (whole !== undefined) return whole;
  const { coefficient, exponent } = value.normalized();
  const sign = coefficient < 0 ? "-" : "";
  const figures = `${coefficient}`.slice(sign.length).padStart(1 - exponent, "0");
  const point = figures.length + exponent;
  return `${sign}${figures.slice(0, point)}.${figures.slice(point)}`;
}

/** A plain value's text as the reference prints it: `True` and `False` for booleans, nothing for a missing value. */
function plainText(value: number | string | boolean | null | undefined): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return value === null || value === undefined ? "" : String(value);
}

/** A cell of a metric table (`spec 02 1.5`): integer digits, or the nearest double as float text. */
export function metricCell(value: CellValue): string {
  if (!(value instanceof Decimal)) return plainText(value);
  return integerText(value) ?? floatText(value.normalized().toNumber());
}

/**
 * A decimal in JSON (`spec 01 15.1`, `spec 02 1.6`): an integer of any size when it is whole, otherwise a string, so
 * that no reader rounds it.
 */
export function decimalJson(value: Decimal): string {
  // Digits that end in another one than zero, after the point: there is nothing to take away.
  if (value.exponent < 0 && value.beyond === null && value.low % 10 !== 0) return `"${value}"`;
  return integerText(value) ?? `"${value.normalized()}"`;
}

const NEEDS_ESCAPE = /[^ !#-\[\]-~]/;
const BEYOND_ASCII = /[\x7f-\uffff]/g;

/** A JSON string in ASCII: everything outside space to `~` is escaped, with lower-case digits (`spec 01 15.1`). */
export function jsonString(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    BEYOND_ASCII,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A value of metric JSON on its own, without indentation of what is inside. */
function scalarJson(value: CellValue): string {
  if (value instanceof Decimal) return decimalJson(value);
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : floatText(value);
  return value === undefined ? "null" : String(value);
}

/**
 * JSON with an indent of 2 and without a line end after it, for `metrics.json` and its like (`spec 02 1.6`). Decimals
 * follow {@linkcode decimalJson}; empty lists and maps are `[]` and `{}`.
 */
export function metricsJsonText(value: JsonValue): string {
  return indentedJson(value, "\n");
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function indentedJson(value: JsonValue, lineBreak: string): string {
  if (value === null || typeof value !== "object" || value instanceof Decimal) return scalarJson(value);
  const inner = `${lineBreak}  `;
  if (isList(value)) {
    if (value.length === 0) return "[]";
    return `[${inner}${value.map((item) => indentedJson(item, inner)).join(`,${inner}`)}${lineBreak}]`;
  }
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${jsonString(key)}: ${indentedJson(member, inner)}`);
  }
  return members.length === 0 ? "{}" : `{${inner}${members.join(`,${inner}`)}${lineBreak}}`;
}

/** What stands for a missing value on a page. */
export const MISSING = "—";

/** A number for people (`spec 02 1.7`): at most six decimals, trailing zeros removed, a dash for a missing value. */
export function displayNumber(value: CellValue): string {
  if (value === null || value === undefined) return MISSING;
  if (!(value instanceof Decimal)) return plainText(value);
  const whole = integerText(value);
  if (whole !== undefined) return whole;
  return withoutZeros(sixDecimals(value.toNumber()));
}

/** A plain fraction whose whole part a double holds exactly. */
const PLAIN_FRACTION = /^(?:0|[1-9]\d{0,14})\.\d+$/;

/** As {@linkcode displayNumber}, of a decimal's exact text; other text as it is. */
export function displayDecimalText(text: string): string {
  if (PLAIN_FRACTION.test(text)) return withoutZeros(sixDecimals(Number(text)));
  return displayNumber(Decimal.parse(text) ?? text);
}

/** Positional text without the zeros at the end of its fraction, and without a point at its end. */
export function withoutZeros(text: string): string {
  if (!text.includes(".")) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x30) end--;
  if (text.charCodeAt(end - 1) === 0x2e) end--;
  return text.slice(0, end);
}

/**
 * A double with six decimals, its exact binary value rounded half to even. `toFixed` rounds the exact value too, but a
 * tie away from zero; a tie at six decimals is an odd multiple of 1/128.
 */
function sixDecimals(value: number): string {
  const parts = value * 128;
  if (Number.isInteger(parts) && parts % 2 !== 0) {
    const magnitude = BigInt(Math.abs(parts));
    const lower = (magnitude * 15625n - 1n) / 2n;
    const digits = String(lower % 2n === 0n ? lower : lower + 1n).padStart(7, "0");
    return `${value < 0 ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}
