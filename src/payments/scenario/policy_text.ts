/**
 * Policies of scenario files as the text that the engine gets (spec 06 10.5, spec 07 8.1).
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { decimalJson, floatText, jsonString } from "../../core/number_text.ts";

/** A map from a file as JSON, as the reference writes it: `", "` and `": "` between its parts, ASCII only. */
export function jsonOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Decimal) return value.isInteger ? decimalJson(value) : floatText(value.toNumber());
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : floatText(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  return `{${Object.entries(value).map(([key, each]) => `${jsonString(key)}: ${jsonOf(each)}`).join(", ")}}`;
}
