/** What formatYaml() writes, parseYaml() reads as the same values. */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { parse as parseAs } from "@std/yaml";
import * as fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { formatYaml } from "../../src/core/yaml_format.ts";
import { parseYaml } from "../../src/core/yaml_text.ts";

const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), fc.integer({ min: -40, max: 1200 }))
  .map(([coefficient, exponent]) => Decimal.of(coefficient, exponent));

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary-ascii" }),
  fc.stringMatching(/^[-+.:0-9eExob_ ]{0,8}$/),
  fc.constantFrom(
    "yes",
    "No",
    "null",
    "~",
    "TRUE",
    "on",
    "n",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#a",
    "a:",
    "? a",
    "[a",
    "{",
  ),
  fc.constantFrom(
    "a ",
    " a",
    "'",
    '"',
    "%x",
    "@x",
    "`x",
    "!x",
    "&x",
    "*x",
    "|",
    ">",
    "---",
    "...",
    "a\nb",
    "\t",
    "=",
    "<<",
  ),
  fc.constantFrom("Ring (n=5, kappa=0.25, c=1, mu=0)", "ø", "😀", "\u2028", "\u0085", "\ufeffx", "1:30", "0x1F", "010"),
);

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    texts,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    decimals,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(texts, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** Numbers by value, with the text in which a decimal past a double's digits is written. */
function byValue(value: unknown): unknown {
  if (typeof value === "number") return byValue(Decimal.fromNumber(value));
  if (value instanceof Decimal) {
    const normal = value.normalized();
    return `${normal.coefficient}e${normal.exponent}`;
  }
  if (Array.isArray(value)) return value.map(byValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, byValue(member)]));
}

/** As the reader of a decimal field takes it: numeric text in the place of a decimal is that decimal. */
function matched(written: unknown, read: unknown): unknown {
  if (written instanceof Decimal && typeof read === "string") return Decimal.parse(read);
  if (Array.isArray(written) && Array.isArray(read)) return read.map((item, i) => matched(written[i], item));
  if (written instanceof Decimal || read instanceof Decimal) return read;
  if (typeof written !== "object" || written === null || typeof read !== "object" || read === null) return read;
  const members = new Map(Object.entries(written));
  return Object.fromEntries(Object.entries(read).map(([key, member]) => [key, matched(members.get(key), member)]));
}

Deno.test("values written as YAML are read back unchanged", () => {
  fc.assert(
    fc.property(values, (value) => {
      const read = parseYaml(formatYaml(value), "f");
      assertEquals(byValue(matched(value, read)), byValue(value));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("written text is text for a reader of the looser schema too", () => {
  fc.assert(
    fc.property(texts, (text) => {
      assertEquals(parseAs(formatYaml({ text, list: [text] }), { schema: "default" }), { text, list: [text] });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("YAML is written in block style with dashes in the column of their key", () => {
  const scenario = {
    version: 1,
    name: "Ring (n=2, kappa=0.5)",
    gone: undefined,
    agents: [{ id: "H1", kind: "household" }, { id: "10", tags: ["a", "b"] }],
    empty: [],
    none: {},
    grid: [[1, 2], [3]],
    run: {
      amount: Decimal.parse("12.50"),
      whole: Decimal.parse("4.0E+2"),
      tiny: 1e-5,
      long: Decimal.parse("0.12345678901234567891"),
    },
  };
  assertStrictEquals(
    formatYaml(scenario),
    [
      "version: 1",
      "name: Ring (n=2, kappa=0.5)",
      "agents:",
      "- id: H1",
      "  kind: household",
      "- id: '10'",
      "  tags:",
      "  - a",
      "  - b",
      "empty: []",
      "none: {}",
      "grid:",
      "- - 1",
      "  - 2",
      "- - 3",
      "run:",
      "  amount: 12.5",
      "  whole: 400",
      "  tiny: 1.0e-05",
      "  long: '0.12345678901234567891'",
      "",
    ].join("\n"),
  );
});

Deno.test("values that YAML does not have are refused", () => {
  for (const value of [NaN, Infinity, 5n, () => 1, Symbol("s")]) {
    assertThrows(() => formatYaml({ value }), TypeError, "YAML cannot hold");
  }
});
