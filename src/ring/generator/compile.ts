/**
 * The ring generator `ring_explorer_v1`: from a few parameters to a complete scenario of households that owe each other
 * in a ring. A sweep comes here for every run. Source: specification chapter 03, section 3.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { ValidationError } from "../../core/errors.ts";
import { trimmedText } from "../../core/number_text.ts";
import type { Behaviours } from "../behaviours.ts";
import type { Action, AgentSpec, RunSettings, Scenario } from "../scenario/types.ts";
import { drawAmounts } from "./amounts.ts";
import { allocateLiquidity } from "./liquidity.ts";
import { dueDays } from "./maturity.ts";
import { RING_GENERATOR, type RingSpec } from "./spec.ts";

/** A generated scenario with its totals. */
export interface CompiledRing {
  readonly scenario: Scenario;
  /** S1: the sum of all payable amounts, exact to 28 digits. */
  readonly s1: Decimal;
  /** L0: the sum of all cash. */
  readonly l0: Decimal;
}

/** How a ring is compiled. */
export interface CompileOptions {
  /** The scenario is for a run of a sweep, which the reference hands over in a file of doubles (spec 03 3.1). */
  readonly throughDoubles?: boolean;
}

/**
 * Generates the scenario of a spec. The same spec gives the same scenario.
 *
 * @throws {ValidationError} `Failed to compile generator 'ring_explorer_v1'` when no such ring exists.
 */
export function compileRing(spec: RingSpec, behaviours: Behaviours, options: CompileOptions = {}): CompiledRing {
  const n = spec.nAgents;
  const { dues, liquidity } = totals(spec);
  const amounts = made(drawAmounts(
    { n, concentration: spec.concentration, monotonicity: spec.monotonicity, total: dues, seed: spec.seed },
    behaviours,
  ));
  const cash = made(allocateLiquidity(liquidity, n, spec.allocation));
  // behaviour: sweepAmountsAreDoubles
  const handedOver = options.throughDoubles && behaviours.sweepAmountsAreDoubles ? throughDouble : asIs;
  const scenario: Scenario = {
    name: ringName(spec),
    description: ringDescription(spec, dues, liquidity),
    agents: ringAgents(n),
    mopRank: spec.mopRank,
    initialActions: [
      ...cash.flatMap((amount, i) => amount.sign > 0 ? [mint(`H${i + 1}`, handedOver(amount))] : []),
      ...payables(amounts.map(handedOver), dueDays(n, spec.maturityDays, spec.mu.toNumber())),
    ],
    scheduledActions: [],
    dealer: null,
    balancedDealer: null,
    run: runSettings(spec, behaviours),
  };
  return { scenario, s1: Decimal.sum(amounts), l0: Decimal.sum(cash.filter((amount) => amount.sign > 0)) };
}

/** spec 03 3.2. */
function totals(spec: RingSpec): { dues: Decimal; liquidity: Decimal } {
  const { qTotal, liquidityTotal, kappa } = spec;
  if (qTotal === null && liquidityTotal === null) {
    throw impossible("Either params.Q_total or params.liquidity.total must be provided");
  }
  const dues = qTotal ?? (liquidityTotal ?? Decimal.ZERO).dividedBy(kappa);
  const liquidity = liquidityTotal ?? dues.times(kappa);
  if (dues.sign <= 0 || liquidity.sign <= 0) throw impossible("Derived Q_total and liquidity must be positive");
  return { dues, liquidity };
}

function made(amounts: Decimal[] | string): Decimal[] {
  if (typeof amounts === "string") throw impossible(amounts);
  return amounts;
}

function impossible(message: string): ValidationError {
  return new ValidationError(`Failed to compile generator '${RING_GENERATOR}'`, [{ path: [], message }]);
}

function asIs(amount: Decimal): Decimal {
  return amount;
}

/** spec 03 1.4, rule 5: whole amounts stay exact, the others become the nearest double. */
function throughDouble(amount: Decimal): Decimal {
  return amount.isIntegral ? Decimal.of(amount.truncated().coefficient, 0) : Decimal.fromNumber(amount.toNumber());
}

function ringIds(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `H${i + 1}`);
}

function ringAgents(n: number): AgentSpec[] {
  const agents: AgentSpec[] = [{ id: "CB", kind: "central_bank", name: "Central Bank" }];
  for (let i = 1; i <= n; i++) agents.push({ id: `H${i}`, kind: "household", name: `Agent ${i}` });
  return agents;
}

function mint(to: string, amount: Decimal): Action {
  return { type: "mint_cash", to, amount, alias: `LIQ_${to}` };
}

/** One payable from every household to the next, the last one to the first. */
function payables(amounts: readonly Decimal[], due: readonly number[]): Action[] {
  return amounts.map((amount, i) => {
    const from = `H${i + 1}`;
    const to = i + 1 === amounts.length ? "H1" : `H${i + 2}`;
    const alias = `P_${from}_${to}`;
    return { type: "create_payable", from, to, amount, dueDay: due[i] ?? 1, alias, maturityDistance: null };
  });
}

function ringName(spec: RingSpec): string {
  const numbers = `n=${spec.nAgents}, kappa=${trimmedText(spec.kappa)}, c=${trimmedText(spec.concentration)}`;
  return `${spec.namePrefix} (${numbers}, mu=${trimmedText(spec.mu)})`;
}

function ringDescription(spec: RingSpec, dues: Decimal, liquidity: Decimal): string {
  return `Ring of ${spec.nAgents} agents with total dues S1=${trimmedText(dues)}; ` +
    `initial liquidity L0=${trimmedText(liquidity)} (kappa=${trimmedText(spec.kappa)}); ` +
    `Dirichlet concentration c=${trimmedText(spec.concentration)}; ` +
    `maturity mu=${trimmedText(spec.mu)} over ${spec.maturityDays} day horizon`;
}

/** spec 03 3.8, rule 4. */
function runSettings(spec: RingSpec, behaviours: Behaviours): RunSettings {
  return {
    mode: "until_stable",
    maxDays: Math.max(30, spec.maturityDays + 5),
    quietDays: 2,
    defaultHandling: spec.defaultHandling,
    rolloverEnabled: spec.rolloverEnabled,
    show: { balances: ringIds(spec.nAgents), events: "detailed" },
    export: { balancesCsv: "out/balances.csv", eventsJsonl: "out/events.jsonl" },
    behaviours,
  };
}
