/**
 * Reads a run's log again, event by event, with books of its own: who has how much cash and who holds which claim. The
 * engine's books play no part, so that what it forgets shows.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import type { EventObject } from "../../src/core/event_log.ts";
import type { TradeRecord } from "../../src/ring/dealers/records.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";

/** What may happen in a trading phase of a right market: cash and claims change hands, none comes or goes. */
const TRADING_KINDS = new Set([
  "SubphaseB_Dealer",
  "dealer_trade",
  "sell_rejected",
  "buy_rejected",
  "ClaimTransferredDealer",
  "CashTransferred",
  // Pieces of cash are joined after a payment; the sum stays.
  "InstrumentMerged",
]);

interface Claim {
  readonly debtor: string;
  readonly amount: Decimal;
  readonly dueDay: number;
  holder: string;
}

/** The books before the trades of a day. */
interface Morning {
  readonly cash: ReadonlyMap<string, Decimal>;
  readonly holders: ReadonlyMap<string, string>;
}

/** Two sums are equal up to rounding to 28 digits. */
export function assertClose(a: Decimal, b: Decimal, what: string): void {
  const difference = Math.abs(a.minus(b).toNumber());
  assert(difference <= 1e-20 * Math.max(1, Math.abs(b.toNumber())), `${what}: ${a} and ${b}`);
}

/** The books of one run of a corrected market; checks every trading phase and the end. */
export class MarketReplay {
  /** Trading phases with a trade that were checked. */
  tradingDays = 0;
  /** Claims that changed hands without a trade, from bucket to bucket. */
  moves = 0;
  readonly #cash = new Map<string, Decimal>();
  readonly #claims = new Map<string, Claim>();
  readonly #outcome: RingOutcome;
  readonly #makers: ReadonlySet<string>;

  constructor(outcome: RingOutcome) {
    this.#outcome = outcome;
    const { market } = outcome;
    this.#makers = new Set(market?.buckets.flatMap((bucket) => [`dealer_${bucket}`, `vbt_${bucket}`]));
  }

  /** Replays the whole log. */
  run(): this {
    let morning: Morning | null = null;
    for (const event of this.#outcome.log.objects()) {
      if (event.kind === "SubphaseB_Dealer") {
        morning = this.#morning();
        this.#compareWithMarket(Number(event["day"]));
      } else if (event.kind === "SubphaseB2" && morning !== null) {
        this.#closeTrading(Number(event["day"]), morning);
        morning = null;
      } else if (morning !== null) assert(TRADING_KINDS.has(event.kind), `${event.kind} in a trading phase`);
      this.#follow(event);
    }
    this.#compareWithEnd();
    return this;
  }

