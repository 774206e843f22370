/**
 * The active runs of a finished passive/active sweep and the tables they left, as the evaluations of trading read them.
 * Pure: what lies in files comes through {@linkcode ActiveFiles}. Source: spec 02 13.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { ColumnTable, type ReadOptions, rowsOf, type TableColumn } from "./typed_columns.ts";

/** A table of a run with dealers (spec 02 10.2). */
export type DealerFile =
  | "trades.csv"
  | "inventory_timeseries.csv"
  | "system_state_timeseries.csv"
  | "repayment_events.csv";

/** The files of the active arm. Run ids come from a table: check them before they become part of a path. */
export interface ActiveFiles {
  /** Whether anything was kept of the run. */
  has(runId: string): boolean | Promise<boolean>;
  /** The text of a file of the run, null when there is none. */
  text(runId: string, file: DealerFile): string | null | Promise<string | null>;
}

/** How a finished sweep is evaluated. */
export interface EvaluationOptions extends ReadOptions {
  /** Hears of files that cannot be read; they count as missing. */
  readonly onWarning?: (message: string) => void;
}

/** An active run of the comparison. */
export interface ActiveRun {
  readonly runId: string;
  /** Its row in `comparison.csv`, counted from 0. */
  readonly row: number;
}

/** A finished passive/active sweep, read. */
export class ActiveRuns {
  readonly #comparison: ColumnTable;
  readonly #files: ActiveFiles;
  readonly #options: EvaluationOptions;

  /**
   * @param comparison Text of `comparison.csv`.
   * @throws {UsageError} when it is not the table of a passive/active sweep.
   */
  constructor(comparison: string, files: ActiveFiles, options: EvaluationOptions) {
    this.#comparison = new ColumnTable(comparison, options);
    this.#files = files;
    this.#options = options;
    if (this.#comparison.length > 0 && !this.#comparison.has("active_run_id")) {
      throw new UsageError("comparison.csv has no column active_run_id: only a balanced sweep can be evaluated");
    }
  }

  /** The rows that name an active run of which something was kept, in the order of the table. */
  async kept(): Promise<ActiveRun[]> {
    if (this.#comparison.length === 0) return [];
    const runs: ActiveRun[] = [];
    for (const [row, runId] of this.#comparison.texts("active_run_id").entries()) {
      if (runId !== "" && await this.#files.has(runId)) runs.push({ runId, row });
    }
    return runs;
  }

  /**
   * What `evaluate` finds in a file of a run; null when the file is missing, has no rows, or cannot be read.
   */
  async inFile<T>(runId: string, file: DealerFile, evaluate: (table: ColumnTable) => T): Promise<T | null> {
    const text = await this.#files.text(runId, file);
    if (text === null) return null;
    try {
      const table = new ColumnTable(text, this.#options);
      return table.length === 0 ? null : evaluate(table);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#options.onWarning?.(`${runId}: ${file} cannot be read: ${error.message}`);
      return null;
    }
  }

  /** `run_id` and the given columns of the comparison for some runs. A column that is not there is empty. */
  parameters(runs: readonly ActiveRun[], names: readonly string[]): TableColumn[] {
    const rows = runs.map(({ row }) => row);
    return [
      { name: "run_id", kind: "text", cells: runs.map(({ runId }) => runId) },
      ...names.map((name) =>
        this.#comparison.has(name)
          ? rowsOf(this.#comparison.column(name), rows)
          : { name, kind: "double" as const, cells: rows.map(() => null) }
      ),
    ];
  }
}
