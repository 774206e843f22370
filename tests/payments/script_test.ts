import { assert, assertEquals, assertMatch } from "@std/assert";
import { REFERENCE } from "../../src/payments/behaviours.ts";
import { runPayments, type ScriptEntry, writtenEvents } from "../../src/payments/script.ts";
import { agent, HOLD, system } from "./engine/setting.ts";

const CONFIG = system([agent("A", { openingBalance: 100 }), agent("B", { policy: HOLD })], {
  ticksPerDay: 3,
  numDays: 1,
});

function submission(tick: number, changes: Readonly<Record<string, unknown>> = {}): ScriptEntry {
  const args = { sender: "A", receiver: "B", amount: 60, deadline_tick: 3, priority: 5, divisible: false, ...changes };
  return { before_tick: tick, op: "submit_transaction", args };
}

Deno.test("a script's calls are made in order before their tick, failed ones change nothing", () => {
  const script = [
    submission(0),
    submission(1, { receiver: "Z" }),
    submission(1),
    { before_tick: 2, op: "withdraw_from_rtgs", args: { tx: { queue2: 0 } } },
    { before_tick: 2, op: "withdraw_from_rtgs", args: { tx: 7 } },
    { before_tick: 2, op: "query", args: { name: "get_transaction_details", args: [{ tx: 1 }] } },
    { before_tick: 3, op: "query", args: { name: "get_system_metrics" } },
    { before_tick: 3, op: "sing", args: {} },
  ];
  const run = runPayments(CONFIG, { behaviours: REFERENCE, script, keepTicks: true });
  const results = run.final.script_results;
  assert(Array.isArray(results));
  const id = "00000000-0000-0000-0000-000000000001";
  assertEquals(results[1].error.message, "Failed to submit transaction: Agent not found: Z");
  assertEquals(results[2].result, id);
  assertEquals(results[3].result, { success: true, tx: id });
  const nowhere = "no-such-transaction";
  assertEquals(results[4].result, {
    success: false,
    tx: nowhere,
    error: `Settlement error: Transaction ${nowhere} not found`,
  });
  assertEquals(results[5].result.status, "Pending");
  assertEquals(results[6].result.total_settlements, 1);
  assertEquals(results[7].error, { kind: "ValueError", message: "Unknown call in the script: sing" });
  assertEquals(run.ticks.map((line) => [line.numSettlements, line.queue2, line.agents.A?.[0]]), [
    [1, 0, 40],
    [0, 1, 40],
    [0, 0, 40],
  ]);
});

Deno.test("a restored run goes on under a new log, its events stand behind the others", () => {
  const checkpoint = { before_tick: 1, op: "checkpoint", args: {} };
  const run = runPayments(CONFIG, { script: [submission(0), checkpoint, submission(1)] });
  assertEquals(run.logs.length, 2);
  assertEquals(run.final.restored_at_event, [run.logs[0]?.length]);
  const events = [...writtenEvents(run.logs)];
  assertEquals(events.length, run.final.n_events);
  assertEquals(events.filter((event) => event.event_type === "Arrival").map((event) => event.tick), [0, 1]);
});

Deno.test("a checkpoint is edited between saving and loading", () => {
  const edit = [[["agents", 0, "balance"], 7]];
  const run = runPayments(CONFIG, { script: [{ before_tick: 0, op: "checkpoint", args: { edit } }] });
  assertEquals(run.engine?.agentState("A").balance, 7);
  const orphan = { before_tick: 0, op: "checkpoint", args: { edit: [[["rtgs_queue"], ["x"]]] } };
  const refused = runPayments(CONFIG, { script: [orphan] });
  assertEquals(refused.final.script_results, [{
    index: 0,
    error: {
      kind: "RuntimeError",
      message: "Failed to load state: State validation error: Orphaned transaction in RTGS queue: x",
    },
  }]);
});

Deno.test("a sum past 2^53 ends a run in its tick, also when a script's call makes it", () => {
  const rich = Number.MAX_SAFE_INTEGER - 5;
  const config = system([agent("A", { openingBalance: rich }), agent("B", { openingBalance: rich })]);
  const order = { sender: "A", receiver: "B", amount: 100, deadline_tick: 9, priority: 5 };
  const paid = runPayments(config, { script: [{ before_tick: 3, op: "submit_transaction", args: order }] });
  assertEquals([paid.error?.kind, paid.error?.tick], ["AmountOverflow", 3]);
  assertMatch(paid.error?.message ?? "", /past 2\^53: use smaller amounts/);
  assertEquals(Object(paid.final.error).tick, 3);
  assertEquals(paid.engine?.positions().map(({ balance }) => balance), [rich, rich], "nothing moved");
  const collateral = { before_tick: 4, op: "post_collateral", args: { agent_id: "A", amount: rich } };
  const posted = runPayments(config, { script: [collateral, collateral] });
  assertEquals([posted.error?.kind, posted.error?.tick], ["AmountOverflow", 4]);
});

Deno.test("a run that cannot start, or stops, is an outcome with its reason", () => {
  const none = runPayments(system([]));
  assertEquals([none.engine, none.error?.at], [undefined, "construction"]);
  const schedule = { type: "OneTime", tick: 2 } as const;
  const scenarioEvents = [{ type: "CollateralAdjustment", agent: "A", delta: -1, schedule } as const];
  const stopped = runPayments({ ...CONFIG, scenarioEvents });
  assertEquals([stopped.error?.at, stopped.error?.tick, stopped.error?.kind], ["tick", 2, "RuntimeError"]);
  assertEquals(stopped.final.error, stopped.error);
});
