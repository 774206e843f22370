import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../src/core/errors.ts";
import {
  type CommandShape,
  helpText,
  oneOf,
  onOff,
  parseArguments,
  path,
  text,
  UnreadableValue,
  valueOf,
  wholeNumber,
} from "../../src/cli/flags.ts";

const FLAGS = {
  "max-days": wholeNumber("N", "largest number of days", { min: 1 }, { fallback: "90" }),
  "workers": wholeNumber("N", "workers", { min: 1, max: 8 }),
  "out": path("F", "where to write"),
  "name": text("TEXT", "a name"),
  "mode": oneOf(["fast", "slow"], "how", { group: "Speed" }),
  "pair": valueOf("A,B", "two words", (text) => {
    const words = text.split(",");
    if (words.length !== 2) throw new UnreadableValue("two words with a comma between them");
    return words;
  }),
  "grid": onOff("run the grid", { negatable: true, fallback: "on" }),
  "quiet": onOff("say nothing"),
};
const SHAPE: CommandShape<typeof FLAGS> = {
  name: "try",
  summary: "Tries things",
  positionals: [{ name: "FILE", summary: "what to try" }],
  flags: FLAGS,
  examples: [["bilancio try x", "tries x"]],
};
const parse = (...args: string[]) => parseArguments(SHAPE, args);

Deno.test("parseArguments() reads values behind a blank and behind =", () => {
  const { flags, positionals } = parse("--max-days", "7", "f.yaml", "--name=a=b", "--mode", "slow", "--pair", "-1,0");
  assertEquals(positionals, ["f.yaml"]);
  assertEquals(flags["max-days"], 7);
  assertEquals(flags.name, "a=b");
  assertEquals(flags.mode, "slow");
  assertEquals(flags.pair, ["-1", "0"]);
  assertEquals(flags.out, undefined);
  assertEquals(flags.quiet, undefined);
});

Deno.test("parseArguments() reads switches, and their --no- form where they have one", () => {
  assertEquals(parse("f", "--grid", "--quiet").flags.grid, true);
  assertEquals(parse("f", "--no-grid").flags.grid, false);
  assertThrows(() => parse("f", "--no-quiet"), UsageError, "no option --no-quiet");
  assertThrows(() => parse("f", "--quiet=yes"), UsageError, "--quiet takes no value");
});

Deno.test("parseArguments() lets an optional argument be absent, but not empty", () => {
  const shape = {
    ...SHAPE,
    positionals: [...SHAPE.positionals, { name: "DIR", summary: "where", optional: true as const }],
  };
  assertEquals(parseArguments(shape, ["f"]).positionals, ["f"]);
  assertEquals(parseArguments(shape, ["f", "d"]).positionals, ["f", "d"]);
  assertThrows(() => parseArguments(shape, []), UsageError, "needs FILE");
  assertThrows(() => parseArguments(shape, ["f", ""]), UsageError, "needs DIR");
  assertThrows(() => parseArguments(shape, ["f", "d", "x"]), UsageError, "Usage: bilancio try FILE [DIR] [options]");
});

Deno.test("parseArguments() takes the last of a repeated flag, and everything behind -- as it is", () => {
  assertEquals(parse("f", "--name", "a", "--name", "b").flags.name, "b");
  assertEquals(parse("--", "--quiet").positionals, ["--quiet"]);
});

Deno.test("a value that does not fit names the flag, the value and what is allowed", () => {
  const cases: [string[], string][] = [
    [["f", "--max-days", "0"], '--max-days expects a whole number of at least 1, but got "0".'],
    [["f", "--max-days", "1.5"], '--max-days expects a whole number of at least 1, but got "1.5".'],
    [["f", "--workers", "9"], '--workers expects a whole number from 1 to 8, but got "9".'],
    [["f", "--mode", "fats"], '--mode expects one of fast, slow (did you mean fast?), but got "fats".'],
    [["f", "--pair", "a"], '--pair expects two words with a comma between them, but got "a".'],
    [["f", "--out="], '--out expects a path, but got "".'],
    [["f", "--out"], "--out needs a value: --out F."],
    [["f", "--out", "--quiet"], "--out needs a value: --out F."],
    [["f", "--max-day", "3"], "bilancio try has no option --max-day (did you mean --max-days?)."],
    [["f", "-x"], "bilancio try has no option -x."],
    [[], "bilancio try needs FILE: what to try."],
    [["f", "g"], 'bilancio try does not know what to do with "g".'],
  ];
  for (const [args, message] of cases) assertThrows(() => parse(...args), UsageError, message);
});

Deno.test("--help wins over missing arguments", () => {
  assert(parse("--help").help);
  assert(parse("-h").help);
});

Deno.test("a flag that is named like a property of every object is unknown", () => {
  assertThrows(() => parse("f", "--constructor"), UsageError, "no option --constructor");
  assertThrows(() => parse("f", "--no-toString"), UsageError, "no option --no-toString");
});

Deno.test("helpText() shows usage, every flag with its default, groups and examples", () => {
  const help = helpText(SHAPE);
  assertStringIncludes(help, "Usage: bilancio try FILE [options]");
  assertStringIncludes(help, "--max-days N                  largest number of days (default: 90)");
  assertStringIncludes(help, "\nSpeed:\n");
  assertStringIncludes(help, "--grid, --no-grid             run the grid (default: on)");
  assertStringIncludes(help, "Examples:\n  bilancio try x\n      tries x\n");
  for (const line of help.split("\n")) assert(line.length <= 120, line);
});
