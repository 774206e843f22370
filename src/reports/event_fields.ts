/**
 * Reading fields of an event whose kind is known and whose values are not: an event of a newer or stranger log must not
 * stop a page.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { shown } from "./html.ts";
import { EMPTY_PLACE, type TextPlaces } from "./text_places.ts";

/** A value as text, empty when it is missing or not plain. */
export function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || value instanceof Decimal ? shown(value) : "";
}

/** A value as an exact amount, zero when it is none. */
export function plainAmount(value: unknown): Decimal {
  if (value instanceof Decimal) return value;
  if (typeof value === "number" && Number.isFinite(value)) {
    return Number.isSafeInteger(value) ? Decimal.integer(value) : Decimal.fromNumber(value);
  }
  return (typeof value === "string" ? Decimal.parse(value) : undefined) ?? Decimal.ZERO;
}

/** One field of one kind of event. Rows are counted by kind. */
export interface EventField {
  /** What stands in a row, undefined where the key is missing. */
  value(row: number): unknown;
  /** As text, empty when it is missing or not plain. */
  text(row: number): string;
  /** Writes the places of the texts of some rows into a column, that of `rows[i]` at `at[i]`; no text leaves it. */
  write(rows: readonly number[], column: Int32Array, at: readonly number[]): void;
}

/** A field as an exact amount, zero when it is missing. */
export function amountAt(field: EventField, row: number): Decimal {
  return plainAmount(field.value(row));
}

/** A field as a whole number such as a day, null when it is missing. */
export function dayAt(field: EventField, row: number): number | null {
  const value = field.value(row);
  if (typeof value === "number") return value;
  return value instanceof Decimal ? value.toNumber() : null;
}

/** A field whose values are numbers, decimals, or anything else. */
export class ValueField implements EventField {
  readonly #values: { get(row: number): unknown };
  readonly #places: TextPlaces;

  /** @param values what stands in a row, undefined where the key is missing */
  constructor(values: { get(row: number): unknown }, places: TextPlaces) {
    this.#values = values;
    this.#places = places;
  }

  /** @inheritdoc */
  value(row: number): unknown {
    return this.#values.get(row);
  }

  /** @inheritdoc */
  text(row: number): string {
    return plainText(this.value(row));
  }

  /** @inheritdoc */
  write(rows: readonly number[], column: Int32Array, at: readonly number[]): void {
    for (let i = 0; i < rows.length; i++) {
      const place = this.#place(rows[i] ?? 0);
      if (place !== EMPTY_PLACE) column[at[i] ?? 0] = place;
    }
  }

  #place(row: number): number {
    const value = this.value(row);
    if (value instanceof Decimal) return this.#places.placeOfDecimal(value);
    if (typeof value === "number") return this.#places.placeOfNumber(value);
    return typeof value === "string" ? this.#places.place(value) : EMPTY_PLACE;
  }
}

/** A field that no event of a kind has. */
export const NO_FIELD: EventField = {
  value: () => undefined,
  text: () => "",
  write: () => {},
};
