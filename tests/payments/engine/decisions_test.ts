import { assertEquals, assertThrows } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { DEFAULT_LSM } from "../../../src/payments/config.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { writtenEvent } from "../../../src/payments/events.ts";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { action, agent, document, HOLD, Rig, system, when } from "./setting.ts";

const RELEASE_TEXT = text(document({ payment_tree: action("Release") }));

function text(policy: ReturnType<typeof document>): string {
  return policy.type === "FromJson" ? policy.json : "";
}

const NO_LSM = { ...DEFAULT_LSM, enableBilateral: false, enableCycles: false };

Deno.test("held-back parts of a staggered split wait for the next tick (spec 05 21.16)", () => {
  const stagger = action("StaggerSplit", {
    num_splits: 3,
    stagger_first_now: 1,
    stagger_gap_ticks: 4,
    priority_boost_children: 2,
  });
  const policy = document({ payment_tree: when("is_split", "==", 1, action("Release"), stagger) });
  const rig = new Rig(system([agent("A", { openingBalance: 1000, policy }), agent("B")], {
    costs: { splitFrictionCost: 7 },
  }));
  const parent = rig.pay("A", "B", 500, 19, 4);
  assertEquals(rig.engine.tick().totalCost, 0);
  assertEquals(rig.kinds(0).slice(1), [
    "Arrival",
    "Arrival",
    "Arrival",
    "CostAccrual",
    "PolicySplit",
    "RtgsImmediateSettlement",
  ]);
  assertEquals(rig.values("Arrival", "amount").slice(1), [166, 166, 168]);
  assertEquals(rig.values("Arrival", "priority").slice(1), [6, 6, 6]);
  assertEquals(rig.engine.accumulatedCosts("A").split_friction_cost, 14);
  rig.engine.tick();
  assertEquals(rig.values("RtgsImmediateSettlement", "tick"), [0, 1, 1]);
  assertEquals(rig.status(parent), "Settled");
});

/** Ticks in which the parts of 500 in `parts` settle, of which `firstNow` are sent at once. */
function staggered(behaviours: Behaviours, gap: number, parts = 4, deadline = 19, stopAt?: number): unknown[] {
  const numbers = { num_splits: parts, stagger_first_now: 1, stagger_gap_ticks: gap, priority_boost_children: 0 };
  const tree = when("is_split", "==", 1, action("Release"), action("StaggerSplit", numbers));
  const config = system([agent("A", { openingBalance: 1000, policy: document({ payment_tree: tree }) }), agent("B")]);
  const rig = new Rig(config, behaviours);
  rig.pay("A", "B", 500, deadline);
  while (rig.engine.currentTick < (stopAt ?? 20)) rig.engine.tick();
  const ticks = rig.values("RtgsImmediateSettlement", "tick");
  if (stopAt === undefined) return ticks;
  const restored = PaymentsEngine.load(config, rig.engine.save(), behaviours);
  while (restored.currentTick < 20) restored.tick();
  const { log } = restored;
  const all = Array.from({ length: log.length }, (_, event) => writtenEvent(log, event));
  return [...ticks, ...all.flatMap((event) => event.event_type === "RtgsImmediateSettlement" ? [event.tick] : [])];
}

Deno.test("staggerGapIgnored: held-back parts come up a gap apart unless the reference is asked for (spec 07 7.4, 11)", () => {
  assertEquals(staggered(REFERENCE, 3), [0, 1, 1, 1]);
  assertEquals(staggered(CORRECTED, 3), [0, 3, 6, 9]);
  assertEquals(staggered(CORRECTED, 1), [0, 1, 2, 3]);
  assertEquals(staggered(CORRECTED, 0), [0, 1, 1, 1], "without a gap in the next tick");
  assertEquals(staggered(CORRECTED, 3, 4, 5), [0, 3, 5, 5], "no part comes up after its deadline");
  assertEquals(staggered(CORRECTED, 1e300), [0, 19, 19, 19]);
});

Deno.test("parts that wait for their turn wait for it after a checkpoint, too", () => {
  for (const stopAt of [1, 4, 6]) {
    assertEquals(staggered(CORRECTED, 3, 4, 19, stopAt), [0, 3, 6, 9], `stop at ${stopAt}`);
  }
});

