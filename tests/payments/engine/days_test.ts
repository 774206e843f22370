import { assertEquals, assertThrows } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import type { ScenarioEvent } from "../../../src/payments/config.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { AmountOverflow } from "../../../src/core/errors.ts";
import { action, agent, document, HOLD, releaseFrom, Rig, system, when } from "./setting.ts";

Deno.test("liquidity comes from the pool in the morning and goes back in the evening (spec 05 21.18)", () => {
  const json = document({ payment_tree: action("Release") }, { initial_liquidity_fraction: 0.25 });
  const rig = new Rig(system([
    agent("A", { openingBalance: 100, liquidityPool: 1001, liquidityAllocationFraction: 0.5, policy: json }),
    agent("B", { liquidityPool: 10 }),
  ], { ticksPerDay: 2, costs: { liquidityCostPerTickBps: 100 } }));
  assertEquals([rig.balance("A"), rig.balance("B")], [600, 10]);
  const costs = [0, 1, 2, 3].map(() => rig.engine.tick().totalCost);
  assertEquals(costs, [5, 5, 3, 3]);
  assertEquals(rig.kinds(1).slice(-3), ["EndOfDay", "LiquidityReturn", "LiquidityReturn"]);
  assertEquals(rig.values("LiquidityReturn", "balance_after", 1), [100, 0]);
  const allocations = rig.events("LiquidityAllocation");
  assertEquals(allocations.map((event) => [event.fraction, event.amount, event.balance_after]), [
    [0.25, 250, 350],
    [1, 10, 10],
  ]);
  const [first] = rig.engine.dayRecords(0);
  assertEquals([first?.opening_balance, first?.closing_balance, first?.min_balance, first?.max_balance], [
    600,
    100,
    600,
    600,
  ]);
  const [second] = rig.engine.dayRecords(1);
  assertEquals([second?.opening_balance, second?.min_balance, second?.max_balance, second?.total_cost], [
    100,
    100,
    350,
    6,
  ]);
});

Deno.test("fractionForgottenAfterDayZero: the configured fraction holds every day unless the reference is asked for", () => {
  const amounts = [REFERENCE, CORRECTED].map((behaviours) => {
    const pool = { liquidityPool: 1000, liquidityAllocationFraction: 0.3 };
    const rig = new Rig(system([agent("A", pool)], { ticksPerDay: 1 }), behaviours);
    rig.engine.tick();
    rig.engine.tick();
    return rig.values("LiquidityAllocation", "amount");
  });
  assertEquals(amounts, [[1000], [300]]);
});

Deno.test("costsForgottenDaily: a run reports the costs of all its days unless the reference is asked for", () => {
  const totals = [REFERENCE, CORRECTED].map((behaviours) => {
    const costs = { overdraftBpsPerTick: 10 };
    const rig = new Rig(system([agent("A", { openingBalance: -10_000 })], { ticksPerDay: 2, costs }), behaviours);
    const total = rig.engine.runAndGetTotalCost("A", 4);
    assertEquals([0, 1].map((day) => rig.engine.dayRecords(day)[0]?.total_cost), [20, 20]);
    return total;
  });
  assertEquals(totals, [20, 40]);
});

Deno.test("dayRecordsMissLastTick: the last tick counts in its own day unless the reference is asked for", () => {
  const highest = [REFERENCE, CORRECTED].map((behaviours) => {
    const agents = [agent("A", { openingBalance: 100, policy: releaseFrom(1) }), agent("B")];
    const rig = new Rig(system(agents, { ticksPerDay: 2 }), behaviours);
    rig.pay("A", "B", 100, 3);
    for (let i = 0; i < 4; i++) rig.engine.tick();
    return [0, 1].map((day) => rig.engine.dayRecords(day)[0]?.min_balance);
  });
  assertEquals(highest, [[100, 0], [0, 0]]);
});

