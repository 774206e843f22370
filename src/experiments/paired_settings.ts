/**
 * What a paired sweep varies and what it keeps fixed, with the defaults of spec 03 8.3 and 16: control against
 * treatment (`sweep comparison`), and passive against active holders (`sweep balanced`). Flags and files both come down
 * to overrides; a flag wins over the file.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { UsageError } from "../core/errors.ts";
import { type Behaviours, CORRECTED } from "../ring/behaviours.ts";
import type { DefaultHandling } from "../ring/scenario/types.ts";
import type { LiquidityMode } from "./ring_settings.ts";
import type { GridAxes } from "./samplers.ts";

/** How the traders of the dealer market judge risk; what is missing has the scenario's default (spec 01 A1.3). */
export interface RiskSettings {
  /** Days that are looked back over, at least 1. */
  readonly lookbackWindow?: number | undefined;
  readonly smoothingAlpha?: Decimal | undefined;
  /** Fraction of face, at least 0. */
  readonly baseRiskPremium?: Decimal | undefined;
  readonly urgencySensitivity?: Decimal | undefined;
  readonly useIssuerSpecific?: boolean | undefined;
  readonly buyPremiumMultiplier?: Decimal | undefined;
}

/** What every paired sweep has. Decimals keep their exponent: `0.50` is recorded as `0.50`. */
export interface PairedSettings extends GridAxes {
  readonly nAgents: number;
  /** Horizon of the due days, in days. */
  readonly maturityDays: number;
  /** Total dues of the ring. */
  readonly qTotal: Decimal;
  readonly liquidityMode: LiquidityMode;
  /** The agent who gets all liquidity under `single_at`. */
  readonly liquidityAgent: string | null;
  /** Seed of both runs of the first pair; each later pair takes the next integer. */
  readonly baseSeed: number;
  readonly namePrefix: string;
  readonly defaultHandling: DefaultHandling;
  /** Claims that the value-based traders of the dealer market start with, 0 to 1 of all. */
  readonly vbtShare: Decimal;
  readonly riskAssessment: boolean;
  readonly risk: RiskSettings;
  /** Whether runs with dealers also keep the tables of trades, inventories, system states and repayments. */
  readonly detailedLogging: boolean;
  readonly behaviours: Behaviours;
}

/** Settings of `sweep comparison` (spec 03 6). */
export interface ComparisonSettings extends PairedSettings {
  readonly kind: "comparison";
  /** Face of a ticket in the treatment, in money. */
  readonly ticketSize: Decimal;
  /** Claims that the dealers start with, 0 to 1 of all. */
  readonly dealerShare: Decimal;
}

/** Settings of `sweep balanced` (spec 03 7). */
export interface BalancedSettings extends PairedSettings {
  readonly kind: "balanced";
  /** Prices of the outside holders' claims, as fractions of face: the outermost axis. */
  readonly outsideMidRatios: readonly Decimal[];
  /** Face of a ticket, in money. */
  readonly faceValue: Decimal;
  /** Deprecated and without effect; recorded. */
  readonly bigEntityShare: Decimal;
  /** Claims of each bucket's value-based trader, and of its dealer, as shares of the bucket's ring payables. */
  readonly vbtSharePerBucket: Decimal;
  readonly dealerSharePerBucket: Decimal;
  readonly rolloverEnabled: boolean;
}

/** The settings that someone gave. */
export type Overrides<S> = { readonly [K in keyof Omit<S, "kind">]?: S[K] | undefined };

/** A sweep of the one kind or the other. */
export type AnyPairedSettings = ComparisonSettings | BalancedSettings;

const decimal = (coefficient: number, exponent = 0): Decimal => Decimal.of(coefficient, exponent);

