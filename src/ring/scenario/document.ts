/**
 * A scenario as plain data, ready to be written as a scenario file and read back to an equal scenario.
 * Source: specification chapter 03, sections 3.8 and 3.9.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import { UsageError } from "../../core/errors.ts";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../behaviours.ts";
import type {
  Action,
  BalancedConfig,
  BalancedDealerSettings,
  DealerSettings,
  RefusedAction,
  RunSettings,
  Scenario,
} from "./types.ts";

/** Plain data of a scenario file; decimals stay exact. */
export type DocumentValue =
  | string
  | number
  | boolean
  | Decimal
  | readonly DocumentValue[]
  | { readonly [key: string]: DocumentValue };

/** A mapping of a scenario file, its keys in the order in which they are written. */
export type DocumentMapping = { readonly [key: string]: DocumentValue };

/**
 * The content of the scenario's file. Keys that are null are left out.
 *
 * @throws {UsageError} for a scenario with actions that could not be read.
 */
export function scenarioDocument(scenario: Scenario): DocumentMapping {
  return present({
    version: 1,
    name: scenario.name,
    description: scenario.description,
    policy_overrides: Object.keys(scenario.mopRank).length > 0 ? { mop_rank: scenario.mopRank } : null,
    agents: scenario.agents.map(({ id, kind, name }) => ({ id, kind, name })),
    initial_actions: scenario.initialActions.map(actionDocument),
    scheduled_actions: scenario.scheduledActions.map(({ day, action }) => ({ day, action: actionDocument(action) })),
    run: runDocument(scenario.run),
    dealer: scenario.dealer === null ? null : dealerDocument(scenario.dealer),
    balanced_dealer: scenario.balancedDealer === null ? null : balancedDealerDocument(scenario.balancedDealer),
    _balanced_config: scenario.balancedConfig === undefined ? null : balancedConfigDocument(scenario.balancedConfig),
  });
}

/** File name (without extension) of a generated scenario: lower-case ASCII letters and digits joined by `_`. */
export function scenarioSlug(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase() || "scenario";
}

function present(fields: Readonly<Record<string, DocumentValue | null>>): DocumentMapping {
  const document: Record<string, DocumentValue> = {};
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value !== null && value !== undefined) document[key] = value;
  }
  return document;
}

function actionDocument(action: Action | RefusedAction): DocumentMapping {
  if (action.type === "refused") {
    throw new UsageError(`a scenario with an action that cannot be read cannot be written: ${action.error.message}`);
  }
  return { [action.type]: present(actionFields(action)) };
}

function actionFields(action: Action): Readonly<Record<string, DocumentValue | null>> {
  switch (action.type) {
    case "mint_reserves":
    case "mint_cash":
      return { to: action.to, amount: action.amount, alias: action.alias };
    case "transfer_reserves":
      return { from_bank: action.fromBank, to_bank: action.toBank, amount: action.amount };
    case "transfer_cash":
      return { from_agent: action.fromAgent, to_agent: action.toAgent, amount: action.amount };
    case "deposit_cash":
    case "withdraw_cash":
      return { customer: action.customer, bank: action.bank, amount: action.amount };
    case "client_payment":
      return { payer: action.payer, payee: action.payee, amount: action.amount };
    case "transfer_claim":
      return { contract_alias: action.contractAlias, contract_id: action.contractId, to_agent: action.toAgent };
    case "create_payable":
      return {
        from: action.from,
        to: action.to,
        amount: action.amount,
        due_day: action.dueDay,
        alias: action.alias,
        maturity_distance: action.maturityDistance,
      };
    default:
      return goodsFields(action);
  }
}

type GoodsAction = Extract<Action, { readonly sku: string }>;

