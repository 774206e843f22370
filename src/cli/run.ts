/**
 * `bilancio run`: simulates one scenario and writes what it is asked for (spec 01 16, 02 9.1).
 *
 * @module
 */
import { NotFound, StoreError } from "../core/errors.ts";
import { suggestion } from "../core/nearest.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import type { ParsedScenario } from "../ring/scenario/parse.ts";
import { directoryOf } from "../stores/files/paths.ts";
import { type Command, commandOf } from "./command.ts";
import {
  type CommandShape,
  type FlagValues,
  oneOf,
  onOff,
  path,
  text,
  UnreadableValue,
  valueOf,
  wholeNumber,
} from "./flags.ts";
import type { Output } from "./outputs.ts";
import { from } from "./paths.ts";
import type { RingPersistence } from "./ring_persist.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "max-days": wholeNumber("N", "largest number of days", { min: 1 }, { fallback: "from the scenario, else 90" }),
  "quiet-days": wholeNumber("N", "days without a settlement that end the run", { min: 0 }, {
    fallback: "from the scenario, else 2",
  }),
  "default-handling": oneOf(["fail-fast", "expel-agent"], "what happens to an agent that cannot pay", {
    fallback: "from the scenario, else fail-fast",
  }),
  "check-invariants": oneOf(["setup", "daily", "none"], "when the balance sheets are checked against each other", {
    fallback: "setup",
  }),
  "reference": onOff("behave as the reference implementation, defects included (docs/behaviours.md)"),
  "export-events": path("FILE", "events, one JSON object per line", { group: "Output" }),
  "export-balances": path("FILE", "balances at the end, as CSV"),
  "metrics-dir": path("DIR", "metrics.csv, metrics.json, debtor_shares.csv, intraday.csv and metrics.html"),
  "html": path("FILE", "a page with the whole story of the run"),
  "agents": valueOf("A,B", "agents whose balance sheets the page shows", agentList, { fallback: "from the scenario" }),
  "json": onOff("print one JSON object instead of the summary"),
  "persist": path("DB", "record the events in this DuckDB database, which is made where it is missing"),
  "simulation-id": text("ID", "the name of the recorded run", { fallback: "sim- and eight random digits" }),
};

type RunFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "run",
  summary: "Simulates one scenario",
  positionals: [{ name: "FILE", summary: "scenario or generator file (YAML)" }],
  flags: FLAGS,
  details: [
    "Files are written after the simulation, each complete or not at all. A run that a default stops is a result like " +
    "any other: its files are written and the exit status is 0.",
  ],
  examples: [
    ["bilancio run examples/scenarios/03-ring-that-jams.yaml", "prints what happened day by day"],
    [
      "bilancio run examples/scenarios/04-default-cascade.yaml --html out/cascade.html --metrics-dir out/cascade",
      "also writes a page and the day metrics",
    ],
  ],
};

function agentList(text: string): readonly string[] {
  const ids = text.split(",").map((id) => id.trim()).filter((id) => id !== "");
  if (text.includes(",,") || (ids.length === 0 && text !== "")) {
    throw new UnreadableValue("agent ids with commas between them, such as H1,H2");
  }
  return ids;
}

async function run(file: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  const { checkDistinct, writeOutputs } = await import("./outputs.ts");
  const { readScenario } = await import("./scenario_file.ts");
  const parsed = readScenario(file, flags.reference, terminal);
  const { scenario } = parsed;
  const shown = shownAgents(parsed, flags);
  const events = flags["export-events"] ?? scenario.run.export.eventsJsonl ?? undefined;
  const balances = flags["export-balances"] ?? scenario.run.export.balancesCsv ?? undefined;
  checkDistinct(terminal.directory, [file, events, balances, flags.html, ...metricPaths(flags["metrics-dir"])]);

  await using persistence = await persistenceOf(file, flags, terminal);
  const started = performance.now();
  const outcome = await simulated(parsed, flags, () => persistence?.open());
  await persistence?.record(scenario, outcome, (performance.now() - started) / 1000);
  const outputs: Output[] = [];
  if (balances !== undefined) {
    const { balancesCsv } = await import("../ring/balances.ts");
    outputs.push({ path: balances, content: balancesCsv(outcome) });
  }
  if (events !== undefined) {
    const { eventLines } = await import("../core/json_lines.ts");
    outputs.push({ path: events, content: eventLines(outcome.log) });
  }
  const { runMetrics } = await import("../ring/analytics/run_metrics.ts");
  const metrics = runMetrics(outcome, scenario.run.behaviours);
  if (flags["metrics-dir"] !== undefined) outputs.push(...await metricOutputs(flags["metrics-dir"], parsed, metrics));
  if (flags.html !== undefined) {
    const { ringRunPage } = await import("../reports/ring_pages.ts");
    const options = { totals: metrics.summary, limits: limitsOf(flags), shownAgents: shown };
    outputs.push({ path: flags.html, content: await ringRunPage(scenario, outcome, options) });
  }
  writeOutputs(terminal.directory, outputs);
  outputs.push(...await writeCompiledScenario(file, parsed, terminal));
  await report(parsed, outcome, metrics, outputs, flags, terminal);
  return 0;
}

