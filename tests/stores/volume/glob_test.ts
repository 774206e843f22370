import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../src/core/errors.ts";
import { glob } from "../../../src/stores/volume/glob.ts";

const CASES: readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[] = [
  ["a*", ["a", "ab", "a b", "a\nb"], ["", "ba", "A", "a/b"]],
  ["*", ["", "x", ".hidden"], ["a/b", "/"]],
  ["*_ring", ["2026_ring", "_ring"], ["2026_ring2", "x/2026_ring"]],
  ["experiments/*", ["experiments/a"], ["experiments", "experiments/a/b", "experiment/a"]],
  ["a?c", ["abc", "a€c", "a😀c"], ["ac", "abbc", "a/c"]],
  ["[a-c]x", ["ax", "cx"], ["dx", "-x", "x"]],
  ["[!a-c]x", ["dx"], ["ax", "/x", "x"]],
  ["[]]", ["]"], ["["]],
  ["[!]]", ["a"], ["]"]],
  ["[[]x[*]", ["[x*"], ["[xy"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["**", ["ab"], ["a/b"]],
  ["a.c", ["a.c"], ["abc"]],
  ["..", [".."], ["ab"]],
  ["*a*b*", ["ab", "xaxxbx", "aab", "abab"], ["ba", "a/b"]],
  ["*/a*b", ["x/ab", "x/aab"], ["ab", "x/a/b"]],
];

for (const [pattern, matching, others] of CASES) {
  Deno.test(`the pattern ${pattern} matches what a shell would match, and never crosses a /`, () => {
    const { matches } = glob(pattern);
    assertEquals(matching.filter((text) => !matches(text)), []);
    assertEquals(others.filter(matches), []);
  });
}

Deno.test("an empty pattern and a bracket without end are refused with the way out", () => {
  assertThrows(() => glob(""), UsageError, '"*" stands for every name');
  for (const pattern of ["[", "a[bc", "[]", "[!]", "x[!"]) {
    assertThrows(() => glob(pattern), UsageError, '"[[]" stands');
  }
});

Deno.test("a pattern without wildcards matches itself and nothing else", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string(), (name, other) => {
    const pattern = name.replaceAll(/[*?[]/g, "[$&]");
    assert(glob(pattern).matches(name));
    assertEquals(glob(pattern).matches(other), other === name);
  }));
});

Deno.test("patterns agree with the same pattern as a regular expression", () => {
  const piece = fc.constantFrom("a", "b", "/", "*", "?", "[ab]", "[!a]");
  const REGULAR: Readonly<Record<string, string>> = { "*": "[^/]*", "?": "[^/]", "[!a]": "[^a/]" };
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 6 }),
      fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 8 }),
      (pieces, letters) => {
        const expression = new RegExp(`^${pieces.map((part) => REGULAR[part] ?? part).join("")}$`);
        assertEquals(glob(pieces.join("")).matches(letters.join("")), expression.test(letters.join("")));
      },
    ),
    { numRuns: 2000 },
  );
});
