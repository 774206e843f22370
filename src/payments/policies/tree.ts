/**
 * A decision tree as a function: conditions choose a branch, an action answers (spec 07 3.4).
 *
 * @module
 */
import type { PolicyView } from "../policy_contract.ts";
import type { ActionNode, TreeNode } from "./document.ts";
import { compileExpression, failing, type Scope } from "./expressions.ts";
import { DEEPEST_TREE } from "./validation.ts";

/** Prepares an action; `path` shows the way to it, `N1(false) → A2`. */
export type ActionCompiler<Decision> = (node: ActionNode, scope: Scope, path: string) => (view: PolicyView) => Decision;

/** Prepares a tree for evaluation in the scope of its conditions. Actions are compiled in their own stage. */
export function compileTree<Decision>(
  tree: TreeNode,
  scope: Omit<Scope, "stage">,
  action: ActionCompiler<Decision>,
): (view: PolicyView) => Decision {
  const conditions: Scope = { ...scope, stage: "traversal" };
  const actions: Scope = { ...scope, stage: "action" };
  const compile = (node: TreeNode, depth: number, way: string): (view: PolicyView) => Decision => {
    if (depth > DEEPEST_TREE) {
      return failing("traversal", `Tree traversal exceeded maximum depth (${DEEPEST_TREE})`);
    }
    if (node.kind === "action") return action(node, actions, way + node.id);
    const test = compileExpression(node.condition, conditions);
    const onTrue = compile(node.onTrue, depth + 1, `${way}${node.id}(true) → `);
    const onFalse = compile(node.onFalse, depth + 1, `${way}${node.id}(false) → `);
    return (view) => test(view) ? onTrue(view) : onFalse(view);
  };
  return compile(tree, 0, "");
}
