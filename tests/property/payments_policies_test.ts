/**
 * The invariants of spec 07 14 over random documents and situations. Numbers in test names are those of the chapter.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import { createPolicy, judgePolicy } from "../../src/payments/policies/mod.ts";
import { FieldTable } from "../../src/payments/policies/fields.ts";
import { type JsonNode, nearestDouble, readJson } from "../../src/payments/policies/json_reader.ts";
import { twiceRounded } from "../../src/payments/policies/number_reading.ts";
import type { PolicyView } from "../../src/payments/policy_contract.ts";
import { documentText, type Json, viewOf } from "../payments/policies/views.ts";
import { workedEngine } from "../payments/policies/worked.ts";

const fields = new FieldTable(REFERENCE).names("payment_tree");

const values: fc.Memo<Json> = fc.memo((depth) => {
  const leaf = fc.oneof(
    fc.constantFrom(...fields).map((field): Json => ({ field })),
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value): Json => ({ value })),
    fc.constantFrom("x", "y").map((param): Json => ({ param })),
  );
  if (depth <= 1) return leaf;
  const operand = values(depth - 1);
  return fc.oneof(
    leaf,
    fc.record({ op: fc.constantFrom("+", "-", "*", "/"), left: operand, right: operand })
      .map((compute): Json => ({ compute })),
    fc.record({ op: fc.constantFrom("max", "min"), values: fc.array(operand, { minLength: 1, maxLength: 3 }) })
      .map((compute): Json => ({ compute })),
    fc.record({ op: fc.constant("div0"), numerator: operand, denominator: operand, default: operand })
      .map((compute): Json => ({ compute })),
  );
});

const conditions: fc.Memo<Json> = fc.memo((depth) => {
  const leaf = fc.record({
    op: fc.constantFrom("==", "!=", "<", "<=", ">", ">="),
    left: values(2),
    right: values(2),
  });
  if (depth <= 1) return leaf;
  const inner = conditions(depth - 1);
  return fc.oneof(
    leaf,
    fc.record({ op: fc.constantFrom("and", "or"), conditions: fc.array(inner, { maxLength: 3 }) }),
    fc.record({ op: fc.constant("not"), condition: inner }),
  );
});

const actions = fc.oneof(
  fc.constant({ action: "Hold" }),
  fc.constant({ action: "Drop" }),
  fc.record({ priority_flag: fc.constantFrom("HIGH", "LOW").map((value) => ({ value })) })
    .map((parameters) => ({ action: "Release", parameters })),
  values(2).map((new_priority) => ({ action: "Reprioritize", parameters: { new_priority } })),
  fc.integer({ min: 2, max: 4 }).map((value) => ({ action: "Split", parameters: { num_splits: { value } } })),
  fc.record({ num_splits: fc.constant(3), stagger_first_now: fc.nat(3), priority_boost_children: fc.nat(300) }).map(
    (numbers) => ({
      action: "StaggerSplit",
      parameters: {
        ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { value }])),
        stagger_gap_ticks: { value: 1 },
      },
    }),
  ),
  fc.constantFrom("Urgent", "Normal").map((value) => ({
    action: "ResubmitToRtgs",
    parameters: { rtgs_priority: { value } },
  })),
  fc.constant({ action: "WithdrawFromRtgs" }),
);

/** Nodes without ids, which {@linkcode named} gives. */
type Bare = { readonly [key: string]: Json };

const trees: fc.Memo<Bare> = fc.memo((depth) => {
  const leaf: fc.Arbitrary<Bare> = actions.map((action) => ({ type: "action", ...action }));
  if (depth <= 1) return leaf;
  const branch: fc.Arbitrary<Bare> = fc.record({
    type: fc.constant("condition"),
    condition: conditions(2),
    on_true: trees(depth - 1),
    on_false: trees(depth - 1),
  });
  return fc.oneof(leaf, branch);
});

