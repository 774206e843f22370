/**
 * The pairs of a sweep as its page reads them: numbers, groups by parameter, and how both are spelled.
 *
 * @module
 */
import type { DeltaPair, Estimate, Interval } from "../experiments/paired_statistics.ts";
import { grouped, NONE, shortened } from "./html.ts";
import { cellNumber, deltaPair, type PairRow } from "./paired_input.ts";

/** A complete pair. */
export interface MeasuredPair {
  readonly row: PairRow;
  readonly delta: DeltaPair;
}

/** A parameter of the pairs. */
export interface Parameter {
  /** Name in the filters of the page. */
  readonly name: "kappa" | "concentration" | "mu" | "monotonicity" | "outsideMidRatio";
  readonly symbol: string;
  /** What it is, for an axis. */
  readonly title: string;
}

/** The parameters in the order in which tables show them. */
export const PARAMETERS: readonly Parameter[] = [
  { name: "kappa", symbol: "κ", title: "κ (liquidity / dues)" },
  { name: "concentration", symbol: "c", title: "c (evenness of the payables)" },
  { name: "mu", symbol: "μ", title: "μ (spread of the due days)" },
  { name: "monotonicity", symbol: "m", title: "m (order by size)" },
  { name: "outsideMidRatio", symbol: "ρ", title: "ρ (outside mid / face)" },
];

/** The pairs whose runs are both measured. */
export function measuredPairs(rows: readonly PairRow[]): MeasuredPair[] {
  return rows.flatMap((row) => {
    const delta = deltaPair(row);
    return delta === null ? [] : [{ row, delta }];
  });
}

/** The distinct values of a parameter, ascending: `0.50` and `0.5` are one. */
export function valuesOf(pairs: readonly MeasuredPair[], { name }: Parameter): number[] {
  const values = new Set<number>();
  for (const { row } of pairs) {
    const value = cellNumber(row[name]);
    if (value !== null) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** A parameter as the table and its filters spell it. */
export function parameterText(cell: string): string {
  const value = cellNumber(cell);
  return value === null ? cell || NONE : parameterNumber(value);
}

/** A number of a parameter, spelled as {@linkcode parameterText}. */
export function parameterNumber(value: number): string {
  return grouped(shortened(value, 6)).replace("-", "\u2212");
}

/** A difference with its sign: `+0.041`, `−0.2`, `0`. */
export function signed(value: number, decimals = 3): string {
  const text = shortened(value, decimals);
  if (text === "0" || text === "-0") return "0";
  return text.startsWith("-") ? `\u2212${text.slice(1)}` : `+${text}`;
}

/** An interval of differences: `[+0.02, +0.06]`. */
export function intervalText({ low, high }: Interval, decimals = 3): string {
  return `[${signed(low, decimals)}, ${signed(high, decimals)}]`;
}

/** A mean with its interval, where there is one. */
export function estimateText({ mean, interval }: Estimate): string {
  return interval === null ? signed(mean) : `${signed(mean)} ${intervalText(interval)}`;
}
