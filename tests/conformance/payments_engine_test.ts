/** The payments engine against the recordings of golden/rtgs and golden/rtgs-scale. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { REFERENCE } from "../../src/payments/behaviours.ts";
import { loadPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { type PaymentsRun, runPayments } from "../../src/payments/script.ts";
import { GOLDEN, goldenText, recorded } from "./golden.ts";
import {
  difference,
  eventDifference,
  eventsOf,
  recordedJson,
  recordedLines,
  recordedRecords,
  recordsOf,
  renumberedLines,
  replay,
  tickLines,
} from "./payments_recordings.ts";

function cases(folder: string): string[] {
  try {
    return [...Deno.readDirSync(join(GOLDEN, folder))].map((entry) => entry.name).filter((name) => {
      return exists(join(GOLDEN, folder, name, "engine_input.json"));
    }).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

for (const name of cases("rtgs")) {
  recorded(`the payments engine repeats the recording ${name}`, () => {
    const run = replay("rtgs", name);
    assertEquals(difference(tickLines(run), recordedLines("rtgs", name, "ticks.jsonl.gz")), undefined);
    assertEquals(eventDifference(eventsOf(run), recordedLines("rtgs", name, "events.jsonl.gz")), undefined);
    assertEquals(difference(run.final, recordedJson("rtgs", name, "final.json")), undefined);
    assertEquals(difference(recordsOf(run), recordedRecords("rtgs", name)), undefined);
  });
}

/** What the larger recordings hold of the final object. */
function withoutRates(final: PaymentsRun["final"]): Readonly<Record<string, unknown>> {
  const { agents, daily_agent_metrics, n_events, queue2, system_metrics, ticks } = final;
  const kept: unknown = JSON.parse(JSON.stringify(agents, (key, value) => key === "arrival_rate" ? undefined : value));
  return { agents: kept, daily_agent_metrics, n_events, queue2, system_metrics, ticks };
}

recorded("all 97 runs of golden/rtgs are repeated", () => assertEquals(cases("rtgs").length, 97));

recorded("the payments engine repeats 25 days of a crisis, 709,570 events", () => {
  assertSame("target2_crisis_25day", replay("rtgs-scale", "target2_crisis_25day"), "events.jsonl.gz");
});

for (const [name, events] of [["banks-10", "events.jsonl.gz"], ["banks-50", "events.jsonl.gz"], ["banks-200"]]) {
  recorded(`the payments engine repeats the scenario ${name}`, async () => {
    const file = goldenText("rtgs-scale", name ?? "", "scenario.yaml");
    const { config } = await loadPaymentsScenario(file, `${name}.yaml`, { reference: true });
    assertSame(name ?? "", runPayments(config, { behaviours: REFERENCE }), events);
  });
}

/** Compares with one of the larger recordings, of which some keep no events. */
function assertSame(name: string, run: PaymentsRun, events?: string): void {
  const folder = "rtgs-scale";
  assertEquals(difference(withoutRates(run.final), recordedJson(folder, name, "final.json")), undefined);
  if (events === undefined) return;
  assertEquals(eventDifference(eventsOf(run), renumberedLines(folder, name, events)), undefined);
}
