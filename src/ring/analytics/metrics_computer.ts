/**
 * Metrics of a run that was kept: reads its artifacts through a loader and computes everything again.
 * Source: `spec 02 6`.
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import { dayMetrics } from "./day_metrics.ts";
import { historyFromJsonLines } from "./json_lines_history.ts";
import type { MetricsBundle } from "./run_metrics.ts";
import { summarise } from "./summary.ts";
import { moneyFromBalances, readTable } from "./tables.ts";

/** Where artifacts are read: a folder, a store. */
export interface ArtifactLoader {
  /**
   * The text behind a reference.
   *
   * @throws {NotFound} when the reference names nothing.
   */
  loadText(reference: string): Promise<string>;
  /** Whether a reference names anything. */
  exists(reference: string): Promise<boolean>;
}

/** Artifact references of a run by name, such as `events_jsonl`. */
export type ArtifactReferences = Readonly<Record<string, string | null | undefined>>;

/**
 * Computes the metrics of kept runs.
 *
 * @example
 * ```ts
 * import { MetricsComputer } from "./metrics_computer.ts";
 *
 * const texts = new Map([["out/events.jsonl", '{"kind": "PhaseA", "day": 0, "phase": "simulation"}\n']]);
 * const computer = new MetricsComputer({
 *   loadText: (reference) => Promise.resolve(texts.get(reference) ?? ""),
 *   exists: (reference) => Promise.resolve(texts.has(reference)),
 * });
 * const { summary } = await computer.compute({ events_jsonl: "out/events.jsonl" });
 * summary.phi_total; // null: nothing was due
 * ```
 */
export class MetricsComputer {
  readonly #loader: ArtifactLoader;

  /** A computer that reads through a loader. */
  constructor(loader: ArtifactLoader) {
    this.#loader = loader;
  }

  /**
   * The metrics of one run.
   *
   * @param artifacts `events_jsonl` is needed; without `balances_csv`, or when it names nothing, `M_t` and `G_t` are
   * none.
   * @param days days to analyse; missing or empty means all due days.
   * @throws {NotFound} without events, {@linkcode ValidationError} for a log that cannot be read.
   */
  async compute(artifacts: ArtifactReferences, days?: readonly number[]): Promise<MetricsBundle> {
    const events = artifacts.events_jsonl ?? "";
    if (events === "") throw new NotFound("The run has no artifact 'events_jsonl', which the metrics are made of.");
    const history = historyFromJsonLines(await this.#loader.loadText(events), events);
    const metrics = dayMetrics(history, await this.#money(artifacts.balances_csv ?? ""), days);
    return { ...metrics, summary: summarise(metrics.dayMetrics) };
  }

  async #money(balances: string) {
    if (balances === "" || !(await this.#loader.exists(balances))) return null;
    return moneyFromBalances(readTable(await this.#loader.loadText(balances), balances));
  }
}
