/**
 * Writes plain values as YAML in block style, to be read by YAML 1.2 and 1.1 readers alike. Small and without imports of
 * weight, because every run of a sweep writes its scenario. Source: `spec 03 1.4`, where the parsed values count.
 *
 * @module
 */
import { Decimal } from "./decimal.ts";
import { floatText, integerText } from "./number_text.ts";

/** Text that no reader takes for anything else, in the positions where this writer puts it. */
const PLAIN = /^[A-Za-z_/][\w\-./()=,;+*% ]*$/;
const WORDS = /^(?:null|true|false|yes|no|on|off|y|n)$/i;
const NEEDS_ESCAPE = /[^\x20-\x7e]/;
/** Longer digit strings are written with an exponent. */
const LONGEST_INTEGER = 400;

/**
 * A value as YAML, with a line end after it. Maps keep the order of their keys and lose those that are undefined.
 * Decimals become integers when whole, plain numbers when a double holds them exactly, quoted text otherwise.
 *
 * @throws {TypeError} for a value that YAML does not have here (functions, symbols, big integers, NaN, infinities).
 */
export function formatYaml(value: unknown): string {
  if (isList(value) && value.length > 0) return listText(value, "", "");
  if (isMap(value) && hasMembers(value)) return mapText(value, "", "");
  return `${scalarText(value)}\n`;
}

type Members = Readonly<Record<string, unknown>>;

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isMap(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

function hasMembers(map: Members): boolean {
  for (const key in map) if (map[key] !== undefined) return true;
  return false;
}

/** Lines of a map; `start` stands before its first key instead of the indent (behind the dash of a list). */
function mapText(map: Members, indent: string, start: string): string {
  let text = "";
  let before = start;
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (value === undefined) continue;
    text += `${before}${quotedWhereNeeded(key)}:`;
    before = indent;
    if (isList(value) && value.length > 0) text += `\n${listText(value, indent, indent)}`;
    else if (isMap(value) && hasMembers(value)) text += `\n${mapText(value, `${indent}  `, `${indent}  `)}`;
    else text += ` ${scalarText(value)}\n`;
  }
  return text;
}

function listText(list: readonly unknown[], indent: string, start: string): string {
  const inner = `${indent}  `;
  let text = "";
  let before = start;
  for (const value of list) {
    text += `${before}- `;
    before = indent;
    if (isList(value) && value.length > 0) text += listText(value, inner, "");
    else if (isMap(value) && hasMembers(value)) text += mapText(value, inner, "");
    else text += `${scalarText(value)}\n`;
  }
  return text;
}

function scalarText(value: unknown): string {
  if (typeof value === "string") return quotedWhereNeeded(value);
  if (value instanceof Decimal) return decimalText(value);
  if (typeof value === "number" && Number.isFinite(value)) {
    return Number.isSafeInteger(value) ? String(value) : yamlFloat(value);
  }
  if (typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return "null";
  if (isList(value)) return "[]";
  if (isMap(value)) return "{}";
  throw new TypeError(`YAML cannot hold ${String(value)}`);
}

/** Float text with the dot that YAML 1.1 wants before an exponent. */
function yamlFloat(value: number): string {
  const text = floatText(value);
  return text.includes("e") && !text.includes(".") ? text.replace("e", ".0e") : text;
}

function decimalText(value: Decimal): string {
  // Beyond 28 digits an exact text keeps what normalising would round away.
  if (typeof value.coefficient === "bigint" && !value.normalized().equals(value)) return `'${value}'`;
  const whole = value.exponent < LONGEST_INTEGER ? integerText(value) : undefined;
  if (whole !== undefined && whole.length <= LONGEST_INTEGER) return whole;
  const double = value.toNumber();
  if (Number.isFinite(double) && Decimal.fromNumber(double).equals(value)) return yamlFloat(double);
  return `'${value}'`;
}

function quotedWhereNeeded(text: string): string {
  if (PLAIN.test(text) && !text.endsWith(" ") && !WORDS.test(text)) return text;
  return NEEDS_ESCAPE.test(text) ? escaped(text) : `'${text.replaceAll("'", "''")}'`;
}

function escaped(text: string): string {
  let escapes = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === "\\") escapes += `\\${character}`;
    else if (character === "\n") escapes += "\\n";
    else if (code >= 0x20 && code <= 0x7e) escapes += character;
    else if (code <= 0xffff) escapes += `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
    else escapes += `\\U${code.toString(16).toUpperCase().padStart(8, "0")}`;
  }
  return `"${escapes}"`;
}
