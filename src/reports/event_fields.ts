/**
 * Reading fields of an event whose kind is known and whose values are not: an event of a newer or stranger log must not
 * stop a page.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { shown } from "./html.ts";
import type { EventRow } from "./inputs.ts";

/** A field as text, empty when it is missing or not plain. */
export function textOf(event: EventRow, field: string): string {
  const value = event[field];
  if (typeof value === "string") return value;
  return typeof value === "number" || value instanceof Decimal ? shown(value) : "";
}

/** A field as an exact amount, zero when it is missing. */
export function amountOf(event: EventRow, field: string): Decimal {
  const value = event[field];
  if (value instanceof Decimal) return value;
  if (typeof value === "number" && Number.isFinite(value)) {
    return Number.isSafeInteger(value) ? Decimal.integer(value) : Decimal.fromNumber(value);
  }
  return (typeof value === "string" ? Decimal.parse(value) : undefined) ?? Decimal.ZERO;
}

/** A field as a whole number such as a day, null when it is missing. */
export function dayOf(event: EventRow, field: string): number | null {
  const value = event[field];
  if (typeof value === "number") return value;
  return value instanceof Decimal ? value.toNumber() : null;
}

/** The first of several fields that is not empty. */
export function firstText(event: EventRow, fields: readonly string[]): string {
  for (const field of fields) {
    const text = textOf(event, field);
    if (text !== "") return text;
  }
  return "";
}
