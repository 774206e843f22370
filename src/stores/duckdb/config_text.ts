/**
 * The texts and hashes of a parsed configuration (spec 08 1). Numbers of a file are exact decimals: whole ones print as
 * integers, others as floats, as they were written.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Decimal } from "../../core/decimal.ts";
import { floatText, jsonString } from "../../core/number_text.ts";
import { isRecord } from "../../experiments/plan.ts";

/** The JSON text of a configuration, with `", "` and `": "` between its parts. */
export function configJson(value: unknown, sorted = false): string {
  return textOf(value, sorted ? SORTED_JSON : JSON_TEXT);
}

/** The text of a configuration as a Python literal, from which the hash of a run is made. */
export function pythonLiteral(value: unknown): string {
  return textOf(value, PYTHON);
}

/** How a configuration is written. */
interface Spelling {
  readonly none: string;
  readonly truth: readonly [no: string, yes: string];
  readonly text: (text: string) => string;
  readonly isSorted: boolean;
}

const JSON_TEXT: Spelling = { none: "null", truth: ["false", "true"], text: jsonString, isSorted: false };
const SORTED_JSON: Spelling = { ...JSON_TEXT, isSorted: true };
const PYTHON: Spelling = { none: "None", truth: ["False", "True"], text: pythonString, isSorted: false };

/** Texts grow in place: a configuration has tens of thousands of members. */
function textOf(value: unknown, spelling: Spelling): string {
  if (typeof value === "string") return spelling.text(value);
  const plain = scalarText(value, spelling);
  if (plain !== undefined) return plain;
  let text = "";
  if (Array.isArray(value)) {
    for (const member of value) text += text === "" ? textOf(member, spelling) : `, ${textOf(member, spelling)}`;
    return `[${text}]`;
  }
  if (!isRecord(value)) return "{}";
  const keys = Object.keys(value);
  if (spelling.isSorted) keys.sort();
  for (const key of keys) text += `${text === "" ? "" : ", "}${spelling.text(key)}: ${textOf(value[key], spelling)}`;
  return `{${text}}`;
}

/** The hash of a run's configuration: SHA-256 in hexadecimal digits. */
export function runConfigHash(config: unknown): string {
  return sha256(pythonLiteral(config));
}

/** The hash of a policy at the start of a run (spec 08 1): of its JSON with sorted keys. */
export function policyHash(policy: unknown): string {
  return sha256(configJson(policy, true));
}

/** As `sha256Hex` of `core/hash.ts`, at a tenth of its time. */
function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Numbers, truth values and nothing; undefined for the rest. */
function scalarText(value: unknown, { none, truth }: Spelling): string | undefined {
  if (value === null || value === undefined) return none;
  if (typeof value === "boolean") return truth[value ? 1 : 0];
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : floatText(value);
  if (value instanceof Decimal) return value.isInteger ? value.toString() : floatText(value.toNumber());
  return undefined;
}

function pythonString(text: string): string {
  if (/^[ !#-&(-\[\]-~]*$/.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
  const escaped = Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    const isPlain = character !== "\\" && code >= 0x20 && code !== 0x7f;
    return isPlain ? character : escapes[character] ?? `\\x${code.toString(16).padStart(2, "0")}`;
  }).join("");
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
