import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { PolicyDocumentError, PolicyError } from "../../../src/payments/policy_contract.ts";
import { createPolicy } from "../../../src/payments/policies/mod.ts";
import { FieldTable } from "../../../src/payments/policies/fields.ts";
import { action, branch, documentText, type Json, type Situation, viewOf } from "./views.ts";

/** The number of a value, read through the register that a bank tree sets. */
function computed(value: Json, situation: Situation = {}, behaviours: Behaviours = REFERENCE): number {
  const node = {
    type: "action",
    node_id: "B",
    action: "SetState",
    parameters: { key: { value: "bank_state_x" }, value },
  };
  const policy = createPolicy({ type: "FromJson", json: documentText({ bank_tree: node }) }, behaviours);
  const decision = policy.bank?.(viewOf(situation));
  return decision?.kind === "set" ? decision.value : NaN;
}

/** A field as a payment tree reads it: the value becomes the tick of a timed release. */
function paymentField(name: string, situation: Situation = {}): number {
  const read = new FieldTable(REFERENCE).reading(name, "payment_tree");
  return read === undefined ? NaN : read(viewOf(situation));
}

function holds(condition: Json, situation: Situation = {}): boolean {
  const tree = branch("N", condition, action("Y", "Release"), action("X", "Drop"));
  const policy = createPolicy({ type: "FromJson", json: documentText({ payment_tree: tree }) }, REFERENCE);
  return policy.payment(viewOf(situation)).kind === "release";
}

const number = (value: Json): Json => ({ value });
const compare = (left: Json, op: string, right: Json): Json => ({ op, left, right });
const compute = (op: string, operands: Readonly<Record<string, Json>>): Json => ({ compute: { op, ...operands } });

Deno.test("the fields of spec 07 13.1 have the values of the reference", () => {
  const situation: Situation = { tick: 3, balance: -300_000, unsecuredCap: 1_000_000, postedCollateral: 200_000 };
  const expected: Readonly<Record<string, number>> = {
    credit_used: 300_000,
    credit_headroom: 700_000,
    effective_liquidity: 400_000,
    available_liquidity: 896_000,
    headroom: 846_000,
    allowed_overdraft_limit: 1_196_000,
    overdraft_headroom: 896_000,
    liquidity_pressure: 1,
    required_collateral_for_usage: 0,
    excess_collateral: 200_000,
    max_collateral_capacity: 10_000_000,
    ticks_to_deadline: 2,
    day_progress_fraction: 0.3,
    ticks_remaining_in_day: 6,
    throughput_gap: -0.3,
    cost_delay_this_tx_one_tick: 5,
    cost_overdraft_this_amount_one_tick: 0.005,
  };
  for (const [name, value] of Object.entries(expected)) {
    assertAlmostEquals(paymentField(name, situation), value, 1e-12, name);
  }
});

Deno.test("a payment tree reads 65 fields that validation accepts, a bank tree 49", () => {
  assertEquals(new FieldTable(REFERENCE).names("payment_tree").length, 65);
  assertEquals(new FieldTable(REFERENCE).names("bank_tree").length, 49);
  assertEquals(new FieldTable(CORRECTED).names("bank_tree").length, 50);
});

Deno.test("a penalty in basis points is a truncated share of the payment, and of nothing in a bank tree", () => {
  const costRates = {
    ...viewOf().costRates,
    deadlinePenalty: { mode: "rate", bpsPerEvent: 50 },
    eodPenalty: { mode: "rate", bpsPerEvent: 12.5 },
  } as const;
  const situation = { costRates, amount: 123_456, remaining: 123_456 };
  assertEquals(paymentField("cost_deadline_penalty", situation), 617);
  assertEquals(paymentField("cost_eod_penalty", situation), 154);
  assertEquals(computed({ field: "cost_deadline_penalty" }, { costRates, amount: 0, remaining: 0 }), 0);
});

Deno.test("numbers nearer than a billionth are equal, and greater ones can be at most equal too", () => {
  assertEquals(holds(compare(number(0.1), "==", number(0.1000000005))), true);
  assertEquals(holds(compare(number(0.1), "==", number(0.100000002))), false);
  assertEquals(holds(compare(number(1.0000000005), ">", number(1))), true);
  assertEquals(holds(compare(number(1.0000000005), "<=", number(1))), true);
});

Deno.test("two equal infinities are neither equal nor unequal, but at most and at least each other", () => {
  const nearest = { field: "ticks_to_nearest_queue2_deadline" };
  assertEquals(["==", "!=", "<=", ">="].map((op) => holds(compare(nearest, op, nearest))), [false, false, true, true]);
  assertEquals(computed({ field: "queue2_nearest_deadline" }), 2 ** 64);
});

