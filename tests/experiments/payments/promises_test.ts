/** Every identity, invariant and acceptance check of chapter 08 has a test that is named after it, where the docs say. */
import { assertEquals } from "@std/assert";
import { filesBelow, textOf } from "../../kept_switches.ts";

const TITLES: readonly (readonly [file: string, title: string])[] = filesBelow("tests")
  .filter((path) => path.endsWith("_test.ts"))
  .flatMap((path) =>
    [...textOf(path).matchAll(/Deno\.test\("([^"]+)"/g)].map(([, title = ""]) => [path, title] as const)
  );

function missing(names: readonly string[]): string[] {
  return names.filter((name) => !TITLES.some(([, title]) => title.startsWith(name)));
}

function numbered(count: number, name: (n: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => name(i + 1));
}

Deno.test("the identities INV-1, 2, 5, 6, 9, 10 and 11 each have a test of their name", () => {
  assertEquals(missing([1, 2, 5, 6, 9, 10, 11].map((n) => `INV-${n}: `)), []);
});

Deno.test("each of the 18 invariants of spec 08 26 has a test of its number", () => {
  assertEquals(missing(numbered(18, (n) => `spec 08 26.${n}: `)), []);
});

Deno.test("each of the 22 acceptance checks of spec 08 25 has a test of its number", () => {
  const named = TITLES.map(([, title]) => /^check (\d+)(?: of spec 08)?: /.exec(title)?.[1]);
  assertEquals(numbered(22, String).filter((n) => !named.includes(n)), []);
});

Deno.test("docs/payments-invariants.md names test files that there are", () => {
  const files = new Set(filesBelow("tests").map((path) => path.replace(/\.ts$/, "")));
  const named = [...textOf("docs/payments-invariants.md").matchAll(/`(tests\/[\w/]+?)(?:\.ts)?`/g)].map((
    [, path = ""],
  ) => path);
  assertEquals(named.filter((path) => !files.has(path)), []);
});
