import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { REFERENCE } from "../../../src/ring/behaviours.ts";
import { BucketMarket, MarketMaker } from "../../../src/ring/dealers/bucket_market.ts";
import { Ticket } from "../../../src/ring/dealers/ticket.ts";
import { ticketMeasure } from "../../../src/ring/dealers/ticket_measure.ts";
import { decimal } from "../engine/written_scenarios.ts";
import { bucket } from "./markets.ts";

let serial = 0;
const ticket = (face: Decimal) => new Ticket(serial, serial++, 1, 2, face, 3, 0);
const party = (id: string, kind: string) => ({ number: 0, id, kind, defaulted: false });

/** The market of the reference with `a` tickets of the standard size on the dealer's shelf. */
function market(a: number, cash: string, mid: string, spread: string, size = "1"): BucketMarket {
  const measure = ticketMeasure(decimal(size), REFERENCE);
  const dealer = new MarketMaker(party("dealer_short", "dealer"));
  dealer.cash = decimal(cash);
  for (let i = 0; i < a; i++) dealer.shelf.add(ticket(decimal(size)));
  const vbt = new MarketMaker(party("vbt_short", "vbt"));
  return new BucketMarket(bucket("short", 1, 3, spread, mid), 0, dealer, vbt, measure, REFERENCE);
}

/** Whether the dealer takes a ticket of one unit of face, and whether it sells one. */
function both(of: BucketMarket): [takes: boolean, sells: boolean] {
  return [of.hasRoomFor(Decimal.ONE) && !of.dealer.cash.lessThan(of.quotes.bid), of.dealerSells];
}

Deno.test("a sale, a purchase and a sale leave the dealer of spec 04 21.1 with 1.04 in cash and three tickets", () => {
  const of = market(2, "2", "1", "0.30");
  assertEquals(both(of), [true, true]);
  const prices: string[] = [];
  const sell = () => {
    prices.push(of.quotes.bid.toString());
    of.dealer.shelf.add(ticket(Decimal.ONE));
    of.dealer.cash = of.dealer.cash.minus(of.quotes.bid);
    of.requote();
  };
  sell();
  const first = of.dealer.shelf.first(() => true);
  prices.push(of.quotes.ask.toString());
  if (first !== undefined) of.dealer.shelf.remove(first);
  of.dealer.cash = of.dealer.cash.plus(of.quotes.ask);
  of.requote();
  sell();
  assertEquals(prices.map(Number), [0.97, 0.98, 0.97]);
  assertEquals([of.dealer.cash.toNumber(), of.count, of.quotes.wealth.toNumber()], [1.04, 3, 4.04]);
});

Deno.test("what a dealer cannot take or sell goes past it (spec 04 21.5 to 21.8)", () => {
  assertEquals(both(market(0, "0E-13", "1.0", "0.20", "20")), [false, false], "an empty dealer without cash");
  assertEquals(both(market(1, "0", "1.0", "0.30", "20")), [false, true], "full, without cash");
  assertEquals(both(market(2, "2", "0.02", "0.30")), [false, false], "the guard");
  const full = market(2, "0.10", "1", "0.30");
  assertEquals([full.quotes.capacity.toNumber(), both(full)[0], full.outside.bid.toString()], [2, false, "0.85"]);
  assertEquals(both(market(3, "-5", "1.0", "0.20")), [false, false], "ruined");
  assertEquals(both(market(3, "-3.5", "1.0", "0.20")), [false, false], "crossed");
});

Deno.test("quoting again without a change changes nothing, and a change of cash is noticed", () => {
  const of = market(2, "2", "1", "0.30");
  const { quotes } = of;
  of.requote();
  assertEquals(of.quotes, quotes);
  of.dealer.cash = decimal("3");
  of.requote();
  assertEquals(of.quotes.wealth.toNumber(), 5);
});
