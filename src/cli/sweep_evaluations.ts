/**
 * `bilancio sweep strategy-outcomes` and `bilancio sweep dealer-usage`: tables over a finished balanced sweep, made from
 * its `comparison.csv` and the files of its active runs (spec 02 13, 03 8.5).
 *
 * @module
 */
import { NotFound, UsageError } from "../core/errors.ts";
import type { ActiveFiles, EvaluationOptions } from "../experiments/active_runs.ts";
import { columnsCsv, type TableColumn } from "../experiments/typed_columns.ts";
import { readTextIfPresent, writeFileAtomic } from "../stores/files/atomic_file.ts";
import { checkedName } from "../stores/files/names.ts";
import { PlanFile } from "../stores/files/plan_file.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, onOff, path } from "./flags.ts";
import { from } from "./paths.ts";
import { table, type Terminal } from "./terminal.ts";

const FLAGS = {
  "experiment": path("DIR", "directory of a finished sweep balanced; required"),
  "verbose": onOff("show the tables, too (-v)"),
  "reference": onOff("cut long numbers as the reference's table reader does; on for a sweep that was made so"),
};

type EvaluationFlags = FlagValues<typeof FLAGS>;

/** A table to be written below `aggregate/`. */
interface Evaluated {
  readonly name: string;
  readonly columns: readonly TableColumn[];
}

/** Evaluates a sweep; null when no active run kept what is needed. */
type Evaluate = (
  comparison: string,
  files: ActiveFiles,
  options: EvaluationOptions,
) => Promise<readonly Evaluated[] | null>;

async function evaluation(
  name: string,
  flags: EvaluationFlags,
  terminal: Terminal,
  evaluate: Evaluate,
): Promise<number> {
  const shown = flags.experiment;
  if (shown === undefined) {
    throw new UsageError(`sweep ${name} needs --experiment DIR: the directory of a balanced sweep.`);
  }
  const directory = from(terminal.directory, shown);
  const comparison = readTextIfPresent(`${directory}/aggregate/comparison.csv`);
  if (comparison === null) {
    throw new UsageError(`${shown} is no finished sweep: there is no ${shown}/aggregate/comparison.csv.`);
  }
  const reference = flags.reference ?? new PlanFile(`${directory}/plan.jsonl`).read()?.header.reference ?? false;
  const tables = await evaluate(comparison, activeFiles(directory), {
    reference,
    onWarning: (message) => terminal.error(`warning: ${message}\n`),
  });
  if (tables === null) {
    throw new NotFound(
      `No active run of ${shown} kept its tables; make the sweep with --detailed-logging and --artifacts all.`,
    );
  }
  for (const { name, columns } of tables) {
    writeFileAtomic(`${directory}/aggregate/${name}`, columnsCsv(columns));
    if (flags.verbose === true) terminal.out(`${shownTable(columns)}\n`);
    terminal.out(`Written: ${shown}/aggregate/${name} (${columns[0]?.cells.length ?? 0} rows)\n`);
  }
  return 0;
}

/** The files of the active arm below a sweep's directory. */
function activeFiles(directory: string): ActiveFiles {
  const out = (runId: string) => `${directory}/active/runs/${checkedName(runId, "run id")}/out`;
  return {
    has: (runId) => isDirectory(out(runId)),
    text: (runId, file) => readTextIfPresent(`${out(runId)}/${file}`),
  };
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

function shownTable(columns: readonly TableColumn[]): string {
  const rows = (columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => cellText(cells[row] ?? null)));
  return table(columns.map(({ name }) => name), rows);
}

function cellText(cell: TableColumn["cells"][number]): string {
  if (cell === null) return "-";
  return typeof cell === "number" && !Number.isInteger(cell) ? cell.toFixed(4) : String(cell);
}

function shape(name: string, summary: string, details: string): CommandShape<typeof FLAGS> {
  return {
    name: `sweep ${name}`,
    summary,
    positionals: [],
    flags: FLAGS,
    details: [details],
    examples: [[`bilancio sweep ${name} --experiment out/balanced`, "tables below out/balanced/aggregate"]],
  };
}

/** A command that also takes `-v`. */
function evaluationCommand(shape: CommandShape<typeof FLAGS>, evaluate: Evaluate): Command {
  const name = shape.name.replace("sweep ", "");
  const command = commandOf(shape, ({ flags }, terminal) => evaluation(name, flags, terminal, evaluate));
  return {
    help: command.help,
    run: (args, terminal) => command.run(args.map((arg) => arg === "-v" ? "--verbose" : arg), terminal),
  };
}

/** `sweep strategy-outcomes`. */
export const strategyOutcomesCommand: Command = evaluationCommand(
  shape(
    "strategy-outcomes",
    "What became of debts by what their debtors did on the market",
    "Writes aggregate/strategy_outcomes_by_run.csv and aggregate/strategy_outcomes_overall.csv: counts, face and " +
      "default rates of the debts whose debtors never traded, bought, sold, or did both.",
  ),
  async (comparison, files, options) => {
    const { strategyOutcomes } = await import("../experiments/strategy_outcomes.ts");
    const found = await strategyOutcomes(comparison, files, options);
    return found === null ? null : [
      { name: "strategy_outcomes_by_run.csv", columns: found.byRun },
      { name: "strategy_outcomes_overall.csv", columns: found.overall },
    ];
  },
);

/** `sweep dealer-usage`. */
export const dealerUsageCommand: Command = evaluationCommand(
  shape(
    "dealer-usage",
    "How much the dealers were used, run by run",
    "Writes aggregate/dealer_usage_by_run.csv: trades, traders, volumes, how often the dealers held inventory, and " +
      "which part of the defaulted and of the repaid debts had been traded by their debtors.",
  ),
  async (comparison, files, options) => {
    const { dealerUsage } = await import("../experiments/dealer_usage.ts");
    const columns = await dealerUsage(comparison, files, options);
    return columns === null ? null : [{ name: "dealer_usage_by_run.csv", columns }];
  },
);
