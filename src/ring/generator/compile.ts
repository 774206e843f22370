/**
 * The ring generator `ring_explorer_v1`: from a few parameters to a complete scenario of households that owe each other
 * in a ring, plain or balanced. A sweep comes here for every run. Source: specification chapter 03, sections 3 and 4.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { ValidationError } from "../../core/errors.ts";
import { trimmedText } from "../../core/number_text.ts";
import type { Behaviours } from "../behaviours.ts";
import { BALANCED_DEFAULTS, BALANCED_RULES } from "../scenario/market_rules.ts";
import type { Action, AgentSpec, DealerSettings, RunSettings, Scenario } from "../scenario/types.ts";
import { drawAmounts } from "./amounts.ts";
import { outsideBooks } from "./balanced.ts";
import { allocateLiquidity } from "./liquidity.ts";
import { dueDays } from "./maturity.ts";
import { type BalancedTerms, RING_GENERATOR, type RingSpec } from "./spec.ts";

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
  const ring = drawnRing(spec, behaviours);
  // behaviour: sweepAmountsAreDoubles
  const handedOver = options.throughDoubles && behaviours.sweepAmountsAreDoubles ? throughDouble : asIs;
  return spec.variant === "balanced"
    ? balancedRing(spec, balancedTerms(spec.balanced, behaviours), ring, behaviours, handedOver)
    : plainRing(spec, ring, behaviours, handedOver);
}

/** What both variants are made of. */
interface DrawnRing {
  /** Total dues Q and liquidity L. */
  readonly dues: Decimal;
  readonly liquidity: Decimal;
  /** Payables round the ring, and the cash of the agents. */
  readonly amounts: readonly Decimal[];
  readonly due: readonly number[];
  readonly cash: readonly Decimal[];
}

/** What becomes of an amount on its way to the engine. */
type HandedOver = (amount: Decimal) => Decimal;

function drawnRing(spec: RingSpec, behaviours: Behaviours): DrawnRing {
  const n = spec.nAgents;
  const { dues, liquidity } = totals(spec);
  const amounts = made(drawAmounts(
    { n, concentration: spec.concentration, monotonicity: spec.monotonicity, total: dues, seed: spec.seed },
    behaviours,
  ));
  const cash = made(allocateLiquidity(liquidity, n, spec.allocation));
  return { dues, liquidity, amounts, due: dueDays(n, spec.maturityDays, spec.mu.toNumber()), cash };
}

function plainRing(spec: RingSpec, ring: DrawnRing, behaviours: Behaviours, handedOver: HandedOver): CompiledRing {
  const { amounts, due, cash } = ring;
  const scenario: Scenario = {
    name: ringName(spec),
    description: ringDescription(spec, ring),
    agents: ringAgents(spec.nAgents),
    mopRank: spec.mopRank,
    initialActions: [...householdCash(cash, handedOver), ...payables(amounts.map(handedOver), due, false)],
    scheduledActions: [],
    dealer: dealerSection(spec, behaviours),
    balancedDealer: null,
    run: runSettings(spec, ringIds(spec.nAgents), behaviours),
  };
  return { scenario, s1: Decimal.sum(amounts), l0: Decimal.sum(cash.filter(isPositive)) };
}

/** spec 03 4. */
function balancedRing(
  spec: RingSpec,
  terms: BalancedTerms,
  ring: DrawnRing,
  behaviours: Behaviours,
  handedOver: HandedOver,
): CompiledRing {
  const { amounts, due } = ring;
  const { holders, claims, extraCash } = outsideBooks(ring, terms);
  const cash = ring.cash.map((amount) => amount.plus(extraCash));
  const agents = [
    ...ringAgents(spec.nAgents),
    ...holders.map(({ id, name }): AgentSpec => ({ id, kind: "household", name })),
  ];
  const mode = spec.dealer?.enabled === true ? "active" : "passive";
  const scenario: Scenario = {
    name: `${ringName(spec)} [Balanced ${mode}]`,
    description: `${ringDescription(spec, ring)}; ${balancedDescription(mode, terms)}`,
    agents,
    mopRank: spec.mopRank,
    initialActions: [
      ...householdCash(cash, handedOver),
      ...payables(amounts.map(handedOver), due, true),
      ...claims.map(({ debtor, holder, amount, dueDay }) =>
        payable(`H${debtor + 1}`, holder, handedOver(amount), dueDay, true)
      ),
      ...holders.filter((holder) => isPositive(holder.cash)).map((holder) => mint(holder.id, handedOver(holder.cash))),
    ],
    scheduledActions: [],
    dealer: dealerSection(spec, behaviours),
    balancedDealer: null,
    balancedConfig: { ...terms, mode, rolloverEnabled: spec.rolloverEnabled },
    run: runSettings(spec, agents.map(({ id }) => id), behaviours),
  };
  return {
    scenario,
    s1: Decimal.sum([...amounts, ...claims.map(({ amount }) => amount)]),
    l0: Decimal.sum([...cash, ...holders.map((holder) => holder.cash)].filter(isPositive)),
  };
}

