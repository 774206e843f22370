/**
 * Real sweeps in directories, small and large, for the tests of syncing: plans, registries, runs and aggregates as the
 * command line leaves them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

/** What a command said, in this process. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command of the program in this process, from a directory. */
export async function command(directory: string, ...args: string[]): Promise<Said> {
  let [out, error] = ["", ""];
  const terminal: Terminal = {
    directory,
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    movable: false,
    coloured: false,
    columns: 80,
    onReaderGone: undefined,
  };
  const code = await main(args, () => terminal);
  return { code, out, error };
}

/** Six small runs. */
export const SMALL = ["--kappas", "0.5,1", "--concentrations", "1", "--mus", "0,0.5,1"];

/** Makes a sweep in `<directory>/<name>` and returns its path. */
export async function sweepAt(directory: string, name: string, kind: string, ...flags: string[]): Promise<string> {
  const said = await command(directory, "sweep", kind, ...flags, "--quiet", "--out-dir", name);
  assertEquals(said.code, 0, said.error);
  return `${directory}/${name}`;
}

/** A ring sweep of six runs. */
export function ringSweep(directory: string, name = "rings"): Promise<string> {
  return sweepAt(directory, name, "ring", ...SMALL);
}

/** A balanced sweep of four pairs. */
export function balancedSweep(directory: string, name = "pairs"): Promise<string> {
  const points = ["--kappas", "0.5,1", "--concentrations", "1", "--mus", "0,0.5", "--outside-mid-ratios", "0.9"];
  return sweepAt(directory, name, "balanced", ...points, "--n-agents", "8", "--maturity-days", "4");
}
