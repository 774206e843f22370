/**
 * What holds in every dealer market: spec 04 22, and the conservation of cash and claims after every trading day.
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { eventLines } from "../../src/core/json_lines.ts";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";
import { dealerQuotes, outsideQuotes } from "../../src/ring/dealers/kernel.ts";
import { dealerMetricsText, marketTables } from "../../src/ring/dealers/outcome.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";
import type { Action } from "../../src/ring/scenario/types.ts";
import { bucket, FOUR, type MarketParts, marketScenario, runMarket, USUAL_BUCKETS } from "../ring/dealers/markets.ts";
import { act, decimal } from "../ring/engine/written_scenarios.ts";
import { assertClose, MarketReplay } from "./market_replay.ts";

const HOUSEHOLDS = ["H1", "H2", "H3", "H4", "H5", "H6"] as const;
const household = fc.constantFrom(...HOUSEHOLDS);
const amount = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 900 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 90_000 }).map((n) => (n / 100).toFixed(2)) },
  { weight: 1, arbitrary: fc.constantFrom("33.33333333333333333333333333", "0.5", "41.7500000000000017") },
);
const day = fc.integer({ min: 0, max: 12 });

function debt(due: fc.Arbitrary<number>): fc.Arbitrary<Action> {
  return fc.tuple(household, household, amount, due).filter(([from, to]) => from !== to)
    .map(([from, to, value, on]) => act.pay(from, to, value, on));
}

const laterAction: fc.Arbitrary<readonly [number, Action]> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 5 }), debt(fc.integer({ min: 6, max: 14 }))),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom("X1", "X2"), household).map(([on, name, to]) =>
    [on, act.claim(name, to)] as const
  ),
);

const NAMESAKES = ["dealer_short", "vbt_mid"];

/** A random market; the households' debts, the market's settings and everything that may happen on the way. */
const economy: fc.Arbitrary<MarketParts> = fc.record({
  cash: fc.array(fc.tuple(household, amount), { minLength: 2, maxLength: 10 }),
  debts: fc.array(debt(day), { minLength: 3, maxLength: 24 }),
  scheduled: fc.array(laterAction, { maxLength: 3 }),
  namesakes: fc.boolean(),
  rollover: fc.boolean(),
  handling: fc.constantFrom("expel-agent" as const, "expel-agent" as const, "fail-fast" as const),
  size: fc.constantFrom("1", "20", "2.5"),
  dealerShare: fc.constantFrom("0", "0.25", "1"),
  vbtShare: fc.constantFrom("0", "0.5"),
  buckets: fc.constantFrom(USUAL_BUCKETS, [bucket("near", 1, 4, "0.1", "0.9"), bucket("far", 6, 50, "0.6", "0.25")]),
  risk: fc.constantFrom<NonNullable<MarketParts["risk"]>>(false, {}, {
    useIssuerSpecific: true,
    baseRiskPremium: decimal("0"),
  }),
  // Without them up to ten sellers and a buyer come, as in the reference.
  orders: fc.option(fc.record({
    piSell: fc.constantFrom(decimal("0"), decimal("0.5"), decimal("1")),
    nMax: fc.integer({ min: 1, max: 6 }),
  })),
  policy: fc.option(fc.record({
    horizonH: fc.integer({ min: 1, max: 12 }),
    bufferB: fc.constantFrom(decimal("1"), decimal("200")),
  })),
}).map(({ cash, debts, scheduled, namesakes, ...rest }) => ({
  ...rest,
  agents: ["CB", ...HOUSEHOLDS, ...(namesakes ? NAMESAKES : [])],
  households: NAMESAKES,
  initial: [
    ...cash.map(([to, value]) => act.mint(to, value)),
    ...(namesakes
      ? [act.mint("dealer_short", 300), act.pay("H1", "dealer_short", 40, 2), act.pay("H2", "vbt_mid", 9, 7)]
      : []),
    act.pay("H1", "H2", 5, 8, { alias: "X1" }),
    act.pay("H3", "H1", 7, 3, { alias: "X2" }),
    ...debts,
  ],
  scheduled,
  maxDays: 16,
}));

