/**
 * Every switch of the payments model is consulted in one place, tested on both sides, and has a row in
 * docs/behaviours.md.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BEHAVIOUR_NAMES, CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import {
  assertMarkedOnce,
  assertRows,
  documentedParts,
  filesBelow,
  testsOf,
  textOf,
  untestedSides,
} from "../kept_switches.ts";

const TESTS = filesBelow("tests/payments").filter((path) => path.endsWith("_test.ts"))
  .flatMap((path) => testsOf(textOf(path)));

Deno.test("every switch is off by default and on for the reference", () => {
  for (const name of BEHAVIOUR_NAMES) assertEquals([CORRECTED[name], REFERENCE[name]], [false, true], name);
});

Deno.test("every switch of the payments model has tests of both sides", () => {
  assert(TESTS.length > 150, "the tests are found");
  const both = /\bbothSides\(/;
  assertEquals(BEHAVIOUR_NAMES.flatMap((name) => untestedSides(name, TESTS, both)), []);
});

Deno.test("every switch of the payments model is consulted in one place, which is marked", () => {
  const files = filesBelow("src/payments").filter((path) => path !== "src/payments/behaviours.ts");
  assertMarkedOnce(BEHAVIOUR_NAMES, files);
});

Deno.test("docs/behaviours.md has one complete row for every switch of the payments model", () => {
  assertRows(BEHAVIOUR_NAMES, documentedParts().payments);
});
