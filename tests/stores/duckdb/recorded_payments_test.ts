/** Payments as whole numbers: the view shows what was recorded, whatever it was (spec 08 3). */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { codedTexts, type ColumnValues, numberedTexts, sameValue } from "../../../src/core/column_values.ts";
import type { Row } from "../../../src/stores/duckdb/driver.ts";
import { columnNames } from "../../../src/stores/duckdb/schema.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { rowsOf, type RowValue } from "../../../src/stores/duckdb/waiting_rows.ts";

const TICKS_PER_DAY = 7;
const NAMES = columnNames("transactions");
const CENTS = fc.integer({ min: 0, max: 2 ** 53 - 1 });
const TICK = fc.nat(2 ** 31 - 1);
const PRIORITY = fc.constantFrom("HighlyUrgent", "Urgent", "Normal", null);

const ownId = fc.oneof(fc.nat(), fc.constantFrom(0, 255, 2 ** 47)).map((serial) =>
  `00000000-0000-0000-0000-${serial.toString(16).padStart(12, "0")}`
);
const id = fc.oneof(
  ownId,
  fc.constantFrom("", "t1", "00000000-0000-0000-0000-00000000000G", "00000000-0000-0000-0001-000000000001", "é"),
);

/** A payment that the engine can have. */
const payment = fc.record({
  tx_id: id,
  sender_id: fc.constantFrom("A", "B", "a bank with a long name", "é"),
  receiver_id: fc.constantFrom("A", "B"),
  amount: CENTS,
  priority: fc.nat(10),
  arrival_tick: TICK,
  deadline_tick: TICK,
  settlement_tick: fc.option(TICK),
  status: fc.constantFrom("pending", "settled", "overdue"),
  overdue_since_tick: fc.option(TICK),
  amount_settled: CENTS,
  parent_tx_id: fc.option(id),
  rtgs_priority: PRIORITY,
  rtgs_submission_tick: fc.option(TICK),
  declared_rtgs_priority: PRIORITY,
});

/** What no payment of the engine has. */
const strange = fc.oneof(
  fc.record({ status: fc.constantFrom("dropped", null) }),
  fc.record({ is_divisible: fc.constant(true) }),
  fc.record({ drop_reason: fc.constant("late") }),
  fc.record({ queue1_ticks: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ split_index: fc.nat(5) }),
  fc.record({ rtgs_priority: fc.constant("Low") }),
  fc.record({ priority: fc.constant(2 ** 40) }),
  fc.record({ deadline_tick: fc.constant(-5) }),
);

type Record = Readonly<{ [name: string]: RowValue }>;

function withRest(drawn: Record): Record {
  const day = (tick: RowValue | undefined) => typeof tick === "number" ? Math.floor(tick / TICKS_PER_DAY) : null;
  return {
    simulation_id: "s",
    is_divisible: false,
    arrival_day: day(drawn["arrival_tick"]),
    settlement_day: day(drawn["settlement_tick"]),
    drop_reason: null,
    queue1_ticks: 0,
    queue2_ticks: 0,
    total_delay_ticks: 0,
    delay_cost: 0,
    split_index: null,
    ...drawn,
  };
}

async function shown(columns: readonly ColumnValues[]): Promise<Row[]> {
  await using store = await DuckDbSimulations.open(":memory:", { threads: 1 });
  await store.start("s", {}, { ticksPerDay: TICKS_PER_DAY });
  await store.record("s", [], [{ ...rowsOf("transactions", []), columns }]);
  return await store.database.rows(`SELECT ${NAMES.join(", ")} FROM transactions WHERE simulation_id = 's'`);
}

function columnsOf(records: readonly Record[]): RowValue[][] {
  return NAMES.map((name) => records.map((record) => record[name] ?? null));
}

Deno.test("payments of all kinds come back from the view as they were recorded", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payment, { minLength: 1, maxLength: 20 }), async (drawn) => {
      const records = drawn.map(withRest);
      assertEquals(await shown(columnsOf(records)), records.map((record) => inOrder(record)));
    }),
    { numRuns: 40 },
  );
});

Deno.test("payments that do not fit in whole numbers are kept as they are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payment, { minLength: 1, maxLength: 5 }), strange, async (drawn, odd) => {
      const [first = {}, ...others] = drawn.map(withRest);
      const records = [...others, { ...first, ...odd }];
      assertEquals(await shown(columnsOf(records)), records.map((record) => inOrder(record)));
    }),
    { numRuns: 40 },
  );
});

function inOrder(record: Record): Row {
  return Object.fromEntries(NAMES.map((name) => [name, record[name] ?? null]));
}

Deno.test("columns of codes, of one value and of numbered texts say the same as their values", async () => {
  const ids = ["00000000-0000-0000-0000-0000000003e8", "00000000-0000-0000-0000-000000000001"];
  const compact: Readonly<{ [name: string]: ColumnValues }> = {
    simulation_id: sameValue("s", 2),
    tx_id: numberedTexts(Float64Array.of(1000, 1), "00000000-0000-0000-0000-", 12),
    parent_tx_id: numberedTexts(Float64Array.of(NaN, 1000), "00000000-0000-0000-0000-", 12),
    sender_id: codedTexts(Int32Array.of(1, -1), ["A", "B"]),
    receiver_id: sameValue("A", 2),
    amount: Float64Array.of(5, 2 ** 40),
    priority: Float64Array.of(3, 10),
    is_divisible: sameValue(false, 2),
    arrival_tick: Float64Array.of(8, 13),
    arrival_day: Float64Array.of(1, 1),
    deadline_tick: Float64Array.of(9, 20),
    settlement_tick: Float64Array.of(NaN, 14),
    settlement_day: Float64Array.of(NaN, 2),
    status: codedTexts(Int32Array.of(1, 0), ["settled", "pending"]),
    amount_settled: Float64Array.of(0, 2 ** 40),
    queue1_ticks: sameValue(0, 2),
    queue2_ticks: sameValue(0, 2),
    total_delay_ticks: sameValue(0, 2),
    delay_cost: sameValue(0, 2),
    rtgs_priority: codedTexts(Int32Array.of(-1, 0), ["Urgent"]),
  };
  const rows = await shown(NAMES.map((name) => compact[name] ?? sameValue(null, 2)));
  const picked = rows.map((row) =>
    ["tx_id", "sender_id", "settlement_tick", "settlement_day", "status", "rtgs_priority", "parent_tx_id"].map((name) =>
      row[name]
    )
  );
  assertEquals(picked, [
    [ids[0], "B", null, null, "pending", null, null],
    [ids[1], null, 14, 2, "settled", "Urgent", ids[0]],
  ]);
});
