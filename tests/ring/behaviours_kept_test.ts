/**
 * Every switch is consulted in one place, tested on both sides, and has a row in docs/behaviours.md. Whoever adds a
 * switch and forgets one of these fails here.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BEHAVIOUR_NAMES } from "../../src/ring/behaviours.ts";
import {
  assertMarkedOnce,
  assertRows,
  documentedParts,
  filesBelow,
  type Test,
  testsOf,
  textOf,
  untestedSides,
} from "../kept_switches.ts";

const ITSELF = "tests/ring/behaviours_kept_test.ts";

const TESTS = filesBelow("tests/ring").filter((path) => path.endsWith("_test.ts") && path !== ITSELF)
  .flatMap((path) => testsOf(textOf(path)));

function untested(name: string, tests: readonly Test[]): string[] {
  return untestedSides(name, tests, new RegExp(`\\bboth\\("${name}"`));
}

Deno.test("every switch has tests of both sides", () => {
  assert(TESTS.length > 100, "the tests are found");
  assertEquals(BEHAVIOUR_NAMES.flatMap((name) => untested(name, TESTS)), []);
});

Deno.test("a switch without a test, or with a test of one side, is noticed", () => {
  const tests = testsOf('Deno.test("one: a side", () => {\n  assertEquals(run(REFERENCE), 1);\n});\n');
  assertEquals(untested("one", tests), ["one corrected"]);
  assertEquals(untested("other", tests), ["other as in the reference", "other corrected"]);
  assertEquals(untested("one", testsOf('Deno.test("one: no claim", () => {\n  both("one", {});\n});\n')).length, 2);
});

Deno.test("every switch is consulted in one place, which is marked", () => {
  // The payments model and its experiments have switches and tests of their own.
  const other = (path: string) => path === "src/ring/behaviours.ts" || path.includes("/payments/");
  assertMarkedOnce(BEHAVIOUR_NAMES, filesBelow("src").filter((path) => !other(path)));
});

Deno.test("docs/behaviours.md has one complete row for every switch", () => {
  assertRows(BEHAVIOUR_NAMES, documentedParts().ring);
});
