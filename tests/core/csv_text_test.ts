import { assertEquals, assertStrictEquals } from "@std/assert";
import { parse } from "@std/csv";
import * as fc from "fast-check";
import { csvRow, csvText } from "../../src/core/csv_text.ts";

Deno.test("csvRow() quotes a cell only for a comma, a quote, CR or LF", () => {
  assertStrictEquals(csvRow(["a", "", "b c", "d;e", "'f'"]), "a,,b c,d;e,'f'");
  assertStrictEquals(csvRow(["1,5", 'say "x"', "two\nlines", "cr\r"]), '"1,5","say ""x""","two\nlines","cr\r"');
});

Deno.test("csvText() ends every line with CR LF", () => {
  assertStrictEquals(csvText(["a", "b"], [["1", "2"]]), "a,b\r\n1,2\r\n");
  assertStrictEquals(csvText(["a"], []), "a\r\n");
});

Deno.test("a CSV reader gives back the cells of csvText()", () => {
  // The standard reader turns CR LF inside of a cell into LF, so that CR is left out here.
  const cell = fc.string().filter((text) => !text.includes("\r"));
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
    assertEquals(parse(csvText(["x", "y"], rows)), [["x", "y"], ...rows]);
  }));
});
