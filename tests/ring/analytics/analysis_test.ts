import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/core/errors.ts";
import { analysisFileNames, parseDaySpec } from "../../../src/ring/analytics/mod.ts";

Deno.test("a day specification names days and ranges in either direction", () => {
  assertEquals(parseDaySpec("1,2-4"), [1, 2, 3, 4]);
  assertEquals(parseDaySpec("5-2"), [2, 3, 4, 5]);
  assertEquals(parseDaySpec(" 3 ,, 1 - 1 ,3"), [1, 3]);
  assertEquals(parseDaySpec(""), []);
});

Deno.test("a part that is no day is refused by name", () => {
  for (const part of ["a", "-3", "1-2-3", "2.5", "1-", "--"]) {
    assertThrows(() => parseDaySpec(`1,${part}`), UsageError, JSON.stringify(part));
  }
  assertThrows(() => parseDaySpec("1-999999999"), UsageError, "more than 100000 days");
});

Deno.test("the reference drops parts that are no days", () => {
  assertEquals(parseDaySpec("a,3,,1-1", "drop"), [1, 3]);
  assertEquals(parseDaySpec("-3", "drop"), []);
  assertEquals(parseDaySpec("1-2-3", "drop"), []);
});

Deno.test("the files of an analysis stand beside its log", () => {
  assertEquals(analysisFileNames("runs/kalecki_ring_baseline_events.jsonl"), {
    csv: "runs/kalecki_ring_baseline_metrics_day.csv",
    json: "runs/kalecki_ring_baseline_metrics_day.json",
    debtorShares: "runs/kalecki_ring_baseline_ds.csv",
    title: "Bilancio Analytics — kalecki_ring_baseline",
  });
  assertEquals(analysisFileNames("events.jsonl").csv, "events_metrics_day.csv");
  assertEquals(analysisFileNames("events.jsonl").debtorShares, "events_ds.csv");
  assertEquals(analysisFileNames("/x/_events.jsonl").json, "/x/metrics_metrics_day.json");
});

Deno.test("debtor shares follow the table of days", () => {
  const files = analysisFileNames("in/events.jsonl", "out/metrics.csv", "out/m.json");
  assertEquals([files.csv, files.json, files.debtorShares], ["out/metrics.csv", "out/m.json", "out/metrics_ds.csv"]);
});
