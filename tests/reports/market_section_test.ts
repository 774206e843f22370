import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stepCorners } from "../../src/reports/charts/market_days.ts";
import type { RunPageInput } from "../../src/reports/inputs.ts";
import type { MarketDay, MarketInput, MarketTrade } from "../../src/reports/market_input.ts";
import { marketSection } from "../../src/reports/market_section.ts";
import type { PackedTable } from "../../src/reports/packed_tables.ts";
import { ringPageInput, ringRunPage } from "../../src/reports/ring_pages.ts";
import { runPage } from "../../src/reports/run_page.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { count, FOUR, marketScenario, THREE } from "../ring/dealers/markets.ts";
import { faults } from "./markup.ts";
import { eventSource } from "./recorded.ts";

const HOSTILE = `</script><b>"'&`;

function day(day: number, rest: Partial<MarketDay> = {}): MarketDay {
  return { day, bucket: "short", inventory: 2, bid: 0.9, ask: 1, outsideBid: 0.8, outsideAsk: 1.1, ...rest };
}

function trade(day: number, side: "SELL" | "BUY", rest: Partial<MarketTrade> = {}): MarketTrade {
  const state = { inventory: 1, bid: 0.85, ask: 0.95, margin: 5 };
  return {
    day,
    bucket: "short",
    side,
    trader: "H1",
    claim: 7,
    issuer: "H2",
    dueDay: 9,
    face: 20,
    price: 18,
    unitPrice: 0.9,
    passthrough: false,
    before: { ...state, margin: -1 },
    after: state,
    liquidityDriven: false,
    reducesMarginBelowZero: false,
    hitInventoryLimit: false,
    ...rest,
  };
}

function market(rest: Partial<MarketInput> = {}): MarketInput {
  return {
    buckets: ["short"],
    days: [day(0), day(1)],
    trades: [trade(0, "SELL", { liquidityDriven: true }), trade(1, "BUY", { passthrough: true })],
    dealerProfit: -12.345,
    dealerReturn: -0.0625,
    rescues: 1,
    refusedSales: 3,
    refusedPurchases: 4,
    claimName: (claim) => `PAY_${claim}`,
    ...rest,
  };
}

function pageInput(rest: Partial<RunPageInput> = {}): RunPageInput {
  return {
    name: "A market",
    agents: [],
    events: eventSource([]),
    end: { reason: "stable", day: 2, maxDays: 9, quietDays: 2 },
    ...rest,
  };
}

Deno.test("the cards say what the market did", () => {
  const section = marketSection(market(), {});
  for (
    const [label, value] of [
      ["Trades", "2"],
      ["Sales", "1"],
      ["Purchases", "1"],
      ["Past the dealer", "50%"],
      ["Dealer profit", "-12.35"],
      ["Dealer return", "-6.3%"],
      ["Rescues", "1"],
      ["Refused sales", "3"],
      ["Refused purchases", "4"],
    ]
  ) assertStringIncludes(section, `<span>${label}</span><b>${value}</b>`);
});

Deno.test("every trade is a mark in the chart of its bucket and a row of the table", () => {
  const section = marketSection(market(), {});
  assertStringIncludes(section, "<title>day 0: H1 sells 20 owed by H2, due day 9, at 0.9 to the dealer</title>");
  assertStringIncludes(
    section,
    "<title>day 1: H1 buys 20 owed by H2, due day 9, at 0.9 from the outside market</title>",
  );
  assertStringIncludes(section, 'fill="var(--card)" stroke="var(--green)"');
  const rows = section.slice(section.indexOf("<tbody>")).split("<tr>").slice(1);
  assertEquals(rows.map((row) => row.replace("</table></div></div></details>", "").split("<td>").slice(1).join("|")), [
    "1|0|short|H1|sells|dealer|PAY_7|H2|9|20|0.9|18|1|in need of cash, rescued",
    "2|1|short|H1|buys|outside|PAY_7|H2|9|20|0.9|18|1|",
  ]);
});

