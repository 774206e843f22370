/**
 * What no run of a ring sweep can accept, found before anything is made. What only a run can find out stays a failed row
 * of the registry; so does a ring of two agents, as spec 03 17.15 has it. The rules are the generator's own.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { RING_RULES } from "../ring/generator/spec.ts";
import type { RingSweepSettings } from "./ring_settings.ts";

/** Runs of a plan at most: a longer one should be several sweeps, whose tables still open in other programs. */
export const MOST_RUNS = 1_000_000;

/** A setting that no run can accept. */
export interface ImpossibleSetting {
  readonly setting: keyof RingSweepSettings;
  /** The value, or the member of the list. */
  readonly value: string;
  /** What it should be: `numbers from 0 to 1`. */
  readonly expected: string;
}

/** Where a setting stands on the command line and in a sweep file (spec 03 8.1, 8.2). */
export const SETTING_PLACES = {
  kappas: { flag: "--kappas", key: ["grid", "kappas"] },
  concentrations: { flag: "--concentrations", key: ["grid", "concentrations"] },
  mus: { flag: "--mus", key: ["grid", "mus"] },
  monotonicities: { flag: "--monotonicities", key: ["grid", "monotonicities"] },
  kappaMin: { flag: "--kappa-min", key: ["lhs", "kappa_range"] },
  kappaMax: { flag: "--kappa-max", key: ["lhs", "kappa_range"] },
  concentrationMin: { flag: "--c-min", key: ["lhs", "concentration_range"] },
  concentrationMax: { flag: "--c-max", key: ["lhs", "concentration_range"] },
  muMin: { flag: "--mu-min", key: ["lhs", "mu_range"] },
  muMax: { flag: "--mu-max", key: ["lhs", "mu_range"] },
  monotonicityMin: { flag: "--monotonicity-min", key: ["lhs", "monotonicity_range"] },
  monotonicityMax: { flag: "--monotonicity-max", key: ["lhs", "monotonicity_range"] },
  frontierLow: { flag: "--frontier-low", key: ["frontier", "kappa_low"] },
  frontierHigh: { flag: "--frontier-high", key: ["frontier", "kappa_high"] },
  frontierTolerance: { flag: "--frontier-tolerance", key: ["frontier", "tolerance"] },
  nAgents: { flag: "--n-agents", key: ["runner", "n_agents"] },
  maturityDays: { flag: "--maturity-days", key: ["runner", "maturity_days"] },
  qTotal: { flag: "--q-total", key: ["runner", "q_total"] },
  liquidityAgent: { flag: "--liquidity-agent", key: ["runner", "liquidity_agent"] },
  baseSeed: { flag: "--base-seed", key: ["runner", "base_seed"] },
} as const satisfies Partial<
  Record<keyof RingSweepSettings, { readonly flag: string; readonly key: readonly string[] }>
>;

/** The first setting that no run can accept, undefined when there is none. */
export function impossibleSetting(settings: RingSweepSettings): ImpossibleSetting | undefined {
  return impossibleList(settings) ?? impossibleRange(settings) ?? impossibleRing(settings) ??
    impossibleSeed(settings.baseSeed, mostRuns(settings), "runs");
}

/** How many runs the grid and the hypercube have; what a frontier adds is known when it is done. */
export function plannedRuns({ grid, kappas, concentrations, mus, monotonicities, lhs }: RingSweepSettings): number {
  return (grid ? kappas.length * concentrations.length * mus.length * monotonicities.length : 0) + Math.max(0, lhs);
}

/** A search of a cell: its lower end, and its upper end raised by half up to four times; the halvings come on top. */
const FRONTIER_ENDS = 6;

/** How many runs a sweep has at most, those of a frontier included. */
function mostRuns(settings: RingSweepSettings): number {
  const { frontier, frontierIterations, concentrations, mus, monotonicities } = settings;
  const cells = frontier ? concentrations.length * mus.length * monotonicities.length : 0;
  return plannedRuns(settings) + cells * (FRONTIER_ENDS + Math.min(Math.max(0, frontierIterations), MOST_RUNS));
}

