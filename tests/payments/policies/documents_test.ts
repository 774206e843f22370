import { assertEquals } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import {
  builtInDocument,
  createPolicy,
  forbiddenCategories,
  judgePolicy,
  policyCategories,
  writtenVerdict,
} from "../../../src/payments/policies/mod.ts";
import { twiceRounded } from "../../../src/payments/policies/number_reading.ts";
import { action, branch, documentText, type Json, viewOf } from "./views.ts";

function problems(text: string, behaviours: Behaviours = REFERENCE): string[] {
  const verdict = judgePolicy(text, behaviours);
  return verdict.valid ? [] : verdict.problems.map(({ debug, line, column }) => `${line}:${column} ${debug}`);
}

const number = (value: Json): Json => ({ value });
const always = { op: "and", conditions: [] };

function chain(depth: number): Json {
  let tree = action("A", "Release");
  for (let n = 0; n < depth; n++) tree = branch(`n${n}`, always, tree, action(`x${n}`, "Drop"));
  return tree;
}

Deno.test("every problem of a document is reported, with its line and column", () => {
  const text = `{
  "policy_id": 5,
  "parameters": { "x": true },
  "payment_tree": {
    "type": "action", "node_id": "A",
    "action": "Relaese"
  },
  "bank_tree": { "type": "condition", "node_id": "B",
    "condition": { "op": "<", "left": 5, "right": {"value": 1} },
    "on_true": { "type": "action", "node_id": "C", "action": "NoAction" } }
}`;
  const verdict = writtenVerdict(judgePolicy(text, CORRECTED));
  assertEquals(verdict.valid ? [] : verdict.errors.map(({ line, column, path }) => `${line}:${column} ${path}`), [
    "1:1 ",
    "2:16 policy_id",
    "3:24 parameters.x",
    "6:15 payment_tree.action",
    "8:16 bank_tree",
    "9:39 bank_tree.condition.left",
  ]);
});

Deno.test("what is not JSON is refused at its place", () => {
  const refused = (text: string) => problems(text).map((line) => line.replace(/JSON parsing failed: | at line.*/g, ""));
  assertEquals(refused('{"a":1,}'), ["1:8 expected a key in quotes"]);
  assertEquals(refused('{"a":\n 01}'), ["2:3 not a number"]);
  assertEquals(refused("{} x"), ["1:4 text after the end of the document"]);
  assertEquals(refused('{"a": NaN}'), ["1:7 expected a value"]);
  assertEquals(refused('{"a": "\\x"}'), ["1:8 an unknown escape in a string"]);
  assertEquals(refused('{"a": "\\ud800"}'), ["1:14 half of a surrogate pair"]);
  assertEquals(refused(""), ["1:1 the document ends where a value is expected"]);
  assertEquals(refused('{"version":"\\u0031\\n\\ud83d\\ude00\u007f","policy_id":""}'), []);
});

Deno.test("unknown keys change nothing, known keys that come twice are refused", () => {
  assertEquals(problems(documentText({ note: { any: [1, null] } })), []);
  assertEquals(problems('{"version":"1","policy_id":"p","policy_id":"q"}').length, 1);
  assertEquals(problems('{"version":"1","policy_id":"p","parameters":{"a":1,"a":2}}'), []);
});

Deno.test("a tree of 100 branches is valid, of 101 too deep, of 125 no document", () => {
  assertEquals(problems(documentText({ payment_tree: chain(100) })), []);
  assertEquals(problems(documentText({ payment_tree: chain(101) })), ["1:49 ExcessiveDepth { actual: 101, max: 100 }"]);
  assertEquals(problems(documentText({ payment_tree: chain(124) })), ["1:49 ExcessiveDepth { actual: 124, max: 100 }"]);
  assertEquals(problems(documentText({ payment_tree: chain(125) }))[0]?.includes("recursion limit exceeded"), true);
});

Deno.test("behaviour bankTreesHalfValidated: node ids, depth and parameters of bank trees count, or do not", () => {
  const shared = documentText({ payment_tree: action("A", "Release"), bank_tree: action("A", "NoAction") });
  assertEquals(problems(shared, REFERENCE), []);
  assertEquals(problems(shared, CORRECTED).map((problem) => problem.slice(5).trim()), ['DuplicateNodeId("A")']);
});

