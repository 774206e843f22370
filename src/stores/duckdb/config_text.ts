/**
 * The texts and hashes of a parsed configuration (spec 08 1). Numbers of a file are exact decimals: whole ones print as
 * integers, others as floats, as they were written.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Decimal } from "../../core/decimal.ts";
import { floatText, jsonString } from "../../core/number_text.ts";

/** The JSON text of a configuration, with `", "` and `": "` between its parts. */
export function configJson(value: unknown, sorted = false): string {
  const plain = scalarText(value, "null", ["true", "false"]);
  if (plain !== undefined) return plain;
  if (typeof value === "string") return jsonString(value);
  if (Array.isArray(value)) return `[${value.map((member) => configJson(member, sorted)).join(", ")}]`;
  const members = membersOf(value);
  if (sorted) members.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return `{${members.map(([key, member]) => `${jsonString(key)}: ${configJson(member, sorted)}`).join(", ")}}`;
}

/** The text of a configuration as a Python literal, from which the hash of a run is made. */
export function pythonLiteral(value: unknown): string {
  const plain = scalarText(value, "None", ["True", "False"]);
  if (plain !== undefined) return plain;
  if (typeof value === "string") return pythonString(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  return `{${membersOf(value).map(([key, member]) => `${pythonString(key)}: ${pythonLiteral(member)}`).join(", ")}}`;
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
function scalarText(value: unknown, none: string, truth: readonly [string, string]): string | undefined {
  if (value === null || value === undefined) return none;
  if (typeof value === "boolean") return truth[value ? 0 : 1];
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : floatText(value);
  if (value instanceof Decimal) return value.isInteger ? value.toString() : floatText(value.toNumber());
  return undefined;
}

function membersOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
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
