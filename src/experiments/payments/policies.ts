/**
 * The policies of an experiment and what they set up: the one function for full simulations and the sandbox alike
 * (spec 08 9.2, 9.3, 14.1).
 *
 * @module
 */
import { type AgentConfig, type EngineConfig, type PolicyConfig } from "../../payments/config.ts";
import { PaymentsError } from "../../payments/errors.ts";
import { jsonOf } from "../../payments/scenario/policy_text.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { Json, JsonMap, Policy } from "./contracts.ts";

/** The parameter that says how much of its pool an agent takes. */
export const FRACTION = "initial_liquidity_fraction";
const DEFAULT_FRACTION = 0.5;

/** The policy that an agent starts with. */
export function defaultPolicy(agent: string): Policy {
  return {
    version: "2.0",
    policy_id: `${agent}_default`,
    parameters: { [FRACTION]: DEFAULT_FRACTION },
    payment_tree: { type: "action", node_id: "default_release", action: "Release" },
    strategic_collateral_tree: { type: "action", node_id: "hold_collateral", action: "HoldCollateral" },
  };
}

/** Whether a value is an object of JSON. */
export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands under `parameters`; empty where nothing does. */
export function parametersOf(policy: Policy): JsonMap {
  const { parameters } = policy;
  return isJsonMap(parameters) ? parameters : {};
}

/** The policy with some parameters replaced. */
export function withParameters(policy: Policy, parameters: JsonMap): Policy {
  return { ...policy, parameters: { ...parametersOf(policy), ...parameters } };
}

function numeric(value: Json, what: string): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new PaymentsError("ValueError", `${what} must be a number, got ${JSON.stringify(value)}`);
}

/** The nested value, else the flat one; null is absent at both places. */
function named(policy: Policy, name: string): number | undefined {
  const value = parametersOf(policy)[name] ?? policy[name] ?? undefined;
  return value === undefined ? undefined : numeric(value, name);
}

/** What a policy and an agent's configuration set up. Amounts in cents. */
export interface LiquiditySettings {
  readonly openingBalance: number;
  /** Both are absent without a pool. */
  readonly pool?: number;
  readonly fraction?: number;
  readonly maxCollateralCapacity?: number;
  readonly collateralFraction?: number;
}

/**
 * The settings that a policy gives to an agent (spec 08 9.2).
 *
 * @param agent The agent as a file describes it: amounts may be numeric texts, and fractions of a cent are cut off.
 * @throws {PaymentsError} for what is no number.
 */
export function liquiditySettings(policy: Policy, agent: JsonMap): LiquiditySettings {
  const cents = (key: string) => {
    const value = agent[key] ?? undefined;
    return value === undefined ? undefined : Math.trunc(numeric(value, key));
  };
  const pool = cents("liquidity_pool");
  const capacity = cents("max_collateral_capacity");
  const collateral = named(policy, "initial_collateral_fraction");
  return {
    openingBalance: cents("opening_balance") ?? 0,
    ...(pool === undefined ? {} : { pool, fraction: named(policy, FRACTION) ?? DEFAULT_FRACTION }),
    ...(capacity === undefined ? {} : { maxCollateralCapacity: capacity }),
    ...(collateral === undefined ? {} : { collateralFraction: collateral }),
  };
}

/**
 * The agent of a configuration, with its own figures (spec 08 9.3); of agents with the same id the last counts.
 *
 * @throws {PaymentsError} when there is none.
 */
export function agentOf(config: EngineConfig, agent: string): AgentConfig {
  const found = config.agents.findLast(({ id }) => id === agent);
  if (found === undefined) throw new PaymentsError("KeyError", `Agent '${agent}' not found in scenario config`);
  return found;
}

const TREES = ["payment_tree", "bank_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree"] as const;

/** Whether a policy is a document and not the name of a built-in one. */
export function isDocument(policy: Policy, place: "simulation" | "sandbox", behaviours: ExperimentBehaviours): boolean {
  // behaviour: policyFormsDiffer
  const trees = behaviours.policyFormsDiffer && place === "simulation" ? TREES.slice(0, 1) : TREES;
  return trees.some((tree) => tree in policy);
}

/**
 * A policy as the engine takes it.
 *
 * @throws {PaymentsError} for what is neither a document nor a built-in policy.
 */
export function policyConfig(
  policy: Policy,
  place: "simulation" | "sandbox",
  behaviours: ExperimentBehaviours,
): PolicyConfig {
  if (isDocument(policy, place, behaviours)) return { type: "FromJson", json: jsonOf(policy) };
  const number = (key: string) => Math.trunc(numeric(policy[key] ?? null, key));
  switch (policy["type"]) {
    case "Fifo":
      return { type: "Fifo" };
    case "Deadline":
      return { type: "Deadline", urgencyThreshold: number("urgency_threshold") };
    case "LiquidityAware":
      return {
        type: "LiquidityAware",
        targetBuffer: number("target_buffer"),
        urgencyThreshold: number("urgency_threshold"),
      };
    case "LiquiditySplitting":
      return {
        type: "LiquiditySplitting",
        maxSplits: number("max_splits"),
        minSplitAmount: number("min_split_amount"),
      };
    case "MockSplitting":
      return { type: "MockSplitting", numSplits: number("num_splits") };
    default:
      throw new PaymentsError("ValueError", "A policy needs a tree (payment_tree) or the type of a built-in policy");
  }
}

/** A policy as an engine dictionary has it (spec 06 9). */
export function policyDictionary(
  policy: Policy,
  place: "simulation" | "sandbox",
  behaviours: ExperimentBehaviours,
): JsonMap {
  return isDocument(policy, place, behaviours) ? { type: "FromJson", json: jsonOf(policy) } : policy;
}

/** An agent with its policy in force: what the full simulation and the sandbox both start from. */
export function agentWithPolicy(
  agent: AgentConfig,
  policy: Policy,
  place: "simulation" | "sandbox",
  behaviours: ExperimentBehaviours,
): AgentConfig {
  const { fraction } = liquiditySettings(policy, {
    opening_balance: agent.openingBalance,
    liquidity_pool: agent.liquidityPool ?? null,
  });
  return {
    ...agent,
    policy: policyConfig(policy, place, behaviours),
    liquidityAllocationFraction: fraction ?? agent.liquidityAllocationFraction,
  };
}
