/**
 * Every switch of the dealer market on both sides. All others are as in the reference, or corrected where the switch
 * shows only in a market that is otherwise right.
 */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { CORRECTED } from "../../../src/ring/behaviours.ts";
import type { RingOutcome } from "../../../src/ring/outcome.ts";
import { act, cell, decimal, story } from "../engine/written_scenarios.ts";
import { both, bucket, count, FOUR, type MarketParts, THREE, trades, USUAL_BUCKETS } from "./markets.ts";

/** The fields of the events of a kind. */
function fields(outcome: RingOutcome, kind: string, name: string): unknown[] {
  return [...outcome.log.objects()].filter((event) => event.kind === kind).map((event) => event[name]);
}

const cashByDay = (outcome: RingOutcome) => outcome.market?.systemDays.map(({ totalCash }) => String(totalCash)) ?? [];

Deno.test("burntCashStopsDisplayedRun: showing the central bank ends the run, or changes nothing", () => {
  const { reference, corrected } = both("burntCashStopsDisplayedRun", { ...FOUR, displayed: ["H1", "CB"] });
  assertEquals([reference.stop.reason, reference.days.length], ["stopped", 2]);
  assertEquals(reference.stop.error?.where, { rule: "unknown-name", agent: "CB", time: 1 });
  assertEquals(corrected.stop.reason, "stable");
  const unseen = both("burntCashStopsDisplayedRun", { ...FOUR, displayed: ["H1"] });
  assertEquals(unseen.reference.stop.reason, "stable");
});

Deno.test("cashBurntSilently: burnt cash leaves no trace, or an event and a smaller sum of cash", () => {
  const { reference, corrected } = both("cashBurntSilently", FOUR, { checkInvariants: "daily" });
  assertEquals([count(reference, "CashRetired"), reference.warnings.length > 0], [0, true]);
  assertEquals(corrected.warnings, []);
  assertEquals(
    story(corrected).filter((line) => line.startsWith("CashRetired")).length,
    count(corrected, "CashRetired"),
  );
  assertEquals(new Set(fields(corrected, "CashRetired", "frm")), new Set(["H3"]));
});

Deno.test("marketCashOffLedger: trades mint and burn, or cash goes from hand to hand", () => {
  const { reference, corrected } = both("marketCashOffLedger", FOUR, { checkInvariants: "daily", others: CORRECTED });
  assert(count(reference, "CashRetired") > 0, "the buyer's cash is destroyed");
  assertEquals(cell(reference, "vbt_mid", "assets_cash"), "");
  assertEquals(count(corrected, "CashRetired"), 0);
  assertEquals(fields(corrected, "CashMinted", "phase").filter((phase) => phase !== "setup"), []);
  assertEquals(new Set(cashByDay(corrected).map(Number)), new Set([1620]));
  assertEquals([reference.warnings, corrected.warnings], [[], []]);
});

Deno.test("writeBackRoundsCash: gains are whole units, or what was gained", () => {
  const { reference, corrected } = both("writeBackRoundsCash", THREE);
  assertEquals(fields(reference, "CashMinted", "amount").slice(3).map(String), ["106", "163"]);
  assertEquals(fields(corrected, "CashMinted", "amount").slice(3).map(String), [
    "105.9743589743589743589743589",
    "163.3119658119658119658119658",
  ]);
});

Deno.test("marketMakersPayUnitPrice: trades create cash in the books, or leave their sum as it is", () => {
  const { reference, corrected } = both("marketMakersPayUnitPrice", FOUR);
  assertEquals(cashByDay(reference).slice(0, 2).map(Number), [1620, 1714.4]);
  assertEquals(cashByDay(corrected).slice(0, 2).map(Number), [1620, 1620]);
});

/** `THREE` with a rich fourth household, whom every price is too high. */
const FUSSY: MarketParts = {
  ...THREE,
  agents: ["CB", "H1", "H2", "H3", "H4"],
  initial: [...THREE.initial ?? [], act.mint("H4", 2000)],
};

Deno.test("undonePurchaseDebits: a refused purchase costs the dealer money, or nothing", () => {
  const { reference, corrected } = both("undonePurchaseDebits", FUSSY);
  const cashOfDealer = (outcome: RingOutcome) =>
    outcome.market?.dealerDays.filter(({ bucket, day }) => bucket === "short" && day === 1)
      .map(({ equity }) => equity.toNumber());
  assert(count(reference, "buy_rejected") > 0 && count(corrected, "buy_rejected") > 0);
  const [poor = 0] = cashOfDealer(reference) ?? [];
  const [sound = 0] = cashOfDealer(corrected) ?? [];
  assert(sound - poor > 100, `${sound} and ${poor}`);
});

