/**
 * What a ring sweep varies and what it keeps fixed, with the defaults of spec 03 8.1. Flags and files both come down
 * to {@linkcode RingSweepOverrides}; a flag wins over the file.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { UsageError } from "../core/errors.ts";
import { type Behaviours, CORRECTED } from "../ring/behaviours.ts";
import type { DealerText } from "../ring/generator/dealer_text.ts";
import type { DefaultHandling } from "../ring/scenario/types.ts";

/** Settings of a ring sweep. Decimals keep their exponent: `0.50` is recorded as `0.50`. */
export interface RingSweepSettings {
  /** Whether the grid is run. Its concentrations, mus and monotonicities are also the cells of the frontier. */
  readonly grid: boolean;
  /** Liquidity over total dues. */
  readonly kappas: readonly Decimal[];
  /** Dirichlet concentrations of the amounts, > 0: small is unequal. */
  readonly concentrations: readonly Decimal[];
  /** Spread of the due days, 0 to 1. */
  readonly mus: readonly Decimal[];
  /** Order of the amounts along the ring, -1 (ascending) to 1 (descending). */
  readonly monotonicities: readonly Decimal[];
  /** Number of Latin hypercube points, 0 for none. */
  readonly lhs: number;
  readonly kappaMin: Decimal;
  readonly kappaMax: Decimal;
  readonly concentrationMin: Decimal;
  readonly concentrationMax: Decimal;
  readonly muMin: Decimal;
  readonly muMax: Decimal;
  readonly monotonicityMin: Decimal;
  readonly monotonicityMax: Decimal;
  /** Whether the kappa at which defaults vanish is searched for, cell by cell. */
  readonly frontier: boolean;
  readonly frontierLow: Decimal;
  readonly frontierHigh: Decimal;
  /** Serves both for delta and for the width of the kappa interval. */
  readonly frontierTolerance: Decimal;
  readonly frontierIterations: number;
  readonly nAgents: number;
  /** Horizon of the due days, in days. */
  readonly maturityDays: number;
  /** Total dues. */
  readonly qTotal: Decimal;
  readonly liquidityMode: LiquidityMode;
  /** The agent who gets all liquidity under `single_at`. */
  readonly liquidityAgent: string | null;
  /** Seed of the first run; each later run takes the next integer. */
  readonly baseSeed: number;
  readonly namePrefix: string;
  readonly defaultHandling: DefaultHandling;
  /** The dealer market of every run; null for none. No flag stands for it: a sweep file says it (spec 03 8.2). */
  readonly dealer: DealerText | null;
  readonly behaviours: Behaviours;
}

/** Where the liquidity of a ring sweep starts. */
export type LiquidityMode = "single_at" | "uniform";

/** The settings that someone gave. */
export type RingSweepOverrides = { readonly [K in keyof RingSweepSettings]?: RingSweepSettings[K] | undefined };

const of = (...values: string[]): readonly Decimal[] => values.map(parsed);

function parsed(text: string): Decimal {
  const value = Decimal.parse(text);
  if (value === undefined) throw new UsageError(`${JSON.stringify(text)} is not a decimal number`);
  return value;
}

/** The defaults of spec 03 8.1. Options that are floats there read `500.0`, lists keep the text as given. */
export const DEFAULT_RING_SWEEP: RingSweepSettings = Object.freeze({
  grid: true,
  kappas: of("0.25", "0.5", "1", "2", "4"),
  concentrations: of("0.2", "0.5", "1", "2", "5"),
  mus: of("0", "0.25", "0.5", "0.75", "1"),
  monotonicities: of("0"),
  lhs: 0,
  kappaMin: parsed("0.2"),
  kappaMax: parsed("5.0"),
  concentrationMin: parsed("0.2"),
  concentrationMax: parsed("5.0"),
  muMin: parsed("0.0"),
  muMax: parsed("1.0"),
  monotonicityMin: parsed("0.0"),
  monotonicityMax: parsed("0.0"),
  frontier: false,
  frontierLow: parsed("0.1"),
  frontierHigh: parsed("4.0"),
  frontierTolerance: parsed("0.02"),
  frontierIterations: 6,
  nAgents: 5,
  maturityDays: 3,
  qTotal: parsed("500.0"),
  liquidityMode: "single_at",
  liquidityAgent: "H1",
  baseSeed: 42,
  namePrefix: "Kalecki Ring Sweep",
  defaultHandling: "fail-fast",
  dealer: null,
  behaviours: CORRECTED,
});

/**
 * The settings of a sweep: flags over the file over the defaults.
 *
 * @throws {UsageError} for an integer that cannot be counted with: a seed or a count past 2^53.
 */
export function ringSweepSettings(flags: RingSweepOverrides, file: RingSweepOverrides = {}): RingSweepSettings {
  const settings: RingSweepOverrides = { ...DEFAULT_RING_SWEEP, ...given(file), ...given(flags) };
  if (!isComplete(settings)) throw new UsageError("a setting of the sweep has no value");
  for (const name of ["lhs", "frontierIterations", "nAgents", "maturityDays", "baseSeed"] as const) {
    if (!Number.isSafeInteger(settings[name])) {
      throw new UsageError(`${name} must be an integer, got ${settings[name]}`);
    }
  }
  return settings;
}

function isComplete(settings: RingSweepOverrides): settings is RingSweepSettings {
  return Object.values(settings).every((value) => value !== undefined);
}

function given(overrides: RingSweepOverrides): RingSweepOverrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}
