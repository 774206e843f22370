/**
 * What the metrics of a run cost: the totals that a sweep without files needs, the full day metrics, and the texts of
 * the files; for rings of several sizes with whole amounts and with amounts of 28 digits. Prints a table.
 *
 * Run: `deno run bench/analytics.ts`
 */
import { Decimal } from "../src/core/decimal.ts";
import { EventLog } from "../src/core/event_log.ts";
import { dayMetrics } from "../src/ring/analytics/day_metrics.ts";
import { historyFromLog } from "../src/ring/analytics/log_history.ts";
import { metricFiles } from "../src/ring/analytics/metric_files.ts";
import { runSummary } from "../src/ring/analytics/summary.ts";
import { RING_EVENTS, type RingLog } from "../src/ring/events.ts";

const DAYS = 10;

/** A ring in which two of three payables are settled on their due day. */
function ring(agents: number, digits: "whole" | "28 digits"): RingLog {
  const log = new EventLog(RING_EVENTS, {
    time: "day",
    phases: ["setup", "simulation"],
    names: { agent: (n) => `H${n + 1}`, contract: (n) => `PAY_${n.toString(16).padStart(12, "0")}` },
  });
  const amounts = Array.from({ length: agents }, (_, i) => {
    const whole = BigInt(50 + (i * 7919) % 100);
    return digits === "whole" ? Decimal.integer(whole) : Decimal.of(whole * 10n ** 25n + BigInt(i + 1), -25);
  });
  const dueDay = (i: number) => 1 + (i * 31) % DAYS;
  log.stamp(0, "setup");
  amounts.forEach((amount, i) =>
    log.emit("PayableCreated", i, (i + 1) % agents, amount, dueDay(i), dueDay(i), i, null)
  );
  for (let day = 1; day <= DAYS; day++) {
    log.stamp(day, "simulation");
    amounts.forEach((amount, i) => {
      if (dueDay(i) === day && i % 3 > 0) log.emit("PayableSettled", i, i, null, i, (i + 1) % agents, amount);
    });
  }
  return log;
}

/** Microseconds of one call, the best of three rounds after warm-up. */
function microseconds(work: () => unknown, calls: number): number {
  let best = Infinity;
  for (let round = 0; round < 4; round++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) work();
    best = Math.min(best, (performance.now() - start) / calls * 1000);
  }
  return best;
}

const rows: Record<string, string | number>[] = [];
for (const digits of ["whole", "28 digits"] as const) {
  for (const agents of [5, 20, 100, 1_000, 10_000]) {
    const log = ring(agents, digits);
    const calls = Math.max(3, Math.ceil(20_000 / agents));
    const metrics = dayMetrics(historyFromLog(log), Decimal.ZERO);
    const totals = microseconds(() => runSummary(historyFromLog(log), Decimal.ZERO), calls);
    const days = microseconds(() => dayMetrics(historyFromLog(log), Decimal.ZERO), calls);
    const files = microseconds(() => metricFiles(metrics), calls);
    rows.push({
      amounts: digits,
      agents,
      "totals µs": totals.toFixed(1),
      "day metrics µs": days.toFixed(1),
      "files µs": files.toFixed(1),
      "totals ns/payable": Math.round(totals / agents * 1000),
      "day metrics ns/payable": Math.round(days / agents * 1000),
    });
  }
}
console.table(rows);
