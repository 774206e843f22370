/** Scenarios compared by value: `1.50` and `1.5` are one number, and the order of keys does not matter. */
import { Decimal } from "../../../src/core/decimal.ts";

/** The same structure with every decimal as its shortest exact text. */
export function plainForm(value: unknown): unknown {
  if (value instanceof Decimal) return exactText(value);
  if (Array.isArray(value)) return value.map(plainForm);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plainForm(entry)]));
}

function exactText(number: Decimal): string {
  let digits = number.coefficient.toString();
  let exponent = number.exponent;
  while (digits !== "0" && digits.endsWith("0")) {
    digits = digits.slice(0, -1);
    exponent++;
  }
  return digits === "0" ? "decimal 0" : `decimal ${digits}e${exponent}`;
}
