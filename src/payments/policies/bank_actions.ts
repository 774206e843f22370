/**
 * The actions of bank trees as decisions (spec 07 5.2).
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import type { BankDecision, PolicyView } from "../policy_contract.ts";
import { toAmount } from "./conversions.ts";
import type { ActionNode, Value } from "./document.ts";
import type { Scope } from "./expressions.ts";
import { invalidParameter, missingParameter, numberParameter, requiredNumber, textParameter } from "./parameters.ts";

/** Makes a decision for the bank at hand. */
export type BankAction = (view: PolicyView) => BankDecision;

/** What the reference calls a parameter that is not written as a text (spec 07 5.2). */
const FORM_NAMES = { field: "field references", param: "param references", compute: "computed values" } as const;

/** The spellings that two documents of the reference use for keys of a budget (spec 07 5.2). */
export const SHORT_BUDGET_KEYS: ReadonlyMap<string, string> = new Map([
  ["focus_cpty_list", "focus_counterparties"],
  ["max_per_cpty", "max_per_counterparty"],
]);

/** Prepares an action of a bank tree; `path` is the way to it (spec 07 3.4). */
export function compileBankAction(node: ActionNode, scope: Scope, path: string, behaviours: Behaviours): BankAction {
  switch (node.action) {
    case "SetReleaseBudget":
      // behaviour: shortBudgetKeysIgnored
      return budget(behaviours.shortBudgetKeysIgnored ? node : withLongKeys(node), scope);
    case "SetState":
      return register("set", node, scope, path);
    case "AddState":
      return register("add", node, scope, path);
    default:
      // Payment and collateral actions too: they are ignored here, with their parameters.
      return () => ({ kind: "none" });
  }
}

function withLongKeys(node: ActionNode): ActionNode {
  const parameters = new Map(node.parameters);
  for (const [short, long] of SHORT_BUDGET_KEYS) {
    const value = parameters.get(short);
    if (value !== undefined && !parameters.has(long)) parameters.set(long, value);
  }
  return { ...node, parameters };
}

function budget(node: ActionNode, scope: Scope): BankAction {
  const maximum = requiredNumber(node, "max_value_to_release", scope);
  const focus = textList(node.parameters.get("focus_counterparties"));
  const perCounterparty = numberParameter(node, "max_per_counterparty", scope);
  return (view) => ({
    kind: "budget",
    maxValue: toAmount(maximum(view)),
    focus,
    perCounterparty: perCounterparty === undefined ? undefined : toAmount(perCounterparty(view)),
  });
}

/** The texts of a literal list; nothing for an empty result and for any other form. */
function textList(value: Value | undefined): readonly string[] | undefined {
  if (value?.kind !== "literal" || value.json.kind !== "array") return undefined;
  const texts = value.json.items.flatMap((item) => item.kind === "string" ? [item.value] : []);
  return texts.length === 0 ? undefined : texts;
}

/** A text parameter, or the function that reports what stands there instead. */
function textOrFailure(node: ActionNode, name: string, scope: Scope, otherwise?: string): string | (() => never) {
  const parameter = textParameter(node, name);
  switch (parameter.kind) {
    case "text":
      return parameter.text;
    case "missing":
      return otherwise ?? missingParameter(scope, name);
    case "not-text":
      return invalidParameter(scope, name);
    case "not-literal":
      return invalidParameter(
        scope,
        `String parameter '${name}' does not support ${FORM_NAMES[parameter.form]}`,
      );
  }
}

function register(kind: "set" | "add", node: ActionNode, scope: Scope, path: string): BankAction {
  const key = textOrFailure(node, "key", scope);
  const number = requiredNumber(node, "value", scope);
  const reason = textOrFailure(node, "reason", scope, "policy_action");
  // Parameters are taken in this order, and the first problem counts.
  if (typeof key !== "string") return key;
  return (view) => {
    const value = number(view);
    return { kind, key, value, reason: typeof reason === "string" ? reason : reason(), path };
  };
}
