/**
 * What the ring generator `ring_explorer_v1` is asked for: the exact form that the generator takes, and a plain form of
 * texts and numbers that crosses workers and machines. Source: specification chapter 03, sections 3.1 and 16.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { type Issue, ValidationError } from "../../core/errors.ts";
import type { DefaultHandling } from "../scenario/types.ts";

/** Name of the generator in files. */
export const RING_GENERATOR = "ring_explorer_v1";

/** How the initial cash L is spread over the agents (spec 03 3.6). */
export type Allocation =
  | { readonly mode: "uniform" }
  | { readonly mode: "single_at"; readonly agent: string }
  | { readonly mode: "vector"; readonly vector: readonly Decimal[] };

/** A ring to be generated. Amounts in the scenario's money unit, days counted from 0. */
export interface RingSpec {
  /** Which generator: the plain ring; the balanced ring of spec 03 section 4 attaches here. */
  readonly variant: "plain";
  readonly namePrefix: string;
  /** Number of households, at least 3. */
  readonly nAgents: number;
  /** Any whole number; a seed and its negative give the same draws. */
  readonly seed: number | bigint;
  /** Initial cash as a share of total dues, above 0. */
  readonly kappa: Decimal;
  /** Total dues Q; null when they follow from the liquidity. */
  readonly qTotal: Decimal | null;
  /** Total initial cash L; null when it follows from Q. */
  readonly liquidityTotal: Decimal | null;
  readonly allocation: Allocation;
  /** Dirichlet concentration c of the payable amounts, above 0: small is unequal. */
  readonly concentration: Decimal;
  /** Order of the amounts round the ring, -1 (ascending) to 1 (descending); 0 keeps the drawn order. */
  readonly monotonicity: Decimal;
  /** Horizon D: the last possible due day, at least 1. */
  readonly maturityDays: number;
  /** How far the due days are spread over the horizon, 0 to 1. */
  readonly mu: Decimal;
  /** Payment order by kind of debtor; kinds that are not named keep the model's order. */
  readonly mopRank: Readonly<Record<string, readonly string[]>>;
  readonly defaultHandling: DefaultHandling;
  readonly rolloverEnabled: boolean;
}

/** An {@linkcode Allocation} whose decimals are texts. */
export type AllocationText =
  | { readonly mode: "uniform" }
  | { readonly mode: "single_at"; readonly agent: string }
  | { readonly mode: "vector"; readonly vector: readonly string[] };

/** A {@linkcode RingSpec} as plain JSON: decimals are texts, and what has a default may be missing. */
export interface RingSpecText {
  readonly variant?: "plain";
  readonly namePrefix: string;
  /** Default 5. */
  readonly nAgents?: number;
  /** Default 42; a text where a number would not be exact. */
  readonly seed?: number | string;
  readonly kappa: string;
  readonly qTotal?: string | null;
  readonly liquidityTotal?: string | null;
  /** Default uniform. */
  readonly allocation?: AllocationText;
  /** Default 1. */
  readonly concentration?: string;
  /** Default 0. */
  readonly monotonicity?: string;
  /** Default 1. */
  readonly maturityDays?: number;
  /** Default 0. */
  readonly mu?: string;
  readonly mopRank?: Readonly<Record<string, readonly string[]>>;
  /** Default `fail-fast`. */
  readonly defaultHandling?: DefaultHandling;
  /** Default false. */
  readonly rolloverEnabled?: boolean;
}

/** What a spec holds where nothing is said (spec 03 16). */
export const RING_DEFAULTS = Object.freeze({
  nAgents: 5,
  seed: 42,
  concentration: Decimal.of(1, 0),
  monotonicity: Decimal.of(0, 0),
  maturityDays: 1,
  mu: Decimal.of(0, 0),
});

/** Largest ring that is generated: beyond it a machine's memory ends before the simulation starts. */
const MOST_AGENTS = 1_000_000;

/** A rule: the sentence that a value breaks, or undefined when it is well. */
type Rule<T> = (value: T) => string | undefined;

function within(low: Decimal, high: Decimal): Rule<Decimal> {
  return (value) =>
    value.lessThan(low)
      ? `Input should be greater than or equal to ${low}`
      : value.greaterThan(high)
      ? `Input should be less than or equal to ${high}`
      : undefined;
}

function atLeast(low: number, high: number): Rule<number> {
  return (value) =>
    value < low
      ? `Input should be greater than or equal to ${low}`
      : value > high
      ? `Input should be less than or equal to ${high}`
      : undefined;
}

const ONE = Decimal.ONE;

/** The rules of the generator's numbers, one sentence each (spec 01 A1.4, 03 16). */
export const RING_RULES = Object.freeze({
  nAgents: atLeast(3, MOST_AGENTS),
  kappa: (value: Decimal) => value.sign > 0 ? undefined : "Input should be greater than 0",
  liquidityTotal: (value: Decimal) =>
    value.sign > 0 ? undefined : "Value error, liquidity.total must be positive when provided",
  concentration: concentrationRule,
  monotonicity: within(ONE.negated(), ONE),
  maturityDays: atLeast(1, Number.MAX_SAFE_INTEGER - 5),
  mu: within(Decimal.ZERO, ONE),
  agent: (agent: string | null) =>
    agent ? undefined : "Value error, liquidity.allocation.agent is required for single_at mode",
  vector: (vector: readonly Decimal[] | null) =>
    vector === null || vector.length === 0
      ? "Value error, liquidity.allocation.vector is required for vector mode"
      : vector.some((share) => share.sign <= 0)
      ? "Value error, liquidity.allocation.vector must contain positive values"
      : undefined,
});