/** The base seed, when the last of the seeds that follow it could not be told from its neighbours: one past 2^53. */
export function impossibleSeed(baseSeed: number, count: number, things: string): ImpossibleSetting | undefined {
  const highest = Number.MAX_SAFE_INTEGER - Math.max(0, count - 1);
  if (baseSeed <= highest) return undefined;
  const expected = `a whole number up to ${highest}, as each of ${count.toLocaleString("en-US")} ${things} takes the ` +
    "next seed";
  return { setting: "baseSeed", value: String(baseSeed), expected };
}

/** What the rings of every kind of sweep are asked for. */
export type RingTermsSettings = Pick<
  RingSweepSettings,
  | ("kappas" | "concentrations" | "mus" | "monotonicities")
  | ("nAgents" | "maturityDays" | "qTotal" | "liquidityMode" | "liquidityAgent")
>;

/** The first setting that no ring can accept; a paired sweep has no others of a ring sweep's. */
export function impossibleTerm(settings: RingTermsSettings): ImpossibleSetting | undefined {
  return impossibleList(settings) ?? impossibleRing(settings);
}

type Refusal = (value: Decimal) => string | undefined;

const { kappa, concentration, mu, monotonicity } = RING_RULES;

const LISTS = [
  ["kappas", kappa, "numbers above 0"],
  ["concentrations", concentration, "numbers above 0, from 1e-300 to 1e300"],
  ["mus", mu, "numbers from 0 to 1"],
  ["monotonicities", monotonicity, "numbers from -1 to 1"],
] as const;

function impossibleList(settings: RingTermsSettings): ImpossibleSetting | undefined {
  for (const [setting, refusal, expected] of LISTS) {
    const value = settings[setting].find((value) => refusal(value) !== undefined);
    if (value !== undefined) return { setting, value: value.toString(), expected };
  }
  return undefined;
}

/** The draws of a range that starts at 0 lie above it. */
const notNegative: Refusal = (value) => value.sign < 0 ? "below 0" : undefined;

const RANGES = [
  ["kappaMin", "kappaMax", notNegative, kappa, "a number of at least 0", "a number above 0"],
  ["concentrationMin", "concentrationMax", notNegative, concentration, "a number of at least 0", "a number above 0"],
  ["muMin", "muMax", mu, mu, "a number from 0 to 1", "a number from 0 to 1"],
  ["monotonicityMin", "monotonicityMax", monotonicity, monotonicity, "a number from -1 to 1", "a number from -1 to 1"],
  ["frontierLow", "frontierHigh", kappa, kappa, "a number above 0", "a number above 0"],
  ["frontierTolerance", "frontierTolerance", notNegative, notNegative, "a number of at least 0", ""],
] as const;

function impossibleRange(settings: RingSweepSettings): ImpossibleSetting | undefined {
  for (const [low, high, refusesLow, refusesHigh, expectedLow, expectedHigh] of RANGES) {
    const [from, to] = [settings[low], settings[high]];
    if (refusesLow(from) !== undefined) return { setting: low, value: from.toString(), expected: expectedLow };
    if (refusesHigh(to) !== undefined) return { setting: high, value: to.toString(), expected: expectedHigh };
    if (!from.greaterThan(to)) continue;
    return {
      setting: low,
      value: from.toString(),
      expected: `a number up to that of ${SETTING_PLACES[high].flag}, which is ${to}`,
    };
  }
  return undefined;
}

function impossibleRing(settings: RingTermsSettings): ImpossibleSetting | undefined {
  const { nAgents, maturityDays, qTotal, liquidityMode, liquidityAgent } = settings;
  if (nAgents !== 2 && RING_RULES.nAgents(nAgents) !== undefined) {
    return { setting: "nAgents", value: String(nAgents), expected: "a whole number from 3 to 1,000,000" };
  }
  if (RING_RULES.maturityDays(maturityDays) !== undefined) {
    return { setting: "maturityDays", value: String(maturityDays), expected: "a whole number of at least 1" };
  }
  if (qTotal.sign <= 0) return { setting: "qTotal", value: qTotal.toString(), expected: "a number above 0" };
  if (liquidityMode === "single_at" && !isInRing(liquidityAgent ?? "", nAgents)) {
    return {
      setting: "liquidityAgent",
      value: liquidityAgent ?? "",
      expected: `an agent of the ring, H1 to H${nAgents}`,
    };
  }
  return undefined;
}

function isInRing(agent: string, nAgents: number): boolean {
  const [, number] = /^H([1-9]\d*)$/.exec(agent) ?? [];
  return number !== undefined && Number(number) <= nAgents;
}
