/**
 * Flags whose values are decimals, read so that nothing of what was typed is lost (spec 03 8).
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { type Flag, UnreadableValue, valueOf } from "./flags.ts";

/** A decimal as it is written: `0.50` is recorded as `0.50`. */
export function exactDecimal(text: string): Decimal {
  const value = Decimal.parse(text);
  if (value === undefined) throw new UnreadableValue("a decimal number");
  return value;
}

/** A list of decimals, each as it is written; empty parts are skipped (spec 03 8). */
export function decimalList(text: string): readonly Decimal[] {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  return parts.map((part) => {
    const value = Decimal.parse(part);
    if (value === undefined) throw new UnreadableValue(`decimal numbers with commas between them (not ${part})`);
    return value;
  });
}

/** A binary float that becomes a decimal through its shortest text: `500` is recorded as `500.0` (spec 03 1.2). */
export function floatDecimal(text: string): Decimal {
  const number = exactDecimal(text).toNumber();
  if (!Number.isFinite(number)) throw new UnreadableValue("a number below 1e308");
  return Decimal.fromNumber(number);
}

/** A flag that takes a list of decimals. */
export function list(summary: string, fallback: string, group?: string): Flag<readonly Decimal[]> {
  return valueOf("LIST", summary, decimalList, presentation(fallback, group));
}

/** A flag that takes a binary float. */
export function real(summary: string, fallback: string, group?: string): Flag<Decimal> {
  return valueOf("X", summary, floatDecimal, presentation(fallback, group));
}

/** A flag that takes a decimal as it is written. */
export function exact(summary: string, fallback: string, group?: string): Flag<Decimal> {
  return valueOf("X", summary, exactDecimal, presentation(fallback, group));
}

function presentation(fallback: string, group: string | undefined): { fallback: string; group?: string } {
  return group === undefined ? { fallback } : { fallback, group };
}