Deno.test("boostWraps: a boost raises priorities to 10 at most unless the reference is asked for (spec 07 13.14)", () => {
  const stagger = action("StaggerSplit", {
    num_splits: 2,
    stagger_first_now: 2,
    stagger_gap_ticks: 2,
    priority_boost_children: 255,
  });
  const priorities = [REFERENCE, CORRECTED].map((behaviours) => {
    const policy = document({ payment_tree: stagger });
    const rig = new Rig(system([agent("A", { openingBalance: 10, policy }), agent("B")]), behaviours);
    rig.pay("A", "B", 10);
    rig.engine.tick();
    assertEquals(rig.events("RtgsSubmission"), []);
    return rig.values("Arrival", "priority").slice(1);
  });
  assertEquals(priorities, [[4, 4], [10, 10]]);
});

Deno.test("tinySplitsStop: a payment has as many parts as cents unless the reference is asked for (spec 07 13.20)", () => {
  const policy = document({ payment_tree: action("Split", { num_splits: 4 }) });
  const rig = (behaviours: Behaviours, amount: number) => {
    const rig = new Rig(system([agent("A", { openingBalance: 10, policy }), agent("B")]), behaviours);
    rig.pay("A", "B", amount);
    return rig;
  };
  const error = assertThrows(() => rig(REFERENCE, 3).engine.tick(), PaymentsError, "amount must be positive");
  assertEquals(error.kind, "panic");
  const corrected = rig(CORRECTED, 3);
  corrected.engine.tick();
  assertEquals(corrected.values("RtgsImmediateSettlement", "amount"), [1, 1, 1]);
  const cent = rig(CORRECTED, 1);
  cent.engine.tick();
  assertEquals(cent.engine.queue1("A").length, 1);
});

Deno.test("resubmittingDuplicates: a waiting payment stays one payment unless the reference is asked for (spec 05 21.20b)", () => {
  const policy = document({ payment_tree: action("ResubmitToRtgs", { rtgs_priority: "Urgent" }) });
  const run = (behaviours: Behaviours) => {
    const rig = new Rig(system([agent("A", { openingBalance: 1000, policy }), agent("B")]), behaviours);
    rig.pay("A", "B", 100);
    const lengths = [0, 1].map(() => {
      rig.engine.tick();
      return rig.engine.queue1("A").length;
    });
    return { rig, lengths };
  };
  const reference = run(REFERENCE);
  assertEquals(reference.lengths, [2, 4]);
  assertThrows(() => reference.rig.engine.save(), PaymentsError, "in multiple queues: agent A and agent A");
  reference.rig.engine.updatePolicy("A", RELEASE_TEXT);
  const message = "Tick execution failed: Settlement error: Settle failed: Settlement amount must be positive";
  assertThrows(() => reference.rig.engine.tick(), PaymentsError, message);
  assertEquals(reference.rig.events("RtgsSubmission").length, 4);
  assertEquals(reference.rig.events("RtgsImmediateSettlement").length, 1);
  const corrected = run(CORRECTED);
  assertEquals(corrected.lengths, [1, 1]);
  corrected.rig.engine.updatePolicy("A", RELEASE_TEXT);
  corrected.rig.engine.tick();
  assertEquals(corrected.rig.values("RtgsSubmission", "rtgs_priority"), ["Urgent"]);
});

Deno.test("withdrawnPaymentsStranded: a withdrawn payment waits again unless the reference is asked for (spec 07 13.15)", () => {
  const withdrawing = when("is_in_queue2", "==", 1, action("WithdrawFromRtgs"), action("Release"));
  const queues = [REFERENCE, CORRECTED].map((behaviours) => {
    const policy = document({ payment_tree: withdrawing });
    const rig = new Rig(system([agent("A", { policy }), agent("B")], { lsm: NO_LSM }), behaviours);
    rig.pay("A", "B", 100);
    rig.engine.tick();
    rig.engine.tick();
    assertEquals(rig.values("RtgsWithdrawal", "original_rtgs_priority"), ["Normal"]);
    return [rig.engine.queue1("A").length, rig.engine.queue2().length];
  });
  assertEquals(queues, [[0, 0], [1, 0]]);
});

Deno.test("withdrawing and resubmitting in one step changes the urgency (spec 07 10.17)", () => {
  const tree = when("is_in_queue2", "==", 1, action("ResubmitToRtgs", { rtgs_priority: "Urgent" }), action("Release"));
  for (const behaviours of [REFERENCE, CORRECTED]) {
    const policy = document({ payment_tree: tree });
    const rig = new Rig(system([agent("A", { policy }), agent("B")], { lsm: NO_LSM }), behaviours);
    rig.pay("A", "B", 100);
    for (let i = 0; i < 4; i++) rig.engine.tick();
    assertEquals(rig.values("RtgsResubmission", "old_rtgs_priority"), ["None", "Urgent"]);
    assertEquals(rig.values("RtgsWithdrawal", "original_rtgs_priority"), ["Normal", "Urgent"]);
    assertEquals(rig.values("RtgsSubmission", "tick"), [0, 2]);
    assertEquals(rig.engine.queue1("A").length, 1);
  }
});

