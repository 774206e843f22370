/**
 * An agent with what it holds and owes. Source: spec 01 2.1.
 *
 * @module
 */
import type { AgentKind, InstrumentKind } from "../outcome.ts";
import { Chain } from "./chain.ts";
import type { Contract, StockLot } from "./contract.ts";

/** The kinds of instrument in the order of their names. */
export const INSTRUMENT_KINDS: readonly InstrumentKind[] = Object.freeze([
  "bank_deposit",
  "cash",
  "delivery_obligation",
  "payable",
  "reserve_deposit",
]);

/** An agent of a running simulation. */
export class Agent {
  /** Set when the agent is expelled after a default. */
  defaulted = false;
  /** What it holds, by kind, in the order in which it came; the order between kinds decides nothing. */
  readonly assets: Readonly<Record<InstrumentKind, Chain<Contract>>> = {
    cash: new Chain<Contract>(),
    bank_deposit: new Chain<Contract>(),
    reserve_deposit: new Chain<Contract>(),
    payable: new Chain<Contract>(),
    delivery_obligation: new Chain<Contract>(),
  };
  /** All that it ever issued, in the order of creation; what is still open is {@linkcode liabilities}. */
  readonly issued: Contract[] = [];
  readonly stocks: Chain<StockLot> = new Chain<StockLot>();

  constructor(
    /** Position in the scenario, market makers last: the number behind `ref:agent`. */
    readonly number: number,
    readonly id: string,
    readonly name: string,
    readonly kind: AgentKind,
    /** The methods by which it pays, in order. */
    readonly paymentOrder: readonly string[],
  ) {}

  /** What it owes, in the order of creation. */
  liabilities(): Contract[] {
    return this.issued.filter((contract) => contract.open);
  }
}
