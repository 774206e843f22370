/**
 * The texts of a long table, each kept once: a cell is the place of its text. What an event log holds as a number finds
 * its place without becoming text again.
 *
 * @module
 */
import type { Decimal } from "../core/decimal.ts";
import { NONE, shown } from "./html.ts";

/** The place of the empty text. */
export const EMPTY_PLACE = 0;
/** The place of {@linkcode NONE}. */
export const NONE_PLACE = 1;

/** Texts in the order of their first appearance. */
export class TextPlaces {
  readonly #texts: string[] = ["", NONE];
  readonly #places = new Map<string, number>([["", EMPTY_PLACE], [NONE, NONE_PLACE]]);
  readonly #ofNumbers = new Map<number, number>();
  readonly #ofDecimals = new Map<number, number>();

  /** All texts; a place is an index into them. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** The text at a place. */
  text(place: number): string {
    return this.#texts[place] ?? "";
  }

  /** The place of a text. */
  place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#texts.length;
      this.#texts.push(text);
      this.#places.set(text, place);
    }
    return place;
  }

  /** The place of a number's text, as {@linkcode shown} writes it. */
  placeOfNumber(value: number): number {
    let place = this.#ofNumbers.get(value);
    if (place === undefined) this.#ofNumbers.set(value, place = this.place(shown(value)));
    return place;
  }

  /** The place of an amount's text, as {@linkcode shown} writes it. */
  placeOfDecimal(value: Decimal): number {
    const double = value.toNumber();
    // Beyond, one double stands for several whole numbers, which are shown in full.
    if (Math.abs(double) > Number.MAX_SAFE_INTEGER) return this.place(shown(value));
    let place = this.#ofDecimals.get(double);
    if (place === undefined) this.#ofDecimals.set(double, place = this.place(shown(value)));
    return place;
  }
}