Deno.test("dayCountsStayZero: payments and collateral calls of a day are counted unless the reference is asked for", () => {
  const records = [REFERENCE, CORRECTED].map((behaviours) => {
    const drop = document({ payment_tree: when("amount", ">", 50, action("Drop"), action("Release")) });
    const rig = new Rig(
      system([agent("A", { openingBalance: 100, policy: drop }), agent("B")], { ticksPerDay: 1 }),
      behaviours,
    );
    rig.pay("A", "B", 40);
    rig.pay("A", "B", 60);
    rig.engine.postCollateral("A", 5);
    rig.engine.tick();
    const [a, b] = rig.engine.dayRecords(0);
    return [a?.num_arrivals, a?.num_sent, a?.num_settled, a?.num_dropped, a?.num_collateral_posts, b?.num_received];
  });
  assertEquals(records, [[0, 0, 0, 0, 0, 0], [2, 1, 1, 1, 1, 1]]);
});

Deno.test("delaysRunToTheQuery: a delay ends with the settlement unless the reference is asked for", () => {
  const delays = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = new Rig(
      system([agent("A", { openingBalance: 100, policy: releaseFrom(2) }), agent("B")]),
      behaviours,
    );
    rig.pay("A", "B", 100);
    for (let i = 0; i < 6; i++) rig.engine.tick();
    const { avg_delay_ticks, max_delay_ticks } = rig.engine.systemMetrics();
    return [avg_delay_ticks, max_delay_ticks];
  });
  assertEquals(delays, [[6, 6], [2, 2]]);
});

Deno.test("opportunityCostNotShown: the parts of a total show the liquidity's cost unless the reference is asked for", () => {
  const parts = [REFERENCE, CORRECTED].map((behaviours) => {
    const costs = { liquidityCostPerTickBps: 15 };
    const rig = new Rig(system([agent("A", { liquidityPool: 1_000_000 })], { costs }), behaviours);
    rig.engine.tick();
    return rig.values("CostAccrual", "costs");
  });
  const shown = { liquidity_cost: 0, delay_cost: 0, collateral_cost: 0, penalty_cost: 0, split_friction_cost: 0 };
  assertEquals(parts, [
    [{ ...shown, total: 1500 }],
    [{ ...shown, liquidity_opportunity_cost: 1500, total: 1500 }],
  ]);
});

Deno.test("an unpaid payment costs delay, a penalty, more delay, and a penalty at the end of the day (spec 06 13.8)", () => {
  const rig = new Rig(system([agent("A", { openingBalance: 500_000 }), agent("B")], {
    ticksPerDay: 6,
    numDays: 1,
    costs: {
      delayCostPerTickPerCent: 0.0001,
      deadlinePenalty: { mode: "fixed", amount: 50_000 },
      eodPenalty: { mode: "fixed", amount: 10_000 },
    },
  }));
  rig.pay("A", "B", 1_000_000, 2);
  const costs = Array.from({ length: 6 }, () => rig.engine.tick().totalCost);
  assertEquals(costs, [100, 100, 100, 50_500, 500, 10_500]);
  assertEquals(rig.kinds(5), ["CostAccrual", "CostAccrual", "EndOfDay"]);
  const accumulated = rig.engine.accumulatedCosts("A");
  assertEquals([accumulated.deadline_penalty, accumulated.delay_cost], [60_000, 1800]);
});

Deno.test("a scheduled settlement pays at once or not at all (spec 06 13.15)", () => {
  const schedule = { type: "OneTime", tick: 0 } as const;
  const scenarioEvents: ScenarioEvent[] = [
    { type: "ScheduledSettlement", fromAgent: "A", toAgent: "B", amount: 9, schedule },
    { type: "ScheduledSettlement", fromAgent: "B", toAgent: "A", amount: 1_000_000_000, schedule },
  ];
  const rig = new Rig(system([agent("A", { openingBalance: 499_995 }), agent("B")], { scenarioEvents }));
  assertEquals(rig.engine.tick().numSettlements, 0);
  const [settled] = rig.events("RtgsImmediateSettlement");
  assertEquals(settled?.tx_id, "scheduled_settlement_A_B_9_0");
  assertEquals([settled?.sender_balance_before, settled?.sender_balance_after], [499_995, 499_986]);
  assertEquals(rig.values("ScenarioEventExecuted", "details_json"), [
    '{"amount":9,"from_agent":"A","settled":true,"to_agent":"B"}',
    '{"amount":1000000000,"from_agent":"B","reason":"insufficient_liquidity","settled":false,"to_agent":"A"}',
  ]);
});

