/**
 * The actions of payment trees as decisions (spec 07 5.1).
 *
 * @module
 */
import { type PaymentDecision, type PolicyView, RTGS_PRIORITY_NAMES, type RtgsPriority } from "../policy_contract.ts";
import { toByte, toCount } from "./conversions.ts";
import { type ActionNode, BANK_ACTIONS } from "./document.ts";
import { failing, type Scope } from "./expressions.ts";
import {
  invalidParameter,
  missingParameter,
  numberParameter,
  plainText,
  requiredNumber,
  textParameter,
} from "./parameters.ts";
import { debugText } from "./rust_text.ts";

/** Makes a decision for the payment at hand. */
export type PaymentAction = (view: PolicyView) => PaymentDecision;

/** Reasons to hold that the reference knows; others are custom texts (spec 07 5.1). */
const PLAIN_REASONS: ReadonlySet<string> = new Set(["InsufficientLiquidity", "AwaitingInflows", "LowPriority"]);
const DEFAULT_REASON = "Policy decision";

const PRIORITY_FLAGS: ReadonlyMap<string, number> = new Map([["HIGH", 10], ["MEDIUM", 5], ["LOW", 1]]);
const MIDDLE_PRIORITY = 5;

const BANK_NAMES: ReadonlySet<string> = new Set(BANK_ACTIONS);

/** Prepares an action of a payment tree. */
export function compilePaymentAction(node: ActionNode, scope: Scope): PaymentAction {
  switch (node.action) {
    case "Release":
    case "ReleaseWithCredit":
      return release(node, scope);
    case "Split":
    case "PaceAndRelease":
      return split(node, scope);
    case "StaggerSplit":
      return stagger(node, scope);
    case "Hold":
      return hold(node);
    case "Drop":
      return () => ({ kind: "drop" });
    case "Reprioritize": {
      const priority = requiredNumber(node, "new_priority", scope);
      return (view) => ({ kind: "reprioritize", priority: toByte(priority(view)) });
    }
    case "WithdrawFromRtgs":
      return () => ({ kind: "withdraw" });
    case "ResubmitToRtgs":
      return resubmit(node, scope);
    default:
      return misplaced(node, scope);
  }
}

function misplaced(node: ActionNode, scope: Scope): PaymentAction {
  const [level, remedy] = BANK_NAMES.has(node.action)
    ? ["Bank-level", "Bank-level actions require bank_tree evaluation."]
    : ["Collateral", "Collateral actions require separate tree evaluation."];
  const place = "cannot be used in payment release decision tree.";
  return failing(scope.stage, `Invalid action type: ${level} action ${node.action} ${place} ${remedy}`);
}

function release(node: ActionNode, scope: Scope): PaymentAction {
  const flag = plainText(node, "priority_flag");
  const priority = flag === undefined ? undefined : PRIORITY_FLAGS.get(flag) ?? MIDDLE_PRIORITY;
  const timed = numberParameter(node, "timed_for_tick", scope);
  if (timed !== undefined) return (view) => ({ kind: "release", priority, atTick: toCount(timed(view)) });
  const decision: PaymentDecision = { kind: "release", priority, atTick: undefined };
  return () => decision;
}

function split(node: ActionNode, scope: Scope): PaymentAction {
  const count = requiredNumber(node, "num_splits", scope);
  const tooFew = invalidParameter(scope, "num_splits must be >= 2");
  return (view) => {
    const parts = toCount(count(view));
    return parts < 2 ? tooFew() : { kind: "split", parts };
  };
}

function stagger(node: ActionNode, scope: Scope): PaymentAction {
  const count = requiredNumber(node, "num_splits", scope);
  const first = requiredNumber(node, "stagger_first_now", scope);
  const pause = requiredNumber(node, "stagger_gap_ticks", scope);
  const raise = requiredNumber(node, "priority_boost_children", scope);
  const tooFew = invalidParameter(scope, "num_splits must be >= 2");
  const tooManyNow = invalidParameter(scope, "stagger_first_now cannot exceed num_splits");
  return (view) => {
    const parts = toCount(count(view));
    const firstNow = toCount(first(view));
    const gap = toCount(pause(view));
    const boost = toByte(raise(view));
    if (parts < 2) return tooFew();
    return firstNow > parts ? tooManyNow() : { kind: "stagger", parts, firstNow, gap, boost };
  };
}

function hold(node: ActionNode): PaymentAction {
  const reason = plainText(node, "reason") ?? DEFAULT_REASON;
  if (reason === "NearDeadline") return holdNearDeadline();
  const decision: PaymentDecision = {
    kind: "hold",
    reason: PLAIN_REASONS.has(reason) ? reason : `Custom(${debugText(reason)})`,
  };
  return () => decision;
}

/** The reason names the ticks that are left; each number of them makes its text once. */
function holdNearDeadline(): PaymentAction {
  const decisions = new Map<number, PaymentDecision>();
  return (view) => {
    const left = Math.max(view.deadlineTick - view.tick, 0);
    let decision = decisions.get(left);
    if (decision === undefined) {
      decision = { kind: "hold", reason: `NearDeadline { ticks_remaining: ${left} }` };
      decisions.set(left, decision);
    }
    return decision;
  };
}

function resubmit(node: ActionNode, scope: Scope): PaymentAction {
  const parameter = textParameter(node, "rtgs_priority");
  switch (parameter.kind) {
    case "missing":
      return missingParameter(scope, "rtgs_priority");
    case "not-text":
      return invalidParameter(scope, "rtgs_priority must be a string");
    case "not-literal":
      return invalidParameter(scope, "rtgs_priority must be a direct string value");
    case "text": {
      const rtgsPriority = rtgsPriorityNamed(parameter.text);
      if (rtgsPriority !== undefined) return () => ({ kind: "resubmit", rtgsPriority });
      const rule = "rtgs_priority must be 'HighlyUrgent', 'Urgent', or 'Normal'";
      return invalidParameter(scope, `${rule}, got '${parameter.text}'`);
    }
  }
}

/** The declared urgency of that name; names are exact. */
export function rtgsPriorityNamed(name: string): RtgsPriority | undefined {
  const number = RTGS_PRIORITY_NAMES.findIndex((each) => each === name);
  return number === 0 || number === 1 || number === 2 ? number : undefined;
}