/** The created payables that were due by the last day of a log. */
function duePayables(log: RingOutcome["log"]): number {
  const created = log.table("PayableCreated");
  const lastDay = log.time(log.length - 1);
  return created?.numbers("due_day").values.subarray(0, created.length).filter((day) => day <= lastDay).length ?? 0;
}

function runWith(parts: MarketParts, behaviours: Behaviours): RingOutcome {
  return runMarket({ ...parts, behaviours }, { checkInvariants: "daily" });
}

const anyBehaviours: fc.Arbitrary<Behaviours> = fc.subarray([...BEHAVIOUR_NAMES]).map((names) => {
  const behaviours = { ...CORRECTED };
  for (const name of names) Object.assign(behaviours, { [name]: true });
  return behaviours;
});

Deno.test("cash and claims are conserved on every trading day, and every trade reaches the balance sheets", () => {
  let trades = 0;
  let moves = 0;
  fc.assert(
    fc.property(economy, (parts) => {
      const outcome = runWith(parts, CORRECTED);
      assertEquals(outcome.warnings, []);
      const start = outcome.moneyAtStartOf(0);
      for (let now = 1; now <= outcome.day; now++) {
        assertClose(outcome.moneyAtStartOf(now), start, `cash on day ${now}`);
      }
      for (const { after } of outcome.market?.trades ?? []) {
        assert(after.traderCash.sign >= 0 && after.dealerCash.sign >= 0, "nobody spends what it does not have");
      }
      const replay = new MarketReplay(outcome).run();
      trades += replay.tradingDays;
      moves += replay.moves;
    }),
    { numRuns: 300 },
  );
  assert(trades > 50 && moves > 20, `${trades} days with trades and ${moves} moves say little`);
});

Deno.test("the replay notices cash from nowhere, and a trade that the balance sheets miss", () => {
  const minting = runMarket({ ...FOUR, behaviours: { ...CORRECTED, marketCashOffLedger: true } });
  assertThrows(() => new MarketReplay(minting).run(), Error, "the cash of the morning of day 0");
  const right = runMarket({ ...FOUR, behaviours: CORRECTED });
  const { market } = right;
  assert(market !== undefined && market.trades.length > 0);
  new MarketReplay(right).run();
  const missed = { ...market, trades: market.trades.slice(1) };
  assertThrows(() => new MarketReplay({ ...right, market: missed }).run(), Error, "after the trades of day");
});

