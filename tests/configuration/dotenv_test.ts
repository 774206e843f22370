import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ValidationError } from "../../src/core/errors.ts";
import { parseDotenv } from "../../src/configuration/dotenv.ts";

function values(text: string): Record<string, string> {
  return Object.fromEntries(parseDotenv(text, ".env").map(({ name, value }) => [name, value]));
}

Deno.test(".env takes bare values, both quotes, export, comments, and Windows line ends", () => {
  assertEquals(
    values(
      "\uFEFF# comment\r\nA=1\r\n  B = two words # why\nexport C='it is $B # not a comment'\n" +
        'D="line\\nend \\"quoted\\" \\\\ \\$x"  # note\nE=\nF=#none\nG=a#b\nH=""\n',
    ),
    {
      A: "1",
      B: "two words",
      C: "it is $B # not a comment",
      D: 'line\nend "quoted" \\ $x',
      E: "",
      F: "",
      G: "a#b",
      H: "",
    },
  );
});

Deno.test(".env says which lines are wrong, and never what stands there", () => {
  const error = assertThrows(
    () => parseDotenv("A=1\nnonsense secret\nB=\"secret without end\nC='x' secret\n", ".env"),
    ValidationError,
  );
  assertEquals(error.issues.map(({ path }) => path), [["line 2"], ["line 3"], ["line 4"]]);
  assert(!error.message.includes("secret"), error.message);
});

Deno.test("a later line of .env counts over an earlier one", () => {
  assertEquals(values("A=1\nA=2\n"), { A: "2" });
});

Deno.test("any one-line value survives a double-quoted line of .env", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const quoted = value.replace(/[\\"$]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
    assertEquals(values(`A="${quoted}"`), { A: value });
  }));
});
