import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { MersenneTwister } from "../../../src/core/mersenne_twister.ts";
import { CORRECTED } from "../../../src/ring/behaviours.ts";
import { eligibleTraders, runOrders } from "../../../src/ring/dealers/order_flow.ts";
import { Ticket } from "../../../src/ring/dealers/ticket.ts";
import { Trader } from "../../../src/ring/dealers/trader.ts";
import { decimal } from "../engine/written_scenarios.ts";

const traders = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => {
    const number = from + i;
    return new Trader({ number, id: `H${number}`, kind: "household", defaulted: false });
  });

/** Who acts, in order, and whether the generator was asked. */
function acted(sellers: Trader[], buyers: Trader[], random = new MersenneTwister(42)) {
  const sold: string[] = [];
  const bought: string[] = [];
  runOrders({ sellers, buyers }, null, random, {
    sell: ({ party }) => sold.push(party.id),
    buy: ({ party }) => bought.push(party.id),
  });
  return { sold, bought, next: random.word() };
}

Deno.test("of twelve sellers ten are heard, in the order of the seed (spec 04 21.14)", () => {
  const { sold } = acted(traders(1, 12), []);
  assertEquals(sold.join(" "), "H8 H6 H3 H9 H10 H7 H12 H4 H5 H1");
});

Deno.test("sellers and buyers are shuffled one after the other, and the first buyer is heard", () => {
  // The vectors of spec 04 2.4: ten names, then four.
  const { sold, bought } = acted(traders(0, 9), traders(10, 13));
  assertEquals(sold.join(" "), "H7 H3 H2 H8 H5 H6 H9 H4 H0 H1");
  assertEquals(bought, ["H11"]);
});

Deno.test("fewer than two sellers and two buyers draw nothing (spec 04 22.15)", () => {
  const untouched = new MersenneTwister(42).word();
  assertEquals(acted([], []).next, untouched);
  assertEquals(acted(traders(1, 1), traders(2, 2)).next, untouched);
  assertEquals(acted(traders(1, 2), []).next === untouched, false);
});

Deno.test("each day is looked at alone, today and the tenth day included (spec 04 9.5)", () => {
  const orders = { horizon: 10, buyerSurplus: Decimal.integer(500), arrivals: null };
  const sides = (cash: string, ...dues: readonly (readonly [day: number, face: string])[]) => {
    const [trader] = traders(1, 1);
    if (trader === undefined) return "";
    trader.cash = decimal(cash);
    trader.owned.push(new Ticket(0, 0, 2, 1, Decimal.ONE, 9, 0));
    dues.forEach(([day, face], i) => trader.addObligation(new Ticket(i + 1, i + 1, 1, 2, decimal(face), day, 0)));
    const { sellers, buyers } = eligibleTraders([trader], 5, orders, CORRECTED);
    return `${sellers.length}${buyers.length}`;
  };
  assertEquals(sides("100", [6, "60"], [7, "60"]), "00", "120 in two days");
  assertEquals(sides("100", [6, "60"], [6, "60"]), "10", "120 on one day");
  assertEquals([sides("100", [15, "120"]), sides("100", [16, "120"])], ["10", "00"]);
  assertEquals([sides("620", [15, "120"]), sides("620.01", [15, "120"]), sides("620", [16, "120"])], [
    "00",
    "01",
    "01",
  ]);
});
