/**
 * What a recorded experiment tells afterwards: what was said to whom, and how each policy changed (spec 08 20).
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import { floatText } from "../../core/number_text.ts";
import type { ExperimentEvent, Json, JsonMap, Policy, RecordedExperiment } from "./contracts.ts";
import { isJsonMap } from "./policies.ts";

/** A range of iterations, from 0, both ends included. */
export interface IterationRange {
  readonly start: number;
  readonly end: number;
}

/** Completes a range. @throws {ValidationError} when it is crossed or begins below 0. */
export function iterationRange(start: number | undefined, end: number | undefined): IterationRange {
  const range = { start: start ?? 0, end: end ?? Number.MAX_SAFE_INTEGER };
  if (range.start < 0 || range.end < 0 || range.start > range.end) throw noRange(start, end, 0);
  return range;
}

/** A range of iterations that count from 1, cut to those that there are. @throws {ValidationError} when it is crossed. */
export function countedRange(start: number | undefined, end: number | undefined): IterationRange {
  if (start !== undefined && end !== undefined && start > end) throw noRange(start, end, 1);
  return { start: Math.max(1, start ?? 1) - 1, end: (end ?? Number.MAX_SAFE_INTEGER) - 1 };
}

function noRange(start: number | undefined, end: number | undefined, from: number): ValidationError {
  const given = [start === undefined ? [] : [`--start ${start}`], end === undefined ? [] : [`--end ${end}`]].flat();
  return new ValidationError(`${given.join(" and ")}: no range of iterations, which count from ${from}`, []);
}

/** The interactions of a range, by iteration, then by agent. */
export function auditedInteractions(
  { events }: RecordedExperiment,
  { start, end }: IterationRange,
): readonly ExperimentEvent[] {
  const agentOf = ({ event_data }: ExperimentEvent) => String(event_data["agent_id"] ?? "");
  return events.filter(({ event_type, iteration }) =>
    event_type === "llm_interaction" && iteration >= start && iteration <= end
  )
    .toSorted((a, b) => a.iteration - b.iteration || (agentOf(a) < agentOf(b) ? -1 : agentOf(a) > agentOf(b) ? 1 : 0));
}

/** The interactions for people. */
export function auditText(recorded: RecordedExperiment, range: IterationRange): string {
  const parts = auditedInteractions(recorded, range).map(({ iteration, event_data: said }) => {
    const line = (name: string) => String(said[name] ?? "");
    return [
      `== iteration ${iteration + 1}, ${line("agent_id")}: ${line("model")}, ${line("prompt_tokens")} + ` +
      `${line("completion_tokens")} words`,
      ...section("system", line("system_prompt")),
      ...section("user", line("user_prompt")),
      ...section("answer", line("raw_response")),
      ...section("refused", line("parsing_error")),
    ].join("\n");
  });
  return parts.length === 0 ? "no interactions in these iterations\n" : `${parts.join("\n\n")}\n`;
}

function section(name: string, text: string): string[] {
  return text === "" ? [] : [`-- ${name}`, text];
}

/** One step of a policy. */
export interface EvolutionStep {
  readonly policy: Policy;
  readonly diff: readonly string[];
  readonly llm?: JsonMap;
  readonly cost: number | null;
  readonly accepted: boolean;
}

/** What of an evolution is shown. */
export interface EvolutionChoice {
  /** This agent alone. */
  readonly agent?: string | undefined;
  /** What was said, too. */
  readonly llm?: boolean | undefined;
}

/** The policies of all agents, or of one, over the iterations (`iteration_1` is the first). */
export function policyEvolution(
  { iterations, evaluations, events }: RecordedExperiment,
  { start, end }: IterationRange,
  { agent, llm = false }: EvolutionChoice = {},
): Readonly<Record<string, Readonly<Record<string, EvolutionStep>>>> {
  const agents = [...new Set(iterations.flatMap(({ policies }) => Object.keys(policies)))].sort();
  const shown = agents.filter((each) => agent === undefined || each === agent);
  const inRange = iterations.filter(({ iteration }) => iteration >= start && iteration <= end);
  return Object.fromEntries(shown.map((id) => {
    let previous: Policy | undefined;
    const steps = inRange.map(({ iteration, policies, costs_per_agent }): [string, EvolutionStep] => {
      const policy = policies[id] ?? {};
      const diff = previous === undefined ? [] : policyDiff(previous, policy);
      previous = policy;
      const said = events.findLast((event) =>
        event.event_type === "llm_interaction" && event.iteration === iteration && event.event_data["agent_id"] === id
      )?.event_data;
      const { system_prompt = null, user_prompt = null, raw_response = null } = said ?? {};
      const judged = evaluations.find((each) => each.iteration === iteration && each.agent_id === id);
      return [`iteration_${iteration + 1}`, {
        policy,
        diff,
        ...(said === undefined || !llm ? {} : { llm: { system_prompt, user_prompt, raw_response } }),
        cost: costs_per_agent[id] ?? null,
        accepted: judged?.accepted ?? false,
      }];
    });
    return [id, Object.fromEntries(steps)];
  }));
}

/** What differs between two policies, a line for each path, sorted. */
export function policyDiff(before: Policy, after: Policy): readonly string[] {
  const [old, now] = [flattened(before), flattened(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const [a, b] = [old.get(path), now.get(path)];
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    if (a === undefined) return [`Added: ${path} = ${shortText(b)}`];
    return [b === undefined ? `Removed: ${path}` : `Changed: ${path} (${shortText(a)} -> ${shortText(b)})`];
  });
}

/** The leaves of a policy by path, with dots; null counts as absent. */
function flattened(value: JsonMap, prefix = "", leaves: Map<string, Json> = new Map()): Map<string, Json> {
  for (const [key, each] of Object.entries(value)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (isJsonMap(each)) flattened(each, path, leaves);
    else if (each !== null) leaves.set(path, each);
  }
  return leaves;
}

const LONGEST_LIST = 3;

function shortText(value: Json | undefined): string {
  if (typeof value === "number" && !Number.isInteger(value)) return floatText(Number(value.toPrecision(4)));
  if (Array.isArray(value) && value.length > LONGEST_LIST) {
    return `[${shortText(value[0])}, ${shortText(value[1])}, ... (${value.length} items)]`;
  }
  if (Array.isArray(value)) return `[${value.map(shortText).join(", ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
