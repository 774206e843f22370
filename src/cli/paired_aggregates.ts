/**
 * The aggregates of a paired sweep, made from the registries of its arms and the files of its runs:
 * `aggregate/comparison.csv`, `aggregate/summary.json` and `aggregate/dashboard.html` (spec 03 6, 7, 8.6).
 *
 * @module
 */
import { StoreError } from "../core/errors.ts";
import { comparisonCsv, type ComparisonRow, comparisonRow, endedPairs, type Pair } from "../experiments/comparison.ts";
import type { RegistryEntry, RegistryStore } from "../experiments/contracts.ts";
import { type PairedDesign, plannedPairs } from "../experiments/paired_plan.ts";
import { type PairedSummary, pairedSummary, summaryText } from "../experiments/paired_summary.ts";
import type { Plan } from "../experiments/plan.ts";
import { type ArmNames, type PairRow, pairRow } from "../reports/paired_input.ts";
import { pairedPage } from "../reports/paired_page.ts";
import { readTextIfPresent, writeFileAtomic } from "../stores/files/atomic_file.ts";

/** What the aggregates say. */
export interface PairedResults {
  readonly pairs: readonly Pair[];
  readonly summary: PairedSummary;
}

/** Writes the aggregates of one sweep: the table whenever it is asked to, everything at the end. */
export class PairedAggregates {
  readonly #directory: string;
  readonly #plan: Plan;
  readonly #design: PairedDesign;
  readonly #registry: RegistryStore;
  /** What was read of runs that have ended; their files do not change any more. */
  readonly #dealers = new Map<string, unknown>();

  constructor(directory: string, plan: Plan, design: PairedDesign, registry: RegistryStore) {
    this.#directory = directory;
    this.#plan = plan;
    this.#design = design;
    this.#registry = registry;
  }

  /** Brings `comparison.csv` up to date. */
  async writeTable(): Promise<{ readonly pairs: readonly Pair[]; readonly rows: readonly ComparisonRow[] }> {
    const { header } = this.#plan;
    const entries = await this.#registry.listRuns("");
    const pairs = await endedPairs(this.#plan, this.#design, entries, (entry) => this.#dealerMetrics(entry));
    const rows = pairs.map((pair) => comparisonRow(pair, this.#design, header, header));
    this.#write("comparison.csv", comparisonCsv(rows, this.#design));
    return { pairs, rows };
  }

  /** Writes all three files. */
  async write(): Promise<PairedResults> {
    const { header } = this.#plan;
    const { pairs, rows } = await this.writeTable();
    const summary = pairedSummary(pairs, header);
    this.#write("summary.json", summaryText(summary, this.#design, header));
    this.#write("dashboard.html", this.#page(pairs, rows));
    return { pairs, summary };
  }

  #write(name: string, text: string): void {
    writeFileAtomic(`${this.#directory}/aggregate/${name}`, text);
  }

  /** The run's `dealer_metrics.json`, null when it was not kept. */
  #dealerMetrics({ runId }: RegistryEntry): unknown {
    const known = this.#dealers.get(runId);
    if (known !== undefined) return known;
    const path = `${this.#directory}/${this.#design.trading.name}/runs/${runId}/out/dealer_metrics.json`;
    const text = readTextIfPresent(path);
    if (text === null) return null;
    try {
      const value: unknown = JSON.parse(text);
      this.#dealers.set(runId, value);
      return value;
    } catch (error) {
      throw new StoreError(`${path} is no JSON`, { store: "files", retryable: false }, { cause: error });
    }
  }

  #page(pairs: readonly Pair[], rows: readonly ComparisonRow[]): string {
    const { header, runs } = this.#plan;
    const { baseline, trading } = this.#design;
    return pairedPage({
      subtitle: `${header.settings["name-prefix"] ?? ""}${header.reference ? " (as the reference behaves)" : ""}`,
      arms: { baseline: baseline.name, trading: trading.name },
      rows: rows.map((row, i) => shownPair(row, pairs[i], { baseline: baseline.name, trading: trading.name })),
      plannedPairs: plannedPairs(this.#design, runs).length,
      settings: Object.entries(header.settings).map(([name, value]) => [name, String(value)] as const),
      links: [
        { label: "comparison.csv", href: "comparison.csv" },
        { label: "summary.json", href: "summary.json" },
        { label: `registry (${baseline.name})`, href: `../${baseline.name}/registry/experiments.csv` },
        { label: `registry (${trading.name})`, href: `../${trading.name}/registry/experiments.csv` },
      ],
    });
  }
}

/** A row of the page, with what the table has no column for: pages and errors. */
function shownPair(row: ComparisonRow, pair: Pair | undefined, arms: ArmNames): PairRow {
  const pages = new Map([pair?.baseline, pair?.trading].map((run) => [run?.runId, run?.page ?? null]));
  const shown = pairRow(row, arms, (arm, runId) => {
    const page = pages.get(runId) ?? null;
    return page === null ? null : `../${arm}/${page}`;
  });
  return {
    ...shown,
    baseline: { ...shown.baseline, ...errorOf(pair?.baseline) },
    trading: { ...shown.trading, ...errorOf(pair?.trading) },
  };
}

function errorOf(run: Pair["baseline"] | undefined): { readonly error?: string } {
  return run === undefined || run.error === null ? {} : { error: run.error };
}
