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
