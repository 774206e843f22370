/** What is charged and logged, by the acceptance checks of spec 06 13. */
import { assertEquals } from "@std/assert";
import { REFERENCE } from "../../../src/payments/behaviours.ts";
import type { AgentConfig, ScenarioEvent } from "../../../src/payments/config.ts";
import { action, agent, document, Rig, system, when } from "./setting.ts";

const at = (tick: number) => ({ type: "OneTime" as const, tick });

function ticks(rig: Rig, count: number): number[] {
  return Array.from({ length: count }, () => rig.engine.tick().totalCost);
}

/** A payment of a million that its sender cannot make, and what it costs (spec 06 13.8). */
function unpaid(changes: Parameters<typeof agent>[1], scenarioEvents?: ScenarioEvent[]): Rig {
  const config = system([
    agent("A", { openingBalance: 500_000, ...changes }),
    agent("B", { openingBalance: 2_000_000 }),
  ], {
    ticksPerDay: 6,
    numDays: 1,
    scenarioEvents,
    costs: {
      delayCostPerTickPerCent: 0.0001,
      deadlinePenalty: { mode: "fixed", amount: 50_000 },
      eodPenalty: { mode: "fixed", amount: 10_000 },
    },
  });
  const rig = new Rig(config);
  rig.pay("A", "B", 1_000_000, 2);
  return rig;
}

Deno.test("half a pool on the first day, by the reference all of it on the next (spec 06 13.6)", () => {
  const bank = agent("A", { openingBalance: 100, liquidityPool: 1_000_001, liquidityAllocationFraction: 0.5 });
  const config = system([bank, agent("B")], { ticksPerDay: 3, numDays: 2, costs: { liquidityCostPerTickBps: 15 } });
  const rig = new Rig(config, REFERENCE);
  assertEquals(rig.balance("A"), 500_100);
  assertEquals(ticks(rig, 3), [750, 750, 750]);
  assertEquals(rig.engine.accumulatedCosts("A").total_cost, 2250);
  assertEquals(rig.kinds(2), ["CostAccrual", "EndOfDay", "LiquidityReturn"]);
  const [returned] = rig.events("LiquidityReturn");
  assertEquals([returned?.amount, rig.balance("A")], [500_000, 100]);
  assertEquals(ticks(rig, 1), [1500]);
  const [allocated] = rig.events("LiquidityAllocation", 3);
  assertEquals([allocated?.amount, rig.balance("A")], [1_000_001, 1_000_101]);
  assertEquals(rig.engine.accumulatedCosts("A").total_cost, 1500);
  ticks(rig, 2);
  const days = [0, 1].map((day) => {
    const { opening_balance, closing_balance, min_balance, max_balance } = rig.engine.dayRecords(day)[0] ?? {};
    return [opening_balance, closing_balance, min_balance, max_balance];
  });
  assertEquals(days, [[500_100, 100, 500_100, 500_100], [100, 100, 100, 1_000_101]]);
});

Deno.test("the fraction of a policy document counts from the second day on (spec 06 13.7)", () => {
  const policy = { type: "FromJson" as const, json: policyText(0.25) };
  const config = system([agent("A", { liquidityPool: 1001, policy }), agent("B")], { ticksPerDay: 2, numDays: 2 });
  const rig = new Rig(config);
  assertEquals(rig.balance("A"), 1001);
  ticks(rig, 3);
  assertEquals(rig.balance("A"), 250);
});

function policyText(initial_liquidity_fraction: number): string {
  const payment_tree = action("Release");
  return JSON.stringify({ version: "1.0", policy_id: "p", parameters: { initial_liquidity_fraction }, payment_tree });
}

Deno.test("money in time settles a late payment before it is overdue (spec 06 13.9)", () => {
  const rig = unpaid({}, [
    { type: "DirectTransfer", fromAgent: "B", toAgent: "A", amount: 1_000_000, schedule: at(3) },
  ]);
  assertEquals(ticks(rig, 6), [100, 100, 100, 0, 0, 0]);
  const [release] = rig.events("Queue2LiquidityRelease");
  assertEquals([release?.tick, release?.queue_wait_ticks], [3, 3]);
  assertEquals(rig.events("TransactionWentOverdue"), []);
  const { delay_cost, deadline_penalty } = rig.engine.accumulatedCosts("A");
  assertEquals([delay_cost, deadline_penalty], [300, 0]);
});

