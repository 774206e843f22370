/**
 * `bilancio payments experiment replay`, `results` and `charts`: recorded experiments (spec 08 12, 20).
 *
 * @module
 */
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, onOff, path, text, wholeNumber } from "./flags.ts";
import { DEFAULT_RECORDS, readRecords, recordedExperiment } from "./payments_experiment_store.ts";
import { table, type Terminal } from "./terminal.ts";

const db = path("PATH", "where experiments are recorded", { fallback: DEFAULT_RECORDS });
const RUN_ID = { name: "RUN_ID", summary: "a recorded experiment, see `payments experiment results`" };

const REPLAY_FLAGS = {
  "db": db,
  "verbose": onOff("show every event"),
  "audit": onOff("show what was said to the proposer and what it answered"),
  "evolution": onOff("print the policies of all iterations and what changed, as JSON"),
  "agent": text("ID", "of --evolution: this agent alone"),
  "start": wholeNumber("N", "of --audit and --evolution: first iteration, from 0", { min: 0 }),
  "end": wholeNumber("N", "of --audit and --evolution: last iteration, from 0", { min: 0 }),
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
  const { auditText, auditedInteractions, iterationRange, policyEvolution } = await import(
    "../experiments/payments/audit.ts"
  );
  const range = iterationRange(flags.start, flags.end);
  const recorded = await recordedExperiment(terminal.directory, flags.db ?? DEFAULT_RECORDS, runId);
  if (flags.evolution) {
    terminal.out(`${JSON.stringify(policyEvolution(recorded, range, flags.agent), null, 2)}\n`);
    return 0;
  }
  if (flags.audit) {
    terminal.out(flags.json ? `${JSON.stringify(auditedInteractions(recorded, range))}\n` : auditText(recorded, range));
    return 0;
  }
  const { eventLine, recordedResult, resultText, toldEvents } = await import("./payments_experiment_display.ts");
  const result = recordedResult(recorded);
  if (flags.json) {
    terminal.out(`${JSON.stringify(result)}\n`);
    return 0;
  }
  for (const event of toldEvents(recorded)) {
    const line = eventLine(event, flags.verbose === true);
    if (line !== undefined) terminal.out(`${line}\n`);
  }
  terminal.out(resultText(result));
  return 0;
}

const RESULTS_FLAGS = {
  "db": db,
  "experiment": text("NAME", "only experiments of this name"),
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
  const { experimentCharts, policyExperimentPage } = await import("../reports/policy_experiment_page.ts");
  const { writeOutputs } = await import("./outputs.ts");
  const choice = {
    ...(flags.agent === undefined ? {} : { agent: flags.agent }),
    ...(flags.parameter === undefined ? {} : { parameter: flags.parameter }),
  };
  const out = flags.out ?? `${runId}.html`;
  const outputs = /\.html?$/i.test(out)
    ? [{ path: out, content: policyExperimentPage(recorded, choice) }]
    : experimentCharts(recorded, choice).map(({ name, svg }) => ({
      path: `${out}/${name}.svg`,
      content: standalone(svg),
    }));
  writeOutputs(terminal.directory, outputs);
  for (const { path } of outputs) terminal.out(`${path}\n`);
  return 0;
}

/** Colours and type of the pages, for a chart that stands alone. */
const STYLE = "<style>svg{--blue:#0072b2;--red:#c8432b;--green:#1b7f5a;--amber:#b97800;--sky:#56b4e9;--mute:#888;" +
  "font-family:system-ui,sans-serif;background:#fff}.t{font-size:11px;fill:#555}.m{text-anchor:middle}" +
  ".e{text-anchor:end}.g{stroke:#ddd;fill:none}</style>";

function standalone(svg: string): string {
  const end = svg.indexOf(">");
  return `${svg.slice(0, end)} xmlns="http://www.w3.org/2000/svg">${STYLE}${svg.slice(end + 1)}\n`;
}

/** `payments experiment replay`. */
export const replayCommand: Command = commandOf(
  REPLAY,
  ({ positionals: [runId = ""], flags }, terminal) => replay(runId, flags, terminal),
);

/** `payments experiment results`. */
export const resultsCommand: Command = commandOf(RESULTS, ({ flags }, terminal) => results(flags, terminal));

/** `payments experiment charts`. */
export const chartsCommand: Command = commandOf(
  CHARTS,
  ({ positionals: [runId = ""], flags }, terminal) => charts(runId, flags, terminal),
);
