/**
 * The standard study of the dealer market: balanced rings with dealers, as `sweep balanced` makes them.
 *
 * @module
 */
import type { Behaviours } from "../../src/ring/behaviours.ts";
import { compileRing } from "../../src/ring/generator/compile.ts";
import { ringSpecFromText } from "../../src/ring/generator/spec.ts";
import type { Scenario } from "../../src/ring/scenario/types.ts";

/** A reason for each switch that shows nothing. */
type Reasons = { readonly [K in keyof Behaviours]?: string };

/** Switches of the dealer market, which cannot appear where there is none. */
export const NO_MARKET: Reasons = Object.fromEntries(
  ([
    "burntCashStopsDisplayedRun",
    "cashBurntSilently",
    "marketCashOffLedger",
    "writeBackRoundsCash",
    "marketMakersPayUnitPrice",
    "undonePurchaseDebits",
    "rebucketingIsFree",
    "ticketsCountAsUnits",
    "duesOfTodayUnseen",
    "paymentHistoryUnrecorded",
    "effectiveThresholdUnreported",
    "sellersJudgeDealerBid",
    "orderFlowFixed",
    "marketSeedFixed",
    "generatedMarketUnseeded",
    "laterPayablesUntraded",
    "ownDebtForSale",
    "expelledAgentsTrade",
    "marketRunsOnCredit",
    "marketOverridesTransfers",
    "emptyVbtStopsRun",
    "namesakesStayTraders",
    "balancedSectionIgnored",
    "quotesMayCross",
    "outsideRatioIgnored",
    "rolloverToFirstCreditor",
    "limitFlagsNeverSet",
    "returnsIgnoreSettlement",
    "defaultedTradersUnmarked",
  ] as const).map((name) => [name, "no dealer market"]),
);

/** What cannot appear in the market study, beyond what cannot appear in a ring. */
export const MARKET_ABSENT: Reasons = {
  selfHeldDebtDefaults: "nobody buys its own debt",
  emptyVbtStopsRun: "needs `undonePurchaseDebits`, or a dealer near ruin",
  burntCashStopsDisplayedRun: "needs `marketCashOffLedger` and `cashBurntSilently`, and a displayed central bank",
  cashBurntSilently: "needs `marketCashOffLedger`",
  writeBackRoundsCash: "needs `marketCashOffLedger`",
  quotesMayCross: "only buckets whose spread is wider than twice their mid price",
  orderFlowFixed: "only files that give these keys",
  marketOverridesTransfers: "only scenarios with `transfer_claim`",
  balancedSectionIgnored: "only scenarios with the section `balanced_dealer`",
  limitFlagsNeverSet: "only the flags in the market's tables",
  returnsIgnoreSettlement: "only the returns in dealer_metrics.json",
  defaultedTradersUnmarked: "only the margins in dealer_metrics.json",
};

const AGENTS = 30;
const DAYS = 10;
const GRID = ["0.5", "1", "2"].flatMap((kappa) =>
  ["0.5", "1", "2"].flatMap((concentration) =>
    ["0.25", "0.75"].flatMap((mu) => ["1", "0.9", "0.75"].map((ratio) => ({ kappa, concentration, mu, ratio })))
  )
);

/** What is run, for people. */
export const MARKET_TEXT = `${GRID.length} balanced rings with dealers, ${AGENTS} agents, ${DAYS} days, rollover, ` +
  "expel-agent";

/** The runs of the market study. */
export function balancedMarkets(behaviours: Behaviours): Scenario[] {
  return GRID.map(({ kappa, concentration, mu, ratio }, number) => {
    const spec = ringSpecFromText({
      variant: "balanced",
      balanced: { outsideMidRatio: ratio },
      namePrefix: "Market study",
      nAgents: AGENTS,
      seed: 42 + number,
      kappa,
      concentration,
      mu,
      qTotal: "10000",
      maturityDays: DAYS,
      defaultHandling: "expel-agent",
      dealer: { enabled: true, ticketSize: "20", dealerShare: "0", vbtShare: "0.50" },
    });
    return compileRing(spec, behaviours, { throughDoubles: true }).scenario;
  });
}
