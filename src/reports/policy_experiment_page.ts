/**
 * The page of a policy experiment: how costs and parameters went, which proposals were accepted and why, and what the
 * policies are in the end.
 *
 * @module
 */
import type { EvaluationRecord, Json, Policy, RecordedExperiment } from "../experiments/payments/contracts.ts";
import { parametersOf } from "../experiments/payments/policies.ts";
import { type IterationLine, iterationLines } from "./charts/iteration_lines.ts";
import { escaped, shortened, shown } from "./html.ts";
import { cards, figure, glossary, legend, pageText } from "./page.ts";
import { scriptElement, SORT_SCRIPT } from "./scripts.ts";
import { type Column, table } from "./table.ts";

/** A chart of an experiment, as one SVG text. */
export interface ExperimentChart {
  /** For a file name, such as `costs`. */
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly svg: string;
  readonly key: readonly (readonly [colour: string, meaning: string])[];
}

const COLOURS = ["--blue", "--red", "--green", "--amber", "--sky", "--mute"].map((name) => `var(${name})`);

/** What to draw. */
export interface ChartChoice {
  /** One agent alone. */
  readonly agent?: string;
  /** One parameter alone. */
  readonly parameter?: string;
}

/** The charts of an experiment: costs, improvements, and one for each numeric parameter. */
export function experimentCharts(recorded: RecordedExperiment, choice: ChartChoice = {}): ExperimentChart[] {
  const agents = agentsOf(recorded).filter((agent) => choice.agent === undefined || agent === choice.agent);
  const parameters = parameterNames(recorded).filter((name) =>
    choice.parameter === undefined || name === choice.parameter
  );
  const charts = parameters.map((name) => parameterChart(recorded, agents, name));
  return choice.parameter === undefined
    ? [costChart(recorded, agents), improvementChart(recorded, agents), ...charts]
    : charts;
}

function agentsOf({ iterations }: RecordedExperiment): string[] {
  return [...new Set(iterations.flatMap(({ costs_per_agent }) => Object.keys(costs_per_agent)))];
}

function parameterNames({ iterations }: RecordedExperiment): string[] {
  const names = new Set<string>();
  for (const { policies } of iterations) {
    for (const policy of Object.values(policies)) {
      for (const [name, value] of Object.entries(parametersOf(policy))) if (typeof value === "number") names.add(name);
    }
  }
  return [...names];
}

function colour(i: number): string {
  return COLOURS[i % COLOURS.length] ?? "";
}

function chart(
  name: string,
  title: string,
  note: string,
  yName: string,
  lines: readonly IterationLine[],
): ExperimentChart {
  const key = lines.map(({ colour, name }) => [colour, name] as const);
  return { name, title, note, svg: iterationLines(lines, title, yName), key };
}

function costChart(recorded: RecordedExperiment, agents: readonly string[]): ExperimentChart {
  const lines = agents.map((agent, i): IterationLine => ({
    name: agent,
    values: recorded.iterations.map(({ costs_per_agent }) => costs_per_agent[agent] ?? null),
    colour: colour(i),
    accepted: recorded.iterations.map(({ iteration }) => judged(recorded, agent, iteration)?.accepted === true),
  }));
  return chart("costs", "Costs", "Of the policies in force; large dots: a change was accepted", "cents", lines);
}

function improvementChart(recorded: RecordedExperiment, agents: readonly string[]): ExperimentChart {
  const lines = agents.map((agent, i): IterationLine => ({
    name: agent,
    values: recorded.iterations.map(({ iteration }) => {
      const found = judged(recorded, agent, iteration);
      return found === undefined ? null : found.delta_sum / Math.max(1, found.num_samples);
    }),
    colour: colour(i),
    accepted: recorded.iterations.map(({ iteration }) => judged(recorded, agent, iteration)?.accepted === true),
  }));
  return chart(
    "improvements",
    "Proposals",
    "Old minus new cost, mean of the samples; large dots: accepted",
    "cents",
    lines,
  );
}

function parameterChart(recorded: RecordedExperiment, agents: readonly string[], name: string): ExperimentChart {
  const lines = agents.map((agent, i): IterationLine => ({
    name: agent,
    values: recorded.iterations.map(({ policies }) => numberOf(policies[agent], name)),
    colour: colour(i),
  }));
  return chart(
    `parameter-${name.replaceAll(/[^A-Za-z0-9_-]/g, "_")}`,
    name,
    "In force at the start of an iteration",
    "",
    lines,
  );
}

function numberOf(policy: Policy | undefined, name: string): number | null {
  const value = policy === undefined ? undefined : parametersOf(policy)[name];
  return typeof value === "number" ? value : null;
}