Deno.test("rebucketingIsFree: a dealer gets a ticket for nothing, or pays the mid price for it", () => {
  const { reference, corrected } = both("rebucketingIsFree", THREE);
  const equities = (outcome: RingOutcome, name: string) =>
    outcome.market?.dealerDays.filter(({ bucket, day }) => bucket === name && day > 0 && day < 4)
      .map(({ equity }) => equity.toNumber().toFixed(1));
  assertEquals(equities(reference, "mid"), ["25.0", "26.0", "26.0"]);
  // 25 is all that the dealer has for a ticket of 90; its book counts the ticket as one unit.
  assertEquals(equities(corrected, "mid"), ["25.0", "1.0", "1.0"]);
  assertEquals(equities(corrected, "long"), ["24.8", "48.8", "48.8"]);
});

Deno.test("ticketsCountAsUnits: a dealer's room is counted in tickets, or in face", () => {
  const { reference, corrected } = both("ticketsCountAsUnits", { ...THREE, size: "20" });
  const capacity = (outcome: RingOutcome) => outcome.market?.dealerDays[0]?.capacity.toString();
  assertEquals([capacity(reference), capacity(corrected)], ["500", "20"]);
  const faces = (outcome: RingOutcome) => outcome.market?.systemDays[0]?.totalFace.toString();
  assertEquals([faces(reference), faces(corrected)], ["60", "360"]);
});

/** H1 owes 50 tomorrow, has no cash and owns two small claims. */
const URGENT: MarketParts = {
  agents: ["CB", "H1", "H2", "H3"],
  initial: [
    act.mint("H3", 300),
    act.pay("H2", "H1", 10, 5),
    act.pay("H2", "H1", 10, 6),
    act.pay("H1", "H3", 50, 1),
  ],
  risk: false,
  maxDays: 9,
};

Deno.test("duesOfTodayUnseen: who has to pay today sees no need of cash, or sells for it", () => {
  const { reference, corrected } = both("duesOfTodayUnseen", URGENT);
  const days = (outcome: RingOutcome) =>
    outcome.market?.trades.map(({ day, liquidityDriven }) => [day, liquidityDriven]);
  assertEquals(days(reference), [[0, false]]);
  assertEquals(days(corrected), [[0, false], [1, true]]);
  assertEquals(corrected.market?.metrics().liquidity_driven_sales, 1);
});

/** H1 asks for a premium that nobody pays. */
const DEAR: MarketParts = { ...URGENT, risk: { baseRiskPremium: decimal("0.5") } };

Deno.test("paymentHistoryUnrecorded: the chance of default stays at 0.05, or follows the payments", () => {
  const parts = {
    ...DEAR,
    initial: [...DEAR.initial ?? [], act.pay("H3", "H2", 1, 0), act.pay("H1", "H2", 70, 4)],
    orders: { piSell: Decimal.ONE, nMax: 1 },
  };
  const { reference, corrected } = both("paymentHistoryUnrecorded", parts);
  const expected = (outcome: RingOutcome) =>
    [...outcome.log.objects()].filter((event) => event.trader_id === "H1").map((event) => event.expected_value);
  assertEquals(expected(reference).slice(0, 2), [9.5, 9.5]);
  const [first, second] = expected(corrected);
  assertEquals(first, 9.5);
  // One payment was made: (1 + 0) / (2 + 1) of a face of 10.
  assert(typeof second === "number" && Math.abs(second - 20 / 3) < 1e-12, String(second));
});

Deno.test("effectiveThresholdUnreported: a refusal tells the base premium, or the one that decided", () => {
  const { reference, corrected } = both("effectiveThresholdUnreported", {
    ...DEAR,
    orders: { piSell: Decimal.ONE, nMax: 1 },
  }, { others: CORRECTED });
  const urgent = (outcome: RingOutcome) => fields(outcome, "sell_rejected", "threshold");
  assertEquals(new Set(urgent(reference)), new Set([0.5]));
  // 0.5 - 0.10 * shortfall 50 / wealth 19 on day 1.
  assert(
    urgent(corrected).some((threshold) => typeof threshold === "number" && threshold < 0.3),
    String(urgent(corrected)),
  );
});

