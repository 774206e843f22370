/**
 * Actions that wait for their day, and their cancellation when an agent is expelled. Source: spec 01 8, 9.4 f.
 *
 * @module
 */
import type { Action, RefusedAction, ScheduledAction } from "../scenario/types.ts";
import type { Agent } from "./agent.ts";
import { type Contract, idText } from "./contract.ts";
import type { Ledger } from "./ledger.ts";

type Staged = Action | RefusedAction;

/** The staged actions by day; days in the order in which the scenario names them first. */
export class StagedActions {
  readonly #days = new Map<number, Staged[]>();
  readonly #ledger: Ledger;

  constructor(ledger: Ledger, actions: readonly ScheduledAction[]) {
    this.#ledger = ledger;
    for (const { day, action } of actions) {
      const staged = this.#days.get(day);
      if (staged === undefined) this.#days.set(day, [action]);
      else staged.push(action);
    }
  }

  /** The actions of a day, in scenario order. They stay staged after they ran. */
  of(day: number): readonly Staged[] {
    return this.#days.get(day) ?? [];
  }

  /** Whether an action is staged for a day after `day`. */
  waitAfter(day: number): boolean {
    for (const staged of this.#days.keys()) if (staged > day) return true;
    return false;
  }

  /** Whether no action is staged at all. */
  get isEmpty(): boolean {
    return this.#days.size === 0;
  }

  /** Drops the actions that name an expelled agent or one of its cancelled contracts, and logs each. */
  cancel(agent: Agent, contracts: ReadonlySet<string>): void {
    for (const [day, actions] of [...this.#days]) {
      // behaviour: executedActionsCancelled
      if (day <= this.#ledger.day && !this.#ledger.behaviours.executedActionsCancelled) continue;
      const kept: Staged[] = [];
      for (const action of actions) {
        if (!isCancelled(action, agent.id, contracts)) kept.push(action);
        else this.#ledger.log.emit("ScheduledActionCancelled", agent.number, day, action.type, "expel-agent");
      }
      if (kept.length < actions.length) this.#replace(day, actions, kept);
    }
  }

  #replace(day: number, before: Staged[], after: Staged[]): void {
    const order = [...this.#days.keys()];
    if (after.length === 0) this.#days.delete(day);
    else this.#days.set(day, after);
    this.#ledger.undoable(() => {
      const days = new Map(this.#days).set(day, before);
      this.#days.clear();
      for (const key of order) {
        const actions = days.get(key);
        if (actions !== undefined) this.#days.set(key, actions);
      }
    });
  }
}

/** The ids and aliases by which actions may name contracts. */
export function namesOf(contract: Contract): string[] {
  return contract.alias === null ? [idText(contract)] : [idText(contract), contract.alias];
}

function isCancelled(action: Staged, agent: string, contracts: ReadonlySet<string>): boolean {
  return agentsOf(action).includes(agent) || contractsOf(action).some((name) => contracts.has(name));
}

function agentsOf(action: Staged): readonly string[] {
  switch (action.type) {
    case "mint_reserves":
    case "mint_cash":
      return [action.to];
    case "transfer_reserves":
      return [action.fromBank, action.toBank];
    case "transfer_cash":
    case "transfer_stock":
      return [action.fromAgent, action.toAgent];
    case "deposit_cash":
    case "withdraw_cash":
      return [action.customer, action.bank];
    case "client_payment":
      return [action.payer, action.payee];
    case "create_stock":
      return [action.owner];
    case "create_delivery_obligation":
    case "create_payable":
      return [action.from, action.to];
    case "transfer_claim":
      return [action.toAgent];
    case "refused":
      return [];
  }
}

function contractsOf(action: Staged): readonly string[] {
  switch (action.type) {
    case "mint_reserves":
    case "mint_cash":
    case "create_delivery_obligation":
    case "create_payable":
      return action.alias === null ? [] : [action.alias];
    case "transfer_claim":
      return [action.contractAlias, action.contractId].filter((name) => name !== null);
    default:
      return [];
  }
}
