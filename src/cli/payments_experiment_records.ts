/**
 * `bilancio payments experiment replay`, `policy-evolution`, `results` and `charts`: recorded experiments (spec 08 12, 20).
 *
 * @module
 */
import type { RecordedExperiment } from "../experiments/payments/contracts.ts";
import { isJsonMap } from "../experiments/payments/policies.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, onOff, path, text, wholeNumber } from "./flags.ts";
import { DEFAULT_RECORDS, readRecords, recordedExperiment } from "./payments_experiment_store.ts";
import { shownBy, VERBOSE_FLAGS } from "./payments_experiment_verbose.ts";
import { table, type Terminal } from "./terminal.ts";

const db = path("PATH", "where experiments are recorded", { fallback: DEFAULT_RECORDS });
const RUN_ID = { name: "RUN_ID", summary: "a recorded experiment, see `payments experiment results`" };

const REPLAY_FLAGS = {
  "db": db,
  ...VERBOSE_FLAGS,
  "audit": onOff("show what was said to the proposer and what it answered"),
  "start": wholeNumber("N", "of --audit: first iteration, from 0", {}),
  "end": wholeNumber("N", "of --audit: last iteration, from 0", {}),
  "json": onOff("print one JSON object"),
};

const REPLAY: CommandShape<typeof REPLAY_FLAGS> = {
  name: "payments experiment replay",
  summary: "Prints from the records what the experiment printed when it ran",
  positionals: [RUN_ID],
  flags: REPLAY_FLAGS,
  details: ["Nothing is simulated and nobody is asked again."],
  examples: [
    ["bilancio payments experiment replay search-20260101-120000-abc123 --db out/experiments", "shows its course"],
    ["bilancio payments experiment replay search-20260101-120000-abc123 --audit --end 2", "who said what"],
  ],
};

async function replay(runId: string, flags: FlagValues<typeof REPLAY_FLAGS>, terminal: Terminal): Promise<number> {
  const { auditText, auditedInteractions, iterationRange } = await import("../experiments/payments/audit.ts");
  const range = iterationRange(flags.start, flags.end);
  const recorded = await recordedExperiment(terminal.directory, flags.db ?? DEFAULT_RECORDS, runId);
  if (flags.audit) {
    terminal.out(flags.json ? `${JSON.stringify(auditedInteractions(recorded, range))}\n` : auditText(recorded, range));
    return 0;
  }
  const { eventLine, recordedResult, resultText, startLine, toldEvents } = await import(
    "./payments_experiment_display.ts"
  );
  const result = recordedResult(recorded);
  if (flags.json) {
    terminal.out(`${JSON.stringify(result)}\n`);
    return 0;
  }
  const shown = shownBy(flags);
  if (!wasQuiet(recorded)) terminal.out(`${startLine(runId)}\n`);
  for (const event of toldEvents(recorded)) {
    const line = eventLine(event, shown, wasQuiet(recorded));
    if (line !== undefined) terminal.out(`${line}\n`);
  }
  terminal.out(resultText(result));
  return 0;
}

/** Whether the file said that the course is not shown (`output.verbose`). */
function wasQuiet({ experiment: { config: { run } } }: RecordedExperiment): boolean {
  return isJsonMap(run) && run["quiet"] === true;
}

const EVOLUTION_FLAGS = {
  "db": db,
  "agent": text("ID", "this agent alone"),
  "start": wholeNumber("N", "first iteration, from 1 as in the output", {}),
  "end": wholeNumber("N", "last iteration", {}),
  "llm": onOff("show also what was said to the proposer and what it answered"),
  "compact": onOff("print one line"),
};

const EVOLUTION: CommandShape<typeof EVOLUTION_FLAGS> = {
  name: "payments experiment policy-evolution",
  summary: "Prints the policies of a recorded experiment over its iterations, and what changed, as JSON",
  positionals: [RUN_ID],
  flags: EVOLUTION_FLAGS,
  examples: [[
    "bilancio payments experiment policy-evolution search-20260101-120000-abc123 --agent NORTH --end 5",
    "five steps of one bank",
  ]],
};

async function evolution(
  runId: string,
  flags: FlagValues<typeof EVOLUTION_FLAGS>,
  terminal: Terminal,
): Promise<number> {
  const { countedRange, policyEvolution } = await import("../experiments/payments/audit.ts");
  const range = countedRange(flags.start, flags.end);
  const recorded = await recordedExperiment(terminal.directory, flags.db ?? DEFAULT_RECORDS, runId);
  const found = policyEvolution(recorded, range, { agent: flags.agent, llm: flags.llm });
  terminal.out(`${flags.compact ? JSON.stringify(found) : JSON.stringify(found, null, 2)}\n`);
  return 0;
}

