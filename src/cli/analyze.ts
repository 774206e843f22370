/**
 * `bilancio analyze`: day metrics from recorded events (spec 02 9.4).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { displayNumber } from "../core/number_text.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, onOff, path, text } from "./flags.ts";
import type { Output } from "./outputs.ts";
import { from } from "./paths.ts";
import { table, type Terminal } from "./terminal.ts";

const FLAGS = {
  "events": path("FILE", "event log (events.jsonl); required"),
  "balances": path("FILE", "balances (balances.csv), for the money in the economy"),
  "days": text("SPEC", "days to analyse, such as 1,3-5", { fallback: "all days on which something is due" }),
  "out-csv": path("FILE", "day metrics as a table", { fallback: "<name>_metrics_day.csv beside the events" }),
  "out-json": path("FILE", "day metrics with exact values", { fallback: "<name>_metrics_day.json beside the events" }),
  "intraday-csv": path("FILE", "every settlement of every day"),
  "html": path("FILE", "a page with tables and charts"),
  "reference": onOff("ignore a missing balances file and bad parts of --days, as the reference does"),
  "json": onOff("print one JSON object"),
};

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "analyze",
  summary: "Computes day metrics from recorded events",
  positionals: [],
  flags: FLAGS,
  details: ["The debtor shares are always written, beside the day metrics, as <name>_ds.csv."],
  examples: [
    ["bilancio analyze --events out/events.jsonl --balances out/balances.csv", "writes three files beside the events"],
    ["bilancio analyze --events out/events.jsonl --days 1-3 --html out/days.html", "three days, and a page"],
  ],
};

/** Event logs are read whole; a text of this process can hold half a gigabyte. */
const LARGEST_LOG = 500 * 1024 * 1024;

async function analyze(flags: FlagValues<typeof FLAGS>, terminal: Terminal): Promise<number> {
  const events = flags.events;
  if (events === undefined) throw new UsageError("bilancio analyze needs --events FILE. See: bilancio analyze --help");
  const { analysisFileNames, parseDaySpec } = await import("../ring/analytics/analysis.ts");
  const days = parseDaySpec(flags.days ?? "", flags.reference ? "drop" : "refuse");
  const files = analysisFileNames(events, flags["out-csv"], flags["out-json"]);
  const { checkDistinct, writeOutputs } = await import("./outputs.ts");
  checkDistinct(terminal.directory, [
    events,
    files.csv,
    files.json,
    files.debtorShares,
    flags["intraday-csv"],
    flags.html,
    flags.balances,
  ]);

  const bundle = await metricsOf(events, flags, days, terminal);
  if (bundle.days.length === 0) {
    terminal.out(
      flags.json ? `${JSON.stringify({ days: [], files: {} })}\n` : "Nothing was due: there are no days to analyse.\n",
    );
    return 0;
  }
  const { debtorSharesCsv, intradayCsv, metricsCsv, metricsJson } = await import("../ring/analytics/metric_files.ts");
  const outputs: Output[] = [
    { path: files.csv, content: metricsCsv(bundle.dayMetrics) },
    { path: files.json, content: metricsJson(bundle.dayMetrics) },
    { path: files.debtorShares, content: debtorSharesCsv(bundle.debtorShares) },
  ];
  if (flags["intraday-csv"] !== undefined) {
    outputs.push({ path: flags["intraday-csv"], content: intradayCsv(bundle.intraday) });
  }
  if (flags.html !== undefined) {
    const { metricsPage } = await import("../reports/metrics_page.ts");
    const behind = flags.balances === undefined ? "" : ` | Balances: ${fileNameOf(flags.balances)}`;
    const subtitle = `Events: ${fileNameOf(events)}${behind}`;
    outputs.push({ path: flags.html, content: metricsPage({ ...bundle, title: files.title, subtitle }) });
  }
  writeOutputs(terminal.directory, outputs);
  terminal.out(flags.json ? jsonText(bundle, outputs) : summaryText(bundle, outputs));
  return 0;
}

type Bundle = import("../ring/analytics/run_metrics.ts").MetricsBundle;

async function metricsOf(
  events: string,
  flags: FlagValues<typeof FLAGS>,
  days: readonly number[],
  terminal: Terminal,
): Promise<Bundle> {
  const { MetricsComputer } = await import("../ring/analytics/metrics_computer.ts");
  const { readText } = await import("./read_text.ts");
  const computer = new MetricsComputer({
    loadText: (reference) => {
      const what = reference === events ? "event log" : "balances file";
      return Promise.resolve(readText(terminal.directory, reference, what, LARGEST_LOG));
    },
    // Only the reference goes on without the balances that it was told to use.
    exists: (reference) => Promise.resolve(flags.reference !== true || isThere(from(terminal.directory, reference))),
  });
  return await computer.compute({ events_jsonl: events, balances_csv: flags.balances }, days);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function summaryText(bundle: Bundle, outputs: readonly Output[]): string {
  const rows = bundle.dayMetrics.map((row) => [
    String(row.day),
    displayNumber(row.S_t),
    displayNumber(row.phi_t),
    displayNumber(row.delta_t),
    displayNumber(row.G_t),
    displayNumber(row.Mpeak_t),
  ]);
  return `${table(["day", "due", "phi", "delta", "gap", "peak"], rows)}\n` +
    `phi ${displayNumber(bundle.summary.phi_total)}, delta ${displayNumber(bundle.summary.delta_total)}\n` +
    `Written: ${outputs.map((output) => output.path).join(", ")}\n`;
}

function jsonText(bundle: Bundle, outputs: readonly Output[]): string {
  return `${
    JSON.stringify({
      days: bundle.days,
      phi_total: bundle.summary.phi_total?.toString() ?? null,
      delta_total: bundle.summary.delta_total?.toString() ?? null,
      files: outputs.map((output) => output.path),
    })
  }\n`;
}

/** The command. */
export const command: Command = commandOf(SHAPE, ({ flags }, terminal) => analyze(flags, terminal));
