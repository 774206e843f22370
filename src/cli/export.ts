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

/**
 * Makes the rows of an export from the directory of a sweep; it may be asked for more than once. Files that are missing
 * are told to `lost` and left out.
 */
type RowsOf = (directory: string, shown: string) => Promise<(lost: (reference: string) => void) => Rows>;

type Rows = Iterable<Row> | AsyncIterable<Row>;

/** Missing files that are named, at most. */
const NAMED = 5;

async function exportRows(
  { positionals, flags }: Given<ExportFlags>,
  terminal: Terminal,
  rowsOf: RowsOf,
): Promise<number> {
  const [shown = ""] = positionals;
  if (flags.format === "parquet") {
    throw new UsageError("--format parquet comes with the DuckDB store, in a later version; csv and json work now.");
  }
  const rows = await rowsOf(from(terminal.directory, shown), shown);
  const lost = new Set<string>();
  const counted = new CountedRows(() => rows((reference) => lost.add(reference)));
  const parts = inParts(flags.format === "json" ? jsonTexts(counted) : csvTexts(counted));
  if (flags.out === undefined) {
    for await (const part of parts) terminal.out(part);
  } else {
    const { writeParts } = await import("./outputs.ts");
    await writeParts(terminal.directory, flags.out, parts);
    terminal.error(`Written: ${flags.out} (${counted.count} rows)\n`);
  }
  if (lost.size === 0) return 0;
  const named = [...lost].slice(0, NAMED).join(", ");
  const more = lost.size > NAMED ? ` and ${lost.size - NAMED} more` : "";
  terminal.error(`Missing in ${shown}, and left out: ${named}${more}\n`);
  return 1;
}

/** Rows that are read anew whenever someone goes through them. */
class CountedRows {
  readonly #rows: () => Rows;
  /** Rows of the last reading. */
  count = 0;

  constructor(rows: () => Rows) {
    this.#rows = rows;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    this.count = 0;
    for await (const row of this.#rows()) {
      this.count++;
      yield row;
    }
  }
}

/** How much is put together before it is written, in characters. */
const PART = 65_536;

async function* inParts(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let part = "";
  for await (const text of texts) {
    part += text;
    if (part.length < PART) continue;
    yield part;
    part = "";
  }
  if (part !== "") yield part;
}

async function* jsonTexts(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const row of rows) {
    yield before + JSON.stringify(row);
    before = ",\n";
  }
  yield before === ",\n" ? "\n]\n" : "[]\n";
}

/** Columns in the order in which the rows first show them: the rows are read twice, and never kept. */
async function* csvTexts(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  const { cellText } = await import("./export_rows.ts");
  const columns = new Set<string>();
  for await (const row of rows) for (const column in row) columns.add(column);
  const names = [...columns];
  yield `${csvRow(names)}\n`;
  for await (const row of rows) yield `${csvRow(names.map((name) => cellText(row[name])))}\n`;
}

/** `bilancio export registry` */
export const registryCommand: Command = commandOf(
  shape("registry", "Exports the table of all runs of a sweep", "status, parameters, metrics and files of every run"),
  (given, terminal) =>
    exportRows(given, terminal, async (directory, shown) => {
      const { registryOf, registryRows } = await import("./export_rows.ts");
      const entries = await registryOf(directory, shown);
      return () => registryRows(entries);
    }),
);

/** `bilancio export metrics` */
export const metricsCommand: Command = commandOf(
  shape("metrics", "Exports the day metrics of all runs of a sweep", "one row per run and day"),
  (given, terminal) =>
    exportRows(given, terminal, async (directory, shown) => {
      const { metricRows, registryOf } = await import("./export_rows.ts");
      const entries = await registryOf(directory, shown);
      return (lost) => metricRows(directory, entries, given.flags.format === "json", lost);
    }),
);

/** `bilancio export events` */
export const eventsCommand: Command = commandOf(
  shape("events", "Exports the events of all runs of a sweep", "one row per event"),
  (given, terminal) =>
    exportRows(given, terminal, async (directory, shown) => {
      const { eventRows, registryOf } = await import("./export_rows.ts");
      const entries = await registryOf(directory, shown);
      return (lost) => eventRows(directory, entries, lost);
    }),
);
