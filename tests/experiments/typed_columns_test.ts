/** Kinds of columns, the two ways of reading doubles, sums in their order (specification 02 13.1, 18.17). */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  columnsCsv,
  ColumnTable,
  cutDouble,
  doubles,
  integers,
  mean,
  sum,
} from "../../src/experiments/typed_columns.ts";

const TABLE = "a,b,c,d,e,f\r\n1,1,True,x,,1\r\n2,0.50,False,,,\r\n";

Deno.test("the kind of a column follows from its cells", () => {
  const table = new ColumnTable(TABLE);
  const kinds = ["a", "b", "c", "d", "e", "f"].map((name) => table.column(name));
  assertEquals(kinds.map(({ kind }) => kind), ["integer", "double", "flag", "text", "double", "double"]);
  assertEquals(kinds.map(({ cells }) => cells), [
    [1, 2],
    [1, 0.5],
    [true, false],
    ["x", null],
    [null, null],
    [1, null],
  ]);
});

Deno.test("columns are written with the spelling of their kind, lines end with LF", () => {
  const table = new ColumnTable(TABLE);
  const text = columnsCsv(["a", "b", "c", "d", "e", "f"].map((name) => table.column(name)));
  assertEquals(text, "a,b,c,d,e,f\n1,1.0,True,x,,1.0\n2,0.5,False,,,\n");
  assertEquals(columnsCsv([integers("n", [3]), doubles("x", [1e-7])]), "n,x\n3,1e-07\n");
});

Deno.test("integers of any size keep their digits", () => {
  const table = new ColumnTable("seed\n123456789012345678901234567890\n-7\n");
  assertEquals(columnsCsv([table.column("seed")]), "seed\n123456789012345678901234567890\n-7\n");
});

Deno.test("a column that is not there is refused by name, and what is no number is null", () => {
  const table = new ColumnTable("x\n1\nmany\n");
  assertThrows(() => table.column("y"), SyntaxError, "no column y");
  assertEquals(table.numbers("x"), [1, null]);
});

const RECORDED = [
  ["0.9663955194025870116015468729", 0.966395519402587],
  ["-0.03477300952118117841865599560", -0.0347730095211811],
  ["0E-28", 0],
  ["1234567890123456789.5", 1234567890123456700],
] as const;

Deno.test("in reference mode a double is cut after 17 digits, leading zeros included", () => {
  for (const [text, wanted] of RECORDED) {
    assertEquals(cutDouble(text), wanted);
    assertEquals(new ColumnTable(`x\n${text}\n`, { reference: true }).numbers("x"), [wanted]);
  }
});

Deno.test("otherwise a double is the nearest one", () => {
  for (const [text] of RECORDED) assertEquals(new ColumnTable(`x\n${text}\n`).numbers("x"), [Number(text)]);
});

Deno.test("a double of up to 15 digits is read alike in both modes", () => {
  fc.assert(fc.property(fc.integer({ min: -1e14, max: 1e14 }), fc.integer({ min: 0, max: 15 }), (n, digits) => {
    const [sign, magnitude] = n < 0 ? ["-", String(-n)] : ["", String(n)];
    const padded = magnitude.padStart(digits + 1, "0");
    const text = `${sign}${padded.slice(0, padded.length - digits)}.${padded.slice(padded.length - digits)}`;
    assertEquals(cutDouble(text) + 0, Number(text) + 0);
  }));
});

Deno.test("a sum goes over eight lanes between 8 and 128 values, and halves beyond", () => {
  // 1 is lost beside 1e16 where both are added one after the other.
  const seven = [1e16, 1, 1, 1, 1, 1, 1];
  assertEquals(sum(seven), 1e16);
  // Lane 0 is 1e16 + 1 + 1 = 1e16, each other lane 3: ((L0+3) + 6) + ((6) + (6)).
  const lanes = [1e16, ...new Array<number>(23).fill(1)];
  assertEquals(sum(lanes), ((1e16 + 3) + 6) + 12);
  const long = new Array<number>(300).fill(0.1);
  const half = long.slice(0, 144);
  assertEquals(sum(long), sum(half) + sum(long.slice(144)));
});

Deno.test("a sum is the sum, whatever the order", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 600 }), (values) => {
    assertEquals(sum(values), values.reduce((total, value) => total + value, 0));
  }));
});

Deno.test("a mean leaves out what is missing", () => {
  assertEquals(mean([null, 1, null, 2]), 1.5);
  assertEquals(mean([null]), null);
  assertAlmostEquals(mean([0.1, 0.2, 0.3]) ?? NaN, 0.2);
});
