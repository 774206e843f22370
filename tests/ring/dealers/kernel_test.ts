import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { type DealerQuotes, dealerQuotes, outsideQuotes } from "../../../src/ring/dealers/kernel.ts";
import { decimal } from "../engine/written_scenarios.ts";

/** The quotes of a dealer with `a` tickets of the standard size. */
function quotes(a: number, cash: string, mid: string, spread: string, size: string): DealerQuotes {
  const inventory = decimal(size).times(Decimal.integer(a));
  const book = { inventory, valued: Decimal.integer(a), perTicket: Decimal.ONE, cash: decimal(cash) };
  return dealerQuotes(book, outsideQuotes(decimal(mid), decimal(spread)), decimal(size));
}

const text = (value: Decimal) => value.toString();

Deno.test("the kernel gives the quotes of spec 04 21.1", () => {
  const { wealth, maxTickets, capacity, layoff, insideSpread, midline, bid, ask, bidPinned, askPinned } = quotes(
    2,
    "2",
    "1",
    "0.30",
    "1",
  );
  const shown = [wealth, maxTickets, capacity, layoff, insideSpread, midline, bid, ask].map(text);
  assertEquals(shown, ["4", "4", "4", "0.2", "0.060", "1.00", "0.970", "1.030"]);
  assertEquals([bidPinned, askPinned], [false, false]);
  const outside = outsideQuotes(decimal("1"), decimal("0.30"));
  assertEquals([outside.ask, outside.bid].map(text), ["1.15", "0.85"]);
});

Deno.test("the kernel gives bids and asks of spec 04 21.2 to 21.5 with all their digits", () => {
  const cases = [
    [2, "1.97", "1", "0.30", "1", "0.9325", "1.0075"],
    [3, "1.0375", "1", "0.30", "1", "0.920", "0.980"],
    [0, "25.00", "1.0", "0.20", "1", "1.088746438746438746438746439", "1.096438746438746438746438747"],
    [
      0,
      "416.6666666666666666666666667",
      "1.0",
      "0.20",
      "1",
      "1.099281722947001250674101867",
      "1.099761339253955687124941195",
    ],
    [0, "0E-13", "1.0", "0.20", "20", "0.90", "1.10"],
    [1, "0", "1.0", "0.30", "20", "0.875", "1.025"],
  ] as const;
  for (const [a, cash, mid, spread, size, bid, ask] of cases) {
    const given = quotes(a, cash, mid, spread, size);
    assertEquals([text(given.bid), text(given.ask)], [bid, ask]);
  }
  assertEquals(text(quotes(0, "25.00", "1.0", "0.20", "1").midline), "1.092592592592592592592592593");
  assertEquals(text(quotes(1, "0", "1.0", "0.30", "20").capacity), "20");
});

Deno.test("a dealer at a mid price of 0.02 makes no market of its own", () => {
  const guarded = quotes(2, "2", "0.02", "0.30", "1");
  assertEquals([guarded.bid, guarded.ask, guarded.capacity].map(text), ["0", "0.17", "0"]);
  assert(guarded.bidPinned && guarded.askPinned);
  assertEquals(text(quotes(2, "2", "0.0200001", "0.30", "1").maxTickets), "101");
});

Deno.test("debts of a dealer take its capacity, and can cross its quotes", () => {
  const ruined = quotes(3, "-5", "1.0", "0.20", "1");
  assertEquals([ruined.maxTickets, ruined.bid, ruined.ask].map(text), ["-2", "0.90", "1.10"]);
  const crossed = quotes(3, "-3.5", "1.0", "0.20", "1");
  assertEquals([crossed.maxTickets, crossed.bid, crossed.ask].map(text), ["-1", "0.90", "0.400"]);
});

Deno.test("the outside bid is never negative", () => {
  const wide = outsideQuotes(decimal("0.375"), decimal("0.675"));
  assertEquals([wide.ask, wide.bid].map(text), ["0.7125", "0.0375"]);
  assertEquals(text(outsideQuotes(decimal("0.3"), decimal("0.7")).bid), "0");
});
