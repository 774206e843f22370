import { assertEquals, assertThrows } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { ValidationError } from "../../../src/core/errors.ts";
import { dayMetrics, historyFromJsonLines, runSummary, summarise } from "../../../src/ring/analytics/mod.ts";
import { C, jsonLines, P } from "./payments.ts";

const HISTORY = historyFromJsonLines(jsonLines([
  C("A", "B", 1, 1, "p1"),
  C("A", "B", 2, 1, "p2"),
  P("A", "B", 1, 1, "p1"),
  C("B", "C", 3, 4, "p3"),
  P("B", "C", 3, 4, "p3"),
]));

Deno.test("totals weigh the days by their dues", () => {
  const summary = summarise(dayMetrics(HISTORY, null).dayMetrics);
  assertEquals(`${summary.phi_total}`, "0.6666666666666666666666666667");
  assertEquals(`${summary.delta_total}`, "0.3333333333333333333333333333");
  assertEquals([summary.max_day, summary.max_G_t], [4, null]);
});

Deno.test("runSummary() gives the summary of the day metrics", () => {
  const totals = runSummary(HISTORY, null);
  assertEquals(`${totals.phi_total} ${totals.delta_total}`, `0.${"6".repeat(27)}7 0.${"3".repeat(28)}`);
  assertEquals(totals.max_day, 4);
  assertEquals(runSummary(HISTORY, null, [1]).max_day, 1);
  assertEquals(`${runSummary(HISTORY, null, [4]).phi_total}`, "1");
  const money = (day: number) => Decimal.integer(day);
  assertEquals(runSummary(HISTORY, money), summarise(dayMetrics(HISTORY, money).dayMetrics));
  assertEquals(`${runSummary(HISTORY, money).max_G_t} ${runSummary(HISTORY, money).Mpeak_1}`, "2 1");
});

Deno.test("the cells of a written table are summarised too, empty and unreadable ones as none", () => {
  const summary = summarise([
    {
      day: "1",
      S_t: "100",
      phi_t: "1",
      delta_t: "0",
      G_t: "0",
      alpha_t: "0.4",
      Mpeak_t: "50",
      v_t: "",
      HHIplus_t: "x",
    },
    { day: "2", S_t: "50", phi_t: "0.5", delta_t: "0.5", G_t: "10" },
    { S_t: "", phi_t: "0.5", G_t: "" },
  ]);
  assertEquals(`${summary.phi_total}`, "0.8333333333333333333333333333");
  assertEquals(`${summary.delta_total}`, "0.1666666666666666666666666667");
  assertEquals(`${summary.max_G_t} ${summary.alpha_1} ${summary.Mpeak_1}`, "10 0.4 50");
  assertEquals([summary.v_1, summary.HHIplus_1, summary.max_day], [null, null, 2]);
});

Deno.test("of several rows for day 1 the first value that is not zero stands, else the last", () => {
  const alpha = (...values: string[]) => summarise(values.map((alpha_t) => ({ day: 1, alpha_t }))).alpha_1;
  assertEquals(`${alpha("0", "0.5", "0.25")}`, "0.5");
  assertEquals(alpha("0", ""), null);
  assertEquals(`${alpha("", "0")}`, "0");
});

Deno.test("a day that is no whole number is refused", () => {
  assertThrows(() => summarise([{ day: "soon" }]), ValidationError, "day: must be a whole number (got soon)");
});
