/**
 * The commands by name, as plain texts. The module of each is loaded when it is called: Deno reads the modules that an
 * `import()` names in the code before the program starts, together with all that they import, and reading 300 of them
 * would take longer than the help of the program.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** A line of the program's help, and where the command is. */
export interface CommandEntry {
  /** Words, such as `sweep ring`. */
  readonly name: string;
  readonly summary: string;
  /** The module, from this file. */
  readonly module: string;
  /** What it exports the command as; default `command`. */
  readonly member?: string;
}

/**
 * The command of an entry.
 *
 * @throws {TypeError} when its module does not export it.
 */
export async function loadedCommand({ name, module, member = "command" }: CommandEntry): Promise<Command> {
  const exported: Readonly<Record<string, unknown>> = await import(new URL(module, import.meta.url).href);
  const command = exported[member];
  if (!isCommand(command)) throw new TypeError(`${module} exports no command ${member}, which is to be "${name}".`);
  return command;
}

function isCommand(value: unknown): value is Command {
  return typeof value === "object" && value !== null && "help" in value && typeof value.help === "string" &&
    "run" in value && typeof value.run === "function";
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "simulate one scenario",
    module: "./run.ts",
  },
  {
    name: "validate",
    summary: "check a scenario file without simulating it",
    module: "./validate.ts",
  },
  {
    name: "analyze",
    summary: "compute day metrics from recorded events",
    module: "./analyze.ts",
  },
  {
    name: "sweep ring",
    summary: "simulate rings over a range of parameters",
    module: "./sweep_ring.ts",
  },
  {
    name: "sweep comparison",
    summary: "the same rings without and with dealers, in pairs",
    module: "./sweep_comparison.ts",
  },
  {
    name: "sweep balanced",
    summary: "rings with outside holders, without and with trading, in pairs",
    module: "./sweep_balanced.ts",
  },
  {
    name: "sweep strategy-outcomes",
    summary: "what became of debts by what their debtors did on the market",
    module: "./sweep_evaluations.ts",
    member: "strategyOutcomesCommand",
  },
  {
    name: "sweep dealer-usage",
    summary: "how much the dealers of a balanced sweep were used",
    module: "./sweep_evaluations.ts",
    member: "dealerUsageCommand",
  },
  {
    name: "payments run",
    summary: "simulate banks that pay each other through a central system",
    module: "./payments_run.ts",
  },
  {
    name: "payments replay",
    summary: "print a recorded payments run again",
    module: "./payments_replay.ts",
  },
  {
    name: "payments validate",
    summary: "check a scenario of the payments model without simulating it",
    module: "./payments_validate.ts",
  },
  // Before `payments checkpoint`, whose first word behind the name is a file.
  {
    name: "payments checkpoint save",
    summary: "keep a saved state in a database",
    module: "./payments_checkpoint_store.ts",
    member: "saveCommand",
  },
  {
    name: "payments checkpoint load",
    summary: "write a state of a database to a file",
    module: "./payments_checkpoint_store.ts",
    member: "loadCommand",
  },
  {
    name: "payments checkpoint list",
    summary: "list the states of a database",
    module: "./payments_checkpoint_store.ts",
    member: "listCommand",
  },
  {
    name: "payments checkpoint delete",
    summary: "delete states of a database",
    module: "./payments_checkpoint_store.ts",
    member: "deleteCommand",
  },
  {
    name: "payments checkpoint",
    summary: "save a payments run between two ticks, or go on with a saved one",
    module: "./payments_checkpoint.ts",
  },
  {
    name: "payments policy",
    summary: "check a policy document",
    module: "./payments_policy.ts",
  },
  {
    name: "payments experiment run",
    summary: "look for cheaper payment policies",
    module: "./payments_experiment_run.ts",
  },
  {
    name: "payments experiment validate",
    summary: "check an experiment file",
    module: "./payments_experiment_files.ts",
    member: "validateCommand",
  },
  {
    name: "payments experiment info",
    summary: "everything that an experiment file asks for",
    module: "./payments_experiment_info.ts",
  },
  {
    name: "payments experiment template",
    summary: "an experiment file to start from",
    module: "./payments_experiment_template.ts",
  },
  {
    name: "payments experiment list",
    summary: "the experiment files of a directory",
    module: "./payments_experiment_files.ts",
    member: "listCommand",
  },
  {
    name: "payments experiment replay",
    summary: "print a recorded experiment as it ran",
    module: "./payments_experiment_records.ts",
    member: "replayCommand",
  },
  {
    name: "payments experiment policy-evolution",
    summary: "how the policies of a recorded experiment changed",
    module: "./payments_experiment_records.ts",
    member: "evolutionCommand",
  },
  {
    name: "payments experiment results",
    summary: "the recorded experiments",
    module: "./payments_experiment_records.ts",
    member: "resultsCommand",
  },
  {
    name: "payments experiment charts",
    summary: "draw a recorded experiment",
    module: "./payments_experiment_records.ts",
    member: "chartsCommand",
  },
  {
    name: "db init",
    summary: "make a database for recorded runs, or bring an older one up to date",
    module: "./db.ts",
    member: "initCommand",
  },
  {
    name: "db migrate",
    summary: "bring an older database up to date",
    module: "./db.ts",
    member: "migrateCommand",
  },
  {
    name: "db validate",
    summary: "check the tables of a database",
    module: "./db.ts",
    member: "validateCommand",
  },
  {
    name: "db list",
    summary: "list the tables of a database",
    module: "./db.ts",
    member: "listCommand",
  },
  {
    name: "db info",
    summary: "show a database in figures",
    module: "./db.ts",
    member: "infoCommand",
  },
  {
    name: "db simulations",
    summary: "list recorded simulations",
    module: "./db_questions.ts",
    member: "simulationsCommand",
  },
  {
    name: "db events",
    summary: "show events of a recorded simulation",
    module: "./db_questions.ts",
    member: "eventsCommand",
  },
  {
    name: "db report",
    summary: "show a report about a recorded simulation",
    module: "./db_questions.ts",
    member: "reportCommand",
  },
  {
    name: "db costs",
    summary: "the costs of each bank after each tick, as CSV",
    module: "./db_questions.ts",
    member: "costsCommand",
  },
  {
    name: "db export",
    summary: "write a table of a database as Parquet",
    module: "./db.ts",
    member: "exportCommand",
  },
  {
    name: "db resume",
    summary: "complete a recording that was interrupted",
    module: "./db_resume.ts",
  },
  {
    name: "db delete",
    summary: "delete a recorded simulation",
    module: "./db.ts",
    member: "deleteCommand",
  },
  {
    name: "jobs ls",
    summary: "list jobs, the newest first",
    module: "./jobs.ts",
    member: "lsCommand",
  },
  {
    name: "jobs list",
    summary: "the same",
    module: "./jobs.ts",
    member: "listCommand",
  },
  {
    name: "jobs get",
    summary: "show a job and what it was asked to do",
    module: "./jobs.ts",
    member: "getCommand",
  },
  {
    name: "jobs show",
    summary: "show a job with everything that happened to it",
    module: "./jobs.ts",
    member: "showCommand",
  },
  {
    name: "jobs runs",
    summary: "list the runs of a job",
    module: "./jobs.ts",
    member: "runsCommand",
  },
  {
    name: "jobs metrics",
    summary: "means and ranges of the measures of a job",
    module: "./jobs.ts",
    member: "metricsCommand",
  },
  {
    name: "jobs compare",
    summary: "compare the measures of two jobs",
    module: "./jobs_compare.ts",
  },
  {
    name: "jobs cancel",
    summary: "stop a job before its next run",
    module: "./jobs_cancel.ts",
  },
  {
    name: "metrics query",
    summary: "find runs by their measures, as a table, CSV, JSON or Parquet",
    module: "./metrics.ts",
    member: "queryCommand",
  },
  {
    name: "artifacts download",
    summary: "fetch the files of a job's runs",
    module: "./artifacts.ts",
    member: "downloadCommand",
  },
  {
    name: "artifacts upload",
    summary: "send single files of a job's runs to object storage",
    module: "./artifacts_upload.ts",
  },
  {
    name: "config",
    summary: "the effective settings, and where each came from",
    module: "./config.ts",
  },
  {
    name: "migrate",
    summary: "bring a Postgres to the present schema",
    module: "./migrate.ts",
  },
  {
    name: "cloud sync",
    summary: "send a sweep to a Postgres and object storage",
    module: "./cloud_sync.ts",
  },
  {
    name: "cloud list-sweeps",
    summary: "the sweeps in the cloud, records and files side by side",
    module: "./cloud_list.ts",
  },
  {
    name: "cloud download",
    summary: "bring a sweep back, byte for byte",
    module: "./cloud_download.ts",
  },
  {
    name: "cloud push",
    summary: "send records that waited for the database",
    module: "./cloud_push.ts",
  },
  {
    name: "cloud prune",
    summary: "delete old sweeps in the cloud",
    module: "./cloud_prune.ts",
  },
  {
    name: "volume ls",
    summary: "the experiments of a volume, with sizes and ages",
    module: "./volume.ts",
    member: "lsCommand",
  },
  {
    name: "volume cleanup",
    summary: "delete experiments that are old or have a certain name",
    module: "./volume.ts",
    member: "cleanupCommand",
  },
  {
    name: "volume rm",
    summary: "delete one experiment",
    module: "./volume.ts",
    member: "rmCommand",
  },
  {
    name: "export registry",
    summary: "the table of all runs of a sweep, as CSV or JSON",
    module: "./export.ts",
    member: "registryCommand",
  },
  {
    name: "export metrics",
    summary: "the day metrics of all runs of a sweep, as CSV or JSON",
    module: "./export.ts",
    member: "metricsCommand",
  },
  {
    name: "export events",
    summary: "the events of all runs of a sweep, as CSV or JSON",
    module: "./export.ts",
    member: "eventsCommand",
  },
];
