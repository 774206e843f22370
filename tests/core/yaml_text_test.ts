import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { ValidationError } from "../../src/core/errors.ts";
import { parseYaml, YAML_TEXT_LIMIT } from "../../src/core/yaml_text.ts";

function refusal(text: string): ValidationError {
  return assertThrows(() => parseYaml(text, "ring.yaml"), ValidationError, "Failed to parse YAML from ring.yaml:\n");
}

/** Numbers as `I 5` or `D 5.0`, so that kind, digits and exponent show. */
function shown(value: unknown): unknown {
  if (value instanceof Decimal) return `${value.isInteger ? "I" : "D"} ${value}`;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shown(member)]));
}

Deno.test("plain numbers come back exactly, with their kind and their trailing zeros", () => {
  const cases: [string, string][] = [
    ["5", "I 5"],
    ["-0", "I 0"],
    ["+7", "I 7"],
    ["010", "I 10"],
    ["08", "I 8"],
    ["0o17", "I 15"],
    ["0x1F", "I 31"],
    ["99999999999999999999999", "I 99999999999999999999999"],
    ["10.50", "D 10.50"],
    ["0.1234567890123456789012345678", "D 0.1234567890123456789012345678"],
    [".5", "D 0.5"],
    ["-.5", "D -0.5"],
    ["5.", "D 5"],
    ["1e3", "D 1E+3"],
    ["1.0e-05", "D 0.000010"],
    ['!decimal "7.50"', "D 7.50"],
    ["!decimal 7", "D 7"],
    ["!!float 5", "D 5"],
    ['!!int "5"', "I 5"],
  ];
  for (const [text, expected] of cases) assertStrictEquals(shown(parseYaml(text, "f")), expected, text);
});

Deno.test("what only YAML 1.1 takes for a number or a boolean is text, and quoted text stays text", () => {
  const texts = ["1_000", "0b1", "1:30", "-0x1", "yes", "Off", "y", "2024-01-01", "1.5.2", ".e5", "0o9", "=", "<<"];
  for (const text of texts) assertStrictEquals(parseYaml(text, "f"), text);
  assertEquals(parseYaml('["1", \'2.5\', "true", !!str 5, \'null\', ""]', "f"), ["1", "2.5", "true", "5", "null", ""]);
  assertEquals(parseYaml("[true, FALSE, null, ~, , Null]", "f"), [true, false, null, null, null, null]);
  assertStrictEquals(parseYaml("", "f"), null);
});

Deno.test("keys keep their text, even where it looks like a number", () => {
  assertEquals(shown(parseYaml("1: a\n1.50: b\nTRUE: c\nNull: d\n__proto__: 5\n", "f")), {
    "1": "a",
    "1.50": "b",
    TRUE: "c",
    Null: "d",
    ["__proto__"]: "I 5",
  });
});

Deno.test("an alias gives the value again, also null, false, empty text and numbers", () => {
  assertEquals(
    shown(
      parseYaml(
        "a: &a ~\nb: *a\nc: &c false\nd: *c\ne: &e ''\nf: *e\ng: &g 0\nh: *g\ni: &i [1]\nj: *i\n",
        "f",
      ),
    ),
    {
      a: null,
      b: null,
      c: false,
      d: false,
      e: "",
      f: "",
      g: "I 0",
      h: "I 0",
      i: ["I 1"],
      j: ["I 1"],
    },
  );
});

Deno.test("a byte order mark and CR LF line ends are accepted", () => {
  assertEquals(shown(parseYaml("\ufeffa: 1\r\nb: [2]\r\n", "f")), { a: "I 1", b: ["I 2"] });
});

Deno.test("broken syntax is refused with its line and column", () => {
  const cases: [string, RegExp][] = [
    ["a: [1,\nb: 2\n", /line \d+, column \d+/],
    ["a: 1\n  b: 2\n", /line 2, column/],
    ['a: "open\n', /end of the stream.*line 2, column 1/],
    ["a: *nobody\n", /unidentified alias "nobody" \(line 1/],
    ["a: !other 5\n", /unknown tag !<!other> \(line 1/],
    ["a: !decimal many\n", /the text behind !decimal is no number \(line 1/],
    ["a: 1\n---\nb: 2\n", /more than 1 document.*line 2, column 1/],
    ["a: \u0001\n", /non-printable.*line 1/],
  ];
  for (const [text, pattern] of cases) {
    const [issue, ...others] = refusal(text).issues;
    assert(others.length === 0 && issue !== undefined && issue.path.length === 0);
    assert(pattern.test(issue.message), issue.message);
    assert(!issue.message.includes("\n"), "one sentence");
  }
});

Deno.test("a repeated key is refused by name and place", () => {
  const [issue] = refusal("a: 1\nb:\n  c: 1\n  d: [1,\n   2]\n  c : 3\n").issues;
  assertStrictEquals(issue?.message, "the key c stands twice in one map (line 6, column 3); keep one of them");
  const [inline] = refusal("x: {a: 1, a: 2}\n").issues;
  assert(inline?.message.startsWith("a key stands twice in one map (line 1, column "));
});

Deno.test("numbers that are not finite or out of range are all listed with their paths", () => {
  const { issues } = refusal(`a: {b: .inf, c: [1, -.INF, .nan]}\nd: 1e99999\ne: ${"9".repeat(2000)}\nf: 1\n`);
  assertEquals(issues.map(({ path, message }) => [path.join("."), message]), [
    ["a.b", "a number must be finite"],
    ["a.c.1", "a number must be finite"],
    ["a.c.2", "a number must be finite"],
    ["d", "the number is out of range"],
    ["e", "a number has at most 1000 characters"],
  ]);
});

Deno.test("a bomb of aliases is refused without being written out", () => {
  const names = Array.from({ length: 40 }, (_, i) => `a${i}`);
  const bomb = names.map((name, i) => `${name}: &${name} [${Array(9).fill(i === 0 ? "x" : `*a${i - 1}`).join(", ")}]`);
  assert(refusal(bomb.join("\n")).message.includes("more than 5000000 values"));
});

Deno.test("nesting past the limit is refused, written out or through aliases, and so is an alias inside itself", () => {
  assert(refusal("[".repeat(100_000)).message.includes("deeper than 200 levels"));
  assert(refusal(`${"[".repeat(201)}${"]".repeat(201)}`).message.includes("deeper than 200 levels"));
  const chain = Array.from({ length: 202 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 1 : `*a${i - 1}`}]`).join("\n");
  assert(refusal(chain).message.includes("deeper than 200 levels"));
  assert(refusal("a: &x\n  b: *x\n").message.includes("an alias stands inside of what it names"));
  assertInstanceOf(parseYaml(`${"[".repeat(200)}${"]".repeat(200)}`, "f"), Array);
});

Deno.test("a text past the limit is refused before it is read", () => {
  assert(refusal("#".repeat(YAML_TEXT_LIMIT + 1)).message.includes("longer than 64 million characters"));
});