function judged({ evaluations }: RecordedExperiment, agent: string, iteration: number): EvaluationRecord | undefined {
  return evaluations.find((each) => each.agent_id === agent && each.iteration === iteration);
}

/** The page of an experiment, one self-contained HTML file. */
export function policyExperimentPage(recorded: RecordedExperiment, choice: ChartChoice = {}): string {
  const { experiment } = recorded;
  const { description } = experiment.config;
  let figures = "";
  for (const { title, note, svg, key } of experimentCharts(recorded, choice)) {
    figures += figure(title, note, svg, legend(key));
  }
  return pageText({
    title: experiment.experiment_name,
    over: "Bilancio Policy experiment",
    description: typeof description === "string" ? description : null,
    summary: summary(recorded),
    body: `<h2 id="charts">At a glance</h2><div class="flow">${figures}</div>${proposals(recorded)}${
      policies(recorded)
    }${GLOSSARY}`,
    script: scriptElement(SORT_SCRIPT),
  });
}

function totals({ iterations }: RecordedExperiment): number[] {
  return iterations.map(({ costs_per_agent }) => Object.values(costs_per_agent).reduce((sum, cost) => sum + cost, 0));
}

function summary(recorded: RecordedExperiment): string {
  const { experiment, evaluations } = recorded;
  const costs = totals(recorded);
  const ended = experiment.completed_at !== null;
  const words = ended ? experiment.convergence_reason ?? "ended" : "interrupted, or still running";
  return `<p><span class="tag ${ended ? "good" : "bad"}">${escaped(words)}</span></p>` + cards([
    ["Iterations", shown(recorded.iterations.length)],
    ["First cost (cents)", shown(costs[0] ?? null)],
    ["Last cost (cents)", shown(costs.at(-1) ?? null)],
    ["Lowest cost (cents)", shown(costs.length === 0 ? null : costs.reduce((best, cost) => Math.min(best, cost)))],
    ["Proposals", shown(evaluations.length)],
    ["Accepted", shown(evaluations.filter(({ accepted }) => accepted).length)],
  ]);
}

const PROPOSAL_COLUMNS: readonly Column[] = [
  { title: "Iteration", numeric: true },
  { title: "Agent" },
  { title: "Old cost", numeric: true },
  { title: "New cost", numeric: true },
  { title: "Improvement, all samples", numeric: true },
  { title: "Samples", numeric: true },
  { title: "95 % interval", numeric: true },
  { title: "Settled", numeric: true },
  { title: "Parameters" },
  { title: "Answer" },
];

function proposals({ evaluations }: RecordedExperiment): string {
  if (evaluations.length === 0) return "";
  const rows = evaluations.map((each) => [
    String(each.iteration + 1),
    each.agent_id,
    shown(each.old_cost),
    shown(each.new_cost),
    shown(each.delta_sum),
    String(each.num_samples),
    each.confidence_interval_95 === null ? "—" : each.confidence_interval_95.map(shown).join(" to "),
    each.settlement_rate === null ? "—" : `${shortened(each.settlement_rate * 100, 1)}%`,
    parameterText(each.proposed_policy),
    each.accepted ? `accepted: ${each.acceptance_reason}` : each.acceptance_reason,
  ]);
  return `<h2 id="proposals">Proposals</h2>${table(PROPOSAL_COLUMNS, rows, { label: "Proposals" })}`;
}

function parameterText(policy: Policy): string {
  const show = (value: Json) => typeof value === "number" ? shortened(value, 4) : JSON.stringify(value);
  return Object.entries(parametersOf(policy)).map(([name, value]) => `${name} ${show(value)}`).join(", ");
}

function policies({ iterations, evaluations }: RecordedExperiment): string {
  const last = iterations.at(-1);
  if (last === undefined) return "";
  let text = '<h2 id="policies">Policies at the end</h2>';
  for (const [agent, policy] of Object.entries(last.policies)) {
    const later = evaluations.findLast((each) =>
      each.agent_id === agent && each.accepted && each.iteration >= last.iteration
    );
    text += `<details><summary>${escaped(agent)}</summary><pre>${
      escaped(JSON.stringify(later?.proposed_policy ?? policy, null, 2))
    }</pre></details>`;
  }
  return text;
}

const GLOSSARY = glossary([
  ["iteration", "the policies are evaluated, then each agent may propose a better one"],
  ["sample", "a day drawn with replacement from the payments of the simulated day"],
  ["improvement", "cost of the old policy minus cost of the new one on the same samples, summed over them"],
  ["95 % interval", "of the mean improvement per sample (of the new cost in experiments run with --reference)"],
]);