type Metrics = import("../ring/analytics/run_metrics.ts").RunMetrics;

/** The agents whose balance sheets are shown. @throws {NotFound} for one that the scenario does not have. */
function shownAgents({ scenario }: ParsedScenario, flags: RunFlags): readonly string[] | null {
  const given = flags.agents ?? [];
  const ids = scenario.agents.map((agent) => agent.id);
  const unknown = given.find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw new NotFound(`--agents: the scenario has no agent ${unknown}${suggestion(unknown, ids)}.`);
  }
  return given.length > 0 ? given : scenario.run.show.balances;
}

/** The limits that the flags set instead of the scenario. */
function limitsOf(
  { "max-days": maxDays, "quiet-days": quietDays }: RunFlags,
): { maxDays?: number; quietDays?: number } {
  return { ...(maxDays === undefined ? {} : { maxDays }), ...(quietDays === undefined ? {} : { quietDays }) };
}

/** Where the run is recorded, if anywhere. */
async function persistenceOf(
  file: string,
  { persist, "simulation-id": simulationId }: RunFlags,
  terminal: Terminal,
): Promise<RingPersistence | undefined> {
  if (persist === undefined) return undefined;
  const { RingPersistence } = await import("./ring_persist.ts");
  return new RingPersistence({ database: persist, simulationId, file }, terminal);
}

/** @param onDay called after every day */
async function simulated({ scenario }: ParsedScenario, flags: RunFlags, onDay: () => void): Promise<RingOutcome> {
  const { preflightAliases } = await import("../ring/scenario/preflight.ts");
  const { simulateRing } = await import("../ring/engine/simulate.ts");
  preflightAliases(scenario);
  const { "default-handling": defaultHandling } = flags;
  return simulateRing(scenario, {
    checkInvariants: flags["check-invariants"] ?? "setup",
    onTime: onDay,
    ...limitsOf(flags),
    ...(defaultHandling === undefined ? {} : { defaultHandling }),
  });
}

/**
 * Writes the complete scenario of a generator file, beside the file or where it says (spec 03 3.9). Beside the file it
 * is a by-product that nobody asked for by name: where it cannot be written that is said, and the run is done.
 */
async function writeCompiledScenario(file: string, parsed: ParsedScenario, terminal: Terminal): Promise<Output[]> {
  const { scenario, generated } = parsed;
  if (generated === null || !generated.emitYaml) return [];
  const { scenarioDocument, scenarioSlug } = await import("../ring/scenario/document.ts");
  const { formatYaml } = await import("../core/yaml_format.ts");
  const { isSameFile, writeOutputs } = await import("./outputs.ts");
  const folder = generated.outDir === null ? directoryOf(file) : from(directoryOf(file), generated.outDir);
  const path = from(folder, `${scenarioSlug(scenario.name)}.yaml`);
  const output = { path, content: formatYaml(scenarioDocument(scenario)) };
  if (isSameFile(terminal.directory, file, path)) {
    terminal.error(`warning: the complete scenario is not kept: it would replace ${file}; name the file differently\n`);
    return [];
  }
  try {
    writeOutputs(terminal.directory, [output]);
    return [output];
  } catch (error) {
    if (!(error instanceof StoreError) || generated.outDir !== null) throw error;
    terminal.error(
      `warning: the complete scenario is not kept: ${error.message}; compile.emit_yaml: false asks for none\n`,
    );
    return [];
  }
}

/** Where the files of `--metrics-dir` go. */
function metricPaths(folder: string | undefined): string[] {
  return folder === undefined ? [] : METRIC_FILES.map((name) => from(folder, name));
}

const METRIC_FILES = ["metrics.csv", "metrics.json", "debtor_shares.csv", "intraday.csv", "metrics.html"];

async function metricOutputs(folder: string, { scenario }: ParsedScenario, metrics: Metrics): Promise<Output[]> {
  const { metricFiles } = await import("../ring/analytics/metric_files.ts");
  const { metricsPage } = await import("../reports/metrics_page.ts");
  const files: { name: string; content: string }[] = [
    ...metricFiles(metrics),
    { name: "metrics.html", content: metricsPage({ ...metrics, subtitle: scenario.name }) },
  ];
  return files.map(({ name, content }) => ({ path: from(folder, name), content }));
}

async function report(
  { scenario }: ParsedScenario,
  outcome: RingOutcome,
  metrics: Metrics,
  outputs: readonly Output[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const { summaryObject, summaryText } = await import("./run_summary.ts");
  const totals = { phi: metrics.summary.phi_total, delta: metrics.summary.delta_total };
  const files = outputs.map((output) => output.path);
  if (flags.json) {
    const object = {
      ...summaryObject(scenario.name, outcome, totals),
      time_to_stability: metrics.time_to_stability,
      files,
    };
    terminal.out(`${JSON.stringify(object)}\n`);
    return;
  }
  for (const warning of outcome.warnings) terminal.error(`warning: ${warning}\n`);
  terminal.out(summaryText(scenario.name, outcome, totals));
  if (files.length > 0) terminal.out(`\nWritten: ${files.join("\n         ")}\n`);
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => run(file, flags, terminal),
);
