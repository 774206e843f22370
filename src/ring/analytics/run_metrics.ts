/**
 * The metrics of a run that just ended, where the two switches of this chapter decide. Source: `spec 02 3.4`, `4`, `7.1`.
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import type { RingEventKind, RingLog } from "../events.ts";
import type { RingOutcome } from "../outcome.ts";
import { type DayMetrics, dayMetrics, type MoneySource } from "./day_metrics.ts";
import { historyFromLog } from "./log_history.ts";
import { type RunSummary, runSummary, summarise } from "./summary.ts";

/** Day metrics with their summary. */
export interface MetricsBundle extends DayMetrics {
  /** The days taken together. */
  readonly summary: RunSummary;
}

/** What a run has besides its day metrics. */
export interface Stability {
  /** Day of the last settlement, default, write-off or rollover; 0 when there was none. */
  readonly time_to_stability: number;
}

/** Every metric of a run. */
export type RunMetrics = MetricsBundle & Stability;

/** What a sweep knows of a run whose files are not kept. */
export interface SweepMetrics extends Stability {
  /** As in {@linkcode MetricsBundle}. */
  readonly summary: RunSummary;
}

/** What the metrics read of the outcome of a run. */
export type MeasuredRun = Pick<RingOutcome, "log" | "money" | "moneyAtStartOf">;

/** Every metric of a run: for runs whose files are kept. */
export function runMetrics(outcome: MeasuredRun, behaviours: Behaviours): RunMetrics {
  const metrics = dayMetrics(historyFromLog(outcome.log), moneySource(outcome, behaviours));
  const summary = summarise(metrics.dayMetrics);
  return { ...metrics, summary, time_to_stability: timeToStability(outcome.log, summary.max_day, behaviours) };
}

/** The summary of a run, the same to the last digit as in {@linkcode runMetrics}, at a fraction of its cost. */
export function sweepMetrics(outcome: MeasuredRun, behaviours: Behaviours): SweepMetrics {
  const summary = runSummary(historyFromLog(outcome.log), moneySource(outcome, behaviours));
  return { summary, time_to_stability: timeToStability(outcome.log, summary.max_day, behaviours) };
}

/** Where `M_t` comes from: the money at the start of each day. */
export function moneySource(
  outcome: Omit<MeasuredRun, "log">,
  behaviours: Behaviours,
): MoneySource {
  // behaviour: moneyFromFinalBalances
  return behaviours.moneyFromFinalBalances ? outcome.money() : (day) => outcome.moneyAtStartOf(day);
}

/** The kinds of event that show that an economy has not come to rest. */
const UNREST: readonly RingEventKind[] = [
  "PayableSettled",
  "DeliveryObligationSettled",
  "PartialSettlement",
  "InterbankCleared",
  "InterbankOvernightCreated",
  "ObligationDefaulted",
  "AgentDefaulted",
  "ObligationWrittenOff",
  "PayableRolledOver",
  "RolloverPartial",
];

/**
 * The last day on which an obligation was settled, cleared, defaulted on, written off or rolled over; 0 when none was.
 *
 * @param maxDay the last due day of the run's summary.
 */
export function timeToStability(log: RingLog, maxDay: number, behaviours: Behaviours): number {
  // behaviour: stabilityIsLastDueDay
  if (behaviours.stabilityIsLastDueDay) return maxDay;
  let last = 0;
  for (const kind of UNREST) {
    const table = log.table(kind);
    if (table === undefined || table.length === 0) continue;
    last = Math.max(last, log.time(table.events[table.length - 1] ?? 0));
  }
  return last;
}
