import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "@std/csv";
import fc from "fast-check";
import { csvRecords } from "../../src/core/csv_records.ts";
import { csvText } from "../../src/core/csv_text.ts";

const cell = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", " "), maxLength: 6 }),
);

Deno.test("records come back as they were written", () => {
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(fc.property(table, (rows) => assertEquals(csvRecords(csvText(["a", "b"], rows)), [["a", "b"], ...rows])));
});

Deno.test("records are those of the standard library's reader", () => {
  for (const text of ['a,b\r\n1,"x, ""y"""\r\n', '"",""""\n', 'a,"1\n2"\nb,\n', ",\n", "a\n\nb", ""]) {
    assertEquals(csvRecords(text), parse(text), JSON.stringify(text));
  }
});

Deno.test("a quote that is never closed is named by its line, in a long text too", () => {
  const text = `a,b\n1,"2\n${"3,4\n".repeat(200_000)}`;
  assertThrows(() => csvRecords(text), SyntaxError, "line 2: a quote is opened and never closed");
});
