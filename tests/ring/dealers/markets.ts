/**
 * Scenarios with a dealer market, written in a few words.
 *
 * @module
 */
import { type Behaviours, REFERENCE } from "../../../src/ring/behaviours.ts";
import { simulateRing, type SimulateRingOptions } from "../../../src/ring/engine/simulate.ts";
import type { RingOutcome } from "../../../src/ring/outcome.ts";
import { RISK_DEFAULTS } from "../../../src/ring/scenario/market_rules.ts";
import type {
  BalancedConfig,
  DealerBucket,
  DealerSettings,
  RiskAssessment,
  Scenario,
} from "../../../src/ring/scenario/types.ts";
import { act, decimal, scenario, type ScenarioParts } from "../engine/written_scenarios.ts";

/** A bucket with its mid price and spread. */
export function bucket(name: string, tauMin: number, tauMax: number, spread: string, mid = "1.0"): DealerBucket {
  return { name, tauMin, tauMax, mid: decimal(mid), spread: decimal(spread) };
}

/** The buckets of a scenario that names none. */
export const USUAL_BUCKETS: readonly DealerBucket[] = [
  bucket("short", 1, 3, "0.20"),
  bucket("mid", 4, 8, "0.30"),
  bucket("long", 9, 999, "0.40"),
];

/** What of a market is not the usual. */
export interface MarketParts extends ScenarioParts {
  readonly size?: string;
  readonly buckets?: readonly DealerBucket[];
  readonly dealerShare?: string;
  readonly vbtShare?: string;
  /** False switches the assessment off, as a market in which every price is taken. */
  readonly risk?: Partial<RiskAssessment> | false;
  readonly orders?: DealerSettings["orderFlow"];
  readonly policy?: DealerSettings["traderPolicy"];
  readonly seed?: number;
  readonly balanced?: Scenario["balancedDealer"];
  readonly config?: BalancedConfig;
  readonly displayed?: readonly string[];
  /** Agents that are households, whatever their names say. */
  readonly households?: readonly string[];
}

/** A scenario with a market; expel-agent unless it says otherwise. */
export function marketScenario(parts: MarketParts): Scenario {
  const risk = parts.risk === false ? { ...RISK_DEFAULTS, enabled: false } : { ...RISK_DEFAULTS, ...parts.risk };
  const base = scenario({ handling: "expel-agent", ...parts });
  return {
    ...base,
    agents: base.agents.map((agent) => parts.households?.includes(agent.id) ? { ...agent, kind: "household" } : agent),
    dealer: {
      enabled: true,
      ticketSize: decimal(parts.size ?? "1"),
      buckets: parts.buckets ?? USUAL_BUCKETS,
      dealerShare: decimal(parts.dealerShare ?? "0.25"),
      vbtShare: decimal(parts.vbtShare ?? "0.50"),
      orderFlow: parts.orders ?? null,
      traderPolicy: parts.policy ?? null,
      riskAssessment: risk,
      seed: parts.seed ?? null,
    },
    balancedDealer: parts.balanced ?? null,
    ...(parts.config === undefined ? {} : { balancedConfig: parts.config }),
    run: { ...base.run, show: { ...base.run.show, balances: parts.displayed ?? null } },
  };
}

/** Runs a market. */
export function runMarket(parts: MarketParts, options: SimulateRingOptions = {}): RingOutcome {
  return simulateRing(marketScenario(parts), options);
}

/** Runs a market as the reference does. */
export function referenceMarket(parts: MarketParts): RingOutcome {
  return runMarket({ ...parts, behaviours: REFERENCE });
}

/** The outcomes with a switch as in the reference and corrected; all others are as in the reference, or as given. */
export function both(
  name: keyof Behaviours,
  parts: MarketParts,
  { others = REFERENCE, ...options }: SimulateRingOptions & { readonly others?: Behaviours } = {},
): { readonly reference: RingOutcome; readonly corrected: RingOutcome } {
  const run = (on: boolean) => runMarket({ ...parts, behaviours: { ...others, [name]: on } }, options);
  return { reference: run(true), corrected: run(false) };
}

/** The trades as `day trader side bucket face price`, `outside` behind those that went past the dealer. */
export function trades(outcome: RingOutcome): string[] {
  return (outcome.market?.trades ?? []).map((trade) => {
    const where = trade.passthrough ? " outside" : "";
    return `${trade.day} ${trade.trader} ${trade.side} ${trade.bucket} ${trade.face} ${trade.price}${where}`;
  });
}

/** The number of events of a kind. */
export function count(outcome: RingOutcome, kind: Parameters<RingOutcome["log"]["table"]>[0]): number {
  return outcome.log.table(kind)?.length ?? 0;
}

/** Three households with 100 each that owe each other 150, 120 and 90 on days 2, 5 and 10 (spec 04 21.11). */
export const THREE: MarketParts = {
  agents: ["CB", "H1", "H2", "H3"],
  initial: [
    ...["H1", "H2", "H3"].map((to) => act.mint(to, 100)),
    act.pay("H1", "H2", 150, 2),
    act.pay("H2", "H3", 120, 5),
    act.pay("H3", "H1", 90, 10),
  ],
  maxDays: 14,
};

/** Four households, three of them short of cash and H3 rich, in a market that trades past the dealers (21.12). */
export const FOUR: MarketParts = {
  agents: ["CB", "H1", "H2", "H3", "H4"],
  initial: [
    act.mint("H1", 10),
    act.mint("H2", 20),
    act.mint("H3", 30),
    act.mint("H3", 970),
    act.mint("H4", 50),
    act.pay("H1", "H2", 40, 3),
    act.pay("H2", "H3", 100, 2),
    act.pay("H3", "H4", 80, 3),
    act.pay("H4", "H1", 60, 2),
  ],
  size: "20",
  dealerShare: "0",
  risk: false,
  maxDays: 10,
};
