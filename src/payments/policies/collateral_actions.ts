/**
 * The actions of the two collateral trees as decisions (spec 07 5.3).
 *
 * @module
 */
import type { CollateralDecision, PolicyView } from "../policy_contract.ts";
import { toAmount, toCount } from "./conversions.ts";
import type { ActionNode } from "./document.ts";
import { failing, type Scope } from "./expressions.ts";
import { numberParameter, plainText, requiredNumber } from "./parameters.ts";

/** Makes a decision on the collateral of the bank at hand. */
export type CollateralAction = (view: PolicyView) => CollateralDecision;

const HOLD: CollateralDecision = Object.freeze({ kind: "hold" });

/** The reasons that events can carry. Any other text becomes the first one, for withdrawals too. */
export const COLLATERAL_REASONS = [
  "UrgentLiquidityNeed",
  "PreemptivePosting",
  "LiquidityRestored",
  "EndOfDayCleanup",
  "DeadlineEmergency",
  "CostOptimization",
] as const;

function reasonOf(node: ActionNode): string {
  const written = plainText(node, "reason");
  return COLLATERAL_REASONS.find((reason) => reason === written) ?? COLLATERAL_REASONS[0];
}

/** Prepares an action of a collateral tree. */
export function compileCollateralAction(node: ActionNode, scope: Scope): CollateralAction {
  switch (node.action) {
    case "PostCollateral":
      return post(node, scope);
    case "WithdrawCollateral": {
      const cents = requiredNumber(node, "amount", scope);
      const reason = reasonOf(node);
      return (view) => {
        const amount = toAmount(cents(view));
        return amount <= 0 ? HOLD : { kind: "withdraw", amount, reason };
      };
    }
    case "HoldCollateral":
      return () => HOLD;
    default:
      return failing(
        scope.stage,
        `Invalid action type: Payment/bank action ${node.action} cannot be used in collateral decision tree. ` +
          "Use PostCollateral, WithdrawCollateral, or HoldCollateral instead.",
      );
  }
}

function post(node: ActionNode, scope: Scope): CollateralAction {
  const cents = requiredNumber(node, "amount", scope);
  const reason = reasonOf(node);
  const ticks = numberParameter(node, "auto_withdraw_after_ticks", scope);
  return (view) => {
    const amount = toAmount(cents(view));
    if (amount <= 0) return HOLD;
    const after = ticks === undefined ? 0 : ticks(view);
    // Above 0 before it is truncated: 0.5 is a timer of no ticks.
    return { kind: "post", amount, reason, timer: after > 0 ? toCount(after) : undefined };
  };
}
