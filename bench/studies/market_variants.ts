/**
 * Where the standard study of the dealer market cannot show a switch: the same market with the settings, or with the
 * other switches, that the switch needs. What only the market's tables show is measured there.
 *
 * @module
 */
import { BALANCED, COMPARISON, planPairedSweep } from "../../src/experiments/paired_plan.ts";
import {
  type AnyPairedSettings,
  type BalancedSettings,
  balancedSettings,
  comparisonSettings,
  type Overrides,
} from "../../src/experiments/paired_settings.ts";
import { checkedRingSource } from "../../src/experiments/ring_source.ts";
import { Decimal } from "../../src/core/decimal.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";
import { compileRing } from "../../src/ring/generator/compile.ts";
import { ringSpecFromText } from "../../src/ring/generator/spec.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";
import {
  BALANCED_DEFAULTS,
  ORDER_FLOW_DEFAULTS,
  TRADER_POLICY_DEFAULTS,
} from "../../src/ring/scenario/market_rules.ts";
import type { Scenario } from "../../src/ring/scenario/types.ts";
import { act } from "../../tests/ring/engine/written_scenarios.ts";
import { balancedMarkets } from "./market_study.ts";

/** A change of the market study in which one switch shows. */
export interface Variant {
  readonly switch: keyof Behaviours;
  /** What differs from the market study, for people. */
  readonly text: string;
  /** The other switches. */
  readonly others: Behaviours;
  scenarios(behaviours: Behaviours): Scenario[];
  /** What only the market's tables show. */
  readonly figure?: {
    readonly name: string;
    readonly digits: number;
    /** Of one run; null where it has none. */
    readonly of: (outcome: RingOutcome) => number | null;
  };
}

const decimal = (coefficient: number, exponent = 0): Decimal => Decimal.of(coefficient, exponent);

function changed(behaviours: Behaviours, change: (scenario: Scenario) => Scenario): Scenario[] {
  return balancedMarkets(behaviours).map(change);
}

const GRID = {
  kappas: [decimal(5, -1), decimal(1), decimal(2)],
  concentrations: [decimal(5, -1), decimal(1), decimal(2)],
  mus: [decimal(25, -2), decimal(75, -2)],
  nAgents: 30,
  defaultHandling: "expel-agent",
} as const;

/** The runs with trading of a balanced sweep with the grid of the market study. */
function swept(overrides: Overrides<BalancedSettings>, behaviours: Behaviours): Scenario[] {
  const outsideMidRatios = [decimal(1), decimal(9, -1), decimal(75, -2)];
  return tradingRuns(balancedSettings({ ...GRID, outsideMidRatios, ...overrides, behaviours }));
}

/** The runs with trading of a paired sweep. */
function tradingRuns(settings: AnyPairedSettings): Scenario[] {
  const { phase } = (settings.kind === "balanced" ? BALANCED : COMPARISON).trading;
  return planPairedSweep(settings).runs.filter((run) => run.phase === phase).map((run) => {
    const source = checkedRingSource(run.source);
    if (!("spec" in source)) throw new TypeError("a planned ring has a spec");
    return compileRing(ringSpecFromText(source.spec), settings.behaviours, { throughDoubles: true }).scenario;
  });
}

const TRANSFER_DAY = 2;

/** On day 2 the first claim that is long enough goes to a household that has no part in it. */
function withTransfer(scenario: Scenario): Scenario {
  const claim =
    scenario.initialActions.flatMap((action) =>
      action.type === "create_payable" && action.dueDay > TRANSFER_DAY + 2 && action.alias !== null
        ? [{ from: action.from, to: action.to, alias: action.alias }]
        : []
    )[0];
  const heir = scenario.agents.find(({ id, kind }) => kind === "household" && id !== claim?.to && id !== claim?.from);
  if (claim === undefined || heir === undefined) return scenario;
  const action = act.claim(claim.alias, heir.id);
  return { ...scenario, scheduledActions: [...scenario.scheduledActions, { day: TRANSFER_DAY, action }] };
}

/** The section that the program ignores in the reference: larger tickets. */
function withSection(scenario: Scenario): Scenario {
  const balancedDealer = {
    ...BALANCED_DEFAULTS,
    enabled: true,
    faceValue: decimal(100),
    outsideMidRatio: scenario.balancedConfig?.outsideMidRatio ?? BALANCED_DEFAULTS.outsideMidRatio,
    mode: "active",
    rolloverEnabled: true,
  } as const;
  return { ...scenario, balancedDealer };
}