Deno.test("round goes away from zero, clamp ends at its upper bound, div0 and the division have different zeros", () => {
  assertEquals([2.5, -2.5, 0.49999999999999994].map((value) => computed(compute("round", { value: { value } }))), [
    3,
    -3,
    0,
  ]);
  assertEquals(computed(compute("clamp", { value: number(5), min: number(8), max: number(3) })), 3);
  const div0 = { numerator: number(1), denominator: number(1e-10), default: number(7) };
  assertEquals(computed(compute("div0", div0)), 7);
  assertEquals(computed(compute("/", { left: number(8e-10), right: number(1e-10) })), 8);
});

Deno.test("an empty and is true, an empty or is false, and what is skipped cannot fail", () => {
  assertEquals(holds({ op: "and", conditions: [] }), true);
  assertEquals(holds({ op: "or", conditions: [] }), false);
  const failing = compare(number("text"), "<", number(1));
  assertEquals(holds({ op: "and", conditions: [compare(number(2), "<", number(1)), failing] }), false);
  assertThrows(() => holds({ op: "or", conditions: [failing] }), PolicyError, "Invalid literal type: expected number");
});

Deno.test("the first form that fits is the value: the field in a condition, the literal in an action", () => {
  const both = { field: "balance", value: 3 };
  assertEquals(holds(compare(both, "==", number(100_000))), true);
  assertEquals(computed(both), 3);
});

Deno.test("literals are numbers or booleans in conditions, numbers only in actions", () => {
  assertEquals(holds(compare(number(true), "==", number(1))), true);
  assertThrows(() => computed(number(true)), PolicyError, "Invalid action parameter type: value");
});

Deno.test("the first parameter that fails names the error, in the order of the action", () => {
  const tree: Json = { type: "action", node_id: "B", action: "SetState", parameters: { key: number(5) } };
  const policy = createPolicy({ type: "FromJson", json: documentText({ bank_tree: tree }) }, REFERENCE);
  assertThrows(() => policy.bank?.(viewOf()), PolicyError, "Invalid action parameter type: key");
});

Deno.test("a register that nobody set reads 0", () => {
  assertEquals(computed({ field: "bank_state_none" }), 0);
  assertEquals(computed({ field: "bank_state_n" }, { registers: { bank_state_n: 2.5 } }), 2.5);
});

Deno.test("a bank tree says the way to its action", () => {
  const tree = branch(
    "N",
    compare({ field: "current_tick" }, "==", number(0)),
    action("B1", "NoAction"),
    action("B2", "AddState", { key: "bank_state_x", value: 1 }),
  );
  const policy = createPolicy({ type: "FromJson", json: documentText({ bank_tree: tree }) }, REFERENCE);
  assertEquals(policy.bank?.(viewOf()), { kind: "none" });
  assertEquals(policy.bank?.(viewOf({ tick: 1 })), {
    kind: "add",
    key: "bank_state_x",
    value: 1,
    reason: "policy_action",
    path: "N(false) → B2",
  });
});

Deno.test("a bank tree of 101 branches fails where it is reached", () => {
  let tree = action("A", "NoAction");
  for (let depth = 0; depth < 101; depth++) {
    tree = branch(`n${depth}`, { op: "and", conditions: [] }, tree, action(`x${depth}`, "NoAction"));
  }
  const policy = createPolicy({ type: "FromJson", json: documentText({ bank_tree: tree }) }, REFERENCE);
  const failure = "Tree traversal exceeded maximum depth (100)";
  assertThrows(() => policy.bank?.(viewOf()), PolicyError, failure);
  assertThrows(
    () => createPolicy({ type: "FromJson", json: documentText({ bank_tree: tree }) }, CORRECTED),
    PolicyDocumentError,
  );
});

Deno.test("an undefined parameter of a bank tree ends the run when it is reached, or is found before the run", () => {
  const text = documentText({
    bank_tree: branch(
      "N",
      compare({ param: "zz" }, ">", number(0)),
      action("A", "NoAction"),
      action("B", "NoAction"),
    ),
  });
  const policy = createPolicy({ type: "FromJson", json: text }, REFERENCE);
  assertThrows(() => policy.bank?.(viewOf()), PolicyError, "Parameter not found: zz");
  assertThrows(
    () => createPolicy({ type: "FromJson", json: text }, CORRECTED),
    PolicyDocumentError,
    "Parameter 'zz' not found in tree parameters at line 1 column",
  );
});

Deno.test("validation speaks at the first evaluation of any tree, in the words of the reference", () => {
  const text = documentText({
    payment_tree: action("A", "Release"),
    strategic_collateral_tree: action("A", "HoldCollateral"),
  });
  const policy = createPolicy({ type: "FromJson", json: text }, REFERENCE);
  const error = assertThrows(() => policy.strategicCollateral?.(viewOf()), PolicyError, '[DuplicateNodeId("A")]');
  assertEquals(error.stage, "validation");
});

Deno.test("a document without a payment tree cannot decide on a payment", () => {
  const policy = createPolicy({ type: "FromJson", json: documentText({}) }, REFERENCE);
  assertThrows(() => policy.payment(viewOf()), PolicyError);
  assertEquals([policy.bank, policy.strategicCollateral, policy.actsOnQueue2], [undefined, undefined, false]);
});
