/**
 * The policy in an answer of a language model (spec 08 19.3).
 *
 * @module
 */
import { PaymentsError } from "../../../payments/errors.ts";
import type { Json, JsonMap, Policy } from "../contracts.ts";
import { isJsonMap } from "../policies.ts";

const FENCED = /```(?:json)?\s*([\s\S]*?)```/;
const TREES = ["payment_tree", "strategic_collateral_tree", "collateral_tree", "bank_tree"];

/**
 * Reads a policy from free text: the inside of the first fenced block, or the whole. What people leave out is filled in:
 * version, policy id, ids of nodes.
 *
 * @param newId Makes 8 hexadecimal digits for a policy without an id.
 * @throws {PaymentsError} when there is no JSON object.
 */
export function parseResponse(text: string, newId: () => string): Policy {
  const trimmed = text.trim();
  const inside = trimmed.includes("```") ? FENCED.exec(trimmed)?.[1] ?? trimmed : trimmed;
  let value: Json;
  try {
    value = JSON.parse(inside);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PaymentsError("ValueError", `Failed to parse policy JSON: ${reason}`, { cause: error });
  }
  if (!isJsonMap(value)) {
    throw new PaymentsError("ValueError", "Failed to parse policy JSON: the answer is not an object");
  }
  const policy: Record<string, Json> = { ...value };
  policy["version"] ??= "2.0";
  policy["policy_id"] ??= `llm_policy_${newId()}`;
  const counter = { last: 0 };
  for (const name of TREES) {
    const tree = policy[name];
    if (tree !== undefined) policy[name] = withNodeIds(tree, name.replace(/_tree$/, ""), counter);
  }
  return policy;
}

/** The tree with an id for every node; numbers count on through all trees, a node before its branches. */
function withNodeIds(node: Json, prefix: string, counter: { last: number }): Json {
  if (!isJsonMap(node)) return node;
  const named: Record<string, Json> = { ...node };
  if ("type" in node && !("node_id" in node)) named["node_id"] = `${prefix}_node_${++counter.last}`;
  for (const branch of ["on_true", "on_false"]) {
    const next: Json | undefined = node[branch];
    if (next !== undefined) named[branch] = withNodeIds(next, prefix, counter);
  }
  return named satisfies JsonMap;
}