Deno.test("sellersJudgeDealerBid: a seller takes the outside price for the dealer's, or sees it", () => {
  // The dealer has 105 for a ticket of 100 that it bids 109 for: the outside market would buy at 0.9.
  const parts: MarketParts = {
    agents: ["CB", "H1", "H2"],
    initial: [act.mint("H2", 1260), act.pay("H2", "H1", 100, 3), act.pay("H1", "H2", 50, 2)],
    vbtShare: "1",
    orders: { piSell: Decimal.ONE, nMax: 1 },
    maxDays: 6,
  };
  const { reference, corrected } = both("sellersJudgeDealerBid", parts, { others: CORRECTED });
  assertEquals(trades(reference).map((line) => line.split(" ").slice(0, 3).join(" ")), ["0 H1 SELL"]);
  assert(trades(reference)[0]?.endsWith("outside"));
  assertEquals([trades(corrected), fields(corrected, "sell_rejected", "offered_price")[0]], [[], 0.9]);
});

/** Twelve households that cannot pay what they owe on day 8. */
const CROWD: MarketParts = {
  agents: ["CB", ...Array.from({ length: 12 }, (_, i) => `H${i + 1}`)],
  initial: Array.from({ length: 12 }, (_, i) => act.pay(`H${i + 1}`, `H${(i + 1) % 12 + 1}`, 10, 8)).concat(
    act.mint("H1", 1),
  ),
  risk: false,
  vbtShare: "1",
  maxDays: 1,
};

Deno.test("orderFlowFixed: ten sellers of a horizon of ten days, or what the scenario says", () => {
  const off = { ...CROWD, policy: { horizonH: 7, bufferB: Decimal.ONE } };
  const near = both("orderFlowFixed", off);
  const sellers = trades(near.reference).map((line) => line.split(" ")[1]);
  assertEquals(sellers, ["H8", "H6", "H3", "H9", "H10", "H7", "H12", "H4", "H5", "H1"]);
  assertEquals(trades(near.corrected), []);
  const far = both("orderFlowFixed", {
    ...CROWD,
    policy: { horizonH: 8, bufferB: Decimal.ONE },
    orders: { piSell: Decimal.ONE, nMax: 2 },
  });
  assert([1, 2].includes(trades(far.corrected).length), String(trades(far.corrected)));
});

Deno.test("marketSeedFixed: traders come in the order of seed 42, or of the seed that is given", () => {
  const { reference, corrected } = both("marketSeedFixed", { ...CROWD, seed: 7 });
  assertEquals(trades(reference), trades(both("marketSeedFixed", CROWD).reference));
  assertEquals(trades(corrected).length, 10);
  assert(trades(corrected).join() !== trades(reference).join());
  assertEquals(trades(both("marketSeedFixed", CROWD).corrected), trades(reference));
});

Deno.test("laterPayablesUntraded: a payable of day 1 stays out of the market, or is sold", () => {
  const { reference, corrected } = both("laterPayablesUntraded", {
    agents: ["CB", "H1", "H2"],
    initial: [act.mint("H2", 100), act.pay("H1", "H2", 20, 4)],
    scheduled: [[1, act.pay("H2", "H1", 30, 6)]],
    risk: false,
    maxDays: 9,
  });
  assertEquals(trades(reference), []);
  assertEquals(trades(corrected).map((line) => line.split(" ").slice(0, 3).join(" ")), ["1 H1 SELL"]);
});

Deno.test("ownDebtForSale: a trader buys its own debt, or never", () => {
  const { reference, corrected } = both("ownDebtForSale", FOUR);
  const own = (outcome: RingOutcome) => outcome.market?.trades.filter(({ trader, issuer }) => trader === issuer).length;
  assertEquals([own(reference), own(corrected)], [1, 0]);
  assert((corrected.market?.trades.length ?? 0) > 3);
});

Deno.test("expelledAgentsTrade: an expelled agent goes on trading, or not", () => {
  const parts: MarketParts = {
    agents: ["CB", "H1", "H2", "H3"],
    initial: [
      act.mint("H2", 1000),
      act.pay("H1", "H2", 10, 0),
      act.pay("H2", "H1", 900, 1),
      act.pay("H3", "H2", 50, 6),
      act.pay("H2", "H3", 40, 7),
      act.pay("H2", "H3", 600, 8),
    ],
    risk: false,
    maxDays: 8,
  };
  const { reference, corrected } = both("expelledAgentsTrade", parts);
  const byH1 = (outcome: RingOutcome) => outcome.market?.trades.filter(({ trader, day }) => trader === "H1" && day > 0);
  assertEquals(byH1(reference)?.map(({ side }) => side), ["BUY"]);
  assertEquals(byH1(corrected), []);
});

