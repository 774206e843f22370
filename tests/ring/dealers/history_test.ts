import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../../src/core/decimal.ts";
import { EventLog } from "../../../src/core/event_log.ts";
import { CORRECTED } from "../../../src/ring/behaviours.ts";
import { realisedReturns } from "../../../src/ring/dealers/history.ts";
import type { TradeRecord, TradeSide } from "../../../src/ring/dealers/records.ts";
import { RING_EVENTS, type RingLog } from "../../../src/ring/events.ts";

const SIDE: TradeSide = {
  inventory: 0,
  dealerCash: Decimal.ZERO,
  bid: Decimal.ONE,
  ask: Decimal.ONE,
  traderCash: Decimal.ZERO,
  margin: Decimal.ZERO,
};

function trade(side: "SELL" | "BUY", trader: string, ticket: number, price: number): TradeRecord {
  return {
    day: 0,
    bucket: "short",
    side,
    trader,
    claim: ticket,
    ticket,
    issuer: "H9",
    dueDay: 3,
    face: Decimal.integer(20),
    price: Decimal.integer(price),
    unitPrice: Decimal.ONE,
    passthrough: false,
    before: SIDE,
    after: SIDE,
    outsideMid: Decimal.ONE,
    liquidityDriven: false,
    reducesMarginBelowZero: false,
    hitInventoryLimit: false,
  };
}

/** A log in which claim 0 was paid, 1 was written off, and of the others nobody knows. */
function log(): RingLog {
  const names = { agent: (number: number) => `H${number}`, contract: (number: number) => `PAY_${number}` };
  const log = new EventLog(RING_EVENTS, { time: "day", phases: ["setup", "simulation"], names });
  log.emit("PayableSettled", 0, 0, null, 1, 2, Decimal.integer(20));
  log.emit("ObligationWrittenOff", 1, null, 1, 2, "payable", Decimal.integer(20), undefined, undefined);
  return log;
}

const returns = (trades: readonly TradeRecord[]) =>
  realisedReturns(trades, log(), CORRECTED).map((list) => list.map((value) => value.toNumber()));

Deno.test("a purchase earns what the next sale of the ticket by its buyer brings, else what the debtor pays", () => {
  assertEquals(
    returns([
      trade("SELL", "A", 5, 10), // before any purchase
      trade("BUY", "A", 5, 10),
      trade("SELL", "B", 5, 40), // another's
      trade("SELL", "A", 5, 15),
      trade("BUY", "A", 5, 10),
      trade("SELL", "A", 5, 5),
      trade("BUY", "B", 0, 16), // settled at its face of 20
      trade("BUY", "B", 1, 16), // written off
      trade("BUY", "C", 2, 16), // unknown
    ]),
    [[0.5, -0.5], [0.25, -1], []],
  );
});

/** What the returns are by definition: for every purchase a search in all later trades. */
function byDefinition(trades: readonly TradeRecord[]): number[][] {
  const byTrader = new Map<string, number[]>();
  trades.forEach((purchase, i) => {
    if (purchase.side !== "BUY") return;
    const sale = trades.find((later, j) =>
      j > i && later.side === "SELL" && later.ticket === purchase.ticket && later.trader === purchase.trader
    );
    const list = byTrader.get(purchase.trader) ?? [];
    byTrader.set(purchase.trader, list);
    const received = sale?.price ?? [purchase.face, Decimal.ZERO][purchase.claim];
    if (received !== undefined) list.push(received.minus(purchase.price).dividedBy(purchase.price).toNumber());
  });
  return [...byTrader.values()];
}

Deno.test("returns of purchases are those of their definition, for any trades", () => {
  const any = fc.tuple(
    fc.constantFrom("SELL" as const, "BUY" as const),
    fc.constantFrom("A", "B", "C"),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 1, max: 30 }),
  ).map(([side, trader, ticket, price]) => trade(side, trader, ticket, price));
  fc.assert(fc.property(fc.array(any, { maxLength: 40 }), (trades) => {
    assertEquals(returns(trades), byDefinition(trades));
  }));
});

Deno.test("every trade is looked at once: the returns of 20,000 purchases that nobody sells again", () => {
  let looks = 0;
  const trades = Array.from({ length: 20_000 }, (_, i) => {
    const record = trade("BUY", `H${i % 50}`, i, 10);
    return Object.defineProperty(record, "side", { get: () => (looks++, "BUY") });
  });
  assertEquals(returns(trades).length, 50);
  assert(looks <= 3 * trades.length, String(looks));
});