function isObject(json: Json | undefined): json is Bare {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** A copy with an id on every node. */
function named(node: Bare, id = "n"): Bare {
  const { on_true, on_false } = node;
  if (!isObject(on_true) || !isObject(on_false)) return { ...node, node_id: id };
  return { ...node, node_id: id, on_true: named(on_true, `${id}t`), on_false: named(on_false, `${id}f`) };
}

const situations = fc.record({
  tick: fc.nat(30),
  balance: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  unsecuredCap: fc.nat(1_000_000),
  postedCollateral: fc.nat(500_000),
  queue1Value: fc.nat(1_000_000),
  queue2Length: fc.nat(40),
  remaining: fc.integer({ min: 1, max: 100_000 }),
  deadlineTick: fc.nat(40),
}).map(viewOf);

const parameters = { x: 5, y: -0.25 };

/** The decision, or the error, as a text. */
function outcome(tree: Json, view: PolicyView, behaviours: Behaviours = REFERENCE, extra: Bare = {}): string {
  try {
    const json = documentText({ payment_tree: tree, parameters, ...extra });
    return JSON.stringify(createPolicy({ type: "FromJson", json }, behaviours).payment(view));
  } catch (error) {
    return String(error);
  }
}

Deno.test("14.1: the same document in the same situation decides the same, or fails the same", () => {
  fc.assert(fc.property(trees(3), situations, (tree, view) => {
    const json = documentText({ payment_tree: named(tree), parameters });
    assert(judgePolicy(json, REFERENCE).valid || outcome(named(tree), view).includes("DivisionByZeroRisk"));
    assertEquals(outcome(named(tree), view), outcome(named(tree), view));
  }));
});

Deno.test("14.12: a condition between two copies of a tree acts like the tree", () => {
  fc.assert(fc.property(trees(2), conditions(2), situations, (tree, condition, view) => {
    const both = named({ type: "condition", condition, on_true: tree, on_false: tree });
    const decided = outcome(both, view);
    if (decided.startsWith("PolicyError")) return;
    assertEquals(decided, outcome(named(tree), view));
  }));
});

Deno.test("14.13: unknown keys and the branch not taken change nothing", () => {
  fc.assert(fc.property(trees(2), trees(2), situations, fc.jsonValue(), (tree, other, view, anything) => {
    const noted = (node: Bare): Bare => {
      const { on_true, on_false } = node;
      const inner = isObject(on_true) && isObject(on_false)
        ? { on_true: noted(on_true), on_false: noted(on_false) }
        : {};
      return { ...node, ...inner, comment: JSON.stringify(anything) };
    };
    const always = { op: "and", conditions: [] };
    const around = (branch: Bare) => named({ type: "condition", condition: always, on_true: tree, on_false: branch });
    const plain = outcome(around({ type: "action", action: "Drop" }), view);
    assertEquals(outcome(noted(around({ type: "action", action: "Drop" })), view), plain);
    if (plain.startsWith("PolicyError")) return;
    const swapped = outcome(around(other), view);
    if (!swapped.includes("[")) assertEquals(swapped, plain);
  }));
});

Deno.test("14.14: injected numbers replace those of the document", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), situations, (urgencyThreshold, view) => {
    const decision = createPolicy({ type: "Deadline", urgencyThreshold }, REFERENCE).payment(view).kind;
    const left = view.deadlineTick - view.tick;
    assertEquals(decision, left <= 0 ? "drop" : left <= urgencyThreshold ? "release" : "hold");
  }));
});

Deno.test("14.15: the liquidity gap is what headroom lacks", () => {
  const table = new FieldTable(REFERENCE);
  const read = (name: string, view: PolicyView) => table.reading(name, "payment_tree")?.(view) ?? NaN;
  fc.assert(fc.property(situations, (view) => {
    const [gap, headroom] = [read("queue1_liquidity_gap", view), read("headroom", view)];
    assertEquals(headroom, read("available_liquidity", view) - read("queue1_total_value", view));
    assertEquals(gap, Math.max(-headroom, 0) + 0);
  }));
});

