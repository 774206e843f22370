import { assertEquals } from "@std/assert";
import { REFERENCE } from "../../../src/ring/behaviours.ts";
import { Ledger } from "../../../src/ring/engine/ledger.ts";
import { EngineMarketLedger } from "../../../src/ring/engine/market_ledger.ts";
import { mint } from "../../../src/ring/engine/money.ts";
import { act, decimal, referenceScenario } from "../engine/written_scenarios.ts";
import { count, referenceMarket, runMarket, THREE, trades } from "./markets.ts";

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
