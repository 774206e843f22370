/** What is appended as columns is read back from the table: every kind of column, over several chunks. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cellsOf,
  codedTexts,
  type ColumnValue,
  type ColumnValues,
  numberedTexts,
  sameValue,
} from "../../../src/core/column_values.ts";
import { CHUNK } from "../../../src/stores/duckdb/chunk_writer.ts";
import { type ColumnType, Database } from "../../../src/stores/duckdb/driver.ts";

/** Appends one column and reads it back. */
async function readBack(database: Database, type: ColumnType, values: ColumnValues): Promise<ColumnValue[]> {
  await database.run(`CREATE OR REPLACE TABLE t (number INTEGER, value ${type})`);
  const numbers = Int32Array.from({ length: values.length }, (_, row) => row);
  await database.transaction((session) => session.append("t", ["integer", type], [numbers, values]));
  const { value = [] } = await database.columns("SELECT value FROM t ORDER BY number");
  return value.map((cell) => typeof cell === "object" && !(cell instanceof Date) ? null : cell);
}

/** More rows than two chunks have, taken in turn from a few. */
function manyRows<T>(cells: readonly T[], length = 2 * CHUNK + 77): T[] {
  return Array.from({ length }, (_, row) => cells.slice(row % cells.length)).flatMap(([cell]) =>
    cell === undefined ? [] : [cell]
  );
}

/** Texts around the lengths at which DuckDB keeps them elsewhere, in one to four bytes a character. */
const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 14 }),
  fc.constantFrom("", "twelve bytes", "thirteen byte", "é".repeat(6), "é".repeat(6) + "e", "€€€€", "😀😀😀", "😀😀😀!"),
  fc.constantFrom("a\u0000b", "more than twelve\u0000bytes", "\u0000".repeat(20)),
);
const someTexts = fc.array(fc.option(texts, { nil: null }), { minLength: 1, maxLength: 9 });

const numbers = fc.array(
  fc.option(
    fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), -1)),
    {
      nil: null,
    },
  ),
  { minLength: 1, maxLength: 9 },
);

Deno.test("texts come back, whatever their length and characters", async () => {
  await using database = await Database.open(":memory:");
  await fc.assert(
    fc.asyncProperty(someTexts, async (few) => {
      const cells = manyRows(few);
      assertEquals(await readBack(database, "varchar", cells), cells);
    }),
    { numRuns: 20 },
  );
});

Deno.test("coded texts come back, few or more of them than a chunk has rows", async () => {
  await using database = await Database.open(":memory:");
  await fc.assert(
    fc.asyncProperty(someTexts, fc.constantFrom(0, CHUNK), async (few, more) => {
      const known = few.map((text) => text ?? "").concat(Array.from({ length: more }, (_, i) => `one more text ${i}`));
      const codes = Int32Array.from({ length: 2 * CHUNK + 77 }, (_, row) => {
        const place = row % (known.length + 1);
        return few[place] === null ? -1 : place - 1;
      });
      const column = codedTexts(codes, known);
      assertEquals(await readBack(database, "varchar", column), cellsOf(column));
    }),
    { numRuns: 20 },
  );
});

Deno.test("texts with a number come back, in their rows or beside them", async () => {
  await using database = await Database.open(":memory:");
  for (const prefix of ["", "t-", "payment number "]) {
    const column = numberedTexts(
      Float64Array.from({ length: CHUNK + 5 }, (_, row) => row % 7 === 3 ? NaN : row),
      prefix,
      4,
    );
    assertEquals(await readBack(database, "varchar", column), cellsOf(column));
  }
});

Deno.test("texts that fill several pieces come back", async () => {
  await using database = await Database.open(":memory:");
  const cells = ["x".repeat(600_000), "y".repeat(600_000), "é".repeat(1_200_000), null, "short", "z".repeat(2 ** 20)];
  assertEquals(await readBack(database, "varchar", cells), cells);
});

Deno.test("half a pair of surrogates is written as the sign for what is no text, and its neighbours are untouched", async () => {
  await using database = await Database.open(":memory:");
  const cells = ["a long text that ends in half \ud83d", "\ude00 a pair begins this one", "a"];
  assertEquals(await readBack(database, "varchar", cells), cells.map((cell) => cell.toWellFormed()));
});

Deno.test("whole numbers come back from memory, from a list, and from one value", async () => {
  await using database = await Database.open(":memory:");
  await fc.assert(
    fc.asyncProperty(numbers, async (few) => {
      const cells = manyRows(few);
      assertEquals(await readBack(database, "bigint", cells), cells);
      assertEquals(await readBack(database, "bigint", Float64Array.from(cells, (cell) => cell ?? NaN)), cells);
      const [first = null] = few;
      assertEquals(await readBack(database, "bigint", sameValue(first, cells.length)), cells.map(() => first));
    }),
    { numRuns: 15 },
  );
});

Deno.test("one value in all rows comes back in columns of every type", async () => {
  await using database = await Database.open(":memory:");
  const values: readonly (readonly [ColumnType, ColumnValue])[] = [
    ["integer", -7],
    ["bigint", 2 ** 40],
    ["hugeint", 5],
    ["double", 0.25],
    ["varchar", "short"],
    ["varchar", "a text of more than twelve bytes"],
    ["boolean", true],
    ["boolean", false],
    ["timestamp", new Date(1_700_000_000_000)],
  ];
  for (const [type, value] of values) {
    for (const each of [value, null]) {
      const cells = Array<ColumnValue>(CHUNK + 3).fill(each);
      assertEquals(await readBack(database, type, sameValue(each, cells.length)), cells, type);
    }
  }
});

Deno.test("integers in memory fill a column of 64 bits, too, and doubles stay what they are", async () => {
  await using database = await Database.open(":memory:");
  const whole = Int32Array.of(1, -1, 2 ** 31 - 1, -(2 ** 31));
  assertEquals(await readBack(database, "bigint", whole), [...whole]);
  assertEquals(await readBack(database, "integer", whole), [...whole]);
  const doubles = Float64Array.of(0.5, -0, NaN, Infinity, Number.MIN_VALUE);
  assertEquals(await readBack(database, "double", doubles), [...doubles]);
});

Deno.test("nulls of one chunk are not nulls of the next", async () => {
  await using database = await Database.open(":memory:");
  const cells = Array.from({ length: 3 * CHUNK }, (_, row) => row < CHUNK || row >= 2 * CHUNK + 9 ? null : row);
  assertEquals(await readBack(database, "bigint", cells), cells);
  const some = cells.map((cell) => cell === null ? null : `text number ${cell}`);
  assertEquals(await readBack(database, "varchar", some), some);
});
