/**
 * `bilancio export`: the registry, the day metrics or the events of a whole sweep as one table.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { csvRow } from "../core/csv_text.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type Given, oneOf, path } from "./flags.ts";
import type { Row } from "./export_rows.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "format": oneOf(
    ["csv", "json", "parquet"],
    "csv, or a list of objects as json; parquet comes with the DuckDB store",
    {
      fallback: "csv",
    },
  ),
  "out": path("FILE", "where to write", { fallback: "standard output" }),
};

type ExportFlags = typeof FLAGS;

function shape(what: string, summary: string, example: string): CommandShape<ExportFlags> {
  return {
    name: `export ${what}`,
    summary,
    positionals: [{ name: "DIR", summary: "directory of a sweep" }],
    flags: FLAGS,
    examples: [[`bilancio export ${what} out/first --format csv --out out/${what}.csv`, example]],
  };
}

/** Makes the rows of an export from the directory of a sweep. */
type RowsOf = (directory: string, shown: string) => Promise<{ readonly rows: Iterable<Row> | AsyncIterable<Row> }>;

async function exportRows(
  { positionals, flags }: Given<ExportFlags>,
  terminal: Terminal,
  rowsOf: RowsOf,
): Promise<number> {
  const [shown = ""] = positionals;
  if (flags.format === "parquet") {
    throw new UsageError("--format parquet comes with the DuckDB store, in a later version; csv and json work now.");
  }
  const { rows } = await rowsOf(from(terminal.directory, shown), shown);
  const collected: Row[] = [];
  for await (const row of rows) collected.push(row);
  const text = flags.format === "json" ? jsonText(collected) : await csvOf(collected);
  if (flags.out === undefined) {
    terminal.out(text);
    return 0;
  }
  const { writeOutputs } = await import("./outputs.ts");
  writeOutputs(terminal.directory, [{ path: flags.out, content: text }]);
  terminal.error(`Written: ${flags.out} (${collected.length} rows)\n`);
  return 0;
}

function jsonText(rows: readonly Row[]): string {
  return rows.length === 0 ? "[]\n" : `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

/** Columns in the order in which the rows first show them. */
async function csvOf(rows: readonly Row[]): Promise<string> {
  const { cellText } = await import("./export_rows.ts");
  const columns = new Set<string>();
  for (const row of rows) for (const column in row) columns.add(column);
  const names = [...columns];
  const lines = rows.map((row) => csvRow(names.map((name) => cellText(row[name]))));
  return `${[csvRow(names), ...lines].join("\n")}\n`;
}

/** `bilancio export registry` */
export const registryCommand: Command = commandOf(
  shape("registry", "Exports the table of all runs of a sweep", "status, parameters, metrics and files of every run"),
  (given, terminal) =>
    exportRows(given, terminal, async (directory, shown) => {
      const { registryOf, registryRows } = await import("./export_rows.ts");
      return { rows: registryRows(await registryOf(directory, shown)) };
    }),
);

/** `bilancio export metrics` */
export const metricsCommand: Command = commandOf(
  shape("metrics", "Exports the day metrics of all runs of a sweep", "one row per run and day"),
  (given, terminal) =>
    exportRows(given, terminal, async (directory, shown) => {
      const { metricRows, registryOf } = await import("./export_rows.ts");
      return { rows: metricRows(directory, await registryOf(directory, shown), given.flags.format === "json") };
    }),
);

/** `bilancio export events` */
export const eventsCommand: Command = commandOf(
  shape("events", "Exports the events of all runs of a sweep", "one row per event"),
  (given, terminal) =>
    exportRows(given, terminal, async (directory, shown) => {
      const { eventRows, registryOf } = await import("./export_rows.ts");
      return { rows: eventRows(directory, await registryOf(directory, shown)) };
    }),
);