function concentrationRule(value: Decimal): string | undefined {
  if (value.sign <= 0) return "Value error, inequality.concentration must be positive";
  const shape = value.toNumber();
  // The draws are doubles: beyond their range no ring can be drawn.
  if (shape > 0 && Number.isFinite(shape)) return undefined;
  return "Value error, inequality.concentration must lie between 1e-300 and 1e300";
}

/**
 * The exact form of a plain spec.
 *
 * @throws {ValidationError} `Generator validation failed`, listing every problem with its path in a generator file.
 */
export function ringSpecFromText(text: RingSpecText): RingSpec {
  const reading = new SpecReading();
  const params = ["params"];
  const spec: RingSpec = {
    variant: "plain",
    namePrefix: text.namePrefix,
    nAgents: reading.checked(
      [...params, "n_agents"],
      RING_RULES.nAgents,
      reading.integer([...params, "n_agents"], text.nAgents ?? RING_DEFAULTS.nAgents),
    ),
    seed: reading.seed([...params, "seed"], text.seed ?? RING_DEFAULTS.seed),
    kappa: reading.decimal([...params, "kappa"], text.kappa, RING_RULES.kappa),
    qTotal: text.qTotal === undefined || text.qTotal === null
      ? null
      : reading.decimal([...params, "Q_total"], text.qTotal),
    liquidityTotal: text.liquidityTotal === undefined || text.liquidityTotal === null
      ? null
      : reading.decimal([...params, "liquidity", "total"], text.liquidityTotal, RING_RULES.liquidityTotal),
    allocation: reading.allocation(text.allocation),
    concentration: text.concentration === undefined ? RING_DEFAULTS.concentration : reading.decimal(
      [...params, "inequality", "concentration"],
      text.concentration,
      RING_RULES.concentration,
    ),
    monotonicity: text.monotonicity === undefined
      ? RING_DEFAULTS.monotonicity
      : reading.decimal([...params, "inequality", "monotonicity"], text.monotonicity, RING_RULES.monotonicity),
    maturityDays: reading.checked(
      [...params, "maturity", "days"],
      RING_RULES.maturityDays,
      reading.integer([...params, "maturity", "days"], text.maturityDays ?? RING_DEFAULTS.maturityDays),
    ),
    mu: text.mu === undefined
      ? RING_DEFAULTS.mu
      : reading.decimal([...params, "maturity", "mu"], text.mu, RING_RULES.mu),
    mopRank: text.mopRank ?? {},
    defaultHandling: text.defaultHandling ?? "fail-fast",
    rolloverEnabled: text.rolloverEnabled ?? false,
  };
  if (reading.issues.length > 0) throw new ValidationError("Generator validation failed", reading.issues);
  return spec;
}

/** Collects the problems of one spec while it is read. */
class SpecReading {
  readonly issues: Issue[] = [];

  /** Refuses a value by what is wrong with it. */
  #refuse(path: readonly (string | number)[], message: string, value: unknown): void {
    this.issues.push({ path: [RING_GENERATOR, ...path], message, value: String(value).slice(0, 40) });
  }

  checked<T>(path: readonly (string | number)[], rule: Rule<T>, value: T): T {
    const message = rule(value);
    if (message !== undefined) this.#refuse(path, message, value);
    return value;
  }

  integer(path: readonly string[], value: number): number {
    if (!Number.isSafeInteger(value)) this.#refuse(path, "Input should be a valid integer", value);
    return value;
  }

  seed(path: readonly string[], value: number | string): number | bigint {
    if (typeof value === "number") return this.integer(path, value);
    if (/^[+-]?\d+$/.test(value)) return BigInt(value.replace("+", ""));
    this.#refuse(path, "Input should be a valid integer", value);
    return 0;
  }

  decimal(path: readonly (string | number)[], text: string, rule?: Rule<Decimal>): Decimal {
    const value = Decimal.parse(text);
    if (value === undefined) {
      this.#refuse(path, "Input should be a valid decimal", text);
      return Decimal.ONE;
    }
    return rule === undefined ? value : this.checked(path, rule, value);
  }

  allocation(text: AllocationText | undefined): Allocation {
    const path = ["params", "liquidity", "allocation"];
    if (text === undefined || text.mode === "uniform") return { mode: "uniform" };
    if (text.mode === "single_at") {
      return { mode: "single_at", agent: this.checked(path, RING_RULES.agent, text.agent) };
    }
    const vector = text.vector.map((share, i) => this.decimal([...path, "vector", i], share));
    return { mode: "vector", vector: this.checked(path, RING_RULES.vector, vector) };
  }
}