Deno.test("marketRunsOnCredit: a buyer spends what it does not have, or does not buy", () => {
  const parts: MarketParts = {
    agents: ["CB", "H1", "H2", "H3"],
    initial: [act.mint("H3", 600), act.pay("H1", "H2", 1000, 5), act.pay("H2", "H3", 10, 3)],
    risk: false,
    maxDays: 7,
  };
  const { reference, corrected } = both("marketRunsOnCredit", parts);
  const buyers = (outcome: RingOutcome) =>
    outcome.market?.trades.filter(({ trader }) => trader === "H3").map(({ after }) => after.traderCash.sign);
  assertEquals(buyers(reference)?.[0], -1);
  assertEquals(buyers(corrected), []);
});

Deno.test("marketOverridesTransfers: a claim that was handed over goes back, or stays", () => {
  const parts: MarketParts = {
    agents: ["CB", "H1", "H2", "H3"],
    initial: [act.mint("H1", 100), act.pay("H1", "H2", 50, 3, { alias: "X" })],
    scheduled: [[1, act.claim("X", "H3")]],
    maxDays: 6,
  };
  const { reference, corrected } = both("marketOverridesTransfers", parts);
  assertEquals(fields(reference, "ClaimTransferredDealer", "to_holder"), ["H2"]);
  assertEquals(fields(reference, "PayableSettled", "creditor"), ["H2"]);
  assertEquals(count(corrected, "ClaimTransferredDealer"), 0);
  assertEquals(fields(corrected, "PayableSettled", "creditor"), ["H3"]);
});

Deno.test("emptyVbtStopsRun: a dealer that cannot sell ends the run, or the buyer goes on", () => {
  const { reference, corrected } = both("emptyVbtStopsRun", FUSSY);
  assertEquals(reference.stop.error?.message.split(".")[0], "VBT has no inventory to provide for passthrough buy");
  assertEquals(reference.log.kind(reference.log.length - 1), "SubphaseB_Dealer");
  assertEquals(corrected.stop.reason, "stable");
});

/** A household with the name of a market maker, which holds a claim that moves to another bucket. */
const NAMESAKES: MarketParts = {
  agents: ["CB", "H1", "dealer_mid", "H3"],
  households: ["dealer_mid"],
  initial: [act.mint("H1", 100), act.mint("dealer_mid", 300), act.pay("H1", "dealer_mid", 60, 4)],
  maxDays: 7,
};

Deno.test("namesakesStayTraders: a namesake loses its claim to the market maker, or is the market maker", () => {
  const { reference, corrected } = both("namesakesStayTraders", NAMESAKES);
  assertEquals(fields(reference, "ClaimTransferredDealer", "to_holder"), ["dealer_short"]);
  assertEquals(reference.market?.metrics().initial_total_money.toNumber(), 400);
  const inventories = (outcome: RingOutcome) =>
    outcome.market?.dealerDays.filter(({ bucket, day }) => bucket === "mid" && day === 0).map(({ inventory }) =>
      inventory
    );
  assertEquals([inventories(reference), inventories(corrected)], [[0], [1]]);
  assertEquals(corrected.market?.metrics().initial_total_money.toNumber(), 100);
});

/** The terms of a balanced ring, as its scenario notes them. */
const BALANCED = {
  faceValue: decimal("20"),
  outsideMidRatio: decimal("0.75"),
  vbtSharePerBucket: decimal("0.25"),
  dealerSharePerBucket: decimal("0.125"),
  rolloverEnabled: true,
};

Deno.test("balancedSectionIgnored: the section balanced_dealer is ignored, or sets the ticket size and the mode", () => {
  const section = (mode: "active" | "passive"): MarketParts => ({
    ...THREE,
    balanced: { ...BALANCED, enabled: true, bigEntityShare: decimal("0.25"), mode },
  });
  const active = both("balancedSectionIgnored", section("active"));
  const capacity = (outcome: RingOutcome) => outcome.market?.dealerDays[0]?.capacity.toString();
  assertEquals([capacity(active.reference), capacity(active.corrected)], ["25", "500"]);
  const passive = both("balancedSectionIgnored", section("passive"));
  assertEquals([count(passive.reference, "SubphaseB_Dealer") > 0, passive.corrected.market], [true, undefined]);
});