Deno.test("escalation raises the priority as the deadline comes near (spec 05 21.19)", () => {
  const priorityEscalation = { enabled: true, curve: "linear", startEscalatingAtTicks: 5, maxBoost: 3 };
  const rig = new Rig(system([agent("A", { policy: HOLD }), agent("B")], { priorityEscalation }));
  rig.pay("A", "B", 10, 7, 4);
  for (let i = 0; i < 9; i++) rig.engine.tick();
  const events = rig.events("PriorityEscalated");
  assertEquals(events.map((event) => [event.tick, event.escalated_priority, event.boost_applied]), [
    [3, 5, 1],
    [5, 6, 2],
    [7, 7, 3],
  ]);
});

Deno.test("a priority flag stays though the budget holds the payment back (spec 07 10.5)", () => {
  const policy = document({
    bank_tree: action("SetReleaseBudget", { max_value_to_release: 40_000 }),
    payment_tree: action("Release", { priority_flag: "HIGH" }),
  });
  const rig = new Rig(system([agent("A", { openingBalance: 100_000, policy }), agent("B")]));
  const first = rig.pay("A", "B", 50_000);
  rig.pay("A", "B", 30_000);
  rig.engine.tick();
  assertEquals(rig.values("PolicyHold", "reason"), ["BudgetExhausted"]);
  assertEquals(rig.engine.paymentDetails(first)?.priority, 10);
  assertEquals(rig.values("RtgsSubmission", "internal_priority"), [10]);
});

Deno.test("a budget survives a register update (spec 07 10.12)", () => {
  const policy = document({
    bank_tree: when(
      "current_tick",
      "==",
      0,
      action("SetReleaseBudget", { max_value_to_release: 60_000, focus_counterparties: ["B"] }, "B1"),
      action("SetState", { key: "bank_state_x", value: { field: "current_tick" } }, "B2"),
      "N",
    ),
    payment_tree: action("Release"),
  });
  const rig = new Rig(system([agent("A", { openingBalance: 100_000, policy }), agent("B")]));
  rig.pay("A", "B", 50_000, 9);
  rig.pay("A", "B", 20_000, 9);
  for (let i = 0; i < 3; i++) rig.engine.tick();
  assertEquals(rig.values("PolicyHold", "reason"), ["BudgetExhausted", "BudgetExhausted", "BudgetExhausted"]);
  const registers = rig.events("StateRegisterSet").map((event) => [event.old_value, event.new_value]);
  assertEquals(registers, [[0, 1], [1, 2]]);
  assertEquals(rig.events("StateRegisterSet")[0]?.decision_path, "N(false) → B2");
});

Deno.test("a policy that cannot be evaluated ends the tick and leaves the clock (spec 07 13.8)", () => {
  const bankTree = action("SetState", { key: "bank_state_x", value: { param: "zz" } });
  const policy = document({ bank_tree: bankTree, payment_tree: action("Release") });
  const rig = new Rig(system([agent("A", { policy }), agent("B")]));
  const message = "Tick execution failed: Invalid config: Failed to evaluate bank_tree for A: " +
    "Tree evaluation failed: Parameter not found: zz";
  const error = assertThrows(() => rig.engine.tick(), PaymentsError, message);
  assertEquals(error.kind, "RuntimeError");
  assertEquals(rig.engine.currentTick, 0);
});

Deno.test("a replaced policy decides from the next tick on, an unusable one changes nothing (spec 07 13.19)", () => {
  const rig = new Rig(system([agent("A", { openingBalance: 10, policy: HOLD }), agent("B")]));
  rig.pay("A", "B", 10);
  assertThrows(() => rig.engine.updatePolicy("A", "{}"), PaymentsError, "Invalid config: Invalid policy JSON for A: ");
  rig.engine.tick();
  assertEquals(rig.balance("B"), 0);
  rig.engine.updatePolicy("A", RELEASE_TEXT);
  rig.engine.tick();
  assertEquals(rig.balance("B"), 10);
  assertThrows(() => rig.engine.updatePolicy("Z", RELEASE_TEXT), PaymentsError, "Unknown agent: Z");
});