/** The grid of spec 03 8.1, whose text is recorded as it stands there. */
const GRID: GridAxes = Object.freeze({
  kappas: [decimal(25, -2), decimal(5, -1), decimal(1), decimal(2), decimal(4)],
  concentrations: [decimal(2, -1), decimal(5, -1), decimal(1), decimal(2), decimal(5)],
  mus: [decimal(0), decimal(25, -2), decimal(5, -1), decimal(75, -2), decimal(1)],
  monotonicities: [decimal(0)],
});

const COMMON = Object.freeze({
  ...GRID,
  nAgents: 100,
  maturityDays: 10,
  liquidityMode: "uniform",
  liquidityAgent: null,
  baseSeed: 42,
  defaultHandling: "fail-fast",
  riskAssessment: true,
  behaviours: CORRECTED,
});

/** The defaults of `sweep comparison`. Options that are floats in the reference read `10000.0`. */
export const DEFAULT_COMPARISON: ComparisonSettings = Object.freeze({
  ...COMMON,
  kind: "comparison",
  qTotal: decimal(100000, -1),
  namePrefix: "Dealer Comparison",
  ticketSize: decimal(10, -1),
  dealerShare: decimal(25, -2),
  vbtShare: decimal(5, -1),
  risk: {},
  detailedLogging: false,
});

/** The defaults of `sweep balanced`. */
export const DEFAULT_BALANCED: BalancedSettings = Object.freeze({
  ...COMMON,
  kind: "balanced",
  qTotal: decimal(10000),
  namePrefix: "Balanced Comparison",
  outsideMidRatios: [decimal(10, -1), decimal(9, -1), decimal(8, -1), decimal(75, -2), decimal(5, -1)],
  faceValue: decimal(20),
  bigEntityShare: decimal(25, -2),
  vbtSharePerBucket: decimal(25, -2),
  dealerSharePerBucket: decimal(125, -3),
  vbtShare: decimal(50, -2),
  rolloverEnabled: true,
  risk: {
    baseRiskPremium: decimal(2, -2),
    urgencySensitivity: decimal(10, -2),
    buyPremiumMultiplier: decimal(20, -1),
    lookbackWindow: 5,
  },
  detailedLogging: true,
});

/**
 * The settings of `sweep comparison`: flags over the file over the defaults.
 *
 * @throws {UsageError} for settings with which no sweep can be made.
 */
export function comparisonSettings(
  flags: Overrides<ComparisonSettings> = {},
  file: Overrides<ComparisonSettings> = {},
): ComparisonSettings {
  return checked({ ...DEFAULT_COMPARISON, ...merged(DEFAULT_COMPARISON.risk, file, flags) });
}

/** The settings of `sweep balanced`; see {@linkcode comparisonSettings}. */
export function balancedSettings(
  flags: Overrides<BalancedSettings> = {},
  file: Overrides<BalancedSettings> = {},
): BalancedSettings {
  return checked({ ...DEFAULT_BALANCED, ...merged(DEFAULT_BALANCED.risk, file, flags) });
}

type Given<O> = { readonly [K in keyof O]?: Exclude<O[K], undefined> };

/** What was given, the flags over the file; risk settings go together key by key. */
function merged<O extends { readonly risk?: RiskSettings | undefined }>(
  risk: RiskSettings,
  file: O,
  flags: O,
): Given<O> & { readonly risk: RiskSettings } {
  return {
    ...given(file),
    ...given(flags),
    risk: { ...risk, ...given(file.risk ?? {}), ...given(flags.risk ?? {}) },
  };
}

function given<O extends object>(overrides: O): Given<O> {
  const kept: Given<O> = {};
  return Object.assign(kept, Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined)));
}

function checked<S extends AnyPairedSettings>(settings: S): S {
  for (const name of ["nAgents", "maturityDays", "baseSeed"] as const) {
    if (!Number.isSafeInteger(settings[name])) {
      throw new UsageError(`${name} must be an integer, got ${settings[name]}`);
    }
  }
  if (settings.liquidityMode === "single_at" && (settings.liquidityAgent ?? "") === "") {
    throw new UsageError("liquidity mode single_at needs a liquidity agent, such as H1");
  }
  return settings;
}
