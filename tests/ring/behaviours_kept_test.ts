/**
 * Every switch is consulted in one place, tested on both sides, and has a row in docs/behaviours.md. Whoever adds a
 * switch and forgets one of these fails here.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BEHAVIOUR_NAMES } from "../../src/ring/behaviours.ts";

const ROOT = new URL("../../", import.meta.url);
const ITSELF = "tests/ring/behaviours_kept_test.ts";

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory ? filesBelow(path) : [path];
  });
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

interface Test {
  readonly title: string;
  readonly code: string;
}

/** The tests of a file: from one `Deno.test(` at the start of a line to the next. */
function testsOf(text: string): Test[] {
  return text.split(/^Deno\.test\(/m).slice(1).flatMap((block) => {
    const title = /^"([^"]+)"/.exec(block)?.[1];
    const end = block.search(/^\}\);/m);
    return title === undefined ? [] : [{ title, code: block.slice(title.length + 2, end < 0 ? undefined : end) }];
  });
}

/** The sides of a switch that none of its tests runs. A test belongs to the switch that begins its title. */
function untestedSides(name: string, tests: readonly Test[]): string[] {
  const own = tests.filter(({ title }) => new RegExp(`^(?:behaviour )?${name}\\b`).test(title));
  // Only tests that make a claim count.
  const code = own.map((test) => test.code).filter((text) => /\bassert/.test(text)).join("\n");
  const corrected = new RegExp(`\\bCORRECTED\\b|reference: false|${name}: false`);
  const runsBoth = code.includes(`both("${name}"`);
  return [
    ...(runsBoth || /\bREFERENCE\b|reference: true/.test(code) ? [] : [`${name} as in the reference`]),
    ...(runsBoth || corrected.test(code) ? [] : [`${name} corrected`]),
  ];
}

const TESTS = filesBelow("tests/ring").filter((path) => path.endsWith("_test.ts") && path !== ITSELF)
  .flatMap((path) => testsOf(textOf(path)));

Deno.test("every switch has tests of both sides", () => {
  assert(TESTS.length > 100, "the tests are found");
  assertEquals(BEHAVIOUR_NAMES.flatMap((name) => untestedSides(name, TESTS)), []);
});

Deno.test("a switch without a test, or with a test of one side, is noticed", () => {
  const tests = testsOf('Deno.test("one: a side", () => {\n  assertEquals(run(REFERENCE), 1);\n});\n');
  assertEquals(untestedSides("one", tests), ["one corrected"]);
  assertEquals(untestedSides("other", tests), ["other as in the reference", "other corrected"]);
  assertEquals(
    untestedSides("one", testsOf('Deno.test("one: no claim", () => {\n  both("one", {});\n});\n')).length,
    2,
  );
});

Deno.test("every switch is consulted in one place, which is marked", () => {
  const code = filesBelow("src")
    .filter((path) => path !== "src/ring/behaviours.ts" && !path.startsWith("src/payments/"))
    .map(textOf).join("\n");
  const isConsulted = (name: string) => code.split(new RegExp(`\\.${name}\\b`)).length === 2;
  const isMarked = (name: string) => new RegExp(`// behaviour: ${name}\\n(?:.*\\n){0,4}.*\\.${name}\\b`).test(code);
  assertEquals(BEHAVIOUR_NAMES.filter((name) => !isConsulted(name) || !isMarked(name)), []);
  const marks = [...code.matchAll(/\/\/ behaviour: (\w+)/g)].map(([, name]) => name).sort();
  assertEquals(marks, [...BEHAVIOUR_NAMES].sort());
});

Deno.test("docs/behaviours.md has one complete row for every switch", () => {
  // The switches of the payments model have a part of their own.
  const [ring = ""] = textOf("docs/behaviours.md").split("\n## Payments");
  const rows = ring.split("\n").filter((line) => /^\| `\w+` /.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const names = rows.map(([name = ""]) => name.replaceAll("`", ""));
  assertEquals(names.toSorted(), [...BEHAVIOUR_NAMES].sort());
  for (const [name, ...cells] of rows) {
    assertEquals(cells.length, 4, `${name}: chapter, reference, ours, change`);
    assertEquals(cells.filter((cell) => cell === "" || cell === "-"), [], `${name} has an empty cell`);
  }
});