/** A JSON tree without places. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "array":
      return node.items.map(plain);
    case "object":
      return Object.fromEntries(node.members.map(({ key, value }) => [key, plain(value)]));
    default:
      return node.value;
  }
}

Deno.test("documents are read as JSON, and long decimals as one rounding more at most", () => {
  fc.assert(fc.property(fc.json(), fc.nat(4), (text, indent) => {
    const laidOut = JSON.stringify(JSON.parse(text), undefined, indent);
    assertEquals(JSON.stringify(plain(readJson(laidOut))), JSON.stringify(JSON.parse(laidOut)));
  }));
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    const literal = JSON.stringify(value);
    const [near, reference] = [nearestDouble(literal) ?? NaN, twiceRounded(literal) ?? NaN];
    assert(Math.abs(near - reference) <= Math.abs(near) * 4.5e-16 || Math.abs(near) < 1e-290, literal);
  }));
  fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(15), (digits, places) => {
    const literal = `${digits}e-${places}`;
    assertEquals(twiceRounded(literal), Number(literal));
  }));
});

const bankTrees = fc.oneof(
  fc.record({ max: fc.integer({ min: -10, max: 150_000 }), each: fc.option(fc.nat(60_000)) }).map(({ max, each }) => ({
    type: "action",
    action: "SetReleaseBudget",
    parameters: {
      max_value_to_release: { value: max },
      ...(each === null ? {} : { max_per_counterparty: { value: each } }),
    },
  })),
  fc.nat(12).map((n) => ({
    type: "action",
    action: "AddState",
    parameters: { key: { value: `bank_state_${n}` }, value: { field: "balance" } },
  })),
  fc.constant({ type: "action", action: "NoAction" }),
);

const cents = fc.integer({ min: -10, max: 400_000 }).map((value) => ({ value }));
const collateralTrees: fc.Arbitrary<Bare> = fc.oneof(
  fc.record({ amount: cents, auto_withdraw_after_ticks: fc.nat(3).map((value) => ({ value })) })
    .map((parameters) => ({ type: "action", action: "PostCollateral", parameters })),
  cents.map((amount) => ({ type: "action", action: "WithdrawCollateral", parameters: { amount } })),
);

Deno.test("14.4 to 14.10: whatever trees decide, money, priorities, collateral, budgets and registers stay in bounds", () => {
  const payments = fc.array(
    fc.record({
      amount: fc.integer({ min: 10, max: 80_000 }),
      deadline: fc.integer({ min: 1, max: 19 }),
      priority: fc.nat(10),
    }),
    { maxLength: 6 },
  );
  const safe = trees(2).filter((tree) => !JSON.stringify(tree).includes('"/"'));
  const run = fc.record({ tree: safe, bank: bankTrees, collateral: collateralTrees, payments });
  fc.assert(
    fc.property(run, ({ tree, bank, collateral, payments }) => {
      const engine = workedEngine({
        trees: {
          parameters,
          payment_tree: named(tree, "p"),
          bank_tree: named(bank, "b"),
          strategic_collateral_tree: named(collateral, "s"),
        },
        bank: { unsecuredCap: 20_000 },
        payments,
        behaviours: CORRECTED,
      });
      for (let tick = 0; tick < 12; tick++) {
        engine.tick();
        const [a, b] = engine.positions();
        assertEquals((a?.balance ?? 0) + (b?.balance ?? 0), 1_100_000);
        const posted = a?.postedCollateral ?? NaN;
        assert(posted >= 0 && posted <= 200_000, `posted ${posted}`);
      }
      checkLog(engine);
    }),
    { numRuns: 60 },
  );
});

function checkLog(engine: ReturnType<typeof workedEngine>): void {
  const { log } = engine;
  for (let payment = 0; payment < engine.paymentCount; payment++) {
    const priority = engine.paymentDetails(engine.paymentId(payment))?.priority;
    assert(typeof priority === "number" && priority >= 0 && priority <= 10, `priority ${priority}`);
  }
  const registers = new Set<unknown>();
  const amounts = new Map<unknown, unknown>();
  for (let event = 0; event < log.length; event++) {
    const { kind, ...object } = log.object(event);
    if (kind === "Arrival") amounts.set(object.tx_id, object.amount);
    if (kind === "PolicySubmit") {
      const before = log.object(event - 1);
      assertEquals([before.kind, before.tx_id], ["RtgsSubmission", object.tx_id]);
    }
    if (kind === "StateRegisterSet" && object.reason !== "eod_reset") {
      assert(String(object.register_key).startsWith("bank_state_"));
      registers.add(object.register_key);
    }
    if (kind === "PolicySplit" && Array.isArray(object.child_ids)) {
      const parts = object.child_ids.map((child) => Number(amounts.get(engine.paymentId(Number(child)))));
      assertEquals(parts.reduce((sum, part) => sum + part, 0), amounts.get(object.tx_id));
      assertEquals(new Set(parts.slice(0, -1)).size, 1);
      const extra = (parts.at(-1) ?? 0) - (parts[0] ?? 0);
      assert(extra >= 0 && extra < parts.length);
    }
  }
  assert(registers.size <= 10);
}
