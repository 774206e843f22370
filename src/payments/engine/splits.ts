/**
 * Splitting a payment into parts (spec 05 7.4, 7.5, 07 7.4).
 *
 * @module
 */
import { EngineRefusal } from "../errors.ts";
import type { PaymentDecision } from "../policy_contract.ts";
import { cents } from "./amounts.ts";
import type { Bank } from "./bank.ts";
import { MAX_PRIORITY, NONE } from "./payment_store.ts";
import type { EngineState } from "./state.ts";
import { enterRtgs } from "./submissions.ts";

/** A decision to split. */
type Split = Extract<PaymentDecision, { readonly kind: "split" | "stagger" }>;

/** Splits a payment; it leaves its queue. False when it cannot be split and stays. */
export function split(state: EngineState, bank: Bank, payment: number, decision: Split): boolean {
  const { payments } = state;
  const amount = payments.amount[payment] ?? 0;
  let { parts } = decision;
  if (parts < 2) throw new EngineRefusal(`Settlement error: num_splits must be >= 2, got ${parts}`);
  // behaviour: tinySplitsStop
  if (!state.behaviours.tinySplitsStop && parts > amount) {
    if (amount < 2) return false;
    parts = amount;
  }
  const firstNow = decision.kind === "stagger" ? decision.firstNow : parts;
  if (decision.kind === "stagger" && firstNow > decision.parts) {
    throw new EngineRefusal(
      `Settlement error: stagger_first_now (${firstNow}) cannot exceed num_splits (${decision.parts})`,
    );
  }
  const priority = partPriority(state, payment, decision);
  const base = Math.floor(amount / parts);
  const later: number[] = [];
  const children: number[] = [];
  for (let i = 0; i < parts; i++) {
    const child = createPart(state, payment, i < parts - 1 ? base : base + amount % parts, priority);
    children.push(child);
    if (decision.kind === "split") enterRtgs(state, child, payments.declaredRtgsPriority[payment] ?? NONE);
    else if (i < firstNow) state.pending.push(child);
    else later.push(child);
  }
  for (const part of later) bank.queue1.push(part);
  if (decision.kind === "stagger") spaceOut(state, later, decision.gap);
  chargeFriction(state, bank, parts);
  state.log.emit("PolicySplit", bank.number, payment, parts, children);
  return true;
}

function partPriority(state: EngineState, payment: number, decision: Split): number {
  const priority = state.payments.priority[payment] ?? 0;
  if (decision.kind === "split") return priority;
  const raised = priority + decision.boost;
  return Math.min(state.behaviours.boostWraps ? raised % 256 : raised, MAX_PRIORITY); // behaviour: boostWraps
}

/** Held-back parts come up at T + gap, T + 2 gap and so on, none later than its deadline (spec 07 7.4, 11). */
function spaceOut(state: EngineState, parts: readonly number[], gap: number): void {
  if (state.behaviours.staggerGapIgnored) return; // behaviour: staggerGapIgnored
  parts.forEach((part, i) => {
    const comesUp = Math.min(state.tick + (i + 1) * gap, state.payments.deadlineTick[part] ?? 0);
    if (comesUp > state.tick + 1) state.heldParts.set(part, comesUp);
  });
}

function createPart(state: EngineState, parent: number, amount: number, priority: number): number {
  const { payments } = state;
  const sender = payments.sender[parent] ?? 0;
  const receiver = payments.receiver[parent] ?? 0;
  const deadline = payments.deadlineTick[parent] ?? 0;
  const arrival = payments.arrivalTick[parent] ?? 0;
  const child = state.create(sender, receiver, amount, arrival, deadline, priority, parent);
  state.log.emit("Arrival", child, sender, receiver, amount, deadline, priority, false);
  return child;
}

/** A split costs something at once, outside the tick's costs (spec 06 5.5). */
function chargeFriction(state: EngineState, bank: Bank, parts: number): void {
  const friction = state.config.costRates.splitFrictionCost * (parts - 1);
  if (friction <= 0) return;
  bank.costs.splitFriction = cents(bank.costs.splitFriction + friction);
  state.emitCosts(bank, { splitFriction: friction });
}
