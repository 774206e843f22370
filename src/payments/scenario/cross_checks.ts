/**
 * Rules between the parts of a scenario file, asked when every part fits (spec 06 10.4), and the stricter ones of ours.
 *
 * @module
 */
import type { Issue } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import type { ScenarioFile } from "./file.ts";

/** Names that no agent has, in the reference's order; it reports the first. */
export function unknownAgents({ agents, scenario_events: events }: ScenarioFile): Issue[] {
  const ids = agents.map(({ id }) => id);
  const known = new Set(ids);
  const issues: Issue[] = [];
  const check = (id: string, sentence: string) => {
    if (!known.has(id)) issues.push({ path: [], message: `Value error, ${sentence}: ${id}` });
  };
  for (const { id, arrival_config: arrivals } of agents) {
    for (const name of arrivals?.counterparty_weights.keys() ?? []) {
      check(name, `Agent ${id} references unknown counterparty`);
    }
  }
  for (const [i, event] of (events ?? []).entries()) {
    const sentence = (field: string) => `Scenario event ${i} references unknown ${field}`;
    if ("from_agent" in event) {
      check(event.from_agent, sentence("from_agent"));
      check(event.to_agent, sentence("to_agent"));
    }
    if ("agent" in event) check(event.agent, sentence("agent"));
    if ("counterparty" in event) check(event.counterparty, sentence("counterparty"));
  }
  return issues;
}

/** What the reference passes over: names in bands and limits, and a penalty that is given twice. */
export function overlookedProblems(file: ScenarioFile): Issue[] {
  const ids = file.agents.map(({ id }) => id);
  const known = new Set(ids);
  const issues: Issue[] = [];
  file.agents.forEach((agent, i) => {
    const check = (names: Iterable<string> | undefined, path: readonly string[]) => {
      for (const name of names ?? []) {
        if (known.has(name)) continue;
        const message = `no agent has the id ${name}${suggestion(name, ids)}`;
        issues.push({ path: ["agents", i, ...path, name], message });
      }
    };
    for (const band of ["urgent", "normal", "low"] as const) {
      const weights = agent.arrival_bands?.[band]?.counterparty_weights;
      check(weights?.keys(), ["arrival_bands", band, "counterparty_weights"]);
    }
    check(agent.limits?.bilateral_limits.keys(), ["limits", "bilateral_limits"]);
  });
  const { eod_penalty: short, eod_penalty_per_transaction: long } = file.cost_rates;
  if (short !== undefined && long !== undefined) {
    const message = "eod_penalty and eod_penalty_per_transaction are two names of one rate; give one of them";
    issues.push({ path: ["cost_rates", "eod_penalty"], message });
  }
  const { rng_seed: seed } = file.simulation;
  if (seed < 0n || seed >= 1n << 64n) {
    issues.push({ path: ["simulation", "rng_seed"], message: "Input should be from 0 to 2^64 - 1", value: `${seed}` });
  }
  return issues;
}
