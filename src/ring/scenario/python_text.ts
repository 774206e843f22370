/**
 * Values as the reference's language prints them, for the one message that repeats a whole action (spec 01 7).
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";

/** Text of a value of a file: `{'print_money': {'to': 'H1', 'amount': 3}}`. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value instanceof Decimal) return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonText).join(", ")}]`;
  return `{${Object.entries(value).map(([key, entry]) => `${quoted(key)}: ${pythonText(entry)}`).join(", ")}}`;
}

function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  if (!escaped.includes("'")) return `'${escaped}'`;
  return escaped.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}
