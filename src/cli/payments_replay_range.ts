/**
 * The ticks that a replay shows (spec 08 11.1).
 *
 * @module
 */
import { ValidationError } from "../core/errors.ts";

/** Ticks, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** The range that the caller gave, within 0 to `last`. @throws {ValidationError} for one that lies outside. */
export function checkedRange(givenFrom: number | undefined, givenTo: number | undefined, last: number): Range {
  const from = givenFrom ?? 0;
  const to = givenTo ?? last;
  if (givenFrom !== undefined && (from < 0 || from > last)) {
    throw new ValidationError(`Invalid from_tick: ${from} (must be 0 to ${last})`, []);
  }
  if (givenTo !== undefined && (to < from || to > last)) {
    throw new ValidationError(`Invalid to_tick: ${to} (must be ${from} to ${last})`, []);
  }
  return { from, to, isWhole: from === 0 && to === last };
}
