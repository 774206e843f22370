/**
 * Which parts of the language a policy uses, and whether a scenario lets it (spec 07 6.4).
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import {
  type ActionName,
  BANK_ACTIONS,
  COLLATERAL_ACTIONS,
  type Computation,
  type Expression,
  nodesOf,
  operandsOf,
  PAYMENT_ACTIONS,
  type PolicyDocument,
  RTGS_ACTIONS,
  type TreeNode,
  type Value,
} from "./document.ts";

/** All categories; those that no document can use may be named too. */
export const POLICY_CATEGORIES = [
  "ComparisonOperator",
  "LogicalOperator",
  "BinaryArithmetic",
  "NaryArithmetic",
  "UnaryMath",
  "TernaryMath",
  "PaymentAction",
  "BankAction",
  "CollateralAction",
  "RtgsAction",
  "TransactionField",
  "AgentField",
  "QueueField",
  "TimeField",
  "DerivedField",
  "CollateralField",
  "CostField",
  "LsmField",
  "ThroughputField",
  "StateRegisterField",
  "SystemField",
  "ValueType",
  "NodeType",
  "TreeType",
] as const;

/** The name of a category. */
export type PolicyCategory = typeof POLICY_CATEGORIES[number];

/** What a scenario allows: only these, or all but these. */
export interface FeatureToggles {
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

const FIELDS_BY_CATEGORY: Readonly<Partial<Record<PolicyCategory, readonly string[]>>> = {
  TransactionField: ["amount", "remaining_amount", "priority", "arrival_tick", "deadline_tick", "is_overdue"],
  AgentField: ["balance", "effective_liquidity", "credit_limit", "unsecured_cap"],
  QueueField: ["queue1_liquidity_gap", "queue2_size"],
  TimeField: ["current_tick", "ticks_to_deadline", "is_eod_rush", "is_past_deadline"],
  DerivedField: ["liquidity_pressure"],
  CollateralField: ["posted_collateral", "collateral_haircut", "remaining_collateral_capacity"],
  CostField: [
    "cost_delay_this_tx_one_tick",
    "cost_overdraft_this_amount_one_tick",
    "cost_deadline_penalty",
    "cost_eod_penalty",
    "cost_split_friction",
  ],
};

const ACTIONS_BY_CATEGORY: Readonly<Partial<Record<PolicyCategory, readonly ActionName[]>>> = {
  PaymentAction: PAYMENT_ACTIONS,
  BankAction: BANK_ACTIONS.filter((action) => action !== "NoAction"),
  CollateralAction: COLLATERAL_ACTIONS,
  RtgsAction: RTGS_ACTIONS,
};

function categoryByName(groups: Readonly<Partial<Record<PolicyCategory, readonly string[]>>>) {
  return new Map(
    POLICY_CATEGORIES.flatMap((category) => (groups[category] ?? []).map((name) => [name, category] as const)),
  );
}

const FIELD_CATEGORIES = categoryByName(FIELDS_BY_CATEGORY);
const ACTION_CATEGORIES = categoryByName(ACTIONS_BY_CATEGORY);

const OPERATOR_CATEGORIES: Readonly<Record<Computation["op"], PolicyCategory>> = {
  "+": "BinaryArithmetic",
  "-": "BinaryArithmetic",
  "*": "BinaryArithmetic",
  "/": "BinaryArithmetic",
  max: "NaryArithmetic",
  min: "NaryArithmetic",
  ceil: "UnaryMath",
  floor: "UnaryMath",
  round: "UnaryMath",
  abs: "UnaryMath",
  clamp: "TernaryMath",
  div0: "TernaryMath",
};

/** The categories that a document uses, in the order of the alphabet. */
export function policyCategories(document: PolicyDocument, behaviours: Behaviours): PolicyCategory[] {
  // behaviour: categoriesOverlooked
  const collector = new Collector(behaviours.categoriesOverlooked);
  for (const tree of Object.values(document.trees)) {
    for (const node of nodesOf(tree)) collector.node(node);
  }
  return [...collector.used].sort();
}

class Collector {
  readonly used = new Set<PolicyCategory>();
  constructor(private readonly overlooking: boolean) {}

  node(node: TreeNode): void {
    if (node.kind === "condition") {
      this.#expression(node.condition);
      return;
    }
    this.#add(ACTION_CATEGORIES.get(node.action));
    for (const [name, value] of node.parameters) {
      if (name !== "value" || !this.overlooking) this.#value(value);
    }
  }

  #add(category: PolicyCategory | undefined): void {
    if (category !== undefined) this.used.add(category);
  }

  #expression(expression: Expression): void {
    if (expression.op === "not") {
      this.used.add("LogicalOperator");
      if (!this.overlooking) this.#expression(expression.condition);
    } else if ("conditions" in expression) {
      this.used.add("LogicalOperator");
      for (const condition of expression.conditions) this.#expression(condition);
    } else {
      this.used.add("ComparisonOperator");
      this.#value(expression.left);
      this.#value(expression.right);
    }
  }

  #value(value: Value): void {
    if (value.kind === "field") this.#add(FIELD_CATEGORIES.get(value.name));
    if (value.kind !== "compute") return;
    const category = OPERATOR_CATEGORIES[value.computation.op];
    this.used.add(category);
    if (this.overlooking && (category === "UnaryMath" || category === "TernaryMath")) return;
    for (const operand of operandsOf(value.computation)) this.#value(operand);
  }
}

/** The categories of `used` that the toggles of a scenario forbid, in the order of the alphabet. */
export function forbiddenNames(used: readonly PolicyCategory[], { include, exclude }: FeatureToggles): string[] {
  const isForbidden = (category: string) =>
    include !== undefined ? !include.includes(category) : exclude?.includes(category);
  return used.filter(isForbidden).sort();
}

/** Why the toggles of a scenario forbid a policy, or undefined when they do not. */
export function forbiddenCategories(used: readonly PolicyCategory[], toggles: FeatureToggles): string | undefined {
  const { include, exclude } = toggles;
  const forbidden = forbiddenNames(used, toggles);
  if (forbidden.length === 0) return undefined;
  const rule = include !== undefined
    ? `Allowed categories: ${[...include].sort().join(", ")}`
    : `Excluded categories: ${[...exclude ?? []].sort().join(", ")}`;
  return `Policy uses forbidden categories: ${forbidden.join(", ")}. ${rule}`;
}