Deno.test("the pages of real markets are sound, ASCII, and count what the engine logged", async () => {
  for (const parts of [THREE, FOUR, { ...FOUR, risk: { useIssuerSpecific: true } }]) {
    const scenario = marketScenario(parts);
    const outcome = simulateRing(scenario);
    const page = await ringRunPage(scenario, outcome);
    assertEquals(faults(page), []);
    assert(!/[^\0-\x7f]/.test(page));
    assert(!/NaN|Infinity|undefined/.test(page.slice(page.indexOf('id="market"'), page.indexOf('id="agents"'))));
    const trades = outcome.market?.trades ?? [];
    assertEquals([...page.matchAll(/<title>day \d+: \S+ (?:sells|buys) /g)].length, trades.length);
    assertStringIncludes(page, `<span>Refused sales</span><b>${count(outcome, "sell_rejected")}</b>`);
    assertStringIncludes(page, `<span>Refused purchases</span><b>${count(outcome, "buy_rejected")}</b>`);
    assertEquals([...page.matchAll(/Quotes and trades: /g)].length, 3);
  }
});

Deno.test("a page differs by its market section alone: one without a market has nothing of it", () => {
  const scenario = marketScenario(FOUR);
  const { market, ...rest } = ringPageInput(scenario, simulateRing(scenario));
  assert(market !== undefined);
  const page = runPage({ ...rest, market });
  assert(typeof page === "string");
  assertEquals(page.replace(marketSection(market, {}), ""), runPage(rest));
});

Deno.test("names of buckets and traders are text", () => {
  const trades = [trade(0, "SELL", { bucket: HOSTILE, trader: HOSTILE, issuer: HOSTILE })];
  const input = market({ buckets: [HOSTILE], days: [day(0, { bucket: HOSTILE })], trades, claimName: () => HOSTILE });
  const page = runPage(pageInput({ market: input }));
  assert(typeof page === "string" && !page.includes(HOSTILE));
  assertEquals(faults(page), []);
});

Deno.test("a market in which nothing happened says so", () => {
  for (const days of [[], [day(0)], [day(3, { bid: 1, ask: 1, outsideBid: 1, outsideAsk: 1 })]]) {
    const section = marketSection(market({ trades: [], days }), {});
    assertStringIncludes(section, "Nobody traded.");
    assertStringIncludes(section, "<span>Past the dealer</span><b>&#8212;</b>");
    assert(!/NaN|Infinity|undefined/.test(section));
    assertEquals(section.includes("<svg"), days.length > 0);
  }
});

/** A run of many trades and many days. */
function busy(trades: number, days: number): MarketInput {
  const day = (i: number) => Math.floor(i * days / trades);
  return market({
    days: Array.from({ length: days }, (_, i) => ({ ...market().days[0], ...dayOf(i) })),
    trades: Array.from(
      { length: trades },
      (_, i) => trade(day(i), i % 2 === 0 ? "SELL" : "BUY", { unitPrice: 0.8 + (i * 7919) % 300 / 1000, claim: i }),
    ),
  });
}

function dayOf(i: number): MarketDay {
  return day(i, { inventory: i % 7, bid: 0.85 + i % 5 / 100, ask: 0.95 + i % 5 / 100 });
}

Deno.test("a long list of trades is packed, row by row", () => {
  const tables: Record<string, PackedTable> = {};
  const section = marketSection(busy(300, 20), tables);
  assertStringIncludes(section, '<details data-packed="trades" data-from="0" data-count="300">');
  assertEquals([tables.trades?.columns.length, tables.trades?.columns[6]?.[299]], [14, "PAY_299"]);
  assertEquals([...section.matchAll(/<title>day /g)].length, 300);
});

Deno.test("the page of 12,000 events and 6,000 trades over 200 days stays below 1 MB", async () => {
  const events = Array.from({ length: 12_000 }, (_, i) => ({
    kind: "dealer_trade",
    day: Math.floor(i / 60),
    phase: "simulation",
    trader: `H${i % 100}`,
    ticket_id: `PAY_${i}`,
    price: (i * 7919) % 10_007 / 100,
  }));
  const input = pageInput({ events: eventSource(events), market: busy(6000, 200) });
  const page = await runPage(input);
  assert(page.length < 1_000_000, String(page.length));
  assert(marketSection(busy(6000, 200), {}).length < 200_000);
  assertEquals(faults(page), []);
});

Deno.test("steps that share a spot are drawn once, with the height of the last", () => {
  const scale = { x: (time: number) => time * 100, frame: "" };
  const steps = [[0, 5], [0.5, 6], [0.502, 9], [0.504, 7], [0.506, 1], [2, 1]] as const;
  const corners = stepCorners(steps.map(([time, value]) => ({ time, value })), 3, scale, (value) => value);
  assertEquals(corners.map(([x, y]) => `${x} ${y}`), ["0 5", "50 5", "50 6", "50.6 6", "50.6 1", "300 1"]);
});
