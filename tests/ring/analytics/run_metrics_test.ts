import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { runMetrics, sweepMetrics, timeToStability } from "../../../src/ring/analytics/mod.ts";
import { CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import type { RingLog } from "../../../src/ring/events.ts";
import { create, decimal, ringLog, settle } from "./ring_log.ts";

/** Dues on days 1 and 9; the first is paid, H2 defaults on day 2 and is expelled, which ends the run. */
function stoppedRun(): RingLog {
  const log = ringLog();
  log.stamp(0, "setup");
  create(log, { debtor: 1, creditor: 2, amount: "10", day: 1, contract: 1 });
  create(log, { debtor: 2, creditor: 1, amount: "30", day: 9, contract: 2 });
  log.stamp(1, "simulation");
  settle(log, { debtor: 1, creditor: 2, amount: "10", day: 1, contract: 1 });
  log.stamp(2);
  log.emit("AgentDefaulted", 2, 2, 1, "payable", decimal("5"), "expel-agent");
  log.stamp(3);
  log.emit("PhaseA");
  return log;
}

const outcome = {
  log: stoppedRun(),
  money: () => Decimal.integer(100),
  moneyAtStartOf: (day: number) => Decimal.integer(day),
};

Deno.test("behaviour stabilityIsLastDueDay: the last due day, or the day on which the last thing happened", () => {
  const corrected = { ...REFERENCE, stabilityIsLastDueDay: false };
  assertEquals(timeToStability(outcome.log, 9, REFERENCE), 9);
  assertEquals(timeToStability(outcome.log, 9, corrected), 2);
  assertEquals(timeToStability(ringLog(), 0, CORRECTED), 0);
  assertEquals(runMetrics(outcome, REFERENCE).time_to_stability, 9);
  assertEquals(runMetrics(outcome, corrected).time_to_stability, 2);
});

Deno.test("write-offs, rollovers and clearings keep an economy from being stable", () => {
  const lastDay = (emit: (log: RingLog) => void) => {
    const log = ringLog();
    log.stamp(4, "simulation");
    emit(log);
    log.stamp(6);
    log.emit("PhaseC");
    return timeToStability(log, 1, CORRECTED);
  };
  const one = decimal("1");
  assertEquals(lastDay((log) => log.emit("ObligationWrittenOff", 1, null, 1, 2, "payable", one, 7, undefined)), 4);
  assertEquals(lastDay((log) => log.emit("PayableRolledOver", 1, 2, one, 7, 3, 1)), 4);
  assertEquals(lastDay((log) => log.emit("InterbankCleared", 1, 2, one)), 4);
  assertEquals(lastDay((log) => log.emit("CashMinted", 1, one, 1, undefined)), 0);
});

Deno.test("behaviour moneyFromFinalBalances: M_t is the money at the end of the run, or at the start of the day", () => {
  const corrected = { ...REFERENCE, moneyFromFinalBalances: false };
  const money = (metrics: ReturnType<typeof runMetrics>) => metrics.dayMetrics.map((row) => `${row.M_t} ${row.G_t}`);
  assertEquals(money(runMetrics(outcome, REFERENCE)), ["100 0", "100 0"]);
  assertEquals(money(runMetrics(outcome, corrected)), ["1 9", "9 21"]);
});

Deno.test("the summary of a run without files is that of the full metrics", () => {
  for (const behaviours of [CORRECTED, REFERENCE]) {
    const full = runMetrics(outcome, behaviours);
    const { summary, time_to_stability } = full;
    assertEquals(sweepMetrics(outcome, behaviours), { summary, time_to_stability });
    assertEquals(
      `${summary.phi_total} ${summary.v_1} ${summary.max_G_t?.isZero}`,
      `0.25 1 ${behaviours === REFERENCE}`,
    );
  }
});