function balancedTerms(terms: BalancedTerms, behaviours: Behaviours): BalancedTerms {
  // behaviour: zeroTermsBecomeDefaults
  if (behaviours.zeroTermsBecomeDefaults) {
    const orDefault = (value: Decimal, otherwise: Decimal) => value.isZero ? otherwise : value;
    return {
      faceValue: orDefault(terms.faceValue, BALANCED_DEFAULTS.faceValue),
      outsideMidRatio: orDefault(terms.outsideMidRatio, BALANCED_DEFAULTS.outsideMidRatio),
      vbtSharePerBucket: orDefault(terms.vbtSharePerBucket, BALANCED_DEFAULTS.vbtSharePerBucket),
      dealerSharePerBucket: orDefault(terms.dealerSharePerBucket, BALANCED_DEFAULTS.dealerSharePerBucket),
    };
  }
  const refused = BALANCED_RULES.faceValue(terms.faceValue) ?? BALANCED_RULES.outsideMidRatio(terms.outsideMidRatio);
  if (refused !== undefined) throw impossible(refused);
  return terms;
}

function dealerSection(spec: RingSpec, behaviours: Behaviours): DealerSettings | null {
  if (spec.dealer === null) return null;
  // behaviour: riskAssessmentStaysOn
  const forgotten = spec.dealer.riskAssessment?.enabled === false && behaviours.riskAssessmentStaysOn;
  // behaviour: generatedMarketUnseeded
  const seed = behaviours.generatedMarketUnseeded ? spec.dealer.seed : spec.dealer.seed ?? marketSeed(spec.seed);
  return { ...spec.dealer, ...(forgotten ? { riskAssessment: null } : {}), seed };
}

/** The seed of the ring, so that the market of a ring repeats with it; a seed past 2^53 keeps its last 53 bits. */
function marketSeed(seed: number | bigint): number {
  return typeof seed === "number" ? seed : Number(BigInt.asUintN(53, seed < 0n ? -seed : seed));
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

function isPositive(amount: Decimal): boolean {
  return amount.sign > 0;
}

function householdCash(cash: readonly Decimal[], handedOver: HandedOver): Action[] {
  return cash.flatMap((amount, i) => isPositive(amount) ? [mint(`H${i + 1}`, handedOver(amount))] : []);
}

function mint(to: string, amount: Decimal): Action {
  return { type: "mint_cash", to, amount, alias: `LIQ_${to}` };
}

/** One payable from every household to the next, the last one to the first. */
function payables(amounts: readonly Decimal[], due: readonly number[], withDistance: boolean): Action[] {
  return amounts.map((amount, i) => {
    const to = i + 1 === amounts.length ? "H1" : `H${i + 2}`;
    return payable(`H${i + 1}`, to, amount, due[i] ?? 1, withDistance);
  });
}

/** @param withDistance Whether the scenario states the maturity distance, which on day 0 is the due day. */
function payable(from: string, to: string, amount: Decimal, dueDay: number, withDistance: boolean): Action {
  const maturityDistance = withDistance ? dueDay : null;
  return { type: "create_payable", from, to, amount, dueDay, alias: `P_${from}_${to}`, maturityDistance };
}

function ringName(spec: RingSpec): string {
  const numbers = `n=${spec.nAgents}, kappa=${trimmedText(spec.kappa)}, c=${trimmedText(spec.concentration)}`;
  return `${spec.namePrefix} (${numbers}, mu=${trimmedText(spec.mu)})`;
}

function ringDescription(spec: RingSpec, { dues, liquidity }: DrawnRing): string {
  return `Ring of ${spec.nAgents} agents with total dues S1=${trimmedText(dues)}; ` +
    `initial liquidity L0=${trimmedText(liquidity)} (kappa=${trimmedText(spec.kappa)}); ` +
    `Dirichlet concentration c=${trimmedText(spec.concentration)}; ` +
    `maturity mu=${trimmedText(spec.mu)} over ${spec.maturityDays} day horizon`;
}

/** spec 03 4, rule 8. */
function balancedDescription(mode: string, terms: BalancedTerms): string {
  const shares = `VBT=${trimmedText(terms.vbtSharePerBucket)}, Dealer=${trimmedText(terms.dealerSharePerBucket)}`;
  return `balanced mode=${mode}, ${shares}, \u03c1=${trimmedText(terms.outsideMidRatio)}`;
}

/** spec 03 3.8, rule 4, and 4, rule 9. */
function runSettings(spec: RingSpec, balances: readonly string[], behaviours: Behaviours): RunSettings {
  return {
    mode: "until_stable",
    maxDays: Math.max(30, spec.maturityDays + 5),
    quietDays: 2,
    defaultHandling: spec.defaultHandling,
    rolloverEnabled: spec.rolloverEnabled,
    show: { balances, events: "detailed" },
    export: { balancesCsv: "out/balances.csv", eventsJsonl: "out/events.jsonl" },
    behaviours,
  };
}
