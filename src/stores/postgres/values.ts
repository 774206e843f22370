/**
 * Values on their way to Postgres and back. What a statement gives is checked here by column; nothing is cast.
 *
 * @module
 */
import type { Scalar, Values } from "../../experiments/contracts.ts";
import { InvalidReference, StoreError, ValidationError } from "../../core/errors.ts";

/** A value of a statement's parameter. Decimals, times, lists and JSON are texts. */
export type SqlValue = string | number | boolean | null;

/**
 * A row by column name. Whole numbers past 2^53 are bigints; numerics are exact texts, as are times: ISO 8601 in UTC.
 */
export type Row = Readonly<Record<string, unknown>>;

/** Escapes of JSON, one after the other: a doubled backslash is one of them. */
const ESCAPES = /\\(?:u([0-9a-f]{4})|[^])/gi;

/** Where JSON has an escape that Postgres cannot keep: a NUL, or half of a character. */
function unkeepable(json: string): number | undefined {
  let half: number | undefined;
  for (const { 1: digits, index } of json.matchAll(ESCAPES)) {
    const code = digits === undefined ? NaN : parseInt(digits, 16);
    const isSecondHalf = code >= 0xdc00 && code <= 0xdfff;
    if (half !== undefined && !(isSecondHalf && index === half + 6)) return half;
    if (code === 0 || (isSecondHalf && half === undefined)) return index;
    half = code >= 0xd800 && code <= 0xdbff ? index : undefined;
  }
  return half;
}

/**
 * Checks that Postgres can keep a text as it is.
 *
 * @throws {ValidationError} for a text with a NUL or with half of a character.
 */
export function checkText(text: string): void {
  const why = text.includes("\0")
    ? "a NUL character, which Postgres cannot keep"
    : text.isWellFormed()
    ? undefined
    : "half of a character (a lone surrogate), which Postgres cannot keep";
  if (why === undefined) return;
  throw new ValidationError(`A text has ${why}: ${JSON.stringify(text.slice(0, 60))}`, []);
}

/** The longest id or name, in bytes of UTF-8: an index of Postgres has room for three of them. */
const KEY_BYTES = 500;

/**
 * An id or a name by which rows are found.
 *
 * @throws {InvalidReference} for one that is too long, {@linkcode ValidationError} for one that cannot be kept.
 */
export function checkedKey(text: string, what: string): string {
  checkText(text);
  const bytes = text.length > KEY_BYTES ? text.length : new TextEncoder().encode(text).length;
  if (bytes <= KEY_BYTES) return text;
  throw new InvalidReference(
    `The ${what} ${JSON.stringify(text.slice(0, 60))}... is too long: at most ${KEY_BYTES} bytes`,
  );
}

/** Plain data as JSON for a parameter. @throws {ValidationError} as {@linkcode checkText}. */
export function jsonText(value: unknown): string {
  return checkedJson(JSON.stringify(value) ?? "null");
}

/** JSON for a parameter. @throws {ValidationError} as {@linkcode checkText}. */
export function checkedJson(text: string): string {
  const place = text.includes("\\u") ? unkeepable(text) : undefined;
  if (place === undefined) return text;
  const around = text.slice(Math.max(0, place - 30), place + 30);
  throw new ValidationError(
    `A text has a NUL character or half of a character, which Postgres cannot keep: ${around}`,
    [],
  );
}

/** A list of texts as the text of a Postgres array, for a parameter such as `$1::text[]`. */
export function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

function unreadable(row: Row, column: string, expected: string): StoreError {
  return new StoreError(
    `The column ${column} of the database holds ${typeof row[
      column
    ]}, not ${expected}; was its schema changed by hand?`,
    { store: "postgres", retryable: false },
  );
}

/** A text. @throws {StoreError} */
export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw unreadable(row, column, "a text");
}

/** A text or nothing. @throws {StoreError} */
export function textOrNull(row: Row, column: string): string | null {
  return isNothing(row[column]) ? null : textIn(row, column);
}

/** A whole number. @throws {StoreError} */
export function countIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw unreadable(row, column, "a whole number");
}

/** A whole number or nothing. @throws {StoreError} */
export function countOrNull(row: Row, column: string): number | null {
  return isNothing(row[column]) ? null : countIn(row, column);
}

/** A list of texts, whose elements are numerics or texts. */
export function textsIn(row: Row, column: string): string[] {
  const value = row[column];
  if (isNothing(value)) return [];
  if (Array.isArray(value)) return value.map(String);
  throw unreadable(row, column, "a list");
}

/** An object; nothing counts as empty. */
export function objectIn(row: Row, column: string): Readonly<Record<string, unknown>> {
  const value = row[column];
  if (isNothing(value)) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw unreadable(row, column, "an object");
}

/** Parameters or metrics. */
export function valuesIn(row: Row, column: string): Values {
  return Object.fromEntries(Object.entries(objectIn(row, column)).map(([name, value]) => [name, scalarOf(value)]));
}

/** References by name. */
export function referencesIn(row: Row, column: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(objectIn(row, column)).map(([name, value]) => [name, String(value)]));
}

/** A list or an object stands as its JSON, so that nothing is lost. */
function scalarOf(value: unknown): Scalar {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return isNothing(value) ? null : JSON.stringify(value);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}
