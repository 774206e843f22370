/**
 * A scenario of the balance-sheet model as the engine takes it: parsed, checked, with every default filled in.
 * Source: specification chapter 01, sections 6, 7 and A1.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { Behaviours } from "../behaviours.ts";

/** Kinds of agent that a scenario can name. `dealer` and `vbt` are made by the dealer subsystem only. */
export const SCENARIO_AGENT_KINDS = ["central_bank", "bank", "household", "firm", "treasury"] as const;

/** Kind of an agent in a scenario. */
export type ScenarioAgentKind = typeof SCENARIO_AGENT_KINDS[number];

/** An agent as the scenario names it. */
export interface AgentSpec {
  readonly id: string;
  readonly kind: ScenarioAgentKind;
  readonly name: string;
}

/** How a default of an agent is handled: stop the run, or expel the agent and go on. */
export type DefaultHandling = "fail-fast" | "expel-agent";

/** An action on the balance sheets; amounts in the scenario's money unit, days counted from 0. */
export type Action =
  | {
    readonly type: "mint_reserves" | "mint_cash";
    readonly to: string;
    readonly amount: Decimal;
    readonly alias: string | null;
  }
  | { readonly type: "transfer_reserves"; readonly fromBank: string; readonly toBank: string; readonly amount: Decimal }
  | { readonly type: "transfer_cash"; readonly fromAgent: string; readonly toAgent: string; readonly amount: Decimal }
  | {
    readonly type: "deposit_cash" | "withdraw_cash";
    readonly customer: string;
    readonly bank: string;
    readonly amount: Decimal;
  }
  | { readonly type: "client_payment"; readonly payer: string; readonly payee: string; readonly amount: Decimal }
  | {
    readonly type: "create_stock";
    readonly owner: string;
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: Decimal;
  }
  | {
    readonly type: "transfer_stock";
    readonly fromAgent: string;
    readonly toAgent: string;
    readonly sku: string;
    readonly quantity: number;
  }
  | {
    readonly type: "create_delivery_obligation";
    readonly from: string;
    readonly to: string;
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: Decimal;
    readonly dueDay: number;
    readonly alias: string | null;
  }
  | {
    readonly type: "create_payable";
    readonly from: string;
    readonly to: string;
    /** As written; the engine cuts the fraction under `payablesLoseFractions`. */
    readonly amount: Decimal;
    readonly dueDay: number;
    readonly alias: string | null;
    /** Null when not given; the engine fills the default of its behaviours. */
    readonly maturityDistance: number | null;
  }
  | {
    readonly type: "transfer_claim";
    readonly contractAlias: string | null;
    readonly contractId: string | null;
    readonly toAgent: string;
  };

/** The name of an action as it stands in a file. */
export type ActionType = Action["type"];

/**
 * An action that could not be parsed. Loading refuses it, except for the reference's behaviour
 * `badScheduledActionLoads` (and initial actions in reference mode), where the engine throws `error` when it gets there.
 */
export interface RefusedAction {
  readonly type: "refused";
  readonly error: Error;
}

/** An action for a day of the run (>= 1). */
export interface ScheduledAction {
  readonly day: number;
  readonly action: Action | RefusedAction;
}

/** How a run is driven. */
export interface RunSettings {
  readonly mode: "step" | "until_stable";
  /** Largest number of days; days are counted from 0, so the last possible one is `maxDays - 1`. */
  readonly maxDays: number;
  /** Days without a settlement that end the run. */
  readonly quietDays: number;
  readonly defaultHandling: DefaultHandling;
  readonly rolloverEnabled: boolean;
  readonly show: { readonly balances: readonly string[] | null; readonly events: "summary" | "detailed" | "table" };
  readonly export: { readonly balancesCsv: string | null; readonly eventsJsonl: string | null };
  /** Resolved switches: CORRECTED or REFERENCE (`reference: true`), changed by name under `run.behaviours`. */
  readonly behaviours: Behaviours;
}

/** Maturity bucket of the dealer market. */
export interface DealerBucket {
  readonly name: string;
  readonly tauMin: number;
  readonly tauMax: number;
  /** Mid price of the outside market, as a fraction of face. */
  readonly mid: Decimal;
  /** Outside spread, as a fraction of face. */
  readonly spread: Decimal;
}

/** Risk assessment of the traders in the dealer market. */
export interface RiskAssessment {
  readonly enabled: boolean;
  readonly lookbackWindow: number;
  readonly smoothingAlpha: Decimal;
  readonly baseRiskPremium: Decimal;
  readonly urgencySensitivity: Decimal;
  readonly useIssuerSpecific: boolean;
  readonly buyPremiumMultiplier: Decimal;
}

/** The `dealer` section, checked here and used by the dealer subsystem (specification chapter 04). */
export interface DealerSettings {
  readonly enabled: boolean;
  readonly ticketSize: Decimal;
  /** In file order. */
  readonly buckets: readonly DealerBucket[];
  readonly dealerShare: Decimal;
  readonly vbtShare: Decimal;
  /** Random arrivals of traders; null, when the file does not say, is up to ten sellers and one buyer a day. */
  readonly orderFlow: { readonly piSell: Decimal; readonly nMax: number } | null;
  /** What makes a seller and a buyer; null, when the file does not say, is 10 days ahead and 500 units to spare. */
  readonly traderPolicy: { readonly horizonH: number; readonly bufferB: Decimal } | null;
  readonly riskAssessment: RiskAssessment | null;
  /** Seed of the order in which traders come; null is 42. */
  readonly seed: number | null;
}

/** The `balanced_dealer` section. */
export interface BalancedDealerSettings {
  readonly enabled: boolean;
  readonly faceValue: Decimal;
  readonly outsideMidRatio: Decimal;
  readonly bigEntityShare: Decimal;
  readonly vbtSharePerBucket: Decimal;
  readonly dealerSharePerBucket: Decimal;
  readonly mode: "passive" | "active";
  readonly rolloverEnabled: boolean;
}

/**
 * How a balanced ring was generated (spec 03 4), noted in its scenario. The market takes its outside prices from it,
 * unless it behaves as the reference (`outsideRatioIgnored`).
 */
export interface BalancedConfig {
  /** Face of a ticket, above 0. */
  readonly faceValue: Decimal;
  /** Price of the outside holders' claims, as a fraction of face, above 0 and at most 1. */
  readonly outsideMidRatio: Decimal;
  /** Claims of each bucket's value-based trader and of its dealer, as shares of the bucket's ring payables. */
  readonly vbtSharePerBucket: Decimal;
  readonly dealerSharePerBucket: Decimal;
  /** Whether the dealer market is open. */
  readonly mode: "passive" | "active";
  readonly rolloverEnabled: boolean;
}

/** A complete scenario. */
export interface Scenario {
  readonly name: string;
  readonly description: string | null;
  readonly agents: readonly AgentSpec[];
  /** Payment order by kind of debtor; kinds that are not named keep the model's order. */
  readonly mopRank: Readonly<Record<string, readonly string[]>>;
  readonly initialActions: readonly (Action | RefusedAction)[];
  readonly scheduledActions: readonly ScheduledAction[];
  readonly dealer: DealerSettings | null;
  readonly balancedDealer: BalancedDealerSettings | null;
  /** Of a generated balanced ring only. */
  readonly balancedConfig?: BalancedConfig;
  readonly run: RunSettings;
}
