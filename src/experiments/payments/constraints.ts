/**
 * Whether a proposed policy keeps what the experiment allows (spec 08 19.2).
 *
 * @module
 */
import { suggestion } from "../../core/nearest.ts";
import type { Behaviours } from "../../payments/behaviours.ts";
import { judgePolicy, problemText } from "../../payments/policies/mod.ts";
import { jsonOf } from "../../payments/scenario/policy_text.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { Json, JsonMap, ParameterSpec, Policy, PolicyConstraints } from "./contracts.ts";
import { FRACTION, isDocument, isJsonMap, parametersOf } from "./policies.ts";

/** What a proposal is checked against. */
export interface ProposalRules {
  readonly constraints: PolicyConstraints;
  readonly current: Policy;
  readonly engine: Behaviours;
  readonly experiment: ExperimentBehaviours;
}

/** Why a proposal is refused: a sentence for each reason, none when it is allowed. */
export function proposalErrors(policy: Policy, rules: ProposalRules): string[] {
  // behaviour: proposalsHardlyChecked
  if (rules.experiment.proposalsHardlyChecked) return rootErrors(policy, rules.constraints);
  const errors = parameterErrors(policy, rules);
  if (!isDocument(policy, "simulation", rules.experiment)) return errors;
  errors.push(...treeErrors(policy, rules.constraints));
  const verdict = judgePolicy(jsonOf(policy), rules.engine);
  if (!verdict.valid) errors.push(...verdict.problems.map(problemText));
  return errors;
}

/** Parameters that are not listed may stay as they are; the share of the pool is always 0 to 1. */
function parameterErrors(policy: Policy, { constraints: { allowedParameters }, current }: ProposalRules): string[] {
  const before = parametersOf(current);
  return Object.entries(parametersOf(policy)).flatMap(([name, value]) => {
    const spec = allowedParameters.find((each) => each.name === name);
    if (spec !== undefined) return rangeErrors(spec, value);
    if (name === FRACTION && !(typeof value === "number" && value >= 0 && value <= 1)) {
      return [`Parameter '${name}' must be a number from 0 to 1, got ${JSON.stringify(value)}`];
    }
    if (allowedParameters.length === 0 || JSON.stringify(before[name]) === JSON.stringify(value)) return [];
    return [`Unknown parameter: ${name}${suggestion(name, allowedParameters.map((each) => each.name))}`];
  });
}

function kindOf(value: Json): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "str";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return Array.isArray(value) ? "list" : "dict";
}

function rangeErrors({ name, type, min, max, allowed }: ParameterSpec, value: Json): string[] {
  const of = `Parameter '${name}'`;
  if (type === "enum") {
    const known = (allowed ?? []).some((each) => JSON.stringify(each) === JSON.stringify(value));
    return known ? [] : [`${of} value ${JSON.stringify(value)} not in allowed values ${JSON.stringify(allowed ?? [])}`];
  }
  if (type === "int" && !Number.isInteger(value)) return [`${of} must be int, got ${kindOf(value)}`];
  if (typeof value !== "number") return [`${of} must be numeric, got ${kindOf(value)}`];
  return [
    ...(min !== null && value < min ? [`${of} value ${value} below min ${min}`] : []),
    ...(max !== null && value > max ? [`${of} value ${value} above max ${max}`] : []),
  ];
}

const COLLATERAL_TREES: readonly string[] = ["strategic_collateral_tree", "end_of_tick_collateral_tree"];
const TREES = ["payment_tree", "bank_tree", ...COLLATERAL_TREES];

function treeErrors(policy: Policy, constraints: PolicyConstraints): string[] {
  const errors: string[] = [];
  for (const tree of TREES) {
    const root = policy[tree];
    if (root === undefined || root === null) continue;
    const { allowedActions } = constraints;
    const actions = allowedActions.get(tree) ??
      (COLLATERAL_TREES.includes(tree) ? allowedActions.get("collateral_tree") : undefined);
    walk(root, tree, { actions, fields: constraints.allowedFields }, errors);
  }
  return [...new Set(errors)];
}

interface Allowed {
  readonly actions: readonly string[] | undefined;
  readonly fields: readonly string[];
}

/** Goes through a tree and everything in it: branches, conditions, computed values. */
function walk(node: Json, tree: string, allowed: Allowed, errors: string[]): void {
  if (Array.isArray(node)) { for (const each of node) walk(each, tree, allowed, errors); }
  if (!isJsonMap(node)) return;
  const { action, field } = node;
  if (node["type"] === "action" && typeof action === "string" && allowed.actions?.includes(action) === false) {
    const near = suggestion(action, allowed.actions);
    errors.push(`Action '${action}' not allowed in ${tree}${near}; allowed: ${allowed.actions.join(", ")}`);
  }
  if (typeof field === "string" && allowed.fields.length > 0 && !allowed.fields.includes(field)) {
    errors.push(`Field '${field}' not allowed${suggestion(field, allowed.fields)}`);
  }
  for (const each of Object.values(node)) walk(each, tree, allowed, errors);
}

/** The reference's check: of `parameters` and `root` inside of a tree, where real policies have neither. */
function rootErrors(policy: Policy, { allowedParameters, allowedActions, allowedFields }: PolicyConstraints): string[] {
  const errors: string[] = [];
  for (const name of ["payment_tree", "bank_tree", "collateral_tree"]) {
    const tree = policy[name];
    if (tree === undefined) continue;
    if (!isJsonMap(tree)) throw new TypeError(`${name} is not an object`);
    for (const [parameter, value] of Object.entries(parametersOf(tree))) {
      const spec = allowedParameters.find((each) => each.name === parameter);
      errors.push(...spec === undefined ? [`Unknown parameter: ${parameter}`] : rangeErrors(spec, value));
    }
    const { root } = tree;
    if (isJsonMap(root)) walkRoot(root, name, { actions: allowedActions.get(name), fields: allowedFields }, errors);
  }
  return errors;
}

function walkRoot(node: JsonMap, tree: string, allowed: Allowed, errors: string[]): void {
  const { action, field, if_true: yes, if_false: no } = node;
  if (typeof action === "string" && allowed.actions?.includes(action) === false) {
    errors.push(`Unknown action: ${action}`);
  }
  if (typeof field === "string" && !allowed.fields.includes(field)) errors.push(`Unknown field: ${field}`);
  if (isJsonMap(yes)) walkRoot(yes, tree, allowed, errors);
  if (isJsonMap(no)) walkRoot(no, tree, allowed, errors);
}