function goodsFields(action: GoodsAction): Readonly<Record<string, DocumentValue | null>> {
  const { sku, quantity } = action;
  switch (action.type) {
    case "create_stock":
      return { owner: action.owner, sku, quantity, unit_price: action.unitPrice };
    case "transfer_stock":
      return { from_agent: action.fromAgent, to_agent: action.toAgent, sku, quantity };
    case "create_delivery_obligation":
      return {
        from: action.from,
        to: action.to,
        sku,
        quantity,
        unit_price: action.unitPrice,
        due_day: action.dueDay,
        alias: action.alias,
      };
  }
}

function runDocument(run: RunSettings): DocumentMapping {
  const files = present({ balances_csv: run.export.balancesCsv, events_jsonl: run.export.eventsJsonl });
  return present({
    mode: run.mode,
    max_days: run.maxDays,
    quiet_days: run.quietDays,
    rollover_enabled: run.rolloverEnabled ? true : null,
    show: present({ balances: run.show.balances, events: run.show.events }),
    export: Object.keys(files).length > 0 ? files : null,
    default_handling: run.defaultHandling,
    ...behaviourDocument(run.behaviours),
  });
}

/** The nearer of the two sets of behaviours, and the switches that differ from it by name. */
function behaviourDocument(behaviours: Behaviours): Readonly<Record<string, DocumentValue | null>> {
  const changed = (base: Behaviours) => BEHAVIOUR_NAMES.filter((name) => behaviours[name] !== base[name]);
  const fromCorrected = changed(CORRECTED);
  const reference = fromCorrected.length * 2 > BEHAVIOUR_NAMES.length;
  const named = reference ? changed(REFERENCE) : fromCorrected;
  return {
    reference: reference ? true : null,
    behaviours: named.length > 0 ? Object.fromEntries(named.map((name) => [name, behaviours[name]])) : null,
  };
}

function dealerDocument(dealer: DealerSettings): DocumentMapping {
  const risk = dealer.riskAssessment;
  return present({
    enabled: dealer.enabled,
    ticket_size: dealer.ticketSize,
    buckets: Object.fromEntries(dealer.buckets.map(({ name, tauMin, tauMax, mid, spread }) => [
      name,
      { tau_min: tauMin, tau_max: tauMax, M: mid, O: spread },
    ])),
    dealer_share: dealer.dealerShare,
    vbt_share: dealer.vbtShare,
    order_flow: dealer.orderFlow === null ? null : { pi_sell: dealer.orderFlow.piSell, N_max: dealer.orderFlow.nMax },
    trader_policy: dealer.traderPolicy === null
      ? null
      : { horizon_H: dealer.traderPolicy.horizonH, buffer_B: dealer.traderPolicy.bufferB },
    risk_assessment: risk === null ? null : {
      enabled: risk.enabled,
      lookback_window: risk.lookbackWindow,
      smoothing_alpha: risk.smoothingAlpha,
      base_risk_premium: risk.baseRiskPremium,
      urgency_sensitivity: risk.urgencySensitivity,
      use_issuer_specific: risk.useIssuerSpecific,
      buy_premium_multiplier: risk.buyPremiumMultiplier,
    },
    seed: dealer.seed,
  });
}

function balancedDealerDocument(balanced: BalancedDealerSettings): DocumentMapping {
  return {
    enabled: balanced.enabled,
    face_value: balanced.faceValue,
    outside_mid_ratio: balanced.outsideMidRatio,
    big_entity_share: balanced.bigEntityShare,
    vbt_share_per_bucket: balanced.vbtSharePerBucket,
    dealer_share_per_bucket: balanced.dealerSharePerBucket,
    mode: balanced.mode,
    rollover_enabled: balanced.rolloverEnabled,
  };
}

/** spec 03 4, step 10. */
function balancedConfigDocument(config: BalancedConfig): DocumentMapping {
  return {
    face_value: config.faceValue,
    outside_mid_ratio: config.outsideMidRatio,
    vbt_share_per_bucket: config.vbtSharePerBucket,
    dealer_share_per_bucket: config.dealerSharePerBucket,
    mode: config.mode,
    rollover_enabled: config.rolloverEnabled,
  };
}
