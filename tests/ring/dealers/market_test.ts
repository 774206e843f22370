import { assertAlmostEquals, assertEquals } from "@std/assert";
import { REFERENCE } from "../../../src/ring/behaviours.ts";
import { repaymentsOf } from "../../../src/ring/dealers/repayments.ts";
import { Ledger } from "../../../src/ring/engine/ledger.ts";
import { EngineMarketLedger } from "../../../src/ring/engine/market_ledger.ts";
import { mint } from "../../../src/ring/engine/money.ts";
import { act, decimal, referenceScenario } from "../engine/written_scenarios.ts";
import { count, FOUR, referenceMarket, runMarket, THREE, trades } from "./markets.ts";

Deno.test("a payable of nothing is sold for nothing, and no cash follows (spec 04 21.13)", () => {
  const outcome = referenceMarket({
    agents: ["CB", "H1", "H2"],
    initial: [act.mint("H2", 100), act.pay("H2", "H1", "0.5", 3), act.pay("H1", "H2", 50, 2)],
    maxDays: 1,
  });
  assertEquals(trades(outcome).map((line) => line.split(" ").slice(0, 4).join(" ")), ["0 H1 SELL short"]);
  const [trade] = outcome.market?.trades ?? [];
  assertEquals([trade?.face.toNumber(), trade?.price.toNumber()], [0, 0]);
  assertEquals(count(outcome, "CashMinted"), 1);
});

Deno.test("a buyer has more than 500 above its largest due (spec 04 21.15)", () => {
  const bought = (cash: string) =>
    referenceMarket({
      agents: ["CB", "H1", "H2", "H3"],
      initial: [
        act.mint("H3", cash),
        act.pay("H3", "H2", 100, 10),
        act.pay("H1", "H2", 30, 3),
        act.pay("H2", "H1", 20, 3),
      ],
      risk: false,
      maxDays: 1,
    }).market?.trades.filter(({ side }) => side === "BUY").length;
  assertEquals([bought("600"), bought("600.01")], [0, 1]);
});

Deno.test("burning takes whole pieces first and rounds the last (spec 04 21.17)", () => {
  const ledger = new Ledger(referenceScenario({ agents: ["CB", "H1"] }));
  ledger.log.stamp(0, "setup");
  for (const amount of ["50", "30"]) mint(ledger, "cash", "H1", decimal(amount), null);
  const events = ledger.log.length;
  const book = new EngineMarketLedger(ledger);
  book.burn(1, decimal("60.4"), (rest) => rest.roundedHalfEven());
  assertEquals(ledger.agent("H1").assets.cash.items().map((piece) => piece.amount.toString()), ["20"]);
  assertEquals([ledger.log.length, ledger.burnt.length], [events, 1]);
  assertEquals(ledger.money().toNumber(), 20);
  book.burn(1, decimal("70"), (rest) => rest);
  assertEquals(book.cashOf(1).toNumber(), 0);
});

Deno.test("market makers come last among the agents, dealer before outside trader, bucket by bucket", () => {
  const outcome = runMarket(THREE);
  assertEquals(outcome.agents.slice(4).map(({ id, kind, name }) => `${id} ${kind} ${name}`), [
    "dealer_short dealer Dealer (short)",
    "vbt_short vbt VBT (short)",
    "dealer_mid dealer Dealer (mid)",
    "vbt_mid vbt VBT (mid)",
    "dealer_long dealer Dealer (long)",
    "vbt_long vbt VBT (long)",
  ]);
});

Deno.test("the phase runs on every day, before settlement", () => {
  const outcome = runMarket({ ...THREE, behaviours: REFERENCE });
  assertEquals(count(outcome, "SubphaseB_Dealer"), outcome.days.length);
  const kinds = [...outcome.log.objects()].filter(({ day, phase }) => day === 1 && phase === "simulation")
    .map(({ kind }) => kind);
  assertEquals(kinds.slice(0, 5), ["PhaseA", "PhaseB", "SubphaseB1", "SubphaseB_Dealer", "SubphaseB2"]);
});

const near = (value: unknown, expected: number) => assertAlmostEquals(Number(value), expected, 1e-9);

Deno.test("three households trade on the first day, and claims move on with their maturity (spec 04 21.11)", () => {
  const outcome = referenceMarket(THREE);
  const { log, market } = outcome;
  const shown = (market?.trades ?? []).map((
    { day, trader, bucket, passthrough },
  ) => [day, trader, bucket, passthrough]);
  assertEquals(shown, [[0, "H2", "short", false], [0, "H1", "long", false]]);
  near(market?.trades[0]?.price, 163.31196581196582);
  near(market?.trades[1]?.price, 105.97435897435898);
  const moves = [...log.objects()].filter(({ kind }) => kind === "ClaimTransferredDealer")
    .map(({ day, from_holder, to_holder }) => `${day} ${from_holder} ${to_holder}`);
  assertEquals(moves, [
    "0 H2 dealer_short",
    "0 H1 dealer_long",
    "2 dealer_long dealer_mid",
    "7 dealer_mid dealer_short",
  ]);
  const mints = [...log.objects()].filter(({ kind, phase }) => kind === "CashMinted" && phase === "simulation");
  assertEquals(mints.map(({ to, amount }) => `${to} ${amount}`), ["H1 106", "H2 163"]);
  const days = market?.systemDays ?? [];
  near(days[0]?.debtToMoney, 0.005714285714285714);
  near(days[1]?.totalCash, 791.7337606837607);
  near(days[10]?.totalCash, 641.7337606837607);
  const rows = repaymentsOf(log, market?.trades ?? []);
  assertEquals(rows.map(({ trader, outcome, buys, sells, strategy }) => [trader, outcome, buys, sells, strategy]), [
    ["H1", "repaid", 0, 1, "sell_before"],
    ["H2", "repaid", 0, 1, "sell_before"],
    ["H3", "repaid", 0, 0, "no_trade"],
  ]);
});

Deno.test("a household buys its own debt and defaults on itself (spec 04 21.12)", () => {
  const outcome = referenceMarket(FOUR);
  assertEquals(trades(outcome), [
    "0 H2 SELL short 40 36.00 outside",
    "0 H1 SELL short 60 54.00 outside",
    "0 H4 SELL short 80 72.00 outside",
    "0 H3 BUY short 60 66.00 outside",
    "1 H3 BUY short 40 44.00 outside",
    "2 H3 BUY short 80 88.00 outside",
  ]);
  const [margins] = (outcome.market?.trades ?? []).filter(({ trader }) => trader === "H3");
  assertEquals([margins?.before.margin.toNumber(), margins?.after.margin.toNumber()], [1010, 998]);
  const own = [...outcome.log.objects()].find(({ kind, debtor }) => kind === "ObligationDefaulted" && debtor === "H3");
  assertEquals([own?.["creditor"], Number(own?.["amount_paid"])], ["H3", 0]);
  const row = repaymentsOf(outcome.log, outcome.market?.trades ?? []).find(({ trader }) => trader === "H3");
  assertEquals([row?.outcome, row?.buys, row?.netCash.toNumber(), row?.strategy], [
    "defaulted",
    3,
    -198,
    "hold_to_maturity",
  ]);
});
