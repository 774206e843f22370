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
    "value",
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

/** A chart as a file of its own: with its title, note and key, in the colours of the pages. */
export function standaloneChart({ svg, title, note, key }: ExperimentChart): string {
  const [height, width] = [Number(/viewBox="0 0 [0-9.]+ ([0-9.]+)"/.exec(svg)?.[1] ?? 0), 480];
  const top = 44;
  let [x, y, keys] = [10, top + height + 16, ""];
  for (const [colour, meaning] of key) {
    const wide = 34 + 8 * meaning.length;
    if (x > 10 && x + wide > width) [x, y] = [10, y + 18];
    keys += `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour}"/>` +
      `<text class="t" x="${x + 15}" y="${y}">${escaped(meaning)}</text>`;
    x += wide;
  }
  const inner = svg.replace("<svg ", `<svg y="${top}" width="${width}" height="${height}" `);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 12}">${CHART_STYLE}` +
    `<text x="10" y="18" font-weight="600" font-size="14">${escaped(title)}</text>` +
    `<text class="t" x="10" y="35">${escaped(note)}</text>${inner}${keys}</svg>\n`;
}

/** The light colours and the type of the pages (style.ts). */
const CHART_STYLE = "<style>svg{--blue:#0072b2;--sky:#56b4e9;--red:#d55e00;--green:#00795a;--amber:#a36a00;" +
  "--mute:#b6bfca;font:12px system-ui,sans-serif;background:#fff}text{fill:#1b2430}.t{fill:#5b6675}" +
  ".m{text-anchor:middle}.e{text-anchor:end}.g{stroke:#dde2e8;fill:none}</style>";

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
  const words = experiment.convergence_reason ?? (ended ? "ended" : "interrupted, or still running");
  const tone = !ended ? "bad" : experiment.converged ? "good" : "warn";
  return `<p><span class="tag ${tone}">${escaped(words)}</span></p>` + cards([
    ["Iterations", shown(recorded.iterations.length)],
    ["First cost (cents)", shown(costs[0] ?? null)],
    ["Last cost (cents)", shown(costs.at(-1) ?? null)],
    ["Lowest cost (cents)", shown(costs.length === 0 ? null : costs.reduce((best, cost) => Math.min(best, cost)))],
    ["Proposals", shown(evaluations.length)],
    ["Accepted", shown(evaluations.filter(({ accepted }) => accepted).length)],
  ]);
}

/** A column of the table of proposals; one that is the same for all of them and says nothing is left out. */
interface ProposalColumn extends Column {
  cell(evaluation: EvaluationRecord, recorded: RecordedExperiment): string;
}

const NOTHING = "—";

const PROPOSAL_COLUMNS: readonly ProposalColumn[] = [
  { title: "Iteration", numeric: true, cell: ({ iteration }) => String(iteration + 1) },
  { title: "Agent", cell: ({ agent_id }) => agent_id },
  { title: "Change", cell: (each, recorded) => changeText(each, inForce(recorded, each)) },
  { title: "Old cost", numeric: true, cell: ({ old_cost }) => shown(old_cost) },
  { title: "New cost", numeric: true, cell: ({ new_cost }) => shown(new_cost) },
  {
    title: "Improvement",
    numeric: true,
    cell: ({ delta_sum, num_samples }) => shown(Math.round(delta_sum / Math.max(1, num_samples))),
  },
  {
    title: "95 % interval",
    numeric: true,
    cell: ({ confidence_interval_95: interval }) => interval?.map(shown).join(" to ") ?? NOTHING,
  },
  {
    title: "Settled",
    numeric: true,
    cell: ({ settlement_rate: rate }) => rate === null ? NOTHING : `${shortened(rate * 100, 1)}%`,
  },
  { title: "Answer", cell: ({ accepted, acceptance_reason: reason }) => accepted ? "accepted" : rejection(reason) },
];

/** Reasons of a rejection (spec 08 16.3) in a few words; the numbers behind them stand in the same row. */
const REJECTIONS: readonly (readonly [start: string, words: string])[] = [
  ["Settlement rate", "settles too little"],
  ["delta_sum", "no improvement"],
  ["Improvement not", "not significant"],
  ["Variance", "costs vary too much"],
];

function rejection(reason: string): string {
  return REJECTIONS.find(([start]) => reason.startsWith(start))?.[1] ?? reason;
}

function proposals(recorded: RecordedExperiment): string {
  const { evaluations } = recorded;
  if (evaluations.length === 0) return "";
  const columns = PROPOSAL_COLUMNS.map((column) => ({
    column,
    cells: evaluations.map((each) => column.cell(each, recorded)),
  })).filter(({ cells }) => cells.some((cell) => cell !== NOTHING));
  const rows = evaluations.map((_, row) => columns.map(({ cells }) => cells[row] ?? ""));
  const titles = columns.map(({ column: { title, numeric } }) => numeric === true ? { title, numeric } : { title });
  const samples = Math.max(...evaluations.map(({ num_samples }) => num_samples));
  const tried = samples > 1 ? `on ${samples} samples each` : "in one simulation each";
  return `<h2 id="proposals">Proposals</h2><p class="soft">Tried ${tried}; costs are cents.</p>${
    table(titles, rows, { label: "Proposals" })
  }`;
}

/** The policy that a proposal was to replace. */
function inForce({ iterations }: RecordedExperiment, { iteration, agent_id }: EvaluationRecord): Policy {
  return iterations.find((each) => each.iteration === iteration)?.policies[agent_id] ?? {};
}

/** What a proposal changes: its parameters, and whether its trees differ. */
function changeText({ proposed_policy: proposed }: EvaluationRecord, before: Policy): string {
  const text = (value: Json | undefined) =>
    typeof value === "number" ? shortened(value, 4) : value === undefined ? "nothing" : JSON.stringify(value);
  const [old, now] = [parametersOf(before), parametersOf(proposed)];
  const changes = [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) =>
    text(old[name]) === text(now[name]) ? [] : [`${name} ${text(old[name])} → ${text(now[name])}`]
  );
  const trees = (policy: Policy) => JSON.stringify(Object.entries(policy).filter(([key]) => /_tree$|^type$/.test(key)));
  if (trees(before) !== trees(proposed)) changes.push("other trees");
  return changes.length === 0 ? "nothing" : changes.join(", ");
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
  ["improvement", "cost of the old policy minus cost of the new one on the same samples, mean per sample, in cents"],
  ["95 % interval", "of the mean improvement per sample (of the new cost in experiments run with --reference)"],
]);
