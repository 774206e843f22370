/** Every switch of policy experiments is consulted in one marked place, tested, and documented. */
import { assertEquals } from "@std/assert";
import { BEHAVIOUR_NAMES, CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import { assertMarkedOnce, assertRows, filesBelow, textOf } from "../../kept_switches.ts";

Deno.test("every switch is off by default and on for the reference", () => {
  for (const name of BEHAVIOUR_NAMES) assertEquals([CORRECTED[name], REFERENCE[name]], [false, true], name);
});

Deno.test("every switch of policy experiments is consulted in one place, which is marked", () => {
  const files = filesBelow("src/experiments/payments").filter((path) => !path.endsWith("/behaviours.ts"));
  assertMarkedOnce(BEHAVIOUR_NAMES, files);
});

Deno.test("every switch of policy experiments is named by a test", () => {
  const tests = filesBelow("tests/experiments/payments").filter((path) => !path.endsWith("/behaviours_test.ts"));
  const text = tests.map(textOf).join("\n");
  const named = (name: string) =>
    new RegExp(`Deno.test\\("[^"]*\\b${name}\\b`).test(text) ||
    new RegExp(`^ {2}${name}: (?:async )?\\(on, off\\)`, "m").test(text);
  assertEquals(BEHAVIOUR_NAMES.filter((name) => !named(name)), []);
});

Deno.test("docs/payments-experiments.md has one complete row for every switch", () => {
  assertRows(BEHAVIOUR_NAMES, textOf("docs/payments-experiments.md").split("\n## Where we differ")[1] ?? "");
});
