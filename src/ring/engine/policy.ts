/**
 * Who may issue and hold what, and how each kind of agent pays. Source: spec 01 2.3.
 *
 * @module
 */
import type { AgentKind, InstrumentKind } from "../outcome.ts";

/** The agents that may stand on one side of an instrument; null is everybody. */
type Allowed = readonly AgentKind[] | null;

const ISSUERS: Readonly<Record<InstrumentKind, Allowed>> = {
  cash: ["central_bank"],
  bank_deposit: ["bank"],
  reserve_deposit: ["central_bank"],
  payable: null,
  delivery_obligation: null,
};

const HOLDERS: Readonly<Record<InstrumentKind, Allowed>> = {
  cash: null,
  bank_deposit: ["household", "firm", "treasury", "bank"],
  reserve_deposit: ["bank", "treasury"],
  payable: null,
  delivery_obligation: null,
};

/** Payment methods by kind of debtor, in order, unless the scenario says otherwise. */
export const PAYMENT_ORDERS: Readonly<Record<AgentKind, readonly string[]>> = {
  household: ["bank_deposit", "cash"],
  firm: ["cash", "bank_deposit"],
  bank: ["reserve_deposit"],
  treasury: ["reserve_deposit"],
  central_bank: ["reserve_deposit"],
  dealer: ["cash"],
  vbt: ["cash"],
};

/** Whether agents of a kind may issue an instrument. Asked when a contract is made, never when it changes hands. */
export function mayIssue(agent: AgentKind, instrument: InstrumentKind): boolean {
  return ISSUERS[instrument]?.includes(agent) ?? true;
}

/** Whether agents of a kind may hold an instrument. Asked when a contract is made, never when it changes hands. */
export function mayHold(agent: AgentKind, instrument: InstrumentKind): boolean {
  return HOLDERS[instrument]?.includes(agent) ?? true;
}
