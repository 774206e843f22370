import { assert, assertEquals } from "@std/assert";
import { PACKED_SCRIPT } from "../../src/reports/scripts.ts";
import fc from "fast-check";
import {
  noTables,
  packedElement,
  type PackedTable,
  pageElement,
  TablePacker,
} from "../../src/reports/packed_tables.ts";

/** The tables of a packed element. */
async function unpacked(element: string): Promise<Record<string, PackedTable>> {
  return JSON.parse(await textOf(element)).tables;
}

/** The text of a packed element, as the page's script reads it. */
async function textOf(element: string): Promise<string> {
  const base64 = /^<script type="text\/plain" id="packed">([A-Za-z0-9+/=]*)<\/script>$/.exec(element)?.[1];
  assert(base64 !== undefined, "the element holds base64 and nothing else");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
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

/** Lists of places as the script of a page reads them. */
async function placesOf(element: string): Promise<{ columns: unknown; texts: unknown }> {
  const source = /const placed=[^]*?;\n(?=const make)/.exec(PACKED_SCRIPT)?.[0];
  assert(source !== undefined, "the script reads places");
  const { placed } = JSON.parse(await textOf(element));
  return new Function("table", `${source}return placed(table)`)(placed.events);
}

Deno.test("lists of places come back, however many texts there are", async () => {
  const place = fc.oneof(fc.nat(90), fc.nat(8280), fc.nat(753_570), fc.constantFrom(90, 91, 8280, 8281, 753_571));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 40 }), async (rows) => {
      const columns = [0, 1].map((k) => Int32Array.from(rows.map((row) => row[k] ?? 0)));
      const element = await pageElement({ ...noTables(), placed: { events: { columns, texts: [], parts: [1, 1] } } });
      assertEquals((await placesOf(element)).columns, columns);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a column of two parts has their texts one behind the other", async () => {
  const texts = ["", "\u2014", "due day ", "5", "</script>\u{1f4b6}"];
  const columns = [Int32Array.of(4, 4), Int32Array.of(2, 0), Int32Array.of(3, 0)];
  const element = await pageElement({ ...noTables(), placed: { events: { columns, texts, parts: [1, 2] } } });
  assertEquals(await placesOf(element), { columns: [columns[0], ["due day 5", ""]], texts: [texts, null] });
});