  #morning(): Morning {
    return { cash: new Map(this.#cash), holders: new Map([...this.#claims].map(([id, { holder }]) => [id, holder])) };
  }

  /** The market's own books of the morning: every claim that is not due yet is in one place, and all cash is there. */
  #compareWithMarket(day: number): void {
    const system = this.#outcome.market?.systemDays.find((row) => row.day === day);
    if (system === undefined) return;
    const isOutside = (holder: string) => holder.startsWith("vbt_") && this.#makers.has(holder);
    const traded = [...this.#claims.values()].filter(({ dueDay, holder }) => dueDay > day && !isOutside(holder));
    assertClose(system.totalFace, sum(traded.map(({ amount }) => amount)), `the claims of the morning of day ${day}`);
    assertClose(system.totalCash, sum(this.#cash.values()), `the cash of the morning of day ${day}`);
  }

  #follow(event: EventObject): void {
    const text = (name: string) => String(event[name]);
    switch (event.kind) {
      case "CashMinted":
        return this.#receive(text("to"), amountOf(event));
      case "CashRetired":
        return this.#receive(text("frm"), amountOf(event).negated());
      case "CashTransferred":
        this.#receive(text("frm"), amountOf(event).negated());
        return this.#receive(text("to"), amountOf(event));
      case "PayableCreated":
      case "PayableRolledOver":
      case "RolloverPartial":
        if (event["payable_id"] !== null) this.#make(event);
        return;
      case "ClaimTransferred":
        return this.#handOver(text("contract_id"), text("frm"), text("to"), amountOf(event));
      case "ClaimTransferredDealer":
        assert(text("from_holder") !== text("to_holder"), `${text("payable_id")} goes to its holder`);
        return this.#handOver(text("payable_id"), text("from_holder"), text("to_holder"), amountOf(event));
      case "PayableSettled":
      case "ObligationDefaulted":
      case "ObligationWrittenOff":
        assert(this.#claims.delete(text("contract_id")), `${text("contract_id")} ended twice`);
    }
  }

  #receive(agent: string, amount: Decimal): void {
    const cash = (this.#cash.get(agent) ?? Decimal.ZERO).plus(amount);
    assert(cash.sign >= 0 || cash.toNumber() > -1e-18, `${agent} has ${cash}`);
    this.#cash.set(agent, cash);
  }

  #make(event: EventObject): void {
    const id = String(event["payable_id"]);
    assert(!this.#claims.has(id), `${id} made twice`);
    const lent = event["cash_transferred"];
    const amount = lent instanceof Decimal ? lent : amountOf(event);
    const dueDay = Number(event["due_day"] ?? event["new_due_day"]);
    this.#claims.set(id, { debtor: String(event["debtor"]), holder: String(event["creditor"]), amount, dueDay });
  }

  #handOver(id: string, from: string, to: string, amount: Decimal): void {
    const claim = this.#claims.get(id);
    assert(claim !== undefined, `${id} is handed over after its end`);
    assertEquals([claim.holder, claim.amount.equals(amount)], [from, true], `the holder of ${id}`);
    claim.holder = to;
  }

  #closeTrading(day: number, { cash, holders }: Morning): void {
    const trades = this.#outcome.market?.trades.filter((trade) => trade.day === day) ?? [];
    if (trades.length > 0) this.tradingDays++;
    assertClose(sum(this.#cash.values()), sum(cash.values()), `cash over the trades of day ${day}`);
    this.#checkCash(day, cash, trades);
    this.#checkHolders(day, holders, trades);
  }

  /** Everybody but market makers has gained what it sold for less what it bought for. */
  #checkCash(day: number, before: ReadonlyMap<string, Decimal>, trades: readonly TradeRecord[]): void {
    for (const [agent, cash] of this.#cash) {
      if (this.#makers.has(agent)) continue;
      let expected = before.get(agent) ?? Decimal.ZERO;
      for (const { trader, side, price } of trades) {
        if (trader === agent) expected = side === "SELL" ? expected.plus(price) : expected.minus(price);
      }
      assertClose(cash, expected, `cash of ${agent} after the trades of day ${day}`);
    }
  }

  /** A claim is with whom the day's last trade left it; without a trade it moved between like market makers at most. */
  #checkHolders(day: number, before: ReadonlyMap<string, string>, trades: readonly TradeRecord[]): void {
    assertEquals([...this.#claims.keys()], [...before.keys()], `the claims of day ${day}`);
    const { log } = this.#outcome;
    const traded = new Map(trades.map((trade) => [log.referenceText("ref:contract", trade.claim), trade]));
    for (const [id, { holder, debtor }] of this.#claims) {
      const last = traded.get(id);
      if (last?.side === "BUY") {
        assertEquals(holder, last.trader, `${id} on day ${day}`);
        assert(holder !== debtor, `${holder} bought its own debt`);
      } else if (last !== undefined) {
        assertEquals(holder, `${last.passthrough ? "vbt" : "dealer"}_${last.bucket}`, `${id} on day ${day}`);
      } else if (holder !== before.get(id)) {
        const was = before.get(id) ?? "";
        assert(
          this.#makers.has(was) && this.#makers.has(holder),
          `${id} went from ${was} to ${holder} without a trade`,
        );
        assertEquals(holder.split("_")[0], was.split("_")[0]);
        this.moves++;
      }
    }
  }

  /** The engine's balance sheets at the end say the same. */
  #compareWithEnd(): void {
    const held = new Map<string, string>();
    for (const { agent, assets } of this.#outcome.positions()) {
      const cash = sum(assets.filter(({ kind }) => kind === "cash").map(({ amount }) => amount));
      assertClose(cash, this.#cash.get(agent) ?? Decimal.ZERO, `cash of ${agent} at the end`);
      for (const { contract, kind } of assets) {
        if (kind !== "payable") continue;
        assert(!held.has(contract), `${contract} is held twice`);
        held.set(contract, agent);
      }
    }
    for (const [id, { holder }] of this.#claims) assertEquals(held.get(id), holder, `the holder of ${id} at the end`);
    assertEquals(held.size, this.#claims.size);
  }
}

function amountOf(event: EventObject): Decimal {
  const { amount } = event;
  assert(amount instanceof Decimal, `${event.kind} has no amount`);
  return amount;
}

function sum(amounts: Iterable<Decimal>): Decimal {
  return Decimal.sum(amounts);
}