function divided(left: Json, right: Json): Json {
  return { compute: { op: "/", left, right } };
}

Deno.test("behaviour leftDivisionsUnchecked: a zero divisor on the left of a division is found, or is not", () => {
  const tree = (value: Json) =>
    documentText({
      payment_tree: branch("N", { op: "<", left: value, right: number(1) }, action("A", "Drop"), action("B", "Drop")),
    });
  const inner = divided(number(1), number(0));
  assertEquals(problems(tree(divided(inner, number(2))), REFERENCE), []);
  assertEquals(problems(tree(divided(inner, number(2))), CORRECTED).length, 1);
  assertEquals(problems(tree(divided(number(2), inner))).length, 1);
  assertEquals(problems(tree({ compute: { op: "+", left: inner, right: inner } })).length, 2);
});

Deno.test("behaviour ghostFieldsAccepted: five names that no payment has are accepted, or are not", () => {
  const tree = branch(
    "N",
    { op: "<", left: { field: "time_in_queue" }, right: number(1) },
    action("A", "Drop"),
    action("B", "Drop"),
  );
  assertEquals(problems(documentText({ payment_tree: tree }), REFERENCE), []);
  assertEquals(problems(documentText({ payment_tree: tree }), CORRECTED).length, 1);
});

Deno.test("behaviour bankTreesLackUtilization: a bank tree reads the field, or fails there", () => {
  const tree: Json = {
    type: "action",
    node_id: "B",
    action: "SetState",
    parameters: { key: number("bank_state_u"), value: { field: "overdraft_utilization" } },
  };
  const decide = (behaviours: Behaviours) =>
    createPolicy({ type: "FromJson", json: documentText({ bank_tree: tree }) }, behaviours).bank?.(
      viewOf({ balance: -500, unsecuredCap: 1000 }),
    );
  const decision = decide(CORRECTED);
  assertEquals(decision?.kind === "set" && decision.value, 0.5);
  let message = "";
  try {
    decide(REFERENCE);
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  assertEquals(message, "Field not found: overdraft_utilization");
});

Deno.test("behaviour policiesCheckedWhenReached: a broken policy is refused before the run, or when it is reached", () => {
  const json = documentText({
    payment_tree: branch(
      "N",
      { op: "<", left: { field: "nope" }, right: { param: "none" } },
      action("A", "Drop"),
      action("B", "Drop"),
    ),
  });
  const late = createPolicy({ type: "FromJson", json }, REFERENCE);
  const message = (act: () => unknown): string => {
    try {
      act();
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  assertEquals(message(() => late.validate()), '[InvalidFieldReference("nope"), InvalidParameterReference("none")]');
  assertEquals(
    message(() => createPolicy({ type: "FromJson", json }, CORRECTED)).startsWith(
      "Tree validation failed: Invalid field reference: 'nope' at line 1 column",
    ),
    true,
  );
});

Deno.test("behaviour longDecimalsMisread: long decimals are the nearest double, or one rounding more", () => {
  assertEquals(twiceRounded("0.12345678901234567"), 0.12345678901234568);
  assertEquals(["1.5", "-2e3", "0", "1e-7", "18446744073709551615"].map(twiceRounded), [1.5, -2000, 0, 1e-7, 2 ** 64]);
  assertEquals([twiceRounded("1e999"), twiceRounded("1e-999"), twiceRounded("0e999")], [undefined, 0, 0]);
  const parameter = (behaviours: Behaviours) => {
    const verdict = judgePolicy(documentText({}).replace("}", ',"parameters":{"x":0.12345678901234567}}'), behaviours);
    return verdict.valid ? verdict.document.parameters.get("x") : undefined;
  };
  assertEquals(parameter(REFERENCE), 0.12345678901234568);
  assertEquals(parameter(CORRECTED), 0.12345678901234567);
});

Deno.test("behaviour overdraftCountedTwice: an overdraft reduces effective liquidity once, or twice", () => {
  const json = documentText({
    payment_tree: branch(
      "N",
      { op: ">=", left: { field: "effective_liquidity" }, right: number(700_000) },
      action("A", "Release"),
      action("B", "Drop"),
    ),
  });
  const view = viewOf({ balance: -300_000, unsecuredCap: 1_000_000 });
  assertEquals(createPolicy({ type: "FromJson", json }, REFERENCE).payment(view).kind, "drop");
  assertEquals(createPolicy({ type: "FromJson", json }, CORRECTED).payment(view).kind, "release");
});

Deno.test("behaviour throughputNeverResets: throughput is today's, or that of all days", () => {
  const json = documentText({
    payment_tree: branch(
      "N",
      { op: "==", left: { field: "my_throughput_fraction_today" }, right: number(0.5) },
      action("A", "Release"),
      action("B", "Drop"),
    ),
  });
  const view = viewOf({ sentAmount: 100, sentSettled: 50, sentAmountToday: 10, sentSettledToday: 0 });
  assertEquals(createPolicy({ type: "FromJson", json }, REFERENCE).payment(view).kind, "release");
  assertEquals(createPolicy({ type: "FromJson", json }, CORRECTED).payment(view).kind, "drop");
});

Deno.test("behaviour minSplitAmountIgnored: parts are at least as large as the policy says, or are not", () => {
  const decide = (minSplitAmount: number, behaviours: Behaviours) =>
    createPolicy({ type: "LiquiditySplitting", maxSplits: 4, minSplitAmount }, behaviours).payment(
      viewOf({ balance: 20_000, tick: 1 }),
    );
  assertEquals(decide(12_500, CORRECTED), { kind: "split", parts: 4 });
  assertEquals(decide(12_501, CORRECTED).kind, "hold");
  assertEquals(decide(12_501, REFERENCE), { kind: "split", parts: 4 });
});

Deno.test("built-in policies are valid documents and take their numbers from the configuration", () => {
  for (const type of ["Fifo", "Deadline", "LiquidityAware", "LiquiditySplitting", "MockSplitting"] as const) {
    for (const behaviours of [CORRECTED, REFERENCE]) {
      assertEquals(judgePolicy(builtInDocument(type, behaviours), behaviours).valid, true, type);
    }
  }
  const deadline = createPolicy({ type: "Deadline", urgencyThreshold: 2 }, REFERENCE);
  const kinds = [1, 2, 3, 5].map((tick) => deadline.payment(viewOf({ tick })).kind);
  assertEquals(kinds, ["hold", "hold", "release", "drop"]);
  assertEquals(deadline.initialLiquidityFraction, undefined);
  assertEquals(createPolicy({ type: "MockSplitting", numSplits: 3 }, REFERENCE).payment(viewOf()), {
    kind: "split",
    parts: 3,
  });
});

Deno.test("LiquidityAware keeps its buffer unless a payment is urgent (spec 07 10, 4)", () => {
  const policy = createPolicy({ type: "LiquidityAware", targetBuffer: 60_000, urgencyThreshold: 3 }, REFERENCE);
  const kinds = [[30_000, 9], [30_000, 9], [45_000, 3], [100_001, 3]].map(([remaining = 0, deadlineTick = 0]) =>
    policy.payment(viewOf({ remaining, amount: remaining, deadlineTick })).kind
  );
  assertEquals(kinds, ["release", "release", "release", "hold"]);
});

Deno.test("behaviour categoriesOverlooked: toggles see what stands inside not and functions, or do not", () => {
  const inner = { op: "<", left: { compute: { op: "abs", value: { field: "balance" } } }, right: number(1) };
  const tree = branch("N", { op: "not", condition: inner }, action("A", "Release"), action("B", "NoAction"));
  const verdict = judgePolicy(documentText({ payment_tree: tree }), REFERENCE);
  if (!verdict.valid) throw new Error("the document is valid for the reference");
  const used = policyCategories(verdict.document, CORRECTED);
  assertEquals(policyCategories(verdict.document, REFERENCE), ["LogicalOperator", "PaymentAction"]);
  assertEquals(used, ["AgentField", "ComparisonOperator", "LogicalOperator", "PaymentAction", "UnaryMath"]);
  assertEquals(forbiddenCategories(used, { exclude: ["LsmField"] }), undefined);
  assertEquals(
    forbiddenCategories(used, { include: ["UnaryMath", "PaymentAction", "LogicalOperator"] }),
    "Policy uses forbidden categories: AgentField, ComparisonOperator. " +
      "Allowed categories: LogicalOperator, PaymentAction, UnaryMath",
  );
});
