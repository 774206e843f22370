/**
 * What the page of a paired sweep is made of: the pairs as `comparison.csv` has them, and where their runs are.
 *
 * @module
 */
import type { DeltaPair } from "../experiments/paired_statistics.ts";
import type { Link } from "./inputs.ts";

/** One run of a pair. */
export interface PairRun {
  readonly runId: string;
  /** `completed`, `failed`, `pending`, ...; empty where it is not known. */
  readonly status: string;
  /** Page of the run relative to the page of the sweep, such as `../active/runs/x/run.html`; null when none was kept. */
  readonly href: string | null;
  /** Why it failed. */
  readonly error?: string;
}

/** One pair: cells of `comparison.csv` as text, empty where there is no value (spec 03 6 and 7). */
export interface PairRow {
  readonly kappa: string;
  readonly concentration: string;
  readonly mu: string;
  readonly monotonicity: string;
  /** Empty in a control/treatment comparison. */
  readonly outsideMidRatio: string;
  readonly seed: string;
  /** Share of dues not settled on time without and with trading. */
  readonly deltaBaseline: string;
  readonly deltaTrading: string;
  /** `deltaBaseline - deltaTrading`; empty when the pair is not complete. */
  readonly effect: string;
  readonly reliefRatio: string;
  /** Trades of the run with trading. */
  readonly trades: string;
  readonly baseline: PairRun;
  readonly trading: PairRun;
}

/** Names of the two arms as people and files call them. */
export interface ArmNames {
  /** `passive` or `control`. */
  readonly baseline: string;
  /** `active` or `treatment`. */
  readonly trading: string;
}

/** Passive holders against active traders (spec 03 7). */
export const BALANCED_ARMS: ArmNames = { baseline: "passive", trading: "active" };

/** No dealers against dealers (spec 03 6). */
export const COMPARISON_ARMS: ArmNames = { baseline: "control", trading: "treatment" };

/** The input of the page of a paired sweep. */
export interface PairedPageInput {
  /** Heading; default `When does trading help?`. */
  readonly title?: string;
  readonly subtitle?: string;
  readonly arms: ArmNames;
  /** Complete and incomplete pairs in plan order. */
  readonly rows: readonly PairRow[];
  /** Pairs of the plan, when more than `rows`: the sweep was interrupted or is under way. */
  readonly plannedPairs?: number;
  /** Settings of the sweep to show, such as `["agents", "30"]`. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
  readonly links?: readonly Link[];
}

/**
 * A row of `comparison.csv`, by column, as a pair.
 *
 * @param pageOf Gives the page of a run relative to the page of the sweep, null when there is none.
 */
export function pairRow(
  cells: Readonly<Record<string, string>>,
  arms: ArmNames,
  pageOf: (arm: string, runId: string) => string | null = () => null,
): PairRow {
  const cell = (...columns: readonly string[]) => {
    for (const column of columns) {
      const text = cells[column];
      if (text !== undefined) return text;
    }
    return "";
  };
  const run = (arm: string): PairRun => {
    const runId = cell(`${arm}_run_id`);
    return { runId, status: cell(`${arm}_status`), href: runId === "" ? null : pageOf(arm, runId) };
  };
  return {
    kappa: cell("kappa"),
    concentration: cell("concentration"),
    mu: cell("mu"),
    monotonicity: cell("monotonicity"),
    outsideMidRatio: cell("outside_mid_ratio"),
    seed: cell("seed"),
    deltaBaseline: cell(`delta_${arms.baseline}`),
    deltaTrading: cell(`delta_${arms.trading}`),
    effect: cell("trading_effect", "delta_reduction"),
    reliefRatio: cell("trading_relief_ratio", "relief_ratio"),
    trades: cell("total_trades"),
    baseline: run(arms.baseline),
    trading: run(arms.trading),
  };
}

/** The numbers of a pair, null unless both of its runs are measured. */
export function deltaPair(row: PairRow): DeltaPair | null {
  const [baseline, trading] = [cellNumber(row.deltaBaseline), cellNumber(row.deltaTrading)];
  const [effect, relief] = [cellNumber(row.effect), cellNumber(row.reliefRatio)];
  if (baseline === null || trading === null || effect === null) return null;
  return { baseline, trading, effect, relief: relief ?? 0 };
}

/** A cell of a CSV file as a number, null when it is blank or no number. */
export function cellNumber(cell: string): number | null {
  if (cell.trim() === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}
