/** Scenarios as plain data for a file. */
import { assertEquals, assertThrows } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { compileRing } from "../../../src/ring/generator/compile.ts";
import { CORRECTED } from "../../../src/ring/behaviours.ts";
import { scenarioDocument } from "../../../src/ring/scenario/document.ts";
import { ringSpec } from "../generator/ring_specs.ts";
import { small } from "./small_files.ts";

Deno.test("a generated scenario is written in the reference's key order, without null keys", () => {
  const spec = ringSpec({ nAgents: 3, seed: 1, qTotal: "90", allocation: { mode: "single_at", agent: "H2" } });
  const document = scenarioDocument(compileRing(spec, CORRECTED).scenario);
  assertEquals(Object.keys(document), [
    "version",
    "name",
    "description",
    "agents",
    "initial_actions",
    "scheduled_actions",
    "run",
  ]);
  const actions = document["initial_actions"];
  assertEquals(Array.isArray(actions) && actions[0], {
    mint_cash: { to: "H2", amount: Decimal.of(90, 0), alias: "LIQ_H2" },
  });
  assertEquals(
    Object.entries(document["run"] ?? {}).map(([key, value]) => [key, typeof value === "object" ? "" : value]),
    [
      ["mode", "until_stable"],
      ["max_days", 30],
      ["quiet_days", 2],
      ["show", ""],
      ["export", ""],
      ["default_handling", "fail-fast"],
    ],
  );
});

Deno.test("behaviours are written as the nearer set and the switches that differ", () => {
  const run = (text: string) => Object.entries(scenarioDocument(small(text).scenario)["run"] ?? {});
  const chosen = (text: string) => run(text).filter(([key]) => key === "reference" || key === "behaviours");
  assertEquals(chosen(""), []);
  assertEquals(chosen("run: {reference: true}"), [["reference", true]]);
  assertEquals(chosen("run: {behaviours: {pastDueNeverSettles: true}}"), [
    ["behaviours", { pastDueNeverSettles: true }],
  ]);
  assertEquals(chosen("run: {reference: true, behaviours: {pastDueNeverSettles: false}}"), [
    ["reference", true],
    ["behaviours", { pastDueNeverSettles: false }],
  ]);
});

Deno.test("a scenario with an action that could not be read cannot be written", () => {
  const { scenario } = small("initial_actions: [{mint_cash: {to: H1}}]", { reference: true });
  assertThrows(() => scenarioDocument(scenario), UsageError, "cannot be written");
});
