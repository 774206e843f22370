/**
 * What every switch between the reference's way and the right one must have: one marked place, tests of both sides, a
 * row in docs/behaviours.md. Shared by the models.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** The files below a folder of the repository. */
export function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory ? filesBelow(path) : [path];
  });
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** A test as it is written. */
export interface Test {
  readonly title: string;
  readonly code: string;
}

/** The tests of a file: from one `Deno.test(` at the start of a line to the next. */
export function testsOf(text: string): Test[] {
  return text.split(/^Deno\.test\(/m).slice(1).flatMap((block) => {
    const title = /^"([^"]+)"/.exec(block)?.[1];
    const end = block.search(/^\}\);/m);
    return title === undefined ? [] : [{ title, code: block.slice(title.length + 2, end < 0 ? undefined : end) }];
  });
}

/**
 * The sides of a switch that none of its tests runs. A test belongs to the switch that begins its title.
 *
 * @param runsBoth What in a test's code runs both sides.
 */
export function untestedSides(name: string, tests: readonly Test[], runsBoth: RegExp): string[] {
  const own = tests.filter(({ title }) => new RegExp(`^(?:behaviour )?${name}\\b`).test(title));
  // Only tests that make a claim count.
  const code = own.map((test) => test.code).filter((text) => /\bassert/.test(text)).join("\n");
  const corrected = new RegExp(`\\bCORRECTED\\b|reference: false|${name}: false`);
  const both = runsBoth.test(code);
  return [
    ...(both || /\bREFERENCE\b|reference: true/.test(code) ? [] : [`${name} as in the reference`]),
    ...(both || corrected.test(code) ? [] : [`${name} corrected`]),
  ];
}

/** Fails unless each switch is consulted once in `files`, right below or beside its mark, and no other name is marked. */
export function assertMarkedOnce(names: readonly string[], files: readonly string[]): void {
  const code = files.map(textOf).join("\n");
  const isConsulted = (name: string) => code.split(new RegExp(`\\.${name}\\b`)).length === 2;
  const isMarked = (name: string) => {
    const beside = new RegExp(`\\.${name}\\b.*// behaviour: ${name}$`, "m");
    return beside.test(code) || new RegExp(`// behaviour: ${name}\\n(?:.*\\n){0,4}.*\\.${name}\\b`).test(code);
  };
  assertEquals(names.filter((name) => !isConsulted(name) || !isMarked(name)), []);
  const marks = [...code.matchAll(/\/\/ behaviour: (\w+)/g)].map(([, name]) => name).sort();
  assertEquals(marks, [...names].sort());
}

/** Fails unless a part of docs/behaviours.md has one complete row for each switch, and no other. */
export function assertRows(names: readonly string[], part: string): void {
  const rows = part.split("\n").filter((line) => /^\| `\w+` /.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const named = rows.map(([name = ""]) => name.replaceAll("`", ""));
  assertEquals(named.toSorted(), [...names].sort());
  for (const [name, ...cells] of rows) {
    assertEquals(cells.length, 4, `${name}: chapter, reference, ours, change`);
    assertMatch(cells[0] ?? "", /^0[1-9] \d/, `${name}: the chapter`);
    assertEquals(cells.filter((cell) => cell === "" || cell === "-"), [], `${name} has an empty cell`);
  }
}

/** The parts of docs/behaviours.md: of the ring model, and of the payments model. */
export function documentedParts(): { readonly ring: string; readonly payments: string } {
  const [ring = "", payments = "", ...more] = textOf("docs/behaviours.md").split("\n## Payments\n");
  assert(more.length === 0, "one part Payments");
  // What follows under another heading belongs to others.
  const [own = ""] = payments.split("\n## ");
  return { ring, payments: own };
}
