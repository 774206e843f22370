/** The worked policies of spec 07 10 and the acceptance checks of spec 07 13 that need an engine. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { action, branch, type Json } from "./views.ts";
import { kinds, ofKind, ticksOf, type Waiting, workedEngine } from "./worked.ts";

const field = (name: string): Json => ({ field: name });
const value = (number: Json): Json => ({ value: number });
const compare = (left: Json, op: string, right: Json): Json => ({ op, left, right });
const affordable = compare(field("effective_liquidity"), ">=", field("remaining_amount"));
const holdFor = (reason: string): Json => action("H", "Hold", { reason });

function node(name: string, parameters: Readonly<Record<string, Json>>, id = "node"): Json {
  return { type: "action", node_id: id, action: name, parameters };
}

Deno.test("07 10.1: a release is submitted and settles in the same tick", () => {
  const [first] = ticksOf(workedEngine({ trees: { payment_tree: action("A", "Release") } }), 1);
  assertEquals(kinds(first), ["RtgsSubmission", "PolicySubmit", "RtgsImmediateSettlement"]);
  const [submission] = ofKind(first, "RtgsSubmission");
  assertEquals([submission?.amount, submission?.internal_priority, submission?.rtgs_priority], [50_000, 5, "Normal"]);
  const [settlement] = ofKind(first, "RtgsImmediateSettlement");
  assertEquals([settlement?.sender_balance_before, settlement?.sender_balance_after], [100_000, 50_000]);
});

Deno.test("07 10.2: an overdraft counts twice for the reference", () => {
  const engine = workedEngine({
    trees: {
      payment_tree: branch("N", affordable, action("R", "Release"), holdFor("InsufficientLiquidity")),
    },
    bank: { openingBalance: -300_000, unsecuredCap: 1_000_000, postedCollateral: 200_000 },
    payments: [{ amount: 400_000 }, { amount: 400_001 }],
  });
  const [first] = ticksOf(engine, 1);
  assertEquals(ofKind(first, "PolicyHold").map(({ reason }) => reason), ["InsufficientLiquidity"]);
  assertEquals(engine.positions()[0]?.balance, -700_000);
});

Deno.test("07 10.3: a payment dropped at its deadline costs nothing any more", () => {
  const tree = branch(
    "N",
    compare(field("deadline_tick"), "<=", field("current_tick")),
    action("D", "Drop"),
    action("H", "Hold"),
  );
  const ticks = ticksOf(workedEngine({ trees: { payment_tree: tree }, payments: [{ deadline: 3 }] }), 6);
  assertEquals(ticks.map(kinds), [["PolicyHold"], ["PolicyHold"], ["PolicyHold"], ["PolicyDrop"], [], []]);
  assertEquals(ofKind(ticks[0], "PolicyHold")[0]?.reason, 'Custom("Policy decision")');
  assertEquals(ofKind(ticks[3], "PolicyDrop")[0]?.reason, "Expired deadline");
  assertEquals(
    ofKind(ticks.flat(), "CostAccrual").map(({ costs }) => costs),
    [5, 5, 5].map((delay_cost) => ({
      liquidity_cost: 0,
      delay_cost,
      collateral_cost: 0,
      penalty_cost: 0,
      split_friction_cost: 0,
      total: delay_cost,
    })),
  );
});

Deno.test("07 10.4: LiquidityAware decides on every payment with the same balance", () => {
  const payments: Waiting[] = [
    { amount: 30_000, deadline: 9 },
    { amount: 30_000, deadline: 9 },
    { amount: 45_000, deadline: 3 },
    { amount: 100_001, deadline: 3 },
  ];
  const engine = workedEngine({
    policy: { type: "LiquidityAware", targetBuffer: 60_000, urgencyThreshold: 3 },
    payments,
  });
  const [first] = ticksOf(engine, 1);
  assertEquals(ofKind(first, "PolicySubmit").length, 3);
  assertEquals([ofKind(first, "RtgsImmediateSettlement").length, ofKind(first, "QueuedRtgs").length], [2, 1]);
  assertEquals(engine.positions()[0]?.balance, 40_000);
});

Deno.test("07 10.5: a priority flag counts even where the budget blocks", () => {
  const engine = workedEngine({
    trees: {
      bank_tree: action("B", "SetReleaseBudget", { max_value_to_release: 40_000 }),
      payment_tree: action("A", "Release", { priority_flag: "HIGH" }),
    },
    payments: [{ amount: 50_000 }, { amount: 30_000 }],
  });
  const [first] = ticksOf(engine, 1);
  assertEquals(
    ofKind(first, "BankBudgetSet").map(({ max_value, focus_counterparties, max_per_counterparty }) => [
      max_value,
      focus_counterparties,
      max_per_counterparty,
    ]),
    [[40_000, null, null]],
  );
  assertEquals(ofKind(first, "PolicyHold").map(({ reason }) => reason), ["BudgetExhausted"]);
  assertEquals(engine.paymentDetails(engine.paymentId(0))?.priority, 10);
  assertEquals(ofKind(first, "RtgsSubmission").map(({ internal_priority }) => internal_priority), [10]);
});

Deno.test("07 10.6: a timed release waits without an event", () => {
  const tree = action("A", "Release", { priority_flag: "LOW", timed_for_tick: 2 });
  const ticks = ticksOf(workedEngine({ trees: { payment_tree: tree } }), 3);
  assertEquals(ticks.map(kinds), [[], [], ["RtgsSubmission", "PolicySubmit", "RtgsImmediateSettlement"]]);
  assertEquals(ofKind(ticks[2], "RtgsSubmission")[0]?.internal_priority, 1);
});

Deno.test("07 10.7: a split makes its parts, pays for them and says so", () => {
  const engine = workedEngine({ trees: { payment_tree: action("A", "Split", { num_splits: 3.9 }) } });
  const [first = []] = ticksOf(engine, 1);
  const parts = ofKind(first, "Arrival").slice(1);
  assertEquals(parts.map(({ amount }) => amount), [16_666, 16_666, 16_668]);
  const order = first.map(({ event_type }) => event_type).slice(1, 9);
  const part = ["Arrival", "RtgsSubmission"];
  assertEquals(order, [...part, ...part, ...part, "CostAccrual", "PolicySplit"]);
  assertEquals(ofKind(first, "PolicySplit")[0]?.num_splits, 3);
  assertEquals(ofKind(first, "RtgsImmediateSettlement").length, 3);
  const [friction] = ofKind(first, "CostAccrual");
  assert(typeof friction?.costs === "object" && friction.costs !== null && "split_friction_cost" in friction.costs);
  assertEquals(friction.costs.split_friction_cost, 2000);
});

Deno.test("07 10.8: a split into as many parts as the money needs", () => {
  const quotient = {
    compute: {
      op: "div0",
      numerator: field("remaining_amount"),
      denominator: field("effective_liquidity"),
      default: value(2),
    },
  };
  const parts = { compute: { op: "max", values: [{ compute: { op: "ceil", value: quotient } }, value(2)] } };
  const tree = branch("N", affordable, action("R", "Release"), node("Split", { num_splits: parts }));
  const [first] = ticksOf(workedEngine({ trees: { payment_tree: tree }, bank: { openingBalance: 12_000 } }), 1);
  assertEquals(ofKind(first, "PolicySplit")[0]?.num_splits, 5);
  assertEquals([ofKind(first, "RtgsImmediateSettlement").length, ofKind(first, "QueuedRtgs").length], [1, 4]);
});

const stagger = (first: number, boost: number, parts = 3) =>
  action("S", "StaggerSplit", {
    num_splits: parts,
    stagger_first_now: first,
    stagger_gap_ticks: 2,
    priority_boost_children: boost,
  });

Deno.test("07 10.9: the parts that wait are asked about in the next tick", () => {
  const tree = branch("N", compare(field("is_split"), "==", value(1)), holdFor("NearDeadline"), stagger(1, 2));
  const [first, second] = ticksOf(workedEngine({ trees: { payment_tree: tree } }), 2);
  assertEquals(ofKind(first, "Arrival").slice(1).map(({ priority }) => priority), [7, 7, 7]);
  assertEquals(ofKind(first, "RtgsImmediateSettlement").length, 1);
  assertEquals(ofKind(first, "RtgsSubmission").length, 0);
  assertEquals(
    ofKind(second, "PolicyHold").map(({ reason }) => reason),
    Array(2).fill("NearDeadline { ticks_remaining: 4 }"),
  );
});

Deno.test("07 10.10: a new priority is told in full and stored up to 10", () => {
  const engine = workedEngine({ trees: { payment_tree: action("A", "Reprioritize", { new_priority: 300.7 }) } });
  const ticks = ticksOf(engine, 2);
  assertEquals(
    ofKind(ticks.flat(), "TransactionReprioritized").map(({ old_priority, new_priority }) => [
      old_priority,
      new_priority,
    ]),
    [[5, 255], [10, 255]],
  );
});

Deno.test("07 10.11: a budget has a limit for each receiver", () => {
  const engine = workedEngine({
    trees: {
      bank_tree: action("B", "SetReleaseBudget", {
        max_value_to_release: 60000.99,
        focus_counterparties: [],
        max_per_counterparty: 19999.9,
      }),
      payment_tree: action("A", "Release"),
    },
    payments: [{ amount: 20_000 }, { amount: 19_999 }, { amount: 1 }],
  });
  const [first] = ticksOf(engine, 1);
  assertEquals(kinds(first).slice(0, 5), [
    "BankBudgetSet",
    "PolicyHold",
    "RtgsSubmission",
    "PolicySubmit",
    "PolicyHold",
  ]);
  assertEquals(ofKind(first, "BankBudgetSet")[0]?.max_per_counterparty, 19_999);
});

Deno.test("07 10.12: a budget survives a tick in which a register is set", () => {
  const engine = workedEngine({
    trees: {
      bank_tree: branch(
        "N",
        compare(field("current_tick"), "==", value(0)),
        action("B1", "SetReleaseBudget", { max_value_to_release: 60_000, focus_counterparties: ["B"] }),
        node("SetState", { key: value("bank_state_x"), value: field("current_tick") }, "B2"),
      ),
      payment_tree: action("A", "Release"),
    },
    payments: [{ deadline: 9 }, { amount: 20_000, deadline: 9 }],
  });
  const ticks = ticksOf(engine, 3);
  assertEquals(ofKind(ticks.flat(), "PolicyHold").map(({ reason }) => reason), Array(3).fill("BudgetExhausted"));
  assertEquals(
    ofKind(ticks.flat(), "StateRegisterSet").map((event) => [
      event.old_value,
      event.new_value,
      event.reason,
      event.decision_path,
    ]),
    [[0, 1, "policy_action", "N(false) → B2"], [1, 2, "policy_action", "N(false) → B2"]],
  );
});

Deno.test("07 10.13: a register set by the bank tree is read by the payment tree of the same tick", () => {
  const tree = branch(
    "N",
    compare(field("bank_state_n"), ">", value(1.5)),
    action("R", "Release"),
    holdFor("AwaitingInflows"),
  );
  const ticks = ticksOf(
    workedEngine({
      trees: { bank_tree: action("B", "AddState", { key: "bank_state_n", value: 1 }), payment_tree: tree },
    }),
    2,
  );
  assertEquals(kinds(ticks[0]), ["StateRegisterSet", "PolicyHold"]);
  assertEquals(kinds(ticks[1]), ["StateRegisterSet", "RtgsSubmission", "PolicySubmit", "RtgsImmediateSettlement"]);
});

function coveringGap(amount: Json): Readonly<Record<string, Json>> {
  const post = node("PostCollateral", {
    amount,
    reason: value("PreemptivePosting"),
    auto_withdraw_after_ticks: value(3),
  });
  return {
    strategic_collateral_tree: branch(
      "S",
      compare(field("queue1_liquidity_gap"), ">", value(0)),
      post,
      action("K", "HoldCollateral"),
    ),
    payment_tree: action("A", "Release"),
  };
}

Deno.test("07 10.14: collateral for the gap, less the haircut, leaves a little missing", () => {
  const gap = {
    compute: { op: "min", values: [field("queue1_liquidity_gap"), field("remaining_collateral_capacity")] },
  };
  const ticks = ticksOf(
    workedEngine({ trees: coveringGap(gap), bank: { openingBalance: 20_000, unsecuredCap: 3000 } }),
    4,
  );
  assertEquals(ofKind(ticks[0], "CollateralPost").map(({ amount, reason }) => [amount, reason]), [
    [27_000, "PreemptivePosting"],
  ]);
  assertEquals(ofKind(ticks[0], "QueuedRtgs").length, 1);
  assertEquals(ofKind(ticks[3], "CollateralTimerWithdrawn").map(({ amount }) => amount), [27_000]);
});

Deno.test("07 10.15: a timer is blocked where the overdraft needs the collateral", () => {
  const ticks = ticksOf(
    workedEngine({ trees: coveringGap(value(27_600)), bank: { openingBalance: 20_000, unsecuredCap: 3000 } }),
    4,
  );
  assertEquals(ofKind(ticks[0], "RtgsImmediateSettlement").length, 1);
  assertEquals(
    ofKind(ticks[3], "CollateralTimerBlocked").map(({ reason }) => reason),
    ["No headroom available for withdrawal: credit_used=30000, allowed_limit=30048, headroom=48"],
  );
});

Deno.test("07 10.16: what is not required can be taken back at the end of a tick", () => {
  const engine = workedEngine({
    trees: {
      end_of_tick_collateral_tree: node("WithdrawCollateral", { amount: field("excess_collateral") }),
      payment_tree: action("A", "Hold"),
    },
    bank: { openingBalance: -50_000, unsecuredCap: 10_000, postedCollateral: 90_000 },
  });
  const [first] = ticksOf(engine, 1);
  assertEquals(
    ofKind(first, "CollateralWithdraw").map(({ amount, reason, new_total }) => [amount, reason, new_total]),
    [[49_183, "UrgentLiquidityNeed", 40_817]],
  );
});

Deno.test("07 10.17: a tree that always resubmits moves a payment between the queues", () => {
  const tree = branch(
    "N",
    compare(field("is_in_queue2"), "==", value(1)),
    action("U", "ResubmitToRtgs", { rtgs_priority: "Urgent" }),
    action("R", "Release"),
  );
  const ticks = ticksOf(workedEngine({ trees: { payment_tree: tree }, bank: { openingBalance: 100 } }), 4);
  const moved = ["RtgsWithdrawal", "RtgsResubmission"];
  const queued = ["RtgsSubmission", "PolicySubmit", "QueuedRtgs"];
  assertEquals(ticks.map(kinds), [queued, moved, queued, moved]);
  assertEquals(
    ofKind(ticks.flat(), "RtgsSubmission").map(({ rtgs_priority }) => rtgs_priority),
    ["Normal", "Urgent"],
  );
  assertEquals(
    ofKind(ticks.flat(), "RtgsResubmission").map((event) => [event.old_rtgs_priority, event.new_rtgs_priority]),
    [["None", "Urgent"], ["Urgent", "Urgent"]],
  );
});

Deno.test("07 10.18: the rush at the end of the day begins at its threshold", () => {
  const tree = branch(
    "N",
    compare(field("is_eod_rush"), "==", value(true)),
    action("R", "Release"),
    holdFor("NotEOD"),
  );
  const ticks = ticksOf(workedEngine({ trees: { payment_tree: tree }, payments: [{ deadline: 15 }] }), 9);
  assertEquals(
    ofKind(ticks.slice(0, 8).flat(), "PolicyHold").map(({ reason }) => reason),
    Array(8).fill('Custom("NotEOD")'),
  );
  assertEquals(ofKind(ticks[8], "PolicySubmit").length, 1);
});

Deno.test("07 13.7 and 13.8: the first tick says what is wrong with a tree", () => {
  const shared = { payment_tree: action("A", "Release"), strategic_collateral_tree: action("A", "HoldCollateral") };
  assertThrows(
    () => workedEngine({ trees: shared }).tick(),
    Error,
    'Tick execution failed: Invalid config: Failed to evaluate strategic collateral for A: Tree validation failed: [DuplicateNodeId("A")]',
  );
  const bank = node("SetReleaseBudget", { max_value_to_release: { param: "zz" } });
  assertThrows(
    () => workedEngine({ trees: { bank_tree: bank, payment_tree: action("A", "Release") } }).tick(),
    Error,
    "Invalid config: Failed to evaluate bank_tree for A: Tree evaluation failed: Parameter not found: zz",
  );
});

Deno.test("07 13.10 and 13.11: a payment action and a foreign register do nothing in a bank tree", () => {
  for (const bank of [action("B", "Release"), action("B", "SetState", { key: "foo", value: 1 })]) {
    const [first] = ticksOf(workedEngine({ trees: { bank_tree: bank, payment_tree: action("A", "Release") } }), 1);
    assertEquals(kinds(first), ["RtgsSubmission", "PolicySubmit", "RtgsImmediateSettlement"]);
  }
});

Deno.test("07 13.13: registers are reset at the end of a day", () => {
  const tree = branch(
    "N",
    compare(field("current_tick"), "==", value(0)),
    action("B1", "SetState", { key: "bank_state_a", value: 1 }),
    action("B2", "SetState", { key: "bank_state_b", value: 0 }),
  );
  const engine = workedEngine({
    trees: { bank_tree: tree, payment_tree: action("A", "Hold") },
    config: { ticksPerDay: 3 },
  });
  const last = ticksOf(engine, 3)[2];
  const resets = ofKind(last, "StateRegisterSet").filter(({ reason }) => reason === "eod_reset");
  assertEquals(resets.map(({ new_value, decision_path }) => [new_value, decision_path]), [[0, null], [0, null]]);
  assertEquals(kinds(last).at(-1), "EndOfDay");
});

Deno.test("07 13.14: a boost passes 256 and starts again, for the reference", () => {
  const [first] = ticksOf(workedEngine({ trees: { payment_tree: stagger(2, 255, 2) } }), 1);
  assertEquals(ofKind(first, "Arrival").slice(1).map(({ priority }) => priority), [4, 4]);
  assertEquals(ofKind(first, "RtgsSubmission").length, 0);
});

Deno.test("07 13.15: a payment withdrawn from the central queue is nowhere, for the reference", () => {
  const tree = branch(
    "N",
    compare(field("is_in_queue2"), "==", value(1)),
    action("W", "WithdrawFromRtgs"),
    action("R", "Release"),
  );
  const engine = workedEngine({ trees: { payment_tree: tree }, bank: { openingBalance: 100 } });
  const ticks = ticksOf(engine, 4);
  assertEquals(ofKind(ticks[1], "RtgsWithdrawal").length, 1);
  assertEquals([engine.queue2Length, engine.positions()[0]?.queue1Length], [0, 0]);
  assertEquals(ticks.slice(2).flat(), []);
});

Deno.test("07 13.16: resubmitting in Queue 1 doubles the queue and ends the run, for the reference", () => {
  const tree = branch(
    "N",
    compare(field("current_tick"), "<", value(2)),
    action("U", "ResubmitToRtgs", { rtgs_priority: "Urgent" }),
    action("R", "Release"),
  );
  const engine = workedEngine({ trees: { payment_tree: tree }, payments: [{ deadline: 9 }] });
  ticksOf(engine, 2);
  assertEquals(engine.positions()[0]?.queue1Length, 4);
  assertEquals(engine.log.table("CostAccrual")?.numbers("delay_cost").values.slice(0, 2), Float64Array.of(10, 20));
  const before = engine.log.length;
  assertThrows(
    () => engine.tick(),
    Error,
    "Tick execution failed: Settlement error: Settle failed: Settlement amount must be positive",
  );
  const added = Array.from({ length: engine.log.length - before }, (_, i) => engine.log.kind(before + i));
  assertEquals(added.filter((kind) => kind === "RtgsSubmission").length, 4);
  assertEquals(added.filter((kind) => kind === "RtgsImmediateSettlement").length, 1);
});

Deno.test("07 13.17: posting without capacity ends the run, for the reference", () => {
  const trees = {
    strategic_collateral_tree: action("S", "PostCollateral", { amount: 100 }),
    payment_tree: action("A", "Release"),
  };
  const error = assertThrows(() => workedEngine({ trees }).tick(), Error);
  assertStringIncludes(error.message, "tried to post 100 collateral but only has 0 capacity remaining");
});

Deno.test("07 13.18: in the central queue a broken action or a drop means waiting", () => {
  for (const inQueue of [action("S", "Split", { num_splits: 1 }), action("S", "Drop")]) {
    const tree = branch("N", compare(field("is_in_queue2"), "==", value(1)), inQueue, action("R", "Release"));
    const engine = workedEngine({ trees: { payment_tree: tree }, bank: { openingBalance: 100 } });
    const ticks = ticksOf(engine, 2);
    assertEquals(kinds(ticks[1]), []);
    assertEquals(engine.queue2Length, 1);
  }
});

Deno.test("07 13.19: a new policy counts from the next tick, a broken one leaves the old", () => {
  const engine = workedEngine({ trees: { payment_tree: action("A", "Hold") } });
  assertThrows(
    () => engine.updatePolicy("A", "{}"),
    Error,
    "Invalid config: Invalid policy JSON for A: Failed to parse",
  );
  assertEquals(kinds(ticksOf(engine, 1)[0]), ["PolicyHold"]);
  const release = JSON.stringify({ version: "1.0", policy_id: "p", payment_tree: action("A", "Release") });
  engine.updatePolicy("A", release);
  const before = engine.log.length;
  engine.tick();
  assertEquals(engine.log.kind(before), "RtgsSubmission");
});

Deno.test("07 13.20: splits know no budget, and cents cannot be split, for the reference", () => {
  const split = (parts: number) => ({ payment_tree: action("A", "Split", { num_splits: parts }) });
  assertThrows(() => workedEngine({ trees: split(4), payments: [{ amount: 3 }] }).tick(), Error, "must be positive");
  const budget = action("B", "SetReleaseBudget", { max_value_to_release: 0 });
  const [first] = ticksOf(workedEngine({ trees: { ...split(2), bank_tree: budget } }), 1);
  assertEquals(ofKind(first, "RtgsImmediateSettlement").length, 2);
});
