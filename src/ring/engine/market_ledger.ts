/**
 * The ledger as the dealer market sees it. Source: spec 01 17.3, spec 04 10.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { MarketLedger, MarketMakerKind } from "../dealers/market_ledger.ts";
import type { RingLog } from "../events.ts";
import type { Agent } from "./agent.ts";
import { Contract } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import { mint } from "./money.ts";
import { payInPieces, sumOf } from "./payment.ts";
import { broken } from "./rules.ts";

/** What the market does to the balance sheets of a simulation. */
export class EngineMarketLedger implements MarketLedger {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get log(): RingLog {
    return this.#ledger.log;
  }

  get parties(): readonly Agent[] {
    return this.#ledger.agents;
  }

  get nextNumber(): number {
    return this.#ledger.things.length;
  }

  addMarketMaker(id: string, kind: MarketMakerKind, name: string): Agent {
    return this.#ledger.addAgent(id, name, kind);
  }

  *payables(from: number): Generator<Contract> {
    const { things } = this.#ledger;
    for (let number = from; number < things.length; number++) {
      const thing = things[number];
      if (thing instanceof Contract && thing.kind === "payable" && thing.open) yield thing;
    }
  }

  claim(number: number): Contract {
    const thing = this.#ledger.things[number];
    if (thing instanceof Contract) return thing;
    throw broken("unknown-name", `no contract has the number ${number}`);
  }

  cashOf(party: number): Decimal {
    return sumOf(this.#party(party).assets.cash);
  }

  handOver(claim: number, to: number): void {
    this.#ledger.handOver(this.claim(claim), this.#party(to));
  }

  mint(to: number, amount: Decimal): void {
    mint(this.#ledger, "cash", this.#party(to).id, amount, null);
  }

  burn(from: number, amount: Decimal, ofPiece: (rest: Decimal) => Decimal): void {
    let rest = amount;
    for (const piece of this.#party(from).assets.cash.items()) {
      if (rest.sign <= 0) return;
      if (piece.amount.greaterThan(rest)) {
        this.#destroy(piece, ofPiece(rest));
        return;
      }
      rest = rest.minus(piece.amount);
      this.#destroy(piece, null);
    }
  }

  /** Takes an amount off a piece, or the whole piece. */
  #destroy(piece: Contract, amount: Decimal | null): void {
    const ledger = this.#ledger;
    const { totals, behaviours, log } = ledger;
    const lost = amount ?? piece.amount;
    if (amount === null) ledger.remove(piece);
    else ledger.setAmount(piece, piece.amount.minus(amount));
    // behaviour: cashBurntSilently
    if (behaviours.cashBurntSilently) {
      totals.lostCash = totals.lostCash.plus(lost);
      if (amount === null) ledger.burnt = [...ledger.burnt, piece.number].sort((a, b) => a - b);
    } else {
      totals.cash = totals.cash.minus(lost);
      log.emit("CashRetired", piece.holder.number, lost, piece.number);
    }
  }

  pay(from: number, to: number, amount: Decimal): void {
    payInPieces(this.#ledger, "cash", this.#party(from), this.#party(to), amount);
  }

  #party(number: number): Agent {
    const agent = this.#ledger.agents[number];
    if (agent === undefined) throw broken("unknown-name", `no agent has the number ${number}`);
    return agent;
  }
}
