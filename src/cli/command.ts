/**
 * What a command is, and how its shape and its work make one.
 *
 * @module
 */
import { type CommandShape, type Flags, type Given, helpText, parseArguments } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** A command: its help, and what it does with the arguments behind its name. */
export interface Command {
  /** The text of `--help`. */
  readonly help: string;
  /**
   * Does the work and returns the exit status.
   *
   * @throws {UsageError} for arguments that it does not take.
   */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** A command that parses its arguments by `shape`, answers `--help`, and otherwise does `work`. */
export function commandOf<F extends Flags>(
  shape: CommandShape<F>,
  work: (given: Given<F>, terminal: Terminal) => Promise<number>,
): Command {
  const help = helpText(shape);
  return {
    help,
    async run(args, terminal) {
      const given = parseArguments(shape, args);
      if (!given.help) return await work(given, terminal);
      terminal.out(help);
      return 0;
    },
  };
}