Deno.test("a payment that its bank held back past the deadline settles as an overdue one (spec 06 13.10)", () => {
  const holding = (until: number) => {
    const payment_tree = when("current_tick", "<", until, action("Hold"), action("Release"));
    const rig = unpaid({ openingBalance: 2_000_000, policy: document({ payment_tree }) });
    ticks(rig, 6);
    return rig;
  };
  const early = holding(3);
  assertEquals(early.values("RtgsImmediateSettlement", "tick"), [3]);
  assertEquals([...early.events("TransactionWentOverdue"), ...early.events("OverdueTransactionSettled")], []);
  assertEquals(early.engine.accumulatedCosts("A").deadline_penalty, 0);
  const late = holding(5);
  const [settled] = late.events("OverdueTransactionSettled");
  assertEquals([
    settled?.overdue_since_tick,
    settled?.total_ticks_overdue,
    settled?.deadline_penalty_cost,
    settled?.estimated_delay_cost,
  ], [3, 2, 50_000, 1000]);
  assertEquals(late.kinds(5).slice(-3, -1), ["OverdueTransactionSettled", "RtgsImmediateSettlement"]);
});

Deno.test("a split is charged outside the tick's total (spec 06 13.11)", () => {
  const policy = document({ payment_tree: action("Split", { num_splits: 3 }) });
  const config = system([agent("A", { openingBalance: 2_000_000, policy }), agent("B")], {
    costs: { splitFrictionCost: 1000 },
  });
  const rig = new Rig(config);
  rig.pay("A", "B", 1_000_000);
  assertEquals(ticks(rig, 1), [0]);
  const parts = ["Arrival", "RtgsSubmission", "Arrival", "RtgsSubmission", "Arrival", "RtgsSubmission"];
  assertEquals(rig.kinds(0).slice(1, 9), [...parts, "CostAccrual", "PolicySplit"]);
  assertEquals(rig.engine.accumulatedCosts("A").total_cost, 2000);
});

Deno.test("numbers in the details of scenario events are written as the reference does (spec 06 13.14)", () => {
  const arrivalConfig: AgentConfig["arrivalConfig"] = {
    ratePerTick: 0.1,
    amountDistribution: { type: "Uniform", min: 1, max: 2 },
    counterpartyWeights: new Map(),
    deadlineRange: [1, 2],
    priorityDistribution: { type: "Fixed", value: 5 },
    divisible: false,
  };
  const details = [2, 0.00001, 1e-6, 1e16].map((multiplier) => {
    const event: ScenarioEvent = { type: "GlobalArrivalRateChange", multiplier, schedule: at(0) };
    const rig = new Rig(system([agent("A", { arrivalConfig }), agent("B")], { scenarioEvents: [event] }));
    ticks(rig, 1);
    return rig.values("ScenarioEventExecuted", "details_json")[0];
  });
  assertEquals(details, ["2.0", "0.00001", "1e-6", "1e16"].map((text) => `{"multiplier":${text}}`));
});

Deno.test("a priority is told in full and stored up to 10, and what is dropped costs nothing more (spec 06 13.17)", () => {
  const payment_tree = when(
    "current_tick",
    "==",
    0,
    action("Reprioritize", { new_priority: 200 }),
    action("Drop"),
  );
  const rig = unpaid({ policy: document({ payment_tree }) });
  assertEquals(ticks(rig, 6), [100, 0, 0, 0, 0, 0]);
  assertEquals(rig.values("TransactionReprioritized", "new_priority"), [200]);
  const id = String(rig.values("Arrival", "tx_id")[0]);
  assertEquals(rig.engine.paymentDetails(id)?.priority, 10);
  assertEquals(rig.values("PolicyDrop", "reason"), ["Expired deadline"]);
  assertEquals(rig.values("EndOfDay", "total_penalties"), [0]);
});
