/**
 * The commands by name. Each is loaded when it is called: the help of the program loads none.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** A line of the program's help, and how to get the command. */
export interface CommandEntry {
  /** Words, such as `sweep ring`. */
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "simulate one scenario",
    load: async () => (await import("./run.ts")).command,
  },
  {
    name: "validate",
    summary: "check a scenario file without simulating it",
    load: async () => (await import("./validate.ts")).command,
  },
  {
    name: "analyze",
    summary: "compute day metrics from recorded events",
    load: async () => (await import("./analyze.ts")).command,
  },
  {
    name: "sweep ring",
    summary: "simulate rings over a range of parameters",
    load: async () => (await import("./sweep_ring.ts")).command,
  },
  {
    name: "sweep comparison",
    summary: "the same rings without and with dealers, in pairs",
    load: async () => (await import("./sweep_comparison.ts")).command,
  },
  {
    name: "sweep balanced",
    summary: "rings with outside holders, without and with trading, in pairs",
    load: async () => (await import("./sweep_balanced.ts")).command,
  },
  {
    name: "sweep strategy-outcomes",
    summary: "what became of debts by what their debtors did on the market",
    load: async () => (await import("./sweep_evaluations.ts")).strategyOutcomesCommand,
  },
  {
    name: "sweep dealer-usage",
    summary: "how much the dealers of a balanced sweep were used",
    load: async () => (await import("./sweep_evaluations.ts")).dealerUsageCommand,
  },
  {
    name: "payments run",
    summary: "simulate banks that pay each other through a central system",
    load: async () => (await import("./payments_run.ts")).command,
  },
  {
    name: "payments replay",
    summary: "print a recorded payments run again",
    load: async () => (await import("./payments_replay.ts")).command,
  },
  {
    name: "payments validate",
    summary: "check a scenario of the payments model without simulating it",
    load: async () => (await import("./payments_validate.ts")).command,
  },
  {
    name: "payments checkpoint",
    summary: "save a payments run between two ticks, or go on with a saved one",
    load: async () => (await import("./payments_checkpoint.ts")).command,
  },
  {
    name: "payments policy",
    summary: "check a policy document",
    load: async () => (await import("./payments_policy.ts")).command,
  },
  {
    name: "payments experiment run",
    summary: "look for cheaper payment policies",
    load: async () => (await import("./payments_experiment_run.ts")).command,
  },
  {
    name: "payments experiment validate",
    summary: "check an experiment file",
    load: async () => (await import("./payments_experiment_files.ts")).validateCommand,
  },
  {
    name: "payments experiment list",
    summary: "the experiment files of a directory",
    load: async () => (await import("./payments_experiment_files.ts")).listCommand,
  },
  {
    name: "payments experiment replay",
    summary: "print a recorded experiment as it ran",
    load: async () => (await import("./payments_experiment_records.ts")).replayCommand,
  },
  {
    name: "payments experiment results",
    summary: "the recorded experiments",
    load: async () => (await import("./payments_experiment_records.ts")).resultsCommand,
  },
  {
    name: "payments experiment charts",
    summary: "draw a recorded experiment",
    load: async () => (await import("./payments_experiment_records.ts")).chartsCommand,
  },
  {
    name: "db init",
    summary: "make a database for recorded runs, or bring an older one up to date",
    load: async () => (await import("./db.ts")).initCommand,
  },
  {
    name: "db validate",
    summary: "check the tables of a database",
    load: async () => (await import("./db.ts")).validateCommand,
  },
  {
    name: "db simulations",
    summary: "list recorded simulations",
    load: async () => (await import("./db.ts")).simulationsCommand,
  },
  {
    name: "db events",
    summary: "show events of a recorded simulation",
    load: async () => (await import("./db.ts")).eventsCommand,
  },
  {
    name: "db report",
    summary: "show a report about a recorded simulation",
    load: async () => (await import("./db.ts")).reportCommand,
  },
  {
    name: "db costs",
    summary: "the costs of each bank after each tick, as CSV",
    load: async () => (await import("./db.ts")).costsCommand,
  },
  {
    name: "db export",
    summary: "write a table of a database as Parquet",
    load: async () => (await import("./db.ts")).exportCommand,
  },
  {
    name: "db delete",
    summary: "delete a recorded simulation",
    load: async () => (await import("./db.ts")).deleteCommand,
  },
  {
    name: "export registry",
    summary: "the table of all runs of a sweep, as CSV or JSON",
    load: async () => (await import("./export.ts")).registryCommand,
  },
  {
    name: "export metrics",
    summary: "the day metrics of all runs of a sweep, as CSV or JSON",
    load: async () => (await import("./export.ts")).metricsCommand,
  },
  {
    name: "export events",
    summary: "the events of all runs of a sweep, as CSV or JSON",
    load: async () => (await import("./export.ts")).eventsCommand,
  },
];
