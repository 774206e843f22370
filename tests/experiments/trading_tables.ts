/** A small finished passive/active sweep as texts. */
import type { ActiveFiles, DealerFile } from "../../src/experiments/active_runs.ts";

const COMPARISON_COLUMNS = "kappa,concentration,mu,seed,face_value,outside_mid_ratio,delta_passive,delta_active," +
  "trading_effect,trading_relief_ratio,active_run_id";

/** The text of a `comparison.csv` with these rows. */
export function comparison(...rows: string[]): string {
  return [COMPARISON_COLUMNS, ...rows, ""].join("\r\n");
}

/** Files of runs by run id and name. */
export type RunTexts = Readonly<Record<string, Partial<Readonly<Record<DealerFile, string>>>>>;

/** The files of an active arm. */
export function activeFiles(runs: RunTexts): ActiveFiles {
  return { has: (runId) => runId in runs, text: (runId, file) => runs[runId]?.[file] ?? null };
}

/** The text of a `repayment_events.csv`: face, outcome, purchases, sales and strategy of each debt. */
export function repayments(...debts: string[]): string {
  return ["face_value,outcome,buy_count,sell_count,strategy", ...debts, ""].join("\r\n");
}

/** The rows of a CSV text by column. */
export function rowsByColumn(text: string): Record<string, string>[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
  });
}
