/**
 * What is found wrong or odd while a scenario is read: everything is collected, and reported together.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Issue } from "../../core/errors.ts";

/** Keys and list positions from the top. */
export type Path = Issue["path"];

/** How well a value fits its kind: as it stands, as an integer where a double is wanted, or after a conversion. */
export const EXACT = 2;
export const WIDENED = 1;
export const CONVERTED = 0;

/** The findings about one value and everything in it. */
export class Findings {
  readonly problems: Issue[] = [];
  /** Keys that no rule knows. */
  readonly unknown: Issue[] = [];
  /** The worst fit so far. */
  fit = EXACT;
  /** How many known keys were given. */
  given = 0;

  problem(path: Path, message: string, value?: unknown): void {
    const text = shortText(value);
    this.problems.push(text === undefined ? { path, message } : { path, message, value: text });
  }

  lower(fit: number): void {
    this.fit = Math.min(this.fit, fit);
  }

  /** Takes over what was found in an alternative. */
  take(other: Findings): void {
    this.problems.push(...other.problems);
    this.unknown.push(...other.unknown);
    this.lower(other.fit);
    this.given += other.given;
  }
}

const LONGEST_VALUE = 40;

/** A value as a person would write it, shortened; undefined for what has no short form. */
function shortText(value: unknown): string | undefined {
  if (
    value instanceof Decimal || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint"
  ) {
    return clipped(`${value}`);
  }
  return typeof value === "string" ? clipped(JSON.stringify(value)) : undefined;
}

function clipped(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 3)}...`;
}
