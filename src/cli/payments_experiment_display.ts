/**
 * What an experiment prints, while it runs and when it is replayed: the same lines from the same events.
 *
 * @module
 */
import type { ExperimentEvent, Json, JsonMap, RecordedExperiment } from "../experiments/payments/contracts.ts";
import type { LiveEvent } from "../experiments/payments/course.ts";
import { isJsonMap, parametersOf } from "../experiments/payments/policies.ts";
import type { Shown } from "./payments_experiment_verbose.ts";

const number = (value: Json | undefined): string => typeof value === "number" ? value.toLocaleString("en-US") : "?";
const words = (value: Json | undefined): string => typeof value === "string" ? value : "";

function perAgent(value: Json | undefined): string {
  if (!isJsonMap(value)) return "";
  return Object.entries(value).map(([agent, cost]) => `${agent} ${number(cost)}`).join(", ");
}

/** What stands above the course of an experiment. */
export function startLine(runId: string): string {
  return `run ${runId}`;
}

/**
 * The lines of an event: those of the course unless `quiet`, and the event as a whole where it is asked for; undefined
 * for none.
 */
export function eventLine(event: LiveEvent, shown: Shown, quiet = false): string | undefined {
  const course = quiet ? undefined : courseLine(event);
  const { type, data } = event;
  // What a replay prints at the end is shown there.
  const whole = shown(type) && type !== "experiment_result" ? `  ${type} ${JSON.stringify(data)}` : undefined;
  return course === undefined || whole === undefined ? course ?? whole : `${course}\n${whole}`;
}

function courseLine({ type, iteration, data }: LiveEvent): string | undefined {
  switch (type) {
    case "experiment_start":
      return `experiment ${words(data["experiment_name"])}: ${words(data["evaluation_mode"])}, up to ` +
        `${number(data["max_iterations"])} iterations, proposals by ${words(data["model"])}`;
    case "evaluation":
      return `iteration ${iteration + 1}: cost ${number(data["total_cost"])} (${perAgent(data["per_agent_costs"])})`;
    case "policy_evaluation":
      return `  ${words(data["agent_id"])}: ${number(data["old_cost"])} -> ${number(data["new_cost"])}, ` +
        `${data["accepted"] === true ? "accepted" : `rejected: ${words(data["reason"])}`}`;
    case "llm_error":
      return `  ${words(data["agent_id"])}: no policy, ${words(data["error"])}`;
    default:
      return undefined;
  }
}

/** The end of an experiment for people. */
export function resultText(result: JsonMap): string {
  const history = result["history"];
  const first = Array.isArray(history) ? history[0] : undefined;
  const policies = isJsonMap(result["final_policies"]) ? result["final_policies"] : {};
  const costs = isJsonMap(result["per_agent_costs"]) ? result["per_agent_costs"] : {};
  const agents = Object.entries(policies).map(([agent, policy]) => {
    const parameters = isJsonMap(policy) ? Object.entries(parametersOf(policy)) : [];
    const set = parameters.map(([name, value]) => `, ${name} ${JSON.stringify(value)}`).join("");
    return `  ${agent}: cost ${number(costs[agent])}${set}\n`;
  });
  return `${words(result["run_id"])}: ${number(result["num_iterations"])} iterations, ` +
    `${result["converged"] === true ? "converged" : "not converged"}: ${words(result["convergence_reason"])}\n` +
    `  cost: first ${number(first)}, last ${number(result["final_cost"])}, best ${number(result["best_cost"])}\n` +
    agents.join("");
}

/** The events of a recorded experiment as they were told; evaluations that left no event stand behind their iteration. */
export function toldEvents(recorded: RecordedExperiment): LiveEvent[] {
  const events = recorded.events.map(({ event_type, iteration, event_data }: ExperimentEvent): LiveEvent => {
    return { type: event_type, iteration, data: event_data };
  });
  if (events.some(({ type }) => type === "policy_evaluation")) return events;
  const judged = recorded.evaluations.map((each): LiveEvent => ({
    type: "policy_evaluation",
    iteration: each.iteration,
    data: {
      agent_id: each.agent_id,
      old_cost: each.old_cost,
      new_cost: each.new_cost,
      delta_sum: each.delta_sum,
      num_samples: each.num_samples,
      accepted: each.accepted,
      reason: each.acceptance_reason,
    },
  }));
  return [...events, ...judged].sort((a, b) => a.iteration - b.iteration);
}

/** How an experiment ended, from its records: in full, or where the course was not stored what its row says. */
export function recordedResult({ experiment, events, iterations }: RecordedExperiment): JsonMap {
  const result = events.findLast(({ event_type }) => event_type === "experiment_result")?.event_data;
  if (result !== undefined) return result;
  const totals = iterations.map(({ costs_per_agent }) => {
    return Object.values(costs_per_agent).reduce((sum, cost) => sum + cost, 0);
  });
  return {
    run_id: experiment.run_id,
    num_iterations: experiment.num_iterations,
    converged: experiment.converged,
    convergence_reason: experiment.convergence_reason ?? "interrupted, or still running",
    final_cost: totals.at(-1) ?? null,
    best_cost: totals.length === 0 ? null : totals.reduce((best, cost) => Math.min(best, cost)),
    per_agent_costs: iterations.at(-1)?.costs_per_agent ?? {},
    final_policies: iterations.at(-1)?.policies ?? {},
    history: totals,
  };
}
