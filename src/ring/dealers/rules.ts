/**
 * What a scenario says about its market, with every switch that is about reading settings decided.
 * Source: specification chapter 04, sections 4.1, 13.4 and 20.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { SimulationError } from "../../core/errors.ts";
import type { Behaviours } from "../behaviours.ts";
import type {
  BalancedDealerSettings,
  DealerBucket,
  DealerSettings,
  RiskAssessment,
  Scenario,
} from "../scenario/types.ts";
import { RISK_DEFAULTS } from "../scenario/market_rules.ts";
import { sortedBuckets } from "./buckets.ts";

/** The settings of a market. */
export interface MarketRules {
  readonly behaviours: Behaviours;
  /** Sorted, at least one. */
  readonly buckets: readonly DealerBucket[];
  /** S: the face of a standard ticket. */
  readonly size: Decimal;
  /** Part of all cash that the dealers get together; likewise the outside traders. */
  readonly dealerShare: Decimal;
  readonly vbtShare: Decimal;
  /** Null when traders take every price. */
  readonly risk: RiskAssessment | null;
  readonly seed: number;
  readonly orders: OrderRules;
}

/** Who comes to the market, and how many. */
export interface OrderRules {
  /** Days ahead that traders look at, today included as day 0. */
  readonly horizon: number;
  /** Cash above the largest due that makes a buyer, in the money unit. */
  readonly buyerSurplus: Decimal;
  /** Null: up to ten sellers, then one buyer. Otherwise random arrivals. */
  readonly arrivals: Arrivals | null;
}

/** Random arrivals: from 1 to `most` traders a day, each one a seller with probability `sellers`. */
export interface Arrivals {
  readonly most: number;
  readonly sellers: Decimal;
}

/** The seed where none is given. */
const USUAL_SEED = 42;
/** Traders where nothing is said of them: eleven days, 500 units of money. */
const USUAL_ORDERS: OrderRules = Object.freeze({ horizon: 10, buyerSurplus: Decimal.integer(500), arrivals: null });

/**
 * The rules of a scenario's market; null when it has none.
 *
 * @throws {SimulationError} rule `validation` when there are no buckets.
 */
export function marketRules(scenario: Scenario): MarketRules | null {
  const { dealer, run: { behaviours } } = scenario;
  const section = enabledOnly(scenario.balancedDealer);
  // behaviour: balancedSectionIgnored
  const balanced = behaviours.balancedSectionIgnored ? null : section;
  if (!dealer?.enabled || balanced?.mode === "passive") return null;
  if (dealer.buckets.length === 0) {
    throw new SimulationError("dealer.buckets is empty: name at least one bucket, or leave the key out", {
      rule: "validation",
    });
  }
  const buckets = sortedBuckets(dealer.buckets);
  const risk = dealer.riskAssessment ?? RISK_DEFAULTS;
  // behaviour: outsideRatioIgnored
  const ratio = behaviours.outsideRatioIgnored ? undefined : (section ?? scenario.balancedConfig)?.outsideMidRatio;
  return {
    behaviours,
    buckets: ratio === undefined ? buckets : buckets.map((bucket) => ({ ...bucket, mid: bucket.mid.times(ratio) })),
    size: balanced?.faceValue ?? dealer.ticketSize,
    dealerShare: dealer.dealerShare,
    vbtShare: dealer.vbtShare,
    risk: risk.enabled ? risk : null,
    // behaviour: marketSeedFixed
    seed: behaviours.marketSeedFixed ? USUAL_SEED : dealer.seed ?? USUAL_SEED,
    // behaviour: orderFlowFixed
    orders: behaviours.orderFlowFixed ? USUAL_ORDERS : ordersOf(dealer),
  };
}

/** What the file says of the traders; what it does not say is as usual. */
function ordersOf({ orderFlow, traderPolicy }: DealerSettings): OrderRules {
  return {
    horizon: traderPolicy?.horizonH ?? USUAL_ORDERS.horizon,
    buyerSurplus: traderPolicy?.bufferB ?? USUAL_ORDERS.buyerSurplus,
    arrivals: orderFlow === null ? USUAL_ORDERS.arrivals : { most: orderFlow.nMax, sellers: orderFlow.piSell },
  };
}

function enabledOnly(section: BalancedDealerSettings | null): BalancedDealerSettings | null {
  return section?.enabled ? section : null;
}
