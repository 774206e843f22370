/**
 * Building the state before the first tick (spec 05 4.2, 4.3).
 *
 * @module
 */
import type { Arrivals } from "../arrival_contract.ts";
import type { Behaviours } from "../behaviours.ts";
import { compareIds, type EngineConfig } from "../config.ts";
import { EngineRefusal } from "../errors.ts";
import { createPolicy } from "../policies/create.ts";
import { type Policy, PolicyDocumentError } from "../policy_contract.ts";
import { Bank, type PassClock } from "./bank.ts";
import { openDay } from "./day_records.ts";
import { Escalation } from "./escalation.ts";
import { doubleText } from "./json_text.ts";
import { EngineState } from "./state.ts";

/** The state before the first tick. @throws {EngineRefusal} and {@linkcode PaymentsError} for what cannot be. */
export function buildState(
  config: EngineConfig,
  behaviours: Behaviours,
  createArrivals: (random: bigint) => Arrivals,
): EngineState {
  checkConfig(config);
  const order = config.agents.toSorted((a, b) => compareIds(a.id, b.id));
  const numbers = new Map(order.map((agent, number) => [agent.id, number]));
  const clock: PassClock = { pass: 0, lastImprovement: 0 };
  const policies = new Map<string, Policy>();
  for (const agent of config.agents) {
    try {
      policies.set(agent.id, createPolicy(agent.policy, behaviours));
    } catch (error) {
      if (!(error instanceof PolicyDocumentError)) throw error;
      throw new EngineRefusal(
        `Invalid config: Failed to create JSON policy for agent ${agent.id}: ${error.message}`,
        { cause: error },
      );
    }
  }
  const banks = order.flatMap((agent, number) => {
    const policy = policies.get(agent.id);
    return policy === undefined ? [] : [new Bank(number, agent, numbers, policy, clock)];
  });
  const state = new EngineState(config, behaviours, banks, numbers, createArrivals(config.rngSeed), clock);
  state.openDay = banks.map(openDay);
  if (config.priorityEscalation.enabled) state.escalation = new Escalation(config.priorityEscalation, state.payments);
  return state;
}

function checkConfig(config: EngineConfig): void {
  const refuse = (rule: string) => new EngineRefusal(`Invalid config: ${rule}`);
  if (config.ticksPerDay === 0) throw refuse("ticks_per_day must be > 0");
  if (config.numDays === 0) throw refuse("num_days must be > 0");
  if (config.agents.length === 0) throw refuse("Must have at least one agent");
  const seen = new Set<string>();
  for (const agent of config.agents) {
    if (seen.has(agent.id)) throw refuse(`Duplicate agent ID: ${agent.id}`);
    seen.add(agent.id);
    const { liquidityPool: pool, liquidityAllocationFraction: fraction } = agent;
    if (pool !== undefined && pool < 0) {
      throw refuse(`Agent ${agent.id}: liquidity_pool must be non-negative, got ${pool}`);
    }
    if (fraction !== undefined && !(fraction >= 0 && fraction <= 1)) {
      const shown = Number.isNaN(fraction) ? "NaN" : Number.isInteger(fraction) ? `${fraction}` : doubleText(fraction);
      throw refuse(`Agent ${agent.id}: liquidity_allocation_fraction must be between 0.0 and 1.0, got ${shown}`);
    }
    if (agent.arrivalConfig !== undefined && agent.arrivalBands !== undefined) {
      throw refuse(`Agent ${agent.id}: arrival_config and arrival_bands are mutually exclusive - specify only one`);
    }
  }
}
