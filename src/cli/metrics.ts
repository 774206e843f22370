/**
 * `bilancio metrics query`: measures of runs of one job or of all, filtered, as a table or a file (spec 09 8).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { MeasuredCloudRun, MetricsQuery } from "../experiments/contracts.ts";
import { type Command, commandOf } from "./command.ts";
import { decimalList, exactDecimal } from "./decimal_flags.ts";
import { oneOf, path, text, valueOf, wholeNumber } from "./flags.ts";
import { openSource, SOURCE_FLAGS } from "./job_source.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** A decimal as it was typed, after it has been seen to be one. */
function decimalText(text: string): string {
  return exactDecimal(text).toString();
}

const FORMATS = ["table", "csv", "json", "parquet"] as const;

async function writeParquet(directory: string, file: string, measured: readonly MeasuredCloudRun[]): Promise<void> {
  const { writeMeasuresParquet } = await import("./metrics_parquet.ts");
  await writeMeasuresParquet(from(directory, file), measured);
}

async function show(
  measured: readonly MeasuredCloudRun[],
  format: typeof FORMATS[number],
  output: string | undefined,
  terminal: Terminal,
): Promise<void> {
  if (format === "parquet") {
    if (output === undefined) throw new UsageError("--format parquet needs a file: --output FILE.");
    await writeParquet(terminal.directory, output, measured);
  } else {
    const { measuresCsv, measuresJson, measuresTable } = await import("./metrics_rows.ts");
    const parts = format === "csv"
      ? measuresCsv(measured)
      : format === "json"
      ? measuresJson(measured)
      : [measured.length === 0 ? "No runs match.\n" : measuresTable(measured)];
    const content = [...parts].join("");
    if (output === undefined) terminal.out(content);
    else (await import("./outputs.ts")).writeOutputs(terminal.directory, [{ path: output, content }]);
  }
  if (output !== undefined) terminal.error(`Written: ${output} (${measured.length} rows)\n`);
}

/** `bilancio metrics query`. */
export const queryCommand: Command = commandOf({
  name: "metrics query",
  summary: "Finds runs by their measures, the smallest delta first",
  positionals: [],
  flags: {
    "job": text("JOB_ID", "only the runs of this job", { group: "Filters, all of which must hold" }),
    "min-delta": valueOf("X", "delta of at least X", decimalText),
    "max-delta": valueOf("X", "delta of at most X", decimalText),
    "regime": text("ARM", "only this arm of paired sweeps, such as passive or active"),
    "kappa": valueOf("LIST", "only these kappas", (text) => decimalList(text).map(String)),
    "limit": wholeNumber("N", "runs at most", { min: 1 }, { fallback: "1000" }),
    ...SOURCE_FLAGS,
    "format": oneOf(FORMATS, "how the rows are written", { fallback: "table", group: "Output" }),
    "output": path("FILE", "where to write", { fallback: "standard output" }),
  },
  details: [
    "Bounds are included and compared exactly. Decimals are exact in csv and json, and doubles in parquet, which is " +
    "written by DuckDB. In csv a text that a spreadsheet would take for a formula gets an apostrophe before it.",
  ],
  examples: [
    ["bilancio metrics query --min-delta 0.5 --kappa 0.25,0.5", "lists the runs below out/ that went wrong"],
    [
      "bilancio metrics query --cloud --job castle-river-mountain --format parquet --output out/runs.parquet",
      "writes the runs of a job in the cloud for analysis",
    ],
  ],
}, async ({ flags }, terminal) => {
  const { format = "table", output, kappa, job } = flags;
  if (format === "parquet" && output === undefined) {
    throw new UsageError("--format parquet needs a file: --output FILE.");
  }
  if (job !== undefined) (await import("../jobs/job_ids.ts")).checkedJobId(job);
  await using source = await openSource(flags, terminal);
  const wanted = {
    jobId: job,
    minDelta: flags["min-delta"],
    maxDelta: flags["max-delta"],
    regime: flags.regime,
    kappas: kappa,
  };
  const limit = flags.limit ?? 1_000;
  const query: MetricsQuery = {
    ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    limit: limit + 1,
  };
  const measured = await source.reader.queryMetrics(query);
  await show(measured.slice(0, limit), format, output, terminal);
  if (measured.length > limit) terminal.error(`There are more than ${limit} runs; --limit N shows more.\n`);
  return 0;
});
