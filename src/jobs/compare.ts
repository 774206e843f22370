/**
 * Two jobs side by side: the means of their measures at every point of the parameters that both have.
 *
 * @module
 */
import { canonicalScalar } from "../experiments/canonical.ts";
import type { MeasuredCloudRun } from "../experiments/contracts.ts";

/** What identifies a point; runs of several seeds stand at the same one. */
export const POINT = ["kappa", "concentration", "mu", "monotonicity", "outsideMidRatio", "regime"] as const;

/** A parameter of a point. */
export type PointName = typeof POINT[number];

/** The measures that are compared. */
export const MEASURES = ["deltaTotal", "phiTotal", "timeToStability"] as const;

/** Name of a measure. */
export type MeasureName = typeof MEASURES[number];

/** The means of one measure at one point: of job A, of job B, and B minus A. Null where a job has none. */
export interface ComparedMeasure {
  readonly a: number | null;
  readonly b: number | null;
  readonly difference: number | null;
}

/** One point that both jobs have. */
export interface ComparedPoint {
  readonly point: Readonly<Record<PointName, string | null>>;
  /** Runs with measures. */
  readonly runsA: number;
  readonly runsB: number;
  readonly measures: Readonly<Record<MeasureName, ComparedMeasure>>;
}

/** The differences of all common points together. */
export interface OverallDifference {
  /** Points at which both have the measure. */
  readonly points: number;
  /** Mean of the differences; every point counts once. */
  readonly mean: number;
  /** Standard deviation of the differences between points, null for one point. */
  readonly deviation: number | null;
}

/** Two jobs compared. */
export interface JobComparison {
  /** In the order of job A's measures. */
  readonly points: readonly ComparedPoint[];
  readonly overall: Readonly<Record<MeasureName, OverallDifference | null>>;
  /** Points that only one of them has. */
  readonly onlyA: number;
  readonly onlyB: number;
}

/** Compares the measures of two jobs; parameters are equal by value, so 1 and 1.0 are one point. */
export function compareJobs(a: readonly MeasuredCloudRun[], b: readonly MeasuredCloudRun[]): JobComparison {
  const [inA, inB] = [byPoint(a), byPoint(b)];
  const points: ComparedPoint[] = [];
  for (const [key, runsOfA] of inA) {
    const runsOfB = inB.get(key);
    const [first] = runsOfA;
    if (runsOfB === undefined || first === undefined) continue;
    points.push({
      point: pointOf(first),
      runsA: runsOfA.length,
      runsB: runsOfB.length,
      measures: eachMeasure((name) => compared(mean(runsOfA, name), mean(runsOfB, name))),
    });
  }
  points.sort((left, right) => ordered(left, right));
  return {
    points,
    overall: eachMeasure((name) => overall(points.map(({ measures }) => measures[name].difference))),
    onlyA: inA.size - points.length,
    onlyB: inB.size - points.length,
  };
}

function eachMeasure<T>(of: (name: MeasureName) => T): Record<MeasureName, T> {
  return {
    deltaTotal: of("deltaTotal"),
    phiTotal: of("phiTotal"),
    timeToStability: of("timeToStability"),
  };
}

function byPoint(measured: readonly MeasuredCloudRun[]): Map<string, MeasuredCloudRun[]> {
  const groups = new Map<string, MeasuredCloudRun[]>();
  for (const one of measured) {
    const key = POINT.map((name) => canonicalScalar(one.run[name])).join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

function pointOf({ run }: MeasuredCloudRun): Record<PointName, string | null> {
  const { kappa, concentration, mu, monotonicity, outsideMidRatio, regime } = run;
  return { kappa, concentration, mu, monotonicity, outsideMidRatio, regime };
}

function mean(measured: readonly MeasuredCloudRun[], name: MeasureName): number | null {
  const values = measured.flatMap(({ metrics }) => metrics[name] === null ? [] : [Number(metrics[name])]);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function compared(a: number | null, b: number | null): ComparedMeasure {
  return { a, b, difference: a === null || b === null ? null : b - a };
}

function overall(differences: readonly (number | null)[]): OverallDifference | null {
  const values = differences.filter((value) => value !== null);
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    points: values.length,
    mean,
    deviation: values.length === 1 ? null : Math.sqrt(squares / (values.length - 1)),
  };
}

/** By parameters, numbers by value. */
function ordered(left: ComparedPoint, right: ComparedPoint): number {
  for (const name of POINT) {
    const [a, b] = [left.point[name] ?? "", right.point[name] ?? ""];
    if (a === b) continue;
    const difference = Number(a) - Number(b);
    if (!Number.isNaN(difference) && difference !== 0) return difference;
    if (Number.isNaN(difference)) return a < b ? -1 : 1;
  }
  return 0;
}