Deno.test("a custom arrival shows its uncapped deadline in the details (spec 06 13.16)", () => {
  const scenarioEvents: ScenarioEvent[] = [{
    type: "CustomTransactionArrival",
    fromAgent: "A",
    toAgent: "B",
    amount: 7,
    priority: 0,
    deadline: 100,
    isDivisible: true,
    schedule: { type: "OneTime", tick: 0 },
  }];
  const rig = new Rig(system([agent("A"), agent("B")], { scenarioEvents }));
  rig.engine.tick();
  const [arrival] = rig.events("Arrival");
  assertEquals([arrival?.deadline, arrival?.priority, arrival?.is_divisible], [20, 0, true]);
  assertEquals(JSON.parse(String(rig.values("ScenarioEventExecuted", "details_json")[0])).deadline, 100);
});

Deno.test("a submitted deadline is capped at the last tick of its day (spec 05 21.20a)", () => {
  const rig = new Rig(system([agent("A", { policy: HOLD }), agent("B")], { deadlineCapAtEod: true }));
  rig.pay("A", "B", 1, 500);
  for (let i = 0; i < 9; i++) rig.engine.tick();
  rig.pay("A", "B", 1, 500);
  assertEquals(rig.values("Arrival", "deadline"), [9, 10]);
  const past = "Failed to submit transaction: Invalid config: Transaction deadline 9 is in the past (current tick: 9)";
  assertThrows(() => rig.pay("A", "B", 1, 9), PaymentsError, past);
});

Deno.test("sums of money past 2^53 are refused, not rounded", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const rich = [agent("A", { openingBalance: most }), agent("B", { openingBalance: most })];
  const rig = new Rig(system(rich));
  rig.pay("A", "B", 1);
  assertThrows(() => rig.engine.tick(), AmountOverflow, "past 2^53");
  assertThrows(() => rig.pay("A", "B", 2 ** 53), AmountOverflow);
  assertThrows(() => rig.pay("A", "B", 0.5), PaymentsError, "Amounts are whole cents, got 0.5");
  const overflowing = system([agent("A", { openingBalance: most, liquidityPool: 1 })]);
  assertThrows(() => new PaymentsEngine(overflowing), AmountOverflow);
});

Deno.test("the hash names the complete configuration (spec 05 21.20c)", () => {
  const agents = [agent("A"), agent("B", { openingBalance: 10, policy: { type: "Deadline", urgencyThreshold: 3 } })];
  const hash = (rngSeed: bigint) => new PaymentsEngine(system(agents, { rngSeed }), REFERENCE).configHash;
  assertEquals(hash(1n), "c68ede2d60cc2e7858ac5d6c14a3cb3a8a1c6019a2b2c1502dd5c07b846fb77b");
  assertEquals(hash(2n), "a92013c86345b9f8917bbd0f8a445ccd804b0828840b28c42316ff918deff0b8");
});

Deno.test("a configuration that cannot be is refused with its reason", () => {
  const refused = (config: ReturnType<typeof system>, behaviours: Behaviours = CORRECTED) => {
    const error = assertThrows(() => new PaymentsEngine(config, behaviours), PaymentsError);
    return [error.kind, error.message.replace("Failed to create orchestrator: Invalid config: ", "")];
  };
  assertEquals(refused(system([])), ["RuntimeError", "Must have at least one agent"]);
  assertEquals(refused(system([agent("A"), agent("A")])), ["RuntimeError", "Duplicate agent ID: A"]);
  assertEquals(refused(system([agent("A", { liquidityPool: -1 })])), [
    "RuntimeError",
    "Agent A: liquidity_pool must be non-negative, got -1",
  ]);
  assertEquals(refused(system([agent("A", { liquidityAllocationFraction: 1.5 })])), [
    "RuntimeError",
    "Agent A: liquidity_allocation_fraction must be between 0.0 and 1.0, got 1.5",
  ]);
  assertEquals(refused(system([agent("A", { unsecuredCap: -1 })])), ["panic", "unsecured_cap must be non-negative"]);
});
