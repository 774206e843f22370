/**
 * How a sweep shows how far it is: a bar on a terminal, a line now and then elsewhere, JSON for scripts, or nothing.
 * Texts are pure; the time comes in as an argument (milliseconds, any origin). Source: spec 09 section 5.
 *
 * @module
 */
import type { RunResult } from "./contracts.ts";
import { resultRecord } from "./result_record.ts";

/** How progress is shown. */
export type ProgressMode = "bar" | "lines" | "json" | "quiet";

/** How far a sweep is. */
export interface ProgressCount {
  /** Runs that are known; an adaptive search adds more. */
  readonly total: number;
  /** Runs that were there before. */
  readonly skipped: number;
  readonly completed: number;
  readonly failed: number;
  /** Time since the start, in milliseconds. */
  readonly elapsed: number;
}

/** Where the texts go. */
export interface ProgressPorts {
  /** Standard output: one JSON object per run. */
  readonly out: (text: string) => void;
  /** Standard error: the bar and the lines. */
  readonly error: (text: string) => void;
  /** Columns of the terminal. */
  readonly columns?: number;
}

/** How often the bar moves and lines appear, in milliseconds. */
const EVERY: Readonly<Record<ProgressMode, number>> = { bar: 100, lines: 10_000, json: Infinity, quiet: Infinity };

/** Follows a sweep and shows it. */
export class SweepProgress {
  readonly #mode: ProgressMode;
  readonly #ports: ProgressPorts;
  readonly #start: number;
  #shown: number;
  #barLength = 0;
  #total = 0;
  #skipped = 0;
  #completed = 0;
  #failed = 0;

  constructor(mode: ProgressMode, ports: ProgressPorts, now: number) {
    this.#mode = mode;
    this.#ports = ports;
    this.#start = now;
    this.#shown = now;
  }

  /** More runs are known. */
  planned(total: number, skipped: number): void {
    this.#total = total;
    this.#skipped = skipped;
  }

  /** A run is finished and recorded. */
  finished(result: RunResult, now: number): void {
    if (result.status === "completed") this.#completed++;
    else this.#failed++;
    if (this.#mode === "json") this.#ports.out(runJson(result) + "\n");
    this.tick(now);
  }

  /** Shows how far it is, when it is time to. Call it now and then, so that a long run does not look dead. */
  tick(now: number): void {
    if (now - this.#shown < EVERY[this.#mode]) return;
    this.#shown = now;
    this.#show(now);
  }

  /** Shows the end; the bar stays on its line. */
  end(now: number): void {
    if (this.#mode !== "bar" && this.#mode !== "lines") return;
    this.#show(now);
    if (this.#mode === "bar") this.#ports.error("\n");
  }

  #show(now: number): void {
    const count = this.#count(now);
    if (this.#mode === "lines") this.#ports.error(progressLine(count) + "\n");
    if (this.#mode !== "bar") return;
    const bar = progressBar(count, (this.#ports.columns ?? 80) - 1);
    this.#ports.error(`\r${bar.padEnd(this.#barLength)}`);
    this.#barLength = bar.length;
  }

  #count(now: number): ProgressCount {
    return {
      total: this.#total,
      skipped: this.#skipped,
      completed: this.#completed,
      failed: this.#failed,
      elapsed: now - this.#start,
    };
  }
}

/** Cells of the bar. */
const BAR = 24;

/** The bar: `[#####---] 62/125, 1 failed, 310 runs/s, 1 s left`, cut to `width`. */
export function progressBar(count: ProgressCount, width: number): string {
  const done = count.skipped + count.completed + count.failed;
  const cells = count.total === 0 ? 0 : Math.floor(BAR * Math.min(1, done / count.total));
  return `[${"#".repeat(cells)}${"-".repeat(BAR - cells)}] ${progressLine(count)}`.slice(0, Math.max(10, width));
}

/** How far a sweep is, in words. */
export function progressLine(count: ProgressCount): string {
  const made = count.completed + count.failed;
  const done = count.skipped + made;
  const rate = count.elapsed > 0 ? made / count.elapsed * 1000 : 0;
  const parts = [`${done}/${count.total} runs`];
  if (count.failed > 0) parts.push(`${count.failed} failed`);
  if (count.skipped > 0) parts.push(`${count.skipped} done before`);
  if (made > 0) parts.push(`${rateText(rate)} runs/s`);
  if (made > 0 && done < count.total) parts.push(`${durationText((count.total - done) / rate * 1000)} left`);
  if (done >= count.total) parts.push(durationText(count.elapsed));
  return parts.join(", ");
}

function rateText(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}

/** A duration for people: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A finished run as one JSON object, with the names of the files. */
export function runJson(result: RunResult): string {
  return JSON.stringify(resultRecord(result));
}
