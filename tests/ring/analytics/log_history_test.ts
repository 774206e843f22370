import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { eventLines } from "../../../src/core/json_lines.ts";
import {
  dayMetrics,
  historyFromJsonLines,
  historyFromLog,
  metricFiles,
  type PaymentHistory,
  runSummary,
} from "../../../src/ring/analytics/mod.ts";
import { create, ringLog, settle } from "./ring_log.ts";

function sampleLog() {
  const log = ringLog();
  log.stamp(0, "setup");
  create(log, { debtor: 1, creditor: 2, amount: "10.50", day: 1, contract: 7, alias: "L" });
  create(log, { debtor: 2, creditor: 9, amount: "20.00", day: 2, contract: 8 });
  create(log, { debtor: 9, creditor: 1, amount: "1E+2", day: 1, contract: 3 });
  log.stamp(1, "simulation");
  settle(log, { debtor: 1, creditor: 2, amount: "10.50", day: 1, contract: 44, alias: "L" });
  log.stamp(2, "simulation");
  settle(log, { debtor: 2, creditor: 9, amount: "20.00", day: 2, contract: 8 });
  return log;
}

Deno.test("historyFromLog() reads the payments from the columns", () => {
  const { dues, settlements, ...history } = historyFromLog(sampleLog());
  assertEquals(history.dueDays, [1, 2]);
  assertEquals([...Array(dues.length).keys()].map((row) => history.agentName(dues.debtors[row] ?? -1)), [
    "H1",
    "H2",
    "H9",
  ]);
  assertEquals([...settlements.byDay.keys()], [1, 2]);
  assertEquals(history.agentCount, 10);
});

Deno.test("historyFromLog() spells amounts as a written log does", () => {
  assertEquals(historyFromLog(sampleLog()).dues.amounts.map(String), ["10.5", "20", "100"]);
});

Deno.test("the metrics of a log are those of its written lines", () => {
  const log = sampleLog();
  const texts = (history: PaymentHistory) => metricFiles(dayMetrics(history, null)).map((file) => file.content);
  const written = historyFromJsonLines(eventLines(log));
  assertEquals(texts(historyFromLog(log)), texts(written));
  assertEquals(`${runSummary(historyFromLog(log), null).phi_total}`, `${runSummary(written, null).phi_total}`);
  assertEquals(`${runSummary(written, null).phi_total}`, "0.2337164750957854406130268199");
});

Deno.test("a contract and an alias with the same number are not the same name", () => {
  const log = ringLog();
  log.stamp(0, "setup");
  // The first text of the log has the number 0, as has the contract of the settlement.
  create(log, { debtor: 1, creditor: 2, amount: "5", day: 0, contract: 6, alias: "first" });
  settle(log, { debtor: 1, creditor: 2, amount: "5", day: 0, contract: 0 });
  assertEquals(`${runSummary(historyFromLog(log), null).phi_total}`, "0");
});

Deno.test("a log without payments has no history", () => {
  const history = historyFromLog(ringLog());
  assertEquals([history.dues.length, history.settlements.length, history.agentCount, history.nameCount], [0, 0, 0, 0]);
  const { phi_total, max_G_t, alpha_1, max_day } = runSummary(history, Decimal.ZERO);
  assertEquals([phi_total, max_G_t, alpha_1, max_day], [null, null, null, 0]);
});
