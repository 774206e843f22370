/**
 * From a checked scenario file to the engine dictionary (spec 06 10.5). Amounts and rates pass unchanged.
 *
 * @module
 */
import type { ScenarioFile } from "./file.ts";
import type { FileAgent, FilePolicy } from "./file_agents.ts";
import type { FileArrivalConfig } from "./file_arrivals.ts";
import { DEFAULT_EOD_PENALTY, type FileCostRates } from "./file_costs.ts";
import type { FileEvent } from "./file_events.ts";
import { jsonOf } from "./policy_text.ts";

/** An engine dictionary as plain values; integers are plain numbers or big integers. */
export type EngineDictionary = Readonly<Record<string, unknown>>;

/** Gives the text of a policy file that an agent names. */
export type PolicyText = (jsonPath: string, agent: number) => string;

/**
 * The engine dictionary of a file.
 *
 * @param dropping Leaves out what the reference drops: collateral and limits of agents, settings of the engine.
 */
export function engineDictionary(file: ScenarioFile, dropping: boolean, policyText: PolicyText): EngineDictionary {
  const { ticks_per_day, num_days, rng_seed } = file.simulation;
  return {
    ticks_per_day,
    num_days,
    rng_seed,
    agent_configs: file.agents.map((agent, i) => agentDictionary(agent, dropping, (path) => policyText(path, i))),
    cost_rates: costDictionary(file.cost_rates),
    lsm_config: file.lsm_config,
    ...((file.scenario_events?.length ?? 0) === 0
      ? {}
      : { scenario_events: file.scenario_events?.map(eventDictionary) }),
    deferred_crediting: file.deferred_crediting,
    deadline_cap_at_eod: file.deadline_cap_at_eod,
    ...(dropping ? {} : {
      eod_rush_threshold: file.eod_rush_threshold,
      queue1_ordering: file.queue1_ordering,
      priority_mode: file.priority_mode,
      algorithm_sequencing: file.algorithm_sequencing,
      entry_disposition_offsetting: file.entry_disposition_offsetting,
      priority_escalation: file.priority_escalation,
      daily_liquidity_reallocation: file.daily_liquidity_reallocation,
    }),
  };
}

function agentDictionary(agent: FileAgent, dropping: boolean, policyText: (path: string) => string): EngineDictionary {
  const { arrival_config: arrivals, arrival_bands: bands, limits } = agent;
  return present({
    id: agent.id,
    opening_balance: agent.opening_balance,
    unsecured_cap: agent.unsecured_cap,
    policy: policyDictionary(agent.policy, policyText),
    arrival_config: arrivals && arrivalDictionary(arrivals),
    arrival_bands: bands && present({
      urgent: bands.urgent && withPlainWeights(bands.urgent),
      normal: bands.normal && withPlainWeights(bands.normal),
      low: bands.low && withPlainWeights(bands.low),
    }),
    max_collateral_capacity: agent.max_collateral_capacity,
    liquidity_pool: agent.liquidity_pool,
    liquidity_allocation_fraction: agent.liquidity_allocation_fraction,
    ...(dropping ? {} : {
      posted_collateral: agent.posted_collateral,
      collateral_haircut: agent.collateral_haircut,
      limits: limits && present({
        bilateral_limits: Object.fromEntries(limits.bilateral_limits),
        multilateral_limit: limits.multilateral_limit,
      }),
    }),
  });
}

function policyDictionary(policy: FilePolicy, policyText: (path: string) => string): EngineDictionary {
  switch (policy.type) {
    case "FromJson":
      return { type: "FromJson", json: policyText(policy.json_path) };
    case "Inline":
      return { type: "FromJson", json: jsonOf(policy.decision_trees) };
    case "InlineJson":
      return { type: "FromJson", json: policy.json_string };
    default:
      return policy;
  }
}

function arrivalDictionary({ priority, priority_distribution, ...arrivals }: FileArrivalConfig): EngineDictionary {
  return {
    ...withPlainWeights(arrivals),
    priority_distribution: priority_distribution ?? { type: "Fixed", value: priority },
  };
}

function withPlainWeights(stream: { readonly counterparty_weights: ReadonlyMap<string, number> }): EngineDictionary {
  return { ...stream, counterparty_weights: Object.fromEntries(stream.counterparty_weights) };
}

function costDictionary({ eod_penalty_per_transaction: long, eod_penalty: short, ...rates }: FileCostRates) {
  // Of the two names the first one wins in a file, the second one in a dictionary (spec 06 12.3).
  return present({ ...rates, eod_penalty: long ?? short ?? DEFAULT_EOD_PENALTY });
}

function eventDictionary({ schedule: { type, ...times }, ...event }: FileEvent): EngineDictionary {
  return present({ ...event, schedule: type, ...times });
}

/** Without what is undefined: in a dictionary a key is absent or has a value. */
function present(dictionary: EngineDictionary): EngineDictionary {
  return Object.fromEntries(Object.entries(dictionary).filter(([, value]) => value !== undefined));
}
