import { assertEquals } from "@std/assert";
import { CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { DEFAULT_LSM } from "../../../src/payments/config.ts";
import { action, agent, document, releaseFrom, Rig, system } from "./setting.ts";

const NO_OFFSETS = { ...DEFAULT_LSM, enableBilateral: false };

Deno.test("liquidity is balance, cap and collateral after the haircut (spec 05 21.1)", () => {
  const rich = agent("A", { openingBalance: 1_000_000, unsecuredCap: 500_000, postedCollateral: 200_000 });
  const rig = new Rig(system([rich, agent("B")]));
  assertEquals(rig.engine.agentState("A").available_liquidity, 1_696_000);
  rig.pay("A", "B", 1_200_000);
  rig.engine.tick();
  assertEquals(rig.balance("A"), -200_000);
  assertEquals(rig.engine.agentState("A").available_liquidity, 496_000);
});

Deno.test("the haircut is a double, so collateral of 10 at 0.9 is worth nothing", () => {
  const rig = new Rig(system([agent("A", { postedCollateral: 10, collateralHaircut: 0.9 })]));
  assertEquals(rig.engine.agentState("A").allowed_overdraft_limit, 0);
});

Deno.test("collateral that covers an overdraft cannot be withdrawn (spec 05 21.1)", () => {
  const owing = { openingBalance: -6_000_000, postedCollateral: 10_000_000 };
  const rig = new Rig(system([
    agent("A", { ...owing, collateralHaircut: 0.1 }),
    agent("B", { ...owing, collateralHaircut: 1 }),
  ]));
  assertEquals(rig.engine.agentState("A").max_withdrawable_collateral, 3_333_333);
  assertEquals(rig.engine.agentState("B").max_withdrawable_collateral, 10_000_000);
});

Deno.test("priority_deadline orders a queue by priority, then deadline, stably (spec 05 21.2)", () => {
  const rig = new Rig(system([agent("A"), agent("B")], { queue1Ordering: "priority_deadline" }));
  const orders = [[5, 9], [200, 12], [5, 8], [10, 11], [5, 8]];
  const ids = orders.map(([priority, deadline]) => rig.pay("A", "B", 10, deadline, priority));
  rig.engine.tick();
  const order = rig.values("RtgsSubmission", "tx_id").map((id) => ids.indexOf(String(id)));
  assertEquals(order, [3, 1, 2, 4, 0]);
  assertEquals(rig.values("Arrival", "priority"), [5, 200, 5, 10, 5]);
});

Deno.test("money received earlier in a tick pays later submissions (spec 05 21.3)", () => {
  const agents = [agent("A", { openingBalance: 100 }), agent("B"), agent("C")];
  const ring = (rig: Rig) => {
    rig.pay("A", "B", 100);
    rig.pay("B", "C", 100);
    rig.pay("C", "A", 100);
    for (let i = 0; i < 3; i++) rig.engine.tick();
    return rig;
  };
  const immediate = ring(new Rig(system(agents)));
  assertEquals(immediate.values("RtgsImmediateSettlement", "tick"), [0, 0, 0]);
  const deferred = ring(new Rig(system(agents, { deferredCrediting: true })));
  assertEquals(deferred.values("RtgsImmediateSettlement", "tick"), [0]);
  assertEquals(deferred.values("DeferredCreditApplied", "agent_id", 0), ["B"]);
  assertEquals(deferred.values("DeferredCreditApplied", "amount", 0), [100]);
  assertEquals(deferred.values("Queue2LiquidityRelease", "queue_wait_ticks"), [1, 2]);
});

Deno.test("urgent payments overtake in the central queue, whatever their internal priority (spec 05 21.12)", () => {
  const rig = new Rig(system([agent("A"), agent("B")], { priorityMode: true, lsm: NO_OFFSETS }));
  rig.pay("A", "B", 10, 19, 10, "Normal");
  rig.pay("A", "B", 11, 19, 5, "Urgent");
  rig.pay("A", "B", 12, 19, 5, "HighlyUrgent");
  rig.pay("A", "B", 13, 19, 5, "Urgent");
  rig.engine.tick();
  const amounts = rig.engine.queue2().map((id) => rig.engine.paymentDetails(id)?.amount);
  assertEquals(amounts, [12, 11, 13, 10]);
});

Deno.test("limits refuse what would pass them until the next day (spec 05 21.14)", () => {
  const limits = { bilateralLimits: new Map([["B", 300]]), multilateralLimit: 400 };
  const rig = new Rig(system([agent("A", { openingBalance: 1000, limits }), agent("B"), agent("C")], {
    ticksPerDay: 3,
  }));
  for (const [to, amount] of [["B", 200], ["B", 200], ["C", 200], ["C", 250]] as const) rig.pay("A", to, amount, 6);
  for (let i = 0; i < 4; i++) rig.engine.tick();
  assertEquals(rig.kinds(0).filter((kind) => !kind.includes("ubmi") && kind !== "Arrival"), [
    "RtgsImmediateSettlement",
    "BilateralLimitExceeded",
    "QueuedRtgs",
    "RtgsImmediateSettlement",
    "MultilateralLimitExceeded",
    "QueuedRtgs",
  ]);
  assertEquals(rig.values("BilateralLimitExceeded", "current_bilateral_outflow"), [200]);
  assertEquals(rig.values("MultilateralLimitExceeded", "current_total_outflow"), [400]);
  assertEquals(rig.values("Queue2LiquidityRelease", "tick"), [3]);
  assertEquals(rig.values("Queue2LiquidityRelease", "queue_wait_ticks"), [3]);
  assertEquals(rig.engine.queue2().length, 1);
});

Deno.test("a late payment that settles on submission says so (spec 05 21.17c)", () => {
  const rig = new Rig(system([agent("A", { openingBalance: 1000, policy: releaseFrom(4) }), agent("B")], {
    costs: {
      deadlinePenalty: { mode: "rate", bpsPerEvent: 100 },
      delayCostPerTickPerCent: 0.001,
    },
  }));
  rig.pay("A", "B", 400, 1);
  const costs = Array.from({ length: 5 }, () => rig.engine.tick().totalCost);
  assertEquals(costs, [0, 0, 6, 2, 0]);
  const [settled] = rig.events("OverdueTransactionSettled");
  assertEquals([settled?.overdue_since_tick, settled?.total_ticks_overdue], [2, 2]);
  assertEquals([settled?.deadline_penalty_cost, settled?.estimated_delay_cost], [4, 4]);
  assertEquals(rig.kinds(4).slice(-2), ["OverdueTransactionSettled", "RtgsImmediateSettlement"]);
});

Deno.test("overdue payments cost their penalty and more each tick, unless they settle first (spec 05 21.17)", () => {
  const costs = {
    deadlinePenalty: { mode: "fixed", amount: 777 },
    eodPenalty: { mode: "fixed", amount: 11 },
    delayCostPerTickPerCent: 0.01,
  } as const;
  const settings = { ticksPerDay: 5, lsm: NO_OFFSETS, costs };
  const agents = [agent("A"), agent("B", { openingBalance: 1000 })];
  const waiting = new Rig(system(agents, settings));
  waiting.pay("A", "B", 500, 1);
  const total = Array.from({ length: 6 }, () => waiting.engine.tick().totalCost);
  assertEquals(total, [5, 5, 802, 25, 36, 25]);
  assertEquals(waiting.values("TransactionWentOverdue", "ticks_overdue"), [1]);
  const paid = new Rig(system(agents, settings));
  paid.pay("A", "B", 500, 1);
  paid.engine.tick();
  paid.engine.tick();
  paid.pay("B", "A", 500);
  paid.engine.tick();
  assertEquals(paid.values("Queue2LiquidityRelease", "queue_wait_ticks", 2), [2]);
  assertEquals(paid.events("TransactionWentOverdue"), []);
});

Deno.test("onlyDirectParentsReduced: parts of parts reduce the payment at the top unless the reference is asked for", () => {
  const halves = document({
    payment_tree: action("StaggerSplit", {
      num_splits: 2,
      stagger_first_now: 0,
      stagger_gap_ticks: 0,
      priority_boost_children: 0,
    }),
  });
  const remaining = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = new Rig(system([agent("A", { openingBalance: 1000, policy: halves }), agent("B")]), behaviours);
    const top = rig.pay("A", "B", 400);
    rig.engine.tick();
    rig.engine.tick();
    rig.engine.updatePolicy("A", fifoText());
    rig.engine.tick();
    assertEquals(rig.balance("B"), 400);
    return rig.engine.paymentDetails(top)?.remaining_amount;
  });
  assertEquals(remaining, [400, 0]);
});

function fifoText(): string {
  const policy = document({ payment_tree: action("Release") });
  return policy.type === "FromJson" ? policy.json : "";
}
