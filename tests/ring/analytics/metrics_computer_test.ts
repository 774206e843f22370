import { assertEquals, assertRejects } from "@std/assert";
import { NotFound } from "../../../src/core/errors.ts";
import { metricFiles, MetricsComputer } from "../../../src/ring/analytics/mod.ts";
import { C, jsonLines, P } from "./payments.ts";

function computerOf(files: Readonly<Record<string, string>>): MetricsComputer {
  return new MetricsComputer({
    loadText: (reference) => {
      const text = files[reference];
      return text === undefined ? Promise.reject(new NotFound(`no ${reference}`)) : Promise.resolve(text);
    },
    exists: (reference) => Promise.resolve(reference in files),
  });
}

const EVENTS = jsonLines([C("A", "B", 10, 1, "p"), C("A", "B", 5, 2, "q"), P("A", "B", 10, 1, "p")]);
const BALANCES = "agent_id,assets_cash\r\nA,4.0\r\nSYSTEM,4.0\r\n";

Deno.test("MetricsComputer asks for the events by name", async () => {
  const computer = computerOf({ events: EVENTS });
  await assertRejects(() => computer.compute({}), NotFound, "'events_jsonl'");
  await assertRejects(() => computer.compute({ events_jsonl: null }), NotFound, "'events_jsonl'");
  await assertRejects(() => computer.compute({ events_jsonl: "" }), NotFound, "'events_jsonl'");
  await assertRejects(() => computer.compute({ events_jsonl: "gone" }), NotFound, "no gone");
});

Deno.test("MetricsComputer does without balances that are not there", async () => {
  const computer = computerOf({ events: EVENTS });
  for (const balances_csv of [undefined, null, "", "gone"]) {
    const { dayMetrics, summary } = await computer.compute({ events_jsonl: "events", balances_csv });
    assertEquals(dayMetrics.map((row) => [row.M_t, row.G_t]), [[null, null], [null, null]]);
    assertEquals(summary.max_G_t, null);
  }
});

Deno.test("MetricsComputer reads balances and analyses the days it is given", async () => {
  const computer = computerOf({ events: EVENTS, balances: BALANCES });
  const all = await computer.compute({ events_jsonl: "events", balances_csv: "balances" });
  assertEquals(all.dayMetrics.map((row) => `${row.day}: ${row.M_t} ${row.G_t}`), ["1: 4.0 6.0", "2: 4.0 1.0"]);
  assertEquals(`${all.summary.phi_total}`, "0.6666666666666666666666666667");
  assertEquals(metricFiles(all).map((file) => file.name), [
    "metrics.csv",
    "metrics.json",
    "debtor_shares.csv",
    "intraday.csv",
  ]);
  assertEquals((await computer.compute({ events_jsonl: "events" }, [2])).days, [2]);
});
