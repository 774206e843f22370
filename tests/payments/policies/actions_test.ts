import { assertEquals, assertThrows } from "@std/assert";
import { CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import type { PolicyConfig } from "../../../src/payments/config.ts";
import {
  type BankDecision,
  type CollateralDecision,
  type PaymentDecision,
  PolicyDocumentError,
  PolicyError,
} from "../../../src/payments/policy_contract.ts";
import { createPolicy } from "../../../src/payments/policies/mod.ts";
import { action, documentText, type Json, type Situation, viewOf } from "./views.ts";

function node(name: string, parameters: Readonly<Record<string, Json>>): Json {
  return { type: "action", node_id: "A", action: name, parameters };
}

function payment(tree: Json, situation: Situation = {}): PaymentDecision {
  return createPolicy({ type: "FromJson", json: documentText({ payment_tree: tree }) }, REFERENCE).payment(
    viewOf(situation),
  );
}

function bank(tree: Json, behaviours = REFERENCE): BankDecision | undefined {
  return createPolicy({ type: "FromJson", json: documentText({ bank_tree: tree }) }, behaviours).bank?.(viewOf());
}

function collateral(tree: Json): CollateralDecision | undefined {
  const json = documentText({ end_of_tick_collateral_tree: tree });
  return createPolicy({ type: "FromJson", json }, REFERENCE).endOfTickCollateral?.(viewOf());
}

function fails(decide: () => unknown, message: string): void {
  assertEquals(assertThrows(decide, PolicyError, message).stage, "action");
}

const boost = { stagger_gap_ticks: 2, priority_boost_children: 300.7 };

Deno.test("a release raises the priority by its flag and may wait for a tick", () => {
  assertEquals(payment(action("A", "Release")), { kind: "release", priority: undefined, atTick: undefined });
  const flags = ["HIGH", "MEDIUM", "LOW", "other", 5];
  const priorities = flags.map((flag) => payment(action("A", "ReleaseWithCredit", { priority_flag: flag })));
  assertEquals(priorities.map((decision) => decision.kind === "release" ? decision.priority : NaN), [
    10,
    5,
    1,
    5,
    undefined,
  ]);
  const timed = (tick: number) => payment(action("A", "Release", { timed_for_tick: tick }));
  assertEquals([2.9, -3].map(timed).map((decision) => decision.kind === "release" ? decision.atTick : NaN), [2, 0]);
});

Deno.test("a split has at least two parts", () => {
  assertEquals(payment(action("A", "Split", { num_splits: 3.9 })), { kind: "split", parts: 3 });
  fails(() => payment(action("A", "PaceAndRelease", { num_splits: 1.99 })), "num_splits must be >= 2");
  fails(() => payment(action("A", "Split")), "Missing required action parameter: num_splits");
  fails(() => payment(action("A", "Split", { num_splits: "2" })), "Invalid action parameter type: num_splits");
});

Deno.test("a staggered split sends no more parts at once than it has", () => {
  const staggered = (parts: number, now: number) =>
    payment(action("A", "StaggerSplit", { num_splits: parts, stagger_first_now: now, ...boost }));
  assertEquals(staggered(3, -1), { kind: "stagger", parts: 3, firstNow: 0, gap: 2, boost: 255 });
  fails(() => staggered(3, 4), "stagger_first_now cannot exceed num_splits");
  fails(() => staggered(1, 4), "num_splits must be >= 2");
});

Deno.test("reasons to hold are written as the reference shows them", () => {
  const reason = (text: Json, situation: Situation = {}) => {
    const decision = payment(action("A", "Hold", { reason: text }), situation);
    return decision.kind === "hold" ? decision.reason : "";
  };
  assertEquals(reason("InsufficientLiquidity"), "InsufficientLiquidity");
  assertEquals(reason("NearDeadline", { tick: 1 }), "NearDeadline { ticks_remaining: 4 }");
  assertEquals(reason("NearDeadline", { tick: 9 }), "NearDeadline { ticks_remaining: 0 }");
  assertEquals(reason('a "q"'), 'Custom("a \\"q\\"")');
  assertEquals(reason(""), 'Custom("")');
  assertEquals(reason("a\u00a0b\u0301c\td → é's"), 'Custom("a\\u{a0}b\\u{301}c\\td → é\'s")');
  assertEquals(reason(5), 'Custom("Policy decision")');
  assertEquals(payment(action("A", "Hold")), { kind: "hold", reason: 'Custom("Policy decision")' });
});

Deno.test("a priority is a byte before it is capped", () => {
  assertEquals(payment(action("A", "Reprioritize", { new_priority: 300.7 })), { kind: "reprioritize", priority: 255 });
  assertEquals(payment(action("A", "Reprioritize", { new_priority: -1 })), { kind: "reprioritize", priority: 0 });
});

Deno.test("the urgency of a resubmission is one of three names, as it stands", () => {
  assertEquals(payment(action("A", "ResubmitToRtgs", { rtgs_priority: "Urgent" })), {
    kind: "resubmit",
    rtgsPriority: 1,
  });
  fails(
    () => payment(action("A", "ResubmitToRtgs", { rtgs_priority: "urgent" })),
    "rtgs_priority must be 'HighlyUrgent', 'Urgent', or 'Normal', got 'urgent'",
  );
  fails(() => payment(action("A", "ResubmitToRtgs", { rtgs_priority: 1 })), "rtgs_priority must be a string");
  fails(
    () => payment(node("ResubmitToRtgs", { rtgs_priority: { field: "balance" } })),
    "rtgs_priority must be a direct string value",
  );
});

Deno.test("a budget truncates its amounts and takes a list of names only", () => {
  const decision = bank(action("B", "SetReleaseBudget", {
    max_value_to_release: 60000.99,
    focus_counterparties: ["B", 5, "C"],
    max_per_counterparty: -19999.9,
  }));
  assertEquals(decision, { kind: "budget", maxValue: 60_000, focus: ["B", "C"], perCounterparty: -19_999 });
  const empty = bank(action("B", "SetReleaseBudget", { max_value_to_release: 1e300, focus_counterparties: [] }));
  assertEquals(empty, { kind: "budget", maxValue: 2 ** 63, focus: undefined, perCounterparty: undefined });
});

Deno.test("behaviour shortBudgetKeysIgnored: the short keys of a budget count, or do not", () => {
  const tree = action("B", "SetReleaseBudget", { max_value_to_release: 9, focus_cpty_list: ["B"], max_per_cpty: 4 });
  const ignored = { kind: "budget", maxValue: 9, focus: undefined, perCounterparty: undefined } as const;
  assertEquals(bank(tree, REFERENCE), ignored);
  assertEquals(bank(tree, CORRECTED), { ...ignored, focus: ["B"], perCounterparty: 4 });
});

Deno.test("actions of other trees do nothing in a bank tree and fail elsewhere", () => {
  assertEquals(bank(action("B", "Release")), { kind: "none" });
  fails(
    () => payment(action("A", "NoAction")),
    "Bank-level action NoAction cannot be used in payment release decision tree.",
  );
  fails(
    () => payment(action("A", "HoldCollateral")),
    "Collateral action HoldCollateral cannot be used in payment release decision tree.",
  );
  fails(
    () => collateral(action("A", "Release")),
    "Payment/bank action Release cannot be used in collateral decision tree. Use PostCollateral",
  );
});

Deno.test("behaviour actionsCheckedWhenReached: what cannot work is found when it is reached, or before the run", () => {
  const broken: readonly [Json, string][] = [
    [action("A", "NoAction"), "NoAction at node A does not belong in payment_tree, which has Release"],
    [action("A", "Split", { num_splits: 1 }), "num_splits of Split at node A must be a number of at least 2"],
    [action("A", "Split", { num_split: 2 }), "num_split of Split at node A is unknown (did you mean num_splits?)"],
    [node("Split", { num_splits: { compute: { op: "max", values: [] } } }), "max of no values at node A"],
    [
      node("Split", { num_splits: { compute: { op: "ceil", value: { value: "x" } } } }),
      "a string at node A where a number is needed",
    ],
  ];
  for (const [tree, message] of broken) {
    const config: PolicyConfig = { type: "FromJson", json: documentText({ payment_tree: tree }) };
    assertEquals(createPolicy(config, REFERENCE).actsOnQueue2, false);
    assertThrows(() => createPolicy(config, CORRECTED), PolicyDocumentError, message);
  }
});

Deno.test("registers outside their names are refused before the run", () => {
  const tree = action("A", "SetState", { key: "foo", value: 1 });
  assertEquals(bank(tree)?.kind, "set");
  assertThrows(() => bank(tree, CORRECTED), PolicyDocumentError, "must be a text that starts with bank_state_");
});

Deno.test("collateral of nothing is held, unknown reasons are urgent, and half a tick is a timer of none", () => {
  assertEquals(collateral(node("PostCollateral", { amount: { value: 0.9 }, reason: { field: "balance" } })), {
    kind: "hold",
  });
  assertEquals(
    collateral(action("A", "PostCollateral", { amount: 7.9, reason: "x", auto_withdraw_after_ticks: 0.5 })),
    { kind: "post", amount: 7, reason: "UrgentLiquidityNeed", timer: 0 },
  );
  assertEquals(collateral(action("A", "PostCollateral", { amount: 7, auto_withdraw_after_ticks: 0 })), {
    kind: "post",
    amount: 7,
    reason: "UrgentLiquidityNeed",
    timer: undefined,
  });
  assertEquals(collateral(action("A", "WithdrawCollateral", { amount: 7, reason: "EndOfDayCleanup" })), {
    kind: "withdraw",
    amount: 7,
    reason: "EndOfDayCleanup",
  });
});
