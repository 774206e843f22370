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

/** Summarises the completed runs of a sweep. */
export function sweepSummary(rows: readonly ResultRow[]): RunGroup {
  return runGroup(rows);
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
    phi: spread(rows.flatMap((row) => row.phi_total === null ? [] : Number(row.phi_total))),
    delta: spread(rows.flatMap((row) => row.delta_total === null ? [] : Number(row.delta_total))),
  };
}

/**
 * The runs by the value of a parameter, values ascending. Groups are by value, so that `1` and `1.0` are one; a cell
 * that is no number is a group of its own, at the end.
 *
 * @param most for more values than that there are no groups: the samples of a hypercube do not repeat
 */
export function parameterGroups(
  rows: readonly ResultRow[],
  parameter: SweepParameter,
  most = Infinity,
): readonly ParameterGroup[] {
  const byValue = new Map<string, { value: string; order: number; rows: ResultRow[] }>();
  for (const row of rows) {
    const value = row[parameter];
    const number = Decimal.parse(value);
    const key = number?.normalized().toString() ?? value;
    const group = byValue.get(key);
    if (group !== undefined) group.rows.push(row);
    else if (byValue.size >= most) return [];
    else byValue.set(key, { value, order: number?.toNumber() ?? Infinity, rows: [row] });
  }
  return [...byValue.values()]
    .sort((a, b) => a.order === b.order ? 0 : a.order - b.order)
    .map(({ value, rows }) => ({ value, ...runGroup(rows) }));
}
