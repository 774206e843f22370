import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/core/errors.ts";
import { DEFAULT_RING_SWEEP } from "../../src/experiments/ring_settings.ts";
import { behavioursFromText, behavioursText, checkedRingSource } from "../../src/experiments/ring_source.ts";
import { planRingSweep } from "../../src/experiments/ring_sweep.ts";
import { CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";

const SPEC = { namePrefix: "x", kappa: "1" };

Deno.test("the source of every planned run passes, also after a trip through JSON", () => {
  for (const { source } of planRingSweep(DEFAULT_RING_SWEEP).runs.slice(0, 3)) {
    assertEquals(checkedRingSource(JSON.parse(JSON.stringify(source))), source);
  }
});

Deno.test("a balanced ring with dealers passes", () => {
  const dealer = { enabled: true, ticketSize: "20", riskAssessment: { lookbackWindow: 5 }, buckets: [] };
  const spec = { ...SPEC, variant: "balanced" as const, balanced: { faceValue: "20" }, dealer };
  assertEquals(checkedRingSource({ spec, behaviours: "reference" }), { spec, behaviours: "reference" });
});

Deno.test("a scenario passes unread", () => {
  assertEquals(checkedRingSource({ scenario: { anything: 1 } }), { scenario: { anything: 1 } });
});

Deno.test("what is neither is refused", () => {
  const wrong = [
    null,
    {},
    { spec: SPEC },
    { spec: { kappa: "1" }, behaviours: "corrected" },
    { spec: { ...SPEC, nAgents: "5" }, behaviours: "corrected" },
    { spec: { ...SPEC, allocation: { mode: "single_at" } }, behaviours: "corrected" },
    { spec: { ...SPEC, dealer: { ticketSize: "1" } }, behaviours: "corrected" },
    { spec: { ...SPEC, dealer: { enabled: true, buckets: [{ name: "short" }] } }, behaviours: "corrected" },
    { spec: SPEC, behaviours: "some" },
  ];
  for (const source of wrong) assertThrows(() => checkedRingSource(source), UsageError, "the source of a ring run");
});

Deno.test("switches come back from their plain form; unknown ones are refused", () => {
  for (const behaviours of [CORRECTED, REFERENCE, { ...CORRECTED, lastDefaultUndone: true }]) {
    assertEquals(behavioursFromText(behavioursText(behaviours)), behaviours);
  }
  assertEquals(behavioursText({ ...CORRECTED, lastDefaultUndone: true }), ["lastDefaultUndone"]);
  assertThrows(() => behavioursFromText(["lastDefaultUndon"]), UsageError, "unknown behaviour");
});
