/**
 * What a record shows of a sandbox: its configuration as an engine dictionary (spec 06 9), from which it can be run
 * again.
 *
 * @module
 */
import type { AgentConfig, ScenarioEvent } from "../../payments/config.ts";
import { PaymentsError } from "../../payments/errors.ts";
import type { Policy } from "./contracts.ts";
import { policyDictionary } from "./policies.ts";
import type { Sample } from "./sampling.ts";
import { sandboxConfig, type SandboxRules } from "./sandbox.ts";

type Dictionary = Readonly<Record<string, unknown>>;

/**
 * The configuration of a sandbox that keeps the scenario's rules.
 *
 * @param dictionary The scenario.
 */
export function sandboxDictionary(
  dictionary: Dictionary,
  rules: SandboxRules,
  agent: string,
  policy: Policy,
  sample: Sample,
): Dictionary {
  const config = sandboxConfig(rules, agent, policy, sample);
  const { ticksPerDay, numDays, agents, scenarioEvents = [] } = config;
  return {
    ...dictionary,
    ticks_per_day: ticksPerDay,
    num_days: numDays,
    rng_seed: sample.seed,
    agent_configs: agents.map((each) =>
      each.id === agent
        ? targetDictionary(dictionary, each, policyDictionary(policy, "sandbox", rules.experiment))
        : extraDictionary(each)
    ),
    scenario_events: scenarioEvents.map(eventDictionary),
  };
}

function extraDictionary({ id, openingBalance, unsecuredCap, policy }: AgentConfig): Dictionary {
  return { id, opening_balance: openingBalance, unsecured_cap: unsecuredCap, policy: { type: policy.type } };
}

function targetDictionary(scenario: Dictionary, agent: AgentConfig, policy: Dictionary): Dictionary {
  const agents: readonly unknown[] = Array.isArray(scenario["agent_configs"]) ? scenario["agent_configs"] : [];
  const found = agents.findLast((each) =>
    typeof each === "object" && each !== null && Reflect.get(each, "id") === agent.id
  );
  const left = ["arrival_config", "arrival_bands", "limits", "liquidity_allocation_fraction"];
  const kept = Object.entries(Object(found)).filter(([key]) => !left.includes(key));
  const { liquidityAllocationFraction: fraction, limits } = agent;
  return {
    ...Object.fromEntries(kept),
    policy,
    ...(fraction === undefined ? {} : { liquidity_allocation_fraction: fraction }),
    ...(limits?.multilateralLimit === undefined ? {} : { limits: { multilateral_limit: limits.multilateralLimit } }),
  };
}

/** @throws {PaymentsError} for an event that no sample makes. */
function eventDictionary(event: ScenarioEvent): Dictionary {
  if (event.schedule.type !== "OneTime") throw noSample(event.type);
  const when = { schedule: "OneTime", tick: event.schedule.tick };
  switch (event.type) {
    case "CustomTransactionArrival": {
      const { type, fromAgent, toAgent, amount, priority, deadline } = event;
      return { type, ...when, from_agent: fromAgent, to_agent: toAgent, amount, priority, deadline };
    }
    case "ScheduledSettlement": {
      const { type, fromAgent, toAgent, amount } = event;
      return { type, ...when, from_agent: fromAgent, to_agent: toAgent, amount };
    }
    default:
      throw noSample(event.type);
  }
}

function noSample(type: string): PaymentsError {
  return new PaymentsError("RuntimeError", `No sample holds an event ${type}`);
}
