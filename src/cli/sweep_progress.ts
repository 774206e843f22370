/**
 * Shows a sweep while it runs: the clock and the streams behind the pure texts of the experiments layer.
 *
 * @module
 */
import type { RunResult } from "../experiments/contracts.ts";
import type { PlannedRun } from "../experiments/plan.ts";
import { type ProgressMode, SweepProgress } from "../experiments/progress.ts";
import type { Terminal } from "./terminal.ts";

/** A sweep that is followed until this is disposed of. */
export interface Followed extends Disposable {
  /** How many runs are known, and how many of them were there before. */
  planned(runs: number, done: number): void;
  finished(run: PlannedRun, result: RunResult): void;
  /** Shows the end. */
  end(): void;
}

/** How often a moving bar is looked after while no run ends, in milliseconds. */
const TICK = 250;

/** Follows a sweep on a terminal: a bar where it can move, else lines; `json` and `quiet` as the flags. */
export function followed(terminal: Terminal, flags: { readonly json: boolean; readonly quiet: boolean }): Followed {
  const mode: ProgressMode = flags.json ? "json" : flags.quiet ? "quiet" : terminal.movable ? "bar" : "lines";
  const progress = new SweepProgress(
    mode,
    { out: (text) => terminal.out(text), error: (text) => terminal.error(text), columns: terminal.columns },
    performance.now(),
  );
  const timer = mode === "bar" || mode === "lines"
    ? setInterval(() => progress.tick(performance.now()), TICK)
    : undefined;
  return {
    planned: (runs, done) => progress.planned(runs, done),
    finished(run, result) {
      const parameters = { ...run.parameters, ...result.parameters };
      progress.finished({ ...result, parameters }, performance.now());
    },
    end: () => progress.end(performance.now()),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
