/**
 * Policies of the standard studies of the payments model: what the built-in ones and the examples leave out, namely
 * every action whose effect a switch of `src/payments/behaviours.ts` changes. And documents with one fault each.
 *
 * @module
 */
import type { AgentConfig } from "../../src/payments/config.ts";

type Policy = AgentConfig["policy"];
type Node = Readonly<Record<string, unknown>>;

const EXAMPLES = new URL("../../examples/policies/", import.meta.url);

/** The texts of examples/policies, in the order of their names. */
export const EXAMPLE_DOCUMENTS: readonly string[] = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json")).sort().map((name) => Deno.readTextFileSync(new URL(name, EXAMPLES)));

function document(trees: Readonly<Record<string, Node>>): string {
  return JSON.stringify({ version: "1.0", policy_id: "study", ...trees });
}

let nodes = 0;

function action(name: string, parameters: Readonly<Record<string, unknown>> = {}): Node {
  const values = Object.entries(parameters).map(([key, value]) => [key, isObject(value) ? value : { value }]);
  return { type: "action", node_id: `n${nodes++}`, action: name, parameters: Object.fromEntries(values) };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function when(field: string, op: string, right: number, onTrue: Node, onFalse: Node): Node {
  const condition = { op, left: { field }, right: { value: right } };
  return { type: "condition", node_id: `n${nodes++}`, condition, on_true: onTrue, on_false: onFalse };
}

const RELEASE = () => action("Release");
const STAGGER = {
  num_splits: 4,
  stagger_first_now: 1,
  stagger_gap_ticks: 3,
  priority_boost_children: 252,
};

/** Trees by what they are for. */
export const STUDY_DOCUMENTS: readonly string[] = [
  // Parts of parts, which settle by offset as well.
  document({ payment_tree: when("amount", ">", 9000, action("Split", { num_splits: 3 }), RELEASE()) }),
  document({ payment_tree: when("is_split", "==", 1, RELEASE(), action("StaggerSplit", STAGGER)) }),
  document({ payment_tree: when("amount", ">", 5000, action("StaggerSplit", STAGGER), RELEASE()) }),
  document({ payment_tree: when("amount", ">", 60, RELEASE(), action("Split", { num_splits: 70 })) }),
  // The central queue: taken back, or sent again with another urgency.
  document({ payment_tree: when("is_in_queue2", "==", 1, action("WithdrawFromRtgs"), RELEASE()) }),
  document({
    payment_tree: when(
      "is_in_queue2",
      "==",
      1,
      action("ResubmitToRtgs", { rtgs_priority: "Urgent" }),
      when("ticks_to_deadline", "==", 2, action("ResubmitToRtgs", { rtgs_priority: "HighlyUrgent" }), RELEASE()),
    ),
  }),
  // Collateral beyond the capacity, with and without a timer, and taken back while an overdraft needs it.
  document({
    strategic_collateral_tree: when(
      "queue1_liquidity_gap",
      ">",
      0,
      action("PostCollateral", { amount: 400_000 }),
      action("HoldCollateral"),
    ),
    payment_tree: RELEASE(),
  }),
  document({
    strategic_collateral_tree: when(
      "posted_collateral",
      ">",
      0,
      action("WithdrawCollateral", { amount: { field: "posted_collateral" } }),
      action("PostCollateral", { amount: { field: "remaining_collateral_capacity" } }),
    ),
    payment_tree: RELEASE(),
  }),
  document({
    end_of_tick_collateral_tree: when(
      "queue2_size",
      ">",
      3,
      action("PostCollateral", {
        amount: {
          compute: { op: "min", values: [{ value: 5000 }, { field: "remaining_collateral_capacity" }] },
        },
        auto_withdraw_after_ticks: 0.5,
      }),
      action("HoldCollateral"),
    ),
    payment_tree: RELEASE(),
  }),
  // Budgets with the short keys, and the fields whose meaning a switch changes.
  document({
    bank_tree: action("SetReleaseBudget", { max_value_to_release: 90_000, max_per_cpty: 25_000 }),
    payment_tree: RELEASE(),
  }),
  document({
    payment_tree: when("effective_liquidity", ">", 20_000, RELEASE(), action("Hold", { reason: "AwaitingInflows" })),
  }),
  document({ payment_tree: when("my_throughput_fraction_today", "<", 0.6, RELEASE(), action("Hold")) }),
  document({
    bank_tree: when(
      "credit_used",
      ">",
      30_000,
      when(
        "overdraft_utilization",
        ">",
        0.5,
        action("SetReleaseBudget", { max_value_to_release: 0 }),
        action("NoAction"),
      ),
      action("NoAction"),
    ),
    payment_tree: RELEASE(),
  }),
];

/** Policies for the random systems: the built-in ones, the examples, the above. */
export const STUDY_POLICIES: readonly Policy[] = [
  { type: "Fifo" },
  { type: "Fifo" },
  { type: "Deadline", urgencyThreshold: 4 },
  { type: "LiquidityAware", targetBuffer: 20_000, urgencyThreshold: 3 },
  { type: "LiquiditySplitting", maxSplits: 5, minSplitAmount: 9_000 },
  ...[...EXAMPLE_DOCUMENTS, ...STUDY_DOCUMENTS].map((json): Policy => ({ type: "FromJson", json })),
];

/** A sound policy that decides by a register and by functions, for toggles that look for those. */
function hidden(tree: Node): Node {
  const condition = { op: "not", condition: { op: "<", left: { field: "balance" }, right: { value: 0 } } };
  return { type: "condition", node_id: "hidden", condition, on_true: tree, on_false: action("Hold") };
}

/** The example documents with one change in each. */
function changed(change: (document: Record<string, unknown>) => Record<string, unknown>): string[] {
  return EXAMPLE_DOCUMENTS.map((text) => JSON.stringify(change(JSON.parse(text))));
}

const bankTree = (tree: Node) => changed((document) => ({ ...document, bank_tree: tree }));
const paymentTree = (tree: Node) => changed((document) => ({ ...document, payment_tree: tree }));
const zero = { compute: { op: "/", left: { value: 1 }, right: { value: 0 } } };
const dividend = { compute: { op: "/", left: zero, right: { value: 2 } } };

function deep(levels: number): Node {
  return levels === 0 ? action("NoAction") : when("balance", ">", levels, action("NoAction"), deep(levels - 1));
}

/** Documents with one fault each, by fault. */
export const FAULTY_DOCUMENTS: readonly string[] = [
  ...bankTree(deep(101)),
  ...bankTree(action("SetReleaseBudget", { max_value_to_release: { param: "nowhere" } })),
  ...paymentTree({
    ...when("balance", ">", 0, RELEASE(), action("Hold")),
    condition: { op: ">", left: dividend, right: { value: 0 } },
  }),
  ...paymentTree(when("time_in_queue", ">", 3, RELEASE(), action("Hold"))),
  ...paymentTree(action("Split")),
  ...paymentTree(when("balance", ">", 0, RELEASE(), action("SetReleaseBudget", { max_value_to_release: 1 }))),
];

/** Sound documents whose conditions stand inside `not`. */
export const HIDING_DOCUMENTS: readonly string[] = changed(({ payment_tree, ...document }) => ({
  ...document,
  payment_tree: hidden(typeof payment_tree === "object" && payment_tree !== null ? { ...payment_tree } : RELEASE()),
}));
