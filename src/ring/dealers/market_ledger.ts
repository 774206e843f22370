/**
 * What the market needs of the balance sheets, and nothing else. Agents and payables are numbers; the engine implements
 * this over its ledger, a test over a few arrays.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { RingLog } from "../events.ts";

/** An agent as the market sees it. */
export interface Party {
  readonly number: number;
  readonly id: string;
  readonly kind: string;
  /** Whether it was expelled after a default. */
  readonly defaulted: boolean;
}

/** A payable as the market sees it. */
export interface Claim {
  readonly number: number;
  /** The agent that owes it. */
  readonly issuer: Party;
  /** The agent that receives the payment. */
  readonly holder: Party;
  /** In the money unit. */
  readonly amount: Decimal;
  readonly dueDay: number | null;
  /** False once it is settled, written off or otherwise ended. */
  readonly open: boolean;
}

/** The two kinds of market maker: dealers quote from their inventory, `vbt` is the outside market. */
export type MarketMakerKind = "dealer" | "vbt";

/** The balance sheets as the market reads and changes them. */
export interface MarketLedger {
  readonly log: RingLog;
  /** All agents by number; the list grows when market makers come. */
  readonly parties: readonly Party[];
  /** Appends an agent of a market maker. */
  addMarketMaker(id: string, kind: MarketMakerKind, name: string): Party;
  /** The open payables from number `from` on, in order of creation. */
  payables(from: number): Iterable<Claim>;
  /** The number that the next contract gets. */
  readonly nextNumber: number;
  /** The payable with a number. */
  claim(number: number): Claim;
  /** Cash of an agent: the sum of its pieces in order. */
  cashOf(party: number): Decimal;
  /** Hands a payable to another holder; the original creditor stays. */
  handOver(claim: number, to: number): void;
  /** Creates cash in the hands of an agent, with its event. */
  mint(to: number, amount: Decimal): void;
  /**
   * Destroys cash piece by piece; what the agent does not have is forgotten. `ofPiece` says how much of a piece goes
   * that is larger than the rest.
   */
  burn(from: number, amount: Decimal, ofPiece: (rest: Decimal) => Decimal): void;
  /** Hands cash from agent to agent, as much as there is, with its events. */
  pay(from: number, to: number, amount: Decimal): void;
}