Deno.test("in a right market the books' cash moves only between traders and market makers", () => {
  fc.assert(
    fc.property(economy, (parts) => {
      const { market } = runWith(parts, CORRECTED);
      for (const { before, after, price, side, passthrough, issuer, trader } of market?.trades ?? []) {
        const gain = after.traderCash.minus(before.traderCash);
        assertClose(side === "SELL" ? gain : gain.negated(), price, "the trader's cash");
        const dealerGain = after.dealerCash.minus(before.dealerCash);
        assertClose(passthrough ? Decimal.ZERO : side === "SELL" ? price.negated() : price, dealerGain, "the dealer's");
        assertEquals(Math.abs(after.inventory - before.inventory), passthrough ? 0 : 1);
        assert(side === "SELL" || issuer !== trader);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("a market with any switches runs to an end and gives the same run twice", () => {
  fc.assert(
    fc.property(economy, anyBehaviours, (parts, behaviours) => {
      const first = runWith(parts, behaviours);
      const second = runWith(parts, behaviours);
      assertEquals(eventLines(first.log), eventLines(second.log));
      assertEquals(first.market && dealerMetricsText(first.market), second.market && dealerMetricsText(second.market));
    }),
    { numRuns: 150 },
  );
});

Deno.test("a scenario without dealers runs as if there were no market", () => {
  fc.assert(
    fc.property(economy, (parts) => {
      const scenario = marketScenario({ ...parts, behaviours: REFERENCE });
      const { dealer } = scenario;
      const off = simulateRing({ ...scenario, dealer: dealer && { ...dealer, enabled: false } });
      assertEquals(eventLines(off.log), eventLines(simulateRing({ ...scenario, dealer: null }).log));
      assertEquals(off.market, undefined);
    }),
    { numRuns: 30 },
  );
});

Deno.test("days without order flow have at most ten sales, then one purchase, by different traders", () => {
  fc.assert(
    fc.property(economy, fc.constantFrom(REFERENCE, CORRECTED), (parts, behaviours) => {
      const { market } = runWith({ ...parts, orders: null }, behaviours);
      for (const trades of Map.groupBy(market?.trades ?? [], ({ day }) => day).values()) {
        const sides = trades.map(({ side }) => side).join(" ");
        assert(/^(SELL ?)*(BUY)?$/.test(sides), sides);
        assert(trades.length <= 11);
        const traders = trades.map(({ trader }) => trader);
        assertEquals(new Set(traders).size, traders.length);
        for (const { day, dueDay } of trades) assert(dueDay > day, "what is due cannot be traded");
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("events, records, figures and tables of the reference's market agree", () => {
  fc.assert(
    fc.property(economy, (parts) => {
      const { market, log, stop, days } = runWith(parts, REFERENCE);
      assert(market !== undefined);
      const { trades, dealerDays, systemDays, buckets } = market;
      const aborted = stop.error?.message.startsWith("VBT has no inventory") ?? false;
      const events = log.table("dealer_trade")?.length ?? 0;
      const lost = aborted ? trades.filter((trade) => trade.day === days.length).length : 0;
      assertEquals(events + lost, trades.length);
      const metrics = market.metrics();
      assertEquals(metrics.interior_trades + metrics.passthrough_trades, metrics.total_trades);
      assertEquals(metrics.total_sell_trades + metrics.total_buy_trades, trades.length);
      assertEquals([metrics.liquidity_driven_sales, metrics.rescue_events], [0, 0]);
      assertEquals(systemDays.length, log.table("SubphaseB_Dealer")?.length);
      assertEquals(dealerDays.length, systemDays.length * buckets.length);
      const files = marketTables(market, log, { runId: "r", regime: "active" });
      const lines = (name: string) => files.find((file) => file.name === name)?.content.trimEnd().split("\r\n").length;
      assertEquals(lines("trades.csv") ?? 1, trades.length + 1);
      assertEquals(lines("system_state_timeseries.csv"), systemDays.length + 1);
      assertEquals(lines("inventory_timeseries.csv"), dealerDays.length + 1);
      assertEquals((lines("repayment_events.csv") ?? 1) - 1, duePayables(log));
    }),
    { numRuns: 60 },
  );
});

Deno.test("a trade of the reference moves the market maker by the unit price and the trader by the whole one", () => {
  fc.assert(
    fc.property(economy, (parts) => {
      const { market } = runWith(parts, REFERENCE);
      for (const { before, after, side, price, unitPrice, passthrough } of market?.trades ?? []) {
        const sold = side === "SELL";
        assertEquals(after.inventory - before.inventory, passthrough ? 0 : sold ? 1 : -1);
        const dealer = after.dealerCash.minus(before.dealerCash);
        assertClose(dealer, passthrough ? Decimal.ZERO : sold ? unitPrice.negated() : unitPrice, "the dealer");
        const trader = after.traderCash.minus(before.traderCash);
        assertClose(trader, sold ? price : price.negated(), "the trader");
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("the reference mints what a trader gained in a day, rounded, and mints nothing else", () => {
  let minted = 0;
  fc.assert(
    fc.property(economy, (parts) => {
      const { market, log } = runWith({ ...parts, scheduled: [] }, REFERENCE);
      const gains = new Map<string, Decimal>();
      for (const { day, trader, side, price } of market?.trades ?? []) {
        const key = `${day} ${trader}`;
        gains.set(key, (gains.get(key) ?? Decimal.ZERO).plus(side === "SELL" ? price : price.negated()));
      }
      const found = new Map<string, Decimal>();
      for (const { kind, phase, day, to, amount } of log.objects()) {
        if (kind !== "CashMinted" || phase === "setup" || !(amount instanceof Decimal)) continue;
        found.set(`${day} ${to}`, amount);
      }
      // The day that an empty market stopped has sales and no write-back.
      for (const [key, amount] of found) {
        // The trader's cash is rounded to 28 digits after every trade: just at a half, either neighbour may come out.
        const rounding = (gains.get(key) ?? Decimal.ZERO).minus(amount).toNumber();
        assert(Math.abs(rounding) <= 0.5 + 1e-12, `${key}: ${gains.get(key)} became ${amount}`);
      }
      const closed = [...gains].filter(([key, gain]) => gain.sign > 0 && log.length > 0 && !found.has(key));
      const stoppedDay = (log.table("SubphaseB2")?.length ?? 0).toString();
      for (const [key] of closed) assertEquals(key.split(" ")[0], stoppedDay, `${key} was not minted`);
      minted += found.size;
    }),
    { numRuns: 150 },
  );
  assert(minted > 20, `${minted} mints say little`);
});

Deno.test("the assessor's premium holds for every executed trade of the reference", () => {
  fc.assert(
    fc.property(economy, (parts) => {
      const { market } = runWith({ ...parts, risk: {} }, REFERENCE);
      for (const { side, unitPrice, face, before } of market?.trades ?? []) {
        if (face.isZero) continue;
        // Whoever has neither cash nor expected value takes any price, and what has a face has an expected value.
        if (side === "SELL") assert(!before.bid.lessThan(decimal("0.97")), `sold at a bid of ${before.bid}`);
        else assert(!unitPrice.greaterThan(decimal("0.91")), `bought at ${unitPrice}`);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("with a fixed capacity the midline falls with every ticket and is the mid price at half of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 3, max: 200 }),
      fc.constantFrom("1", "20"),
      (most, mid, text) => {
        const size = decimal(text);
        const outside = outsideQuotes(Decimal.of(mid, -2), decimal("0.30"));
        // What is not in tickets is in cash, so that the wealth stays.
        const midlines = Array.from({ length: most + 1 }, (_, a) => {
          const valued = Decimal.integer(a);
          const cash = outside.mid.times(Decimal.integer(most - a));
          const book = { inventory: size.times(valued), valued, perTicket: Decimal.ONE, cash };
          const quotes = dealerQuotes(book, outside, size);
          assertEquals(quotes.maxTickets.toNumber(), most);
          return quotes.midline.toNumber();
        });
        const slope = 0.3 / (most + 2);
        midlines.forEach((midline, a) => assertAlmostEquals(midline, mid / 100 - slope * (a - most / 2), 1e-12));
      },
    ),
  );
});

Deno.test("quotes lie within the outside market, and an unclipped spread is the dealer's own", () => {
  const hundredths = (min: number, max: number) => fc.integer({ min, max }).map((n) => Decimal.of(n, -2));
  fc.assert(
    fc.property(
      fc.nat({ max: 40 }),
      hundredths(0, 9_000),
      hundredths(3, 200),
      hundredths(1, 90),
      fc.constantFrom("1", "20", "2.5"),
      (a, cash, mid, spread, sizeText) => {
        const size = decimal(sizeText);
        const outside = outsideQuotes(mid, spread);
        const valued = Decimal.integer(a);
        const book = { inventory: size.times(valued), valued, perTicket: Decimal.ONE, cash };
        const quotes = dealerQuotes(book, outside, size);
        assertEquals(quotes.capacity, size.times(quotes.maxTickets));
        assert(!quotes.bid.lessThan(outside.bid) && !quotes.ask.greaterThan(outside.ask));
        assertClose(quotes.wealth, mid.times(valued).plus(cash), "V");
        const whole = mid.times(quotes.maxTickets);
        assert(!whole.greaterThan(quotes.wealth) && whole.plus(mid).greaterThan(quotes.wealth), "K*");
        if (mid.times(Decimal.integer(2)).lessThan(spread)) return;
        assert(!book.inventory.greaterThan(quotes.capacity) && !quotes.bid.greaterThan(quotes.ask));
        if (!quotes.bidPinned && !quotes.askPinned) {
          assertClose(quotes.ask.minus(quotes.bid), quotes.insideSpread, "the inside spread");
        }
      },
    ),
  );
});