function withWideSpreads(scenario: Scenario): Scenario {
  const { dealer } = scenario;
  if (dealer === null) return scenario;
  const buckets = dealer.buckets.map((bucket) => ({ ...bucket, mid: decimal(25, -2), spread: decimal(60, -2) }));
  return { ...scenario, dealer: { ...dealer, buckets } };
}

function withOrders(scenario: Scenario): Scenario {
  const { dealer } = scenario;
  if (dealer === null) return scenario;
  return { ...scenario, dealer: { ...dealer, orderFlow: ORDER_FLOW_DEFAULTS, traderPolicy: TRADER_POLICY_DEFAULTS } };
}

/** The share of the days of dealers on which a trade went past them. */
function daysPastDealer({ market }: RingOutcome): number | null {
  const days = market?.dealerDays ?? [];
  return days.length === 0 ? null : days.filter(({ hitOutside }) => hitOutside).length / days.length;
}

const offLedger: Behaviours = { ...CORRECTED, marketCashOffLedger: true };
const same = (scenario: Scenario) => scenario;

/** One for each switch that the market study cannot show. */
export const MARKET_VARIANTS: readonly Variant[] = [
  {
    switch: "sweepTicketsAreWhole",
    text: "with a face value of 2.5",
    others: CORRECTED,
    scenarios: (behaviours) => swept({ faceValue: decimal(25, -1) }, behaviours),
  },
  {
    switch: "zeroTermsBecomeDefaults",
    text: "with a dealer share per bucket of 0",
    others: CORRECTED,
    scenarios: (behaviours) => swept({ dealerSharePerBucket: decimal(0) }, behaviours),
  },
  {
    switch: "riskAssessmentStaysOn",
    text: "without risk assessment",
    others: CORRECTED,
    scenarios: (behaviours) => swept({ riskAssessment: false }, behaviours),
  },
  {
    switch: "orderFlowFixed",
    text: "with `order_flow` and `trader_policy` at their defaults",
    others: CORRECTED,
    scenarios: (behaviours) => changed(behaviours, withOrders),
  },
  {
    switch: "quotesMayCross",
    text:
      "with plain rings, as `sweep comparison` makes them, M 0.25 and O 0.60 in all buckets, and no risk assessment",
    others: CORRECTED,
    scenarios: (behaviours) =>
      tradingRuns(comparisonSettings({ ...GRID, riskAssessment: false, behaviours })).map(withWideSpreads),
  },
  {
    switch: "marketOverridesTransfers",
    text: "with a `transfer_claim` on day 2",
    others: CORRECTED,
    scenarios: (behaviours) => changed(behaviours, withTransfer),
  },
  {
    switch: "balancedSectionIgnored",
    text: "with `balanced_dealer: { enabled: true, face_value: 100 }`",
    others: CORRECTED,
    scenarios: (behaviours) => changed(behaviours, withSection),
  },
  {
    switch: "cashBurntSilently",
    text: "with `marketCashOffLedger`",
    others: offLedger,
    scenarios: (behaviours) => changed(behaviours, same),
  },
  {
    switch: "writeBackRoundsCash",
    text: "with `marketCashOffLedger`",
    others: offLedger,
    scenarios: (behaviours) => changed(behaviours, same),
  },
  {
    switch: "burntCashStopsDisplayedRun",
    text: "without risk assessment, with all other switches but `riskAssessmentStaysOn`",
    others: { ...REFERENCE, riskAssessmentStaysOn: false },
    scenarios: (behaviours) => swept({ riskAssessment: false }, behaviours),
  },
  {
    switch: "emptyVbtStopsRun",
    text: "with plain rings, as `sweep comparison` makes them, and all other switches",
    others: REFERENCE,
    scenarios: (behaviours) => tradingRuns(comparisonSettings({ ...GRID, behaviours })),
  },
  {
    switch: "limitFlagsNeverSet",
    text: "in the tables",
    others: CORRECTED,
    scenarios: (behaviours) => changed(behaviours, same),
    figure: { name: "share of dealers' days with `hit_vbt_this_step`", digits: 3, of: daysPastDealer },
  },
  {
    switch: "returnsIgnoreSettlement",
    text: "in dealer_metrics.json",
    others: CORRECTED,
    scenarios: (behaviours) => changed(behaviours, same),
    figure: {
      name: "`mean_trader_return`",
      digits: 3,
      of: ({ market }) => market?.metrics().mean_trader_return.toNumber() ?? null,
    },
  },
  {
    switch: "defaultedTradersUnmarked",
    text: "in dealer_metrics.json",
    others: CORRECTED,
    scenarios: (behaviours) => changed(behaviours, same),
    figure: {
      name: "`mean_margin_at_default`",
      digits: 1,
      of: ({ market }) => market?.metrics().mean_margin_at_default?.toNumber() ?? null,
    },
  },
];
