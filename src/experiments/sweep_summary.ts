/**
 * What a sweep says at a glance: how the shares of settled and unsettled dues spread over all runs and along each
 * parameter. For tables on the console and for the dashboard.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import type { ResultRow } from "./aggregate.ts";

/** How the values of several runs spread. */
export interface Spread {
  /** Runs that have a value. */
  readonly count: number;
  /** Sum over count. */
  readonly mean: number;
  /** The middle value, or the mean of the middle two. */
  readonly median: number;
  /** Smallest value. */
  readonly min: number;
  /** Largest value. */
  readonly max: number;
}

/** Some runs taken together; a spread is null when none of them has a value. */
export interface RunGroup {
  /** Number of runs, with and without values. */
  readonly runs: number;
  /** Share of dues settled on time, fraction of all dues. */
  readonly phi: Spread | null;
  /** Share of dues that was not. */
  readonly delta: Spread | null;
}

/** The runs with one value of a parameter. */
export interface ParameterGroup extends RunGroup {
  /** The value as the first of the runs spells it. */
  readonly value: string;
}

/** The parameters along which a sweep is summarised. */
export const SWEEP_PARAMETERS = ["kappa", "concentration", "mu", "monotonicity"] as const;

/** Name of a parameter of a sweep. */
export type SweepParameter = typeof SWEEP_PARAMETERS[number];

/** All runs, and the runs by the value of each parameter, values ascending. */
export interface SweepSummary extends RunGroup {
  /** Groups of every parameter. */
  readonly by: Readonly<Record<SweepParameter, readonly ParameterGroup[]>>;
}

/** Summarises the completed runs of a sweep. */
export function sweepSummary(rows: readonly ResultRow[]): SweepSummary {
  return {
    ...runGroup(rows),
    by: {
      kappa: groups(rows, "kappa"),
      concentration: groups(rows, "concentration"),
      mu: groups(rows, "mu"),
      monotonicity: groups(rows, "monotonicity"),
    },
  };
}

/** The spread of some values; null when there is none. */
export function spread(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const upper = sorted[sorted.length >> 1] ?? max;
  const lower = sorted[(sorted.length - 1) >> 1] ?? min;
  return {
    count: sorted.length,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    median: (lower + upper) / 2,
    min,
    max,
  };
}

function runGroup(rows: readonly ResultRow[]): RunGroup {
  return {
    runs: rows.length,
    phi: spread(rows.flatMap((row) => row.phi_total?.toNumber() ?? [])),
    delta: spread(rows.flatMap((row) => row.delta_total?.toNumber() ?? [])),
  };
}

/** Groups by value, so that `1` and `1.0` are one; a cell that is no number is a group of its own, at the end. */
function groups(rows: readonly ResultRow[], parameter: SweepParameter): ParameterGroup[] {
  const byValue = new Map<string, { value: string; order: number; rows: ResultRow[] }>();
  for (const row of rows) {
    const value = row[parameter];
    const number = Decimal.parse(value);
    const key = number?.normalized().toString() ?? value;
    const group = byValue.get(key);
    if (group === undefined) byValue.set(key, { value, order: number?.toNumber() ?? Infinity, rows: [row] });
    else group.rows.push(row);
  }
  return [...byValue.values()]
    .sort((a, b) => a.order === b.order ? 0 : a.order - b.order)
    .map(({ value, rows }) => ({ value, ...runGroup(rows) }));
}
