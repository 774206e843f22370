/**
 * A bank and a payment for tests of policies, without an engine.
 *
 * @module
 */
import { type CostRates, DEFAULT_COST_RATES } from "../../../src/payments/config.ts";
import type { PolicyView } from "../../../src/payments/policy_contract.ts";

/** What a test sets; the rest is the setting of spec 07 10: cap 0, balance 100000, a payment of 50000 due at tick 5. */
export type Situation = Partial<Omit<PolicyView, "register" | "collateralValue" | "availableLiquidity">> & {
  readonly registers?: Readonly<Record<string, number>>;
};

/** The view of a situation, with what follows from it. */
export function viewOf(situation: Situation = {}): PolicyView {
  const { registers = {}, ...given } = situation;
  const costRates: CostRates = DEFAULT_COST_RATES;
  const base = {
    tick: 0,
    ticksPerDay: 10,
    agentCount: 2,
    eodRushThreshold: 0.8,
    costRates,
    balance: 100_000,
    unsecuredCap: 0,
    postedCollateral: 0,
    collateralHaircut: 0.02,
    queue1Length: 1,
    queue1Value: 50_000,
    queue2Length: 0,
    queue2Value: 0,
    queue2OwnCount: 0,
    queue2OwnNearestDeadline: Infinity,
    sentAmount: 50_000,
    sentSettled: 0,
    sentAmountToday: 50_000,
    sentSettledToday: 0,
    amount: 50_000,
    remaining: 50_000,
    arrivalTick: 0,
    deadlineTick: 5,
    priority: 5,
    hasParent: false,
    overdueSince: -1,
    hasRtgsPriority: false,
    inQueue2: false,
    ...given,
  };
  const collateralValue = Math.floor(base.postedCollateral * Math.max(1 - base.collateralHaircut, 0));
  const used = Math.max(-base.balance, 0);
  return {
    maxCollateralCapacity: base.unsecuredCap * 10,
    ...base,
    collateralValue,
    availableLiquidity: Math.max(base.balance, 0) + Math.max(base.unsecuredCap + collateralValue - used, 0),
    register: (name) => registers[name] ?? 0,
  };
}

/** A JSON value of a policy document. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An action node with literal parameters. */
export function action(id: string, name: string, parameters: Readonly<Record<string, Json>> = {}): Json {
  const values = Object.entries(parameters).map(([key, value]) => [key, { value }]);
  return { type: "action", node_id: id, action: name, parameters: Object.fromEntries(values) };
}

/** A condition node over one comparison. */
export function branch(id: string, condition: Json, onTrue: Json, onFalse: Json): Json {
  return { type: "condition", node_id: id, condition, on_true: onTrue, on_false: onFalse };
}

/** The text of a document with the given keys. */
export function documentText(keys: Readonly<Record<string, Json>>): string {
  return JSON.stringify({ version: "1.0", policy_id: "p", ...keys });
}
