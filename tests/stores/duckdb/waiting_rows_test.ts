/** Rows that wait for a table keep the order in which they came, whether they came one by one or as columns. */
import { assertEquals } from "@std/assert";
import { cellsOf, codedTexts, sameValue } from "../../../src/core/column_values.ts";
import { joinedRows, numberedRows } from "../../../src/stores/duckdb/numbered_rows.ts";
import type { TableRows } from "../../../src/stores/duckdb/simulation_rows.ts";
import { WaitingRows } from "../../../src/stores/duckdb/waiting_rows.ts";

function rowsIn({ columns }: TableRows): unknown[][] {
  const cells = columns.map(cellsOf);
  return Array.from({ length: cells[0]?.length ?? 0 }, (_, row) => cells.map((column) => column[row]));
}

Deno.test("rows and columns are handed over in the order in which they came, once", () => {
  const waiting = new WaitingRows("agent_queue_snapshots");
  waiting.add("s", "A", 0, "queue1", 0, "t0");
  const banks = codedTexts(Int32Array.of(1, 0), ["B", "C"]);
  waiting.addColumns({ agent_id: banks, day: Float64Array.of(1, NaN), position: [4, 5] }, { simulation_id: "s" });
  waiting.addColumns({ agent_id: [] }, { simulation_id: "s" });
  waiting.addRecord({ agent_id: "D", simulation_id: "s", day: 3, what_no_column_is_called: 1 });
  waiting.addColumns({ agent_id: sameValue("E", 1) }, { simulation_id: "s" });
  assertEquals(rowsIn(waiting.take()), [
    ["s", "A", 0, "queue1", 0, "t0"],
    ["s", "C", 1, null, 4, null],
    ["s", "B", null, null, 5, null],
    ["s", "D", 3, null, null, null],
    ["s", "E", null, null, null, null],
  ]);
  const { types, columns } = waiting.take();
  assertEquals([rowsIn({ table: "", types, columns }), columns.length, types.length], [[], 6, 6]);
});

Deno.test("rows of several simulations become one, each with its number", () => {
  const rowsOf = (agent: string, count: number) => {
    const waiting = new WaitingRows("simulation_positions");
    waiting.addColumns({ agent_id: sameValue(agent, count), balance: new Float64Array(count).fill(count) }, {});
    return waiting.take();
  };
  const joined = joinedRows([
    numberedRows(rowsOf("A", 2), 7),
    numberedRows(rowsOf("B", 0), 8),
    numberedRows(rowsOf("C", 1), 9),
  ]);
  assertEquals(joined.map(({ table }) => table), ["simulation_positions"]);
  assertEquals(joined.flatMap(rowsIn).map((row) => row.filter((cell) => cell !== null)), [[7, "A", 2], [7, "A", 2], [
    9,
    "C",
    1,
  ]]);
});