const RESULTS_FLAGS = {
  "db": db,
  "experiment": text("NAME", "only experiments of this name"),
  "type": text("TYPE", "only experiments of this type; all that are made here are `generic`"),
  "limit": wholeNumber("N", "at most so many, the newest first", { min: 1 }, { fallback: "20" }),
  "json": onOff("print a JSON list"),
};

const RESULTS: CommandShape<typeof RESULTS_FLAGS> = {
  name: "payments experiment results",
  summary: "Lists recorded experiments and what they found",
  positionals: [],
  flags: RESULTS_FLAGS,
  examples: [["bilancio payments experiment results --db out/experiments", "the newest first"]],
};

async function results(flags: FlagValues<typeof RESULTS_FLAGS>, terminal: Terminal): Promise<number> {
  await using records = await readRecords(terminal.directory, flags.db ?? DEFAULT_RECORDS);
  const { recordedResult } = await import("./payments_experiment_display.ts");
  const found = (await records.reader.listExperiments())
    .filter(({ experiment_name }) => flags.experiment === undefined || experiment_name === flags.experiment)
    .filter(({ experiment_type }) => flags.type === undefined || experiment_type === flags.type)
    .slice(0, flags.limit ?? 20);
  const rows = [];
  for (const { run_id, experiment_name, created_at } of found) {
    const recorded = await records.reader.loadExperiment(run_id);
    if (recorded === null) continue;
    const { num_iterations, converged, convergence_reason, final_cost, best_cost } = recordedResult(recorded);
    rows.push({
      run_id,
      experiment_name,
      created_at,
      num_iterations,
      converged,
      convergence_reason,
      final_cost,
      best_cost,
    });
  }
  if (flags.json) terminal.out(`${JSON.stringify(rows)}\n`);
  else if (rows.length === 0) terminal.out("no recorded experiments\n");
  else {
    const cells = rows.map((each) => [
      each.run_id,
      String(each.num_iterations),
      String(each.final_cost),
      String(each.best_cost),
      String(each.convergence_reason),
    ]);
    terminal.out(table(["run", "iterations", "last cost", "best cost", "ended by"], cells));
  }
  return 0;
}

const CHARTS_FLAGS = {
  "db": db,
  "out": path("PATH", "an .html file, or a directory for one .svg file each", { fallback: "RUN_ID.html" }),
  "agent": text("ID", "only this agent"),
  "parameter": text("NAME", "only this parameter"),
};

const CHARTS: CommandShape<typeof CHARTS_FLAGS> = {
  name: "payments experiment charts",
  summary: "Draws costs, proposals and parameters of a recorded experiment over its iterations",
  positionals: [RUN_ID],
  flags: CHARTS_FLAGS,
  examples: [[
    "bilancio payments experiment charts search-20260101-120000-abc123 --db out/experiments --out out/search.html",
    "one page with all charts",
  ]],
};

async function charts(runId: string, flags: FlagValues<typeof CHARTS_FLAGS>, terminal: Terminal): Promise<number> {
  const recorded = await recordedExperiment(terminal.directory, flags.db ?? DEFAULT_RECORDS, runId);
  const { experimentCharts, policyExperimentPage, standaloneChart } = await import(
    "../reports/policy_experiment_page.ts"
  );
  const { writeOutputs } = await import("./outputs.ts");
  const choice = {
    ...(flags.agent === undefined ? {} : { agent: flags.agent }),
    ...(flags.parameter === undefined ? {} : { parameter: flags.parameter }),
  };
  const out = flags.out ?? `${runId}.html`;
  const outputs = /\.html?$/i.test(out)
    ? [{ path: out, content: policyExperimentPage(recorded, choice) }]
    : experimentCharts(recorded, choice).map((chart) => ({
      path: `${out}/${chart.name}.svg`,
      content: standaloneChart(chart),
    }));
  writeOutputs(terminal.directory, outputs);
  for (const { path } of outputs) terminal.out(`${path}\n`);
  return 0;
}

/** `payments experiment replay`. */
export const replayCommand: Command = commandOf(
  REPLAY,
  ({ positionals: [runId = ""], flags }, terminal) => replay(runId, flags, terminal),
);

/** `payments experiment policy-evolution`. */
export const evolutionCommand: Command = commandOf(
  EVOLUTION,
  ({ positionals: [runId = ""], flags }, terminal) => evolution(runId, flags, terminal),
);

/** `payments experiment results`. */
export const resultsCommand: Command = commandOf(RESULTS, ({ flags }, terminal) => results(flags, terminal));

/** `payments experiment charts`. */
export const chartsCommand: Command = commandOf(
  CHARTS,
  ({ positionals: [runId = ""], flags }, terminal) => charts(runId, flags, terminal),
);
