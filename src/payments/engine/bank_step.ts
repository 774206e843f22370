/**
 * Step 1.75: each agent's bank tree sets its release budget or one of its registers (spec 05 6.4, 07 7.1, 7.2).
 *
 * @module
 */
import type { BankDecision } from "../policy_contract.ts";
import type { Bank } from "./bank.ts";
import { treeRefusal } from "./collateral.ts";
import type { EngineView } from "./policy_view.ts";
import type { EngineState } from "./state.ts";

const REGISTER_PREFIX = "bank_state_";
const MOST_REGISTERS = 10;

/** Evaluates and applies the bank trees agent by agent. */
export function decideBudgets(state: EngineState, view: EngineView): void {
  for (const bank of state.banks) {
    const tree = bank.policy.bank;
    if (tree === undefined) {
      bank.budget.reset();
      continue;
    }
    view.showBank(bank);
    let decision: BankDecision;
    try {
      decision = tree(view);
    } catch (error) {
      throw treeRefusal(error, "bank_tree", bank);
    }
    carryOut(state, bank, decision);
  }
}

function carryOut(state: EngineState, bank: Bank, decision: BankDecision): void {
  if (decision.kind === "none") bank.budget.reset();
  else if (decision.kind === "budget") {
    const { maxValue, focus, perCounterparty } = decision;
    bank.budget.set(maxValue, focus, perCounterparty);
    state.log.emit("BankBudgetSet", bank.number, maxValue, focus ?? null, perCounterparty ?? null);
  } else setRegister(state, bank, decision);
}

function setRegister(
  state: EngineState,
  bank: Bank,
  decision: Extract<BankDecision, { readonly kind: "set" | "add" }>,
): void {
  const { key, value, reason, path } = decision;
  const { registers } = bank;
  if (!key.startsWith(REGISTER_PREFIX)) return;
  if (!registers.has(key) && registers.size >= MOST_REGISTERS) return;
  const old = registers.get(key) ?? 0;
  const next = decision.kind === "add" ? old + value : value;
  registers.set(key, next);
  state.log.emit("StateRegisterSet", bank.number, key, old, next, reason, path);
}
