/**
 * A whole run in a few numbers. Source: `spec 02 4`.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { ValidationError } from "../../core/errors.ts";
import { type MoneySource, summaryRows } from "./day_metrics.ts";
import type { PaymentHistory } from "./history.ts";

/**
 * The summary of a run: totals, the largest gap, and the first day. Keys in the order of the files. Null stands for
 * none: nothing was due.
 */
export interface RunSummary {
  /** Share of all dues that was settled in full on the due day; its exponent is that of the arithmetic. */
  readonly phi_total: Decimal | null;
  /** Share of all dues that was not. */
  readonly delta_total: Decimal | null;
  /** Largest gap of a day, null where no money is known. */
  readonly max_G_t: Decimal | null;
  /** `alpha_t` of day 1; null, as the following, when day 1 was not analysed or has none. */
  readonly alpha_1: Decimal | null;
  /** `Mpeak_t` of day 1. */
  readonly Mpeak_1: Decimal | null;
  /** `v_t` of day 1. */
  readonly v_1: Decimal | null;
  /** `HHIplus_t` of day 1. */
  readonly HHIplus_1: Decimal | null;
  /** Last analysed day, at least 0. */
  readonly max_day: number;
}

/** A value of a day: fresh, or as a cell of `metrics.csv` (empty and unreadable cells are none). */
export type DayValue = Decimal | string | null;

/** What the summary reads of a day: a `DayRow`, or a record of `metrics.csv` by column. */
export interface SummarisedDay {
  /** The day, 0 when missing. */
  readonly day?: number | string | null;
  /** Dues. */
  readonly S_t?: DayValue;
  /** Share of the dues that was settled on time. */
  readonly phi_t?: DayValue;
  /** Share of the dues that was not. */
  readonly delta_t?: DayValue;
  /** Missing money. */
  readonly G_t?: DayValue;
  /** Share of the dues that netting saves. */
  readonly alpha_t?: DayValue;
  /** Peak of the money in use. */
  readonly Mpeak_t?: DayValue;
  /** Velocity. */
  readonly v_t?: DayValue;
  /** Concentration of the net claims. */
  readonly HHIplus_t?: DayValue;
}

/**
 * Summarises the days of a run, in the order of the rows.
 *
 * @throws {ValidationError} for a day that is no whole number.
 */
export function summarise(rows: Iterable<SummarisedDay>): RunSummary {
  const sums = new WeightedSums();
  const first: FirstDay = { alpha_1: null, Mpeak_1: null, v_1: null, HHIplus_1: null };
  let gap: Decimal | null = null;
  let maxDay = 0;
  for (const row of rows) {
    const day = dayOf(row);
    maxDay = Math.max(maxDay, day);
    sums.add(value(row.S_t) ?? Decimal.ZERO, value(row.phi_t), value(row.delta_t));
    const missing = value(row.G_t);
    if (missing !== null && (gap === null || missing.greaterThan(gap))) gap = missing;
    if (day !== 1) continue;
    // Should there be several rows for day 1, the first value that is not zero stands.
    first.alpha_1 = firstNonZero(first.alpha_1, value(row.alpha_t));
    first.Mpeak_1 = firstNonZero(first.Mpeak_1, value(row.Mpeak_t));
    first.v_1 = firstNonZero(first.v_1, value(row.v_t));
    first.HHIplus_1 = firstNonZero(first.HHIplus_1, value(row.HHIplus_t));
  }
  return { phi_total: sums.phi, delta_total: sums.delta, max_G_t: gap, ...first, max_day: maxDay };
}

/**
 * The summary of a run without its day metrics: what a sweep that keeps no files needs. The same values, to the last
 * digit, as {@linkcode summarise} of the day metrics.
 */
export function runSummary(history: PaymentHistory, money: MoneySource, days?: readonly number[]): RunSummary {
  return summarise(summaryRows(history, money, days));
}

interface FirstDay {
  alpha_1: Decimal | null;
  Mpeak_1: Decimal | null;
  v_1: Decimal | null;
  HHIplus_1: Decimal | null;
}

/** Dues, and phi and delta weighted by them, each summed on its own. */
class WeightedSums {
  #dues = Decimal.ZERO;
  #phi = Decimal.ZERO;
  #delta = Decimal.ZERO;

  add(dues: Decimal, phi: Decimal | null, delta: Decimal | null): void {
    this.#dues = this.#dues.plus(dues);
    if (phi !== null) this.#phi = this.#phi.plus(dues.times(phi));
    if (delta !== null) this.#delta = this.#delta.plus(dues.times(delta));
  }

  get phi(): Decimal | null {
    return this.#dues.isZero ? null : this.#phi.dividedBy(this.#dues);
  }

  get delta(): Decimal | null {
    return this.#dues.isZero ? null : this.#delta.dividedBy(this.#dues);
  }
}

function value(value: DayValue | undefined): Decimal | null {
  if (typeof value === "string") return Decimal.parse(value) ?? null;
  return value ?? null;
}

function dayOf(row: SummarisedDay): number {
  const day = row.day ?? 0;
  const number = typeof day === "string" ? (/^\s*[+-]?\d+\s*$/.test(day) ? Number(day) : NaN) : day;
  if (Number.isSafeInteger(number)) return number;
  throw new ValidationError("Day metrics", [{ path: ["day"], message: "must be a whole number", value: String(day) }]);
}

function firstNonZero(known: Decimal | null, next: Decimal | null): Decimal | null {
  return known === null || known.isZero ? next : known;
}
