/** Records of payments say the same one by one, in columns, and asked for one payment. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { cellsOf } from "../../../src/core/column_values.ts";
import { CORRECTED } from "../../../src/payments/behaviours.ts";
import { DEFAULT_LSM } from "../../../src/payments/config.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { runPayments } from "../../../src/payments/script.ts";
import { action, agent, document, Rig, system, when } from "./setting.ts";

const EXAMPLES = fromFileUrl(new URL("../../../examples/payments/", import.meta.url));

async function runOf(name: string) {
  const { config } = await loadPaymentsScenario(Deno.readTextFileSync(`${EXAMPLES}${name}.yaml`), name, {
    readPolicy: (path) => Deno.readTextFileSync(`${EXAMPLES}${path}`),
  });
  const { engine } = runPayments(config, { behaviours: CORRECTED });
  assert(engine !== undefined);
  return { config, engine };
}

function plainColumns(engine: PaymentsEngine, day?: number): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(engine.paymentColumns(day)).map(([name, values]) => {
      const cells: unknown[] = cellsOf(values);
      assertEquals(cells.length, values.length);
      return [name, cells];
    }),
  );
}

for (const name of ["03-liquidity-saving", "04-policies", "05-crisis"]) {
  Deno.test(`the columns of payments hold what their records hold, of all days and of one: ${name}`, async () => {
    const { config, engine } = await runOf(name);
    for (const day of [undefined, 0, 99]) {
      const records = engine.paymentRecords(day);
      const columns = plainColumns(engine, day);
      for (const [column, values] of Object.entries(columns)) {
        assertEquals(values, records.map((record) => record[column]), column);
      }
      assertEquals(records.length, day === undefined ? engine.paymentCount : columns["tx_id"]?.length);
      if (day === 99) assertEquals(records, []);
      else {
        const days = new Set(records.map((record) => record["arrival_day"]));
        assertEquals(days, day === undefined ? new Set(Array(config.numDays).keys()) : new Set([day]));
      }
    }
  });
}

/** Two days of payments that are split, resubmitted, late, and declared urgent. */
function eventful(): Rig {
  const split = document({
    payment_tree: when("amount", ">", 500, action("Split", { num_splits: 3 }), action("Release")),
  });
  const urgent = action("ResubmitToRtgs", { rtgs_priority: "HighlyUrgent" });
  const resubmit = document({ payment_tree: when("is_in_queue2", "==", 1, urgent, action("Release")) });
  const rig = new Rig(
    system([
      agent("A", { openingBalance: 700, policy: split }),
      agent("B", { openingBalance: 100, policy: resubmit }),
      agent("a bank with a long name", { openingBalance: 50 }),
    ], { lsm: { ...DEFAULT_LSM, enableBilateral: false, enableCycles: false } }),
    CORRECTED,
  );
  for (let tick = 0; tick < 20; tick++) {
    if (tick % 3 === 0) rig.pay("A", "B", 600 + tick, tick + 4);
    if (tick % 2 === 0) rig.pay("B", "a bank with a long name", 40 + tick, tick + 3, tick % 11, "Urgent");
    if (tick % 5 === 0) rig.pay("a bank with a long name", "A", 90, tick + 2, 5, "HighlyUrgent");
    rig.engine.tick();
  }
  return rig;
}

/** Where the events of a kind say that something happened to a payment. */
function ticks(rig: Rig, ...kinds: readonly string[]): Map<unknown, number> {
  return new Map(kinds.flatMap((kind) => rig.events(kind)).map(({ tx_id, tick }) => [tx_id, tick]));
}

Deno.test("the columns of payments say what the events and each payment say: splits, late and urgent payments", () => {
  const rig = eventful();
  const { engine } = rig;
  const settledIn = ticks(rig, "RtgsImmediateSettlement", "Queue2LiquidityRelease");
  const lateSince = ticks(rig, "TransactionWentOverdue");
  const parents = new Map(
    rig.events("PolicySplit").flatMap(({ tx_id, child_ids }) =>
      Array.isArray(child_ids) ? child_ids.map((child) => [child, tx_id]) : []
    ),
  );
  const expected = Array.from({ length: engine.paymentCount }, (_, number) => {
    const id = engine.paymentId(number);
    const { id: tx_id, remaining_amount, status, ...details } = engine.paymentDetails(id) ?? {};
    // A payment that was split is settled with the last of its parts.
    const parts = [...parents].filter(([, parent]) => parent === id).map(([part]) => settledIn.get(part) ?? 0);
    const settled = status === "Settled" ? settledIn.get(id) ?? Math.max(...parts) : null;
    return {
      ...details,
      tx_id,
      status: String(status).toLowerCase().replace("partiallysettled", "pending"),
      amount_settled: Number(details.amount) - Number(remaining_amount),
      arrival_day: Math.floor(Number(details.arrival_tick) / 10),
      settlement_tick: settled,
      settlement_day: settled === null ? null : Math.floor(settled / 10),
      overdue_since_tick: status === "Overdue" ? lateSince.get(id) ?? null : null,
      parent_tx_id: parents.get(id) ?? null,
    };
  });
  const nothing = { is_divisible: false, drop_reason: null, split_index: null };
  const zero = { queue1_ticks: 0, queue2_ticks: 0, total_delay_ticks: 0, delay_cost: 0 };
  assertEquals(engine.paymentRecords(), expected.map((each) => ({ ...each, ...nothing, ...zero })));
  const columns = plainColumns(engine);
  for (const [column, values] of Object.entries(columns)) {
    assertEquals(values, engine.paymentRecords().map((record) => record[column]), column);
  }
  const kinds = (column: string) => new Set(columns[column]);
  assertEquals(kinds("status"), new Set(["settled", "overdue", "pending"]));
  assertEquals(kinds("rtgs_priority"), new Set(["Normal", "Urgent", "HighlyUrgent", null]));
  assertEquals(kinds("declared_rtgs_priority"), new Set(["Urgent", "HighlyUrgent", null]));
  assert(parents.size > 10 && lateSince.size > 3 && settledIn.size > 10);
});

Deno.test("columns name payments as the engine does, after a checkpoint with ids of its own, too", () => {
  const config = system([agent("A"), agent("B")]);
  const rig = new Rig(config);
  for (let i = 0; i < 40; i++) rig.pay("A", "B", 10);
  const [first = ""] = plainColumns(rig.engine)["tx_id"] ?? [];
  for (const name of [String(first), "00000000-0000-0000-0000-00ffffffffff", "a-name"]) {
    const engine = PaymentsEngine.load(config, rig.engine.save().replaceAll(String(first), name));
    engine.submit({ sender: "A", receiver: "B", amount: 1, deadlineTick: 9, priority: 5, isDivisible: false });
    const ids = Array.from({ length: engine.paymentCount }, (_, number) => engine.paymentId(number));
    assertEquals([ids.length, ids[0]], [41, name]);
    assertEquals(plainColumns(engine)["tx_id"], ids);
    assertEquals(plainColumns(engine, 0)["tx_id"], ids);
  }
});
