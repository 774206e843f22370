import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { packedElement, type PackedTable, TablePacker } from "../../src/reports/packed_tables.ts";

/** Reads a packed element as the page's script does. */
async function unpacked(element: string): Promise<Record<string, PackedTable>> {
  const base64 = /^<script type="text\/plain" id="packed">([A-Za-z0-9+/=]*)<\/script>$/.exec(element)?.[1];
  assert(base64 !== undefined, "the element holds base64 and nothing else");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")))
    .text();
  return JSON.parse(text).tables;
}

function rowsOf({ columns, texts }: PackedTable): (string | number)[][] {
  const length = columns[0]?.length ?? 0;
  return Array.from({ length }, (_, row) =>
    columns.map((column, c) => {
      const value = column[row] ?? "";
      const shared = texts[c];
      return shared === null || shared === undefined ? value : shared[Number(value)] ?? "";
    }));
}

Deno.test("packed tables come back row by row, whatever stands in them", async () => {
  const cell = fc.oneof(fc.constantFrom("a", "b", "</script>"), fc.string({ unit: "grapheme" }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 40 }), async (rows) => {
      const packer = new TablePacker(3);
      for (const row of rows) packer.add(row);
      const tables = await unpacked(await packedElement({ events: packer.packed() }));
      const table = tables.events;
      assert(table !== undefined);
      assertEquals(rowsOf(table), rows);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a column with many different texts holds them itself", () => {
  const packer = new TablePacker(2);
  for (let i = 0; i < 10; i++) packer.add([`id ${i}`, "same"]);
  const { texts, columns } = packer.packed();
  assertEquals(texts, [null, ["same"]]);
  assertEquals(columns[0]?.[9], "id 9");
});
