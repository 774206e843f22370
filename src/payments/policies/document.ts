/**
 * A policy document as it was written: up to four decision trees over named fields, and numeric parameters
 * (spec 07 2). Every part knows its place in the text.
 *
 * @module
 */
import type { JsonNode, Place } from "./json_reader.ts";

/** The keys of the four trees, in the order in which validation goes through them (spec 07 6.2). */
export const TREE_KEYS = [
  "payment_tree",
  "bank_tree",
  "strategic_collateral_tree",
  "end_of_tick_collateral_tree",
] as const;

/** The key of a tree in a document. */
export type TreeKey = typeof TREE_KEYS[number];

/** Where something stands: its place in the text and the keys that lead to it from the top. */
export interface Location extends Place {
  readonly path: readonly (string | number)[];
}

/** One thing that is wrong in a document. */
export interface PolicyProblem extends Location {
  /** `ParseError`, `DuplicateNodeId` and the other types of spec 07 6.3 and of `action_rules.ts`. */
  readonly type: string;
  /** The message of spec 07 6.3. */
  readonly message: string;
  /** The problem as a failing tick prints it, `DuplicateNodeId("A")` (spec 07 6.2). */
  readonly debug: string;
}

/** A number in a condition, a computation or an action parameter (spec 07 2.4). */
export type Value =
  | { readonly kind: "field"; readonly name: string; readonly at: Location }
  | { readonly kind: "param"; readonly name: string; readonly at: Location }
  | { readonly kind: "literal"; readonly json: JsonNode; readonly at: Location }
  | { readonly kind: "compute"; readonly computation: Computation; readonly at: Location };

/** The operators of two operands. */
export type BinaryOperator = "+" | "-" | "*" | "/";

/** The functions of one operand. */
export type UnaryFunction = "ceil" | "floor" | "round" | "abs";

/** Arithmetic on doubles (spec 07 2.5). */
export type Computation =
  | { readonly op: BinaryOperator; readonly left: Value; readonly right: Value }
  | { readonly op: "max" | "min"; readonly values: readonly Value[] }
  | { readonly op: UnaryFunction; readonly value: Value }
  | { readonly op: "clamp"; readonly value: Value; readonly min: Value; readonly max: Value }
  | { readonly op: "div0"; readonly numerator: Value; readonly denominator: Value; readonly default: Value };

/** The comparisons of spec 07 3.2. */
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A condition (spec 07 2.3). */
export type Expression =
  | { readonly op: ComparisonOperator; readonly left: Value; readonly right: Value }
  | { readonly op: "and" | "or"; readonly conditions: readonly Expression[] }
  | { readonly op: "not"; readonly condition: Expression };

/** The actions of payment trees (spec 07 5.1). */
export const PAYMENT_ACTIONS = [
  "Release",
  "ReleaseWithCredit",
  "PaceAndRelease",
  "Split",
  "StaggerSplit",
  "Hold",
  "Drop",
  "Reprioritize",
] as const;

/** The actions of payment trees on payments in the central queue. */
export const RTGS_ACTIONS = ["WithdrawFromRtgs", "ResubmitToRtgs"] as const;

/** The actions of bank trees (spec 07 5.2). */
export const BANK_ACTIONS = ["SetReleaseBudget", "SetState", "AddState", "NoAction"] as const;

/** The actions of the two collateral trees (spec 07 5.3). */
export const COLLATERAL_ACTIONS = ["PostCollateral", "WithdrawCollateral", "HoldCollateral"] as const;

/** All actions. */
export const ACTIONS = [...PAYMENT_ACTIONS, ...BANK_ACTIONS, ...COLLATERAL_ACTIONS, ...RTGS_ACTIONS] as const;

/** The name of an action. */
export type ActionName = typeof ACTIONS[number];

/** A node that ends the walk. */
export interface ActionNode {
  readonly kind: "action";
  readonly id: string;
  readonly action: ActionName;
  /** By name; of a name that comes twice the last. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly at: Location;
}

/** A node that branches. */
export interface ConditionNode {
  readonly kind: "condition";
  readonly id: string;
  readonly condition: Expression;
  readonly onTrue: TreeNode;
  readonly onFalse: TreeNode;
  readonly at: Location;
}

/** A node of a decision tree. */
export type TreeNode = ActionNode | ConditionNode;

/** A document that was parsed, not yet validated. */
export interface PolicyDocument {
  readonly version: string;
  readonly policyId: string;
  readonly description: string | null;
  readonly parameters: ReadonlyMap<string, number>;
  readonly trees: Readonly<Partial<Record<TreeKey, TreeNode>>>;
}

/** The nodes of a tree in pre-order: node, true branch, false branch. */
export function* nodesOf(tree: TreeNode): Generator<TreeNode> {
  yield tree;
  if (tree.kind === "condition") {
    yield* nodesOf(tree.onTrue);
    yield* nodesOf(tree.onFalse);
  }
}

/** The operands of a computation, from left to right. */
export function operandsOf(computation: Computation): readonly Value[] {
  switch (computation.op) {
    case "max":
    case "min":
      return computation.values;
    case "clamp":
      return [computation.value, computation.min, computation.max];
    case "div0":
      return [computation.numerator, computation.denominator, computation.default];
    case "+":
    case "-":
    case "*":
    case "/":
      return [computation.left, computation.right];
    default:
      return [computation.value];
  }
}

/** The values that an expression compares, in the order of the text. */
export function* comparedValues(expression: Expression): Generator<Value> {
  if (expression.op === "not") yield* comparedValues(expression.condition);
  else if ("conditions" in expression) {
    for (const condition of expression.conditions) yield* comparedValues(condition);
  } else {
    yield expression.left;
    yield expression.right;
  }
}

/** A value and everything that it is computed from, outermost first. */
export function* valueParts(value: Value): Generator<Value> {
  yield value;
  if (value.kind === "compute") {
    for (const operand of operandsOf(value.computation)) yield* valueParts(operand);
  }
}

/** All values of a node with what they are computed from: the condition's, or those of all action parameters. */
export function* valuesOf(node: TreeNode): Generator<Value> {
  const values = node.kind === "condition" ? comparedValues(node.condition) : node.parameters.values();
  for (const value of values) yield* valueParts(value);
}
