/**
 * The rules of spec 07 6.2 over a parsed document, in their order. Every problem is found, with its place.
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import { actionProblems } from "./action_rules.ts";
import {
  comparedValues,
  type Location,
  nodesOf,
  operandsOf,
  type PolicyDocument,
  type PolicyProblem,
  TREE_KEYS,
  type TreeKey,
  type TreeNode,
  type Value,
  valuesOf,
} from "./document.ts";
import type { FieldTable } from "./fields.ts";
import { debugText } from "./rust_text.ts";

/** A tree may branch this often from its root to an action. */
export const DEEPEST_TREE = 100;

/** Literal divisors nearer to zero than this are refused. */
const SMALLEST_DIVISOR = Number.EPSILON;

type Tree = readonly [TreeKey, TreeNode];

/** Everything that validation finds in a document with its injected parameters. */
export function validateDocument(
  document: PolicyDocument,
  fields: FieldTable,
  behaviours: Behaviours,
): readonly PolicyProblem[] {
  const trees = TREE_KEYS.flatMap((key): Tree[] => {
    const tree = document.trees[key];
    return tree === undefined ? [] : [[key, tree]];
  });
  // behaviour: bankTreesHalfValidated
  const checked = behaviours.bankTreesHalfValidated ? trees.filter(([key]) => key !== "bank_tree") : trees;
  return [
    ...duplicateNodes(checked),
    ...excessiveDepth(checked),
    ...trees.flatMap(([key, tree]) => unknownFields(key, tree, fields)),
    ...unknownParameters(checked, document.parameters),
    ...zeroDivisions(checked, behaviours),
    // behaviour: actionsCheckedWhenReached
    ...behaviours.actionsCheckedWhenReached ? [] : trees.flatMap(([key, tree]) => actionProblems(key, tree)),
  ];
}

function duplicateNodes(trees: readonly Tree[]): PolicyProblem[] {
  const seen = new Set<string>();
  return trees.flatMap(([, tree]) =>
    [...nodesOf(tree)].filter(({ id }) => seen.size === seen.add(id).size).map(({ id, at }) => ({
      type: "DuplicateNodeId",
      message: `Duplicate node ID: ${id}`,
      debug: `DuplicateNodeId(${debugText(id)})`,
      ...at,
    }))
  );
}

function excessiveDepth(trees: readonly Tree[]): PolicyProblem[] {
  let deepest = 0;
  let at: Location | undefined;
  for (const [, tree] of trees) {
    const depth = depthOf(tree);
    if (depth > deepest) [deepest, at] = [depth, tree.at];
  }
  if (at === undefined || deepest <= DEEPEST_TREE) return [];
  return [{
    type: "ExcessiveDepth",
    message: `Tree depth ${deepest} exceeds maximum ${DEEPEST_TREE}`,
    debug: `ExcessiveDepth { actual: ${deepest}, max: ${DEEPEST_TREE} }`,
    ...at,
  }];
}

/** The number of branches from a node to its deepest action. */
function depthOf(node: TreeNode): number {
  return node.kind === "action" ? 0 : 1 + Math.max(depthOf(node.onTrue), depthOf(node.onFalse));
}

/** The places of the first mention of each name. */
function firstMentions(nodes: Iterable<TreeNode>, kind: "field" | "param"): Map<string, Location> {
  const mentions = new Map<string, Location>();
  for (const node of nodes) {
    for (const value of valuesOf(node)) {
      if (value.kind === kind && !mentions.has(value.name)) mentions.set(value.name, value.at);
    }
  }
  return mentions;
}

function unknownFields(key: TreeKey, tree: TreeNode, fields: FieldTable): PolicyProblem[] {
  return [...firstMentions(nodesOf(tree), "field")].filter(([name]) => !fields.accepts(name, key)).map((
    [name, at],
  ) => ({
    type: "InvalidFieldReference",
    message: `Invalid field reference: '${name}'`,
    debug: `InvalidFieldReference(${debugText(name)})`,
    ...at,
  }));
}

function unknownParameters(trees: readonly Tree[], parameters: ReadonlyMap<string, number>): PolicyProblem[] {
  const nodes = trees.flatMap(([, tree]) => [...nodesOf(tree)]);
  return [...firstMentions(nodes, "param")].filter(([name]) => !parameters.has(name)).map(([name, at]) => ({
    type: "InvalidParameterReference",
    message: `Parameter '${name}' not found in tree parameters`,
    debug: `InvalidParameterReference(${debugText(name)})`,
    ...at,
  }));
}

function zeroDivisions(trees: readonly Tree[], behaviours: Behaviours): PolicyProblem[] {
  // behaviour: leftDivisionsUnchecked
  const skipDividends = behaviours.leftDivisionsUnchecked;
  return trees.flatMap(([, tree]) =>
    [...nodesOf(tree)].flatMap((node) => {
      const values = node.kind === "condition" ? comparedValues(node.condition) : node.parameters.values();
      return [...values].flatMap((value) => [...zeroDivisors(value, skipDividends)]).map((divisor) => ({
        type: "DivisionByZeroRisk",
        message: `Potential division by zero at node ${node.id}`,
        debug: `DivisionByZeroRisk(${debugText(node.id)})`,
        ...divisor.at,
      }));
    })
  );
}

/** Literal divisors of about zero, outermost first. */
function* zeroDivisors(value: Value, skipDividends: boolean): Generator<Value> {
  if (value.kind !== "compute") return;
  const { computation } = value;
  if (computation.op === "/") {
    if (isZero(computation.right)) yield computation.right;
    if (!skipDividends) yield* zeroDivisors(computation.left, skipDividends);
    yield* zeroDivisors(computation.right, skipDividends);
    return;
  }
  for (const operand of operandsOf(computation)) yield* zeroDivisors(operand, skipDividends);
}

function isZero(value: Value): boolean {
  return value.kind === "literal" && value.json.kind === "number" && Math.abs(value.json.value) < SMALLEST_DIVISOR;
}
