/** Columns of every kind hold the values that were put in them, alone and joined. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cellAt,
  cellsOf,
  codedTexts,
  type ColumnValue,
  type ColumnValues,
  isCompact,
  joinedValues,
  numberedTexts,
  sameValue,
} from "../../src/core/column_values.ts";

/** A column, and the values that it stands for. */
type Column = readonly [values: ColumnValues, cells: readonly ColumnValue[]];

const wholes = fc.array(fc.option(fc.maxSafeInteger(), { nil: null }), { maxLength: 8 });
const TEXTS = ["", "A", "B", "é", "a text of more than twelve bytes"];

const columns: fc.Arbitrary<Column> = fc.oneof(
  wholes.map((cells): Column => [cells, cells]),
  wholes.map((cells): Column => [Float64Array.from(cells, (cell) => cell ?? NaN), cells]),
  fc.array(fc.integer(), { maxLength: 8 }).map((cells): Column => [Int32Array.from(cells), cells]),
  fc.array(fc.integer({ min: -1, max: TEXTS.length - 1 }), { maxLength: 8 }).map((codes): Column => {
    return [codedTexts(Int32Array.from(codes), TEXTS), codes.map((code) => TEXTS[code] ?? null)];
  }),
  fc.tuple(fc.constantFrom<ColumnValue>(null, 0, 7, false, "A", "B"), fc.nat(8)).map(([value, length]): Column => {
    return [sameValue(value, length), Array<ColumnValue>(length).fill(value)];
  }),
  fc.array(fc.constantFrom<[number, string | null]>([NaN, null], [0, "t-00"], [255, "t-ff"], [4096, "t-1000"]), {
    maxLength: 8,
  }).map((drawn): Column => {
    return [numberedTexts(Float64Array.from(drawn, ([number]) => number), "t-", 2), drawn.map(([, text]) => text)];
  }),
);

Deno.test("a column of any kind holds its values, and null past its end", () => {
  fc.assert(fc.property(columns, ([values, cells]) => {
    assertEquals(values.length, cells.length);
    assertEquals(cellsOf(values), cells);
    assertEquals(cellAt(values, cells.length), null);
  }));
});

Deno.test("joined columns hold the values of all, one column after the other", () => {
  fc.assert(fc.property(fc.array(columns, { maxLength: 5 }), (parts) => {
    const joined = joinedValues(parts.map(([values]) => values));
    assertEquals(cellsOf(joined), parts.flatMap(([, cells]) => cells));
    assertEquals(joined.length, parts.reduce((sum, [, { length }]) => sum + length, 0));
  }));
});

Deno.test("columns of one kind stay of that kind when they are joined", () => {
  const floats = joinedValues([Float64Array.of(1, NaN), Float64Array.of(3)]);
  assert(floats instanceof Float64Array);
  assert(joinedValues([Int32Array.of(1), Int32Array.of(2)]) instanceof Int32Array);
  assertEquals(joinedValues([sameValue(0, 2), sameValue(0, 1)]), sameValue(0, 3));
  const banks = joinedValues([codedTexts(Int32Array.of(0, -1, 1), ["A", "B"]), codedTexts(Int32Array.of(0), ["B"])]);
  assertEquals(banks, codedTexts(Int32Array.of(0, -1, 1, 1), ["A", "B"]));
  const ids = joinedValues([sameValue("s1", 2), sameValue("s2", 1), sameValue(null, 1)]);
  assertEquals(ids, codedTexts(Int32Array.of(0, 0, 1, -1), ["s1", "s2"]));
  const numbered = (...numbers: number[]) => numberedTexts(Float64Array.from(numbers), "t", 2);
  assertEquals(joinedValues([numbered(1, NaN), numbered(3)]), numbered(1, NaN, 3));
  assert(!isCompact(joinedValues([numbered(1), numberedTexts(Float64Array.of(2), "u", 2)])));
});