Deno.test("quotesMayCross: a full dealer pays the buyer for taking a ticket, or asks for nothing", () => {
  const parts: MarketParts = {
    agents: ["CB", "H1", "H2", "H5"],
    initial: [act.mint("H1", 255), act.pay("H2", "H5", 59, 5), act.pay("H5", "H1", 1, 0)],
    buckets: [bucket("near", 1, 4, "0.1", "0.9"), bucket("far", 5, 50, "0.60", "0.25")],
    policy: { horizonH: 1, bufferB: decimal("1") },
    size: "2.5",
    vbtShare: "0",
    risk: false,
    maxDays: 1,
  };
  const { reference, corrected } = both("quotesMayCross", parts, { others: CORRECTED });
  const bought = (outcome: RingOutcome) => outcome.market?.trades.find(({ side }) => side === "BUY")?.unitPrice.sign;
  assertEquals([bought(reference), bought(corrected)], [-1, 0]);
  const { before } = corrected.market?.trades.find(({ side }) => side === "BUY") ?? {};
  assertEquals(before?.ask.equals(before.bid), true);
});

Deno.test("outsideRatioIgnored: the outside market's price is 1, or the ratio of the balanced ring", () => {
  const mids = (outcome: RingOutcome) =>
    Object.values(outcome.market?.metrics().vbt_mid_final ?? {}).map((mid) => mid.toNumber());
  const parts: MarketParts = { ...THREE, config: { ...BALANCED, mode: "active" } };
  const { reference, corrected } = both("outsideRatioIgnored", parts);
  assertEquals([mids(reference), mids(corrected)], [[1, 1, 1], [0.75, 0.75, 0.75]]);
});

Deno.test("rolloverToFirstCreditor: the first creditor lends again, or who was paid", () => {
  const parts: MarketParts = { ...THREE, rollover: true, maxDays: 4, quietDays: 5 };
  const { reference, corrected } = both("rolloverToFirstCreditor", parts);
  const lenders = (
    outcome: RingOutcome,
  ) => [...fields(outcome, "PayableRolledOver", "creditor"), ...fields(outcome, "RolloverPartial", "creditor")];
  assertEquals([lenders(reference), lenders(corrected)], [["H2"], ["dealer_short"]]);
});

Deno.test("limitFlagsNeverSet: nobody notes that a dealer was passed over, or the day and the trade do", () => {
  const { reference, corrected } = both("limitFlagsNeverSet", FOUR);
  const flags = (outcome: RingOutcome) => [
    outcome.market?.dealerDays.filter(({ hitOutside }) => hitOutside).map(({ day, bucket }) => `${day} ${bucket}`),
    outcome.market?.trades.filter(({ hitInventoryLimit }) => hitInventoryLimit).length,
  ];
  assertEquals(flags(reference), [[], 0]);
  assertEquals(flags(corrected), [["0 short"], 3]);
});

Deno.test("returnsIgnoreSettlement: returns come from another's sale, or from what the buyer got", () => {
  const { reference, corrected } = both("returnsIgnoreSettlement", FOUR);
  // H3 bought faces of 60, 40 and 80 at 1.1, which others had sold at 0.9; H4 and H1 paid, H3 could not pay itself.
  assertEquals(reference.market?.metrics().mean_trader_return.toNumber().toFixed(4), "-0.1818");
  assertEquals(
    corrected.market?.metrics().mean_trader_return.toNumber().toFixed(4),
    ((-0.0909 * 2 - 1) / 3).toFixed(4),
  );
});

Deno.test("defaultedTradersUnmarked: margins at default are never found, or are those of the last day", () => {
  const { reference, corrected } = both("defaultedTradersUnmarked", FOUR);
  assertEquals(reference.market?.metrics().mean_margin_at_default, null);
  assert(corrected.market?.metrics().mean_margin_at_default instanceof Decimal);
});

Deno.test("a scenario without buckets is refused by name, with either behaviours", () => {
  let message = "";
  try {
    both("marketSeedFixed", { ...THREE, buckets: [] });
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  assert(message.includes("dealer.buckets is empty"), message);
});

Deno.test("a bucket of any name is a market of its own", () => {
  const { reference } = both("marketSeedFixed", {
    ...THREE,
    buckets: [bucket("all", 1, 999, "0.20"), ...USUAL_BUCKETS],
  });
  assertEquals(reference.agents.filter(({ kind }) => kind === "dealer").map(({ id }) => id).sort(), [
    "dealer_all",
    "dealer_long",
    "dealer_mid",
    "dealer_short",
  ]);
  assertEquals(new Set(reference.market?.trades.map((trade) => trade.bucket)), new Set(["all"]));
});
