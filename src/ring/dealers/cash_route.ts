/**
 * How the cash of a trading day reaches the balance sheets. In the reference market makers have cash in the market's
 * books only, and the traders' gains and losses are created and destroyed; rightly cash goes from hand to hand.
 * Source: specification chapter 04, sections 4.2, 9.1, 10 and 11.1.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { Behaviours } from "../behaviours.ts";
import type { MarketMaker } from "./bucket_market.ts";
import type { MarketLedger, Party } from "./market_ledger.ts";
import type { Trader } from "./trader.ts";

/** The way of cash between the market and the balance sheets. */
export interface CashRoute {
  /** Gives a new market maker its capital, in the money unit. */
  endow(maker: MarketMaker, capital: Decimal): void;
  /** Reads the cash of all at the start of a day. */
  refresh(traders: readonly Trader[], makers: readonly MarketMaker[]): void;
  /** Notes a payment of the day; the books have it already. */
  paid(from: Party, to: Party, amount: Decimal): void;
  /** Brings the day's changes to the balance sheets. */
  writeBack(traders: readonly Trader[]): void;
}

/** The route of a run. */
export function cashRoute(ledger: MarketLedger, behaviours: Behaviours): CashRoute {
  // behaviour: marketCashOffLedger
  return behaviours.marketCashOffLedger ? new SeparateBooks(ledger, behaviours) : new LedgerCash(ledger);
}

function refreshTraders(ledger: MarketLedger, traders: readonly Trader[]): void {
  for (const trader of traders) {
    trader.ledgerCash = ledger.cashOf(trader.party.number);
    trader.cash = trader.ledgerCash;
  }
}

/** Market makers pay out of nowhere: what traders gain is minted and what they spend is burnt (spec 04 10). */
class SeparateBooks implements CashRoute {
  readonly #ledger: MarketLedger;
  readonly #behaviours: Behaviours;

  constructor(ledger: MarketLedger, behaviours: Behaviours) {
    this.#ledger = ledger;
    this.#behaviours = behaviours;
  }

  endow(maker: MarketMaker, capital: Decimal): void {
    maker.cash = capital;
  }

  refresh(traders: readonly Trader[]): void {
    refreshTraders(this.#ledger, traders);
  }

  paid(): void {}

  writeBack(traders: readonly Trader[]): void {
    const round = (amount: Decimal) => this.#rounded(amount);
    for (const { party, cash, ledgerCash } of traders) {
      if (cash === ledgerCash) continue;
      const gain = cash.minus(ledgerCash);
      if (gain.sign > 0) this.#ledger.mint(party.number, round(gain));
      else if (gain.sign < 0) this.#ledger.burn(party.number, gain.negated(), round);
    }
  }

  #rounded(amount: Decimal): Decimal {
    // behaviour: writeBackRoundsCash
    return this.#behaviours.writeBackRoundsCash ? amount.roundedHalfEven() : amount;
  }
}

interface CashPayment {
  readonly from: Party;
  readonly to: Party;
  readonly amount: Decimal;
}

/** Market makers are agents with cash: they are endowed once, and every trade moves cash between two agents. */
class LedgerCash implements CashRoute {
  readonly #ledger: MarketLedger;
  #payments: CashPayment[] = [];

  constructor(ledger: MarketLedger) {
    this.#ledger = ledger;
  }

  endow(maker: MarketMaker, capital: Decimal): void {
    if (capital.sign > 0) this.#ledger.mint(maker.party.number, capital);
    maker.cash = capital;
  }

  refresh(traders: readonly Trader[], makers: readonly MarketMaker[]): void {
    refreshTraders(this.#ledger, traders);
    for (const maker of makers) maker.cash = this.#ledger.cashOf(maker.party.number);
    this.#payments = [];
  }

  paid(from: Party, to: Party, amount: Decimal): void {
    if (amount.sign > 0 && from !== to) this.#payments.push({ from, to, amount });
  }

  writeBack(): void {
    for (const { from, to, amount } of this.#payments) this.#ledger.pay(from.number, to.number, amount);
  }
}
