/**
 * The market of a run on its page: what was traded, what the dealers quoted and held, and every trade.
 *
 * @module
 */
import { inventoryKey, marketInventory } from "./charts/market_inventory.ts";
import type { BucketCourse } from "./charts/market_days.ts";
import { marketQuotes, QUOTES_KEY } from "./charts/market_quotes.ts";
import { grouped, numberOf, percent, rounded, shortened, shown } from "./html.ts";
import type { Quantity } from "./inputs.ts";
import type { MarketInput, MarketTrade } from "./market_input.ts";
import { type PackedTable, TablePacker } from "./packed_tables.ts";
import { cards, figure, legend } from "./page.ts";
import { type Column, emptyTable, table } from "./table.ts";

/** Trades that are written out as rows, and rows that stand open. */
const SPELLED_TRADES = 100;
const OPEN_TRADES = 15;
/** Buckets that are drawn; who names more of them reads the table. */
const DRAWN_BUCKETS = 12;

const QUOTES_KEY_HTML = legend(QUOTES_KEY);

/** The section. A long list of trades goes to the packed `tables` of the page. */
export function marketSection(market: MarketInput, tables: Record<string, PackedTable>): string {
  return '<h2 id="market">Market</h2><p>For each bucket of due days a dealer buys and sells claims at its own bid and ' +
    "ask, within those of the outside market, which trades when the dealer cannot. Prices are fractions of face.</p>" +
    marketCards(market) + marketCharts(market) + tradeList(market, tables);
}

function marketCards(market: MarketInput): string {
  const { trades } = market;
  const sells = trades.reduce((count, { side }) => side === "SELL" ? count + 1 : count, 0);
  const past = trades.reduce((count, { passthrough }) => passthrough ? count + 1 : count, 0);
  return cards([
    ["Trades", shown(trades.length)],
    ["Sales", shown(sells)],
    ["Purchases", shown(trades.length - sells)],
    ["Past the dealer", trades.length === 0 ? percent(null) : percent(past / trades.length)],
    ["Dealer profit", rounded(market.dealerProfit)],
    ["Dealer return", percent(market.dealerReturn)],
    ["Rescues", shown(market.rescues)],
    ["Refused sales", shown(market.refusedSales)],
    ["Refused purchases", shown(market.refusedPurchases)],
  ]);
}

function marketCharts({ buckets, days, trades }: MarketInput): string {
  const daysOf = Map.groupBy(days, ({ bucket }) => bucket);
  const tradesOf = Map.groupBy(trades, ({ bucket }) => bucket);
  const drawn = buckets.slice(0, DRAWN_BUCKETS).flatMap((name): BucketCourse[] => {
    const list = daysOf.get(name);
    return list === undefined ? [] : [{ name, days: list, trades: tradesOf.get(name) ?? [] }];
  });
  if (drawn.length === 0) return "";
  let text = '<div class="grid">';
  for (const bucket of drawn) {
    const count = bucket.trades.length;
    const note = count === 0
      ? "No trades"
      : `${count === 1 ? "1 trade" : `${shown(count)} trades`}; hollow marks are ` +
        "trades with the outside market";
    text += figure(`Quotes and trades: ${bucket.name}`, note, marketQuotes(bucket), QUOTES_KEY_HTML);
  }
  text += figure("What the dealers hold", "Tickets by bucket", marketInventory(drawn), legend(inventoryKey(drawn)));
  const left = buckets.length - drawn.length;
  const note = left > 0 ? `<p>The first ${drawn.length} of ${shown(buckets.length)} buckets are drawn.</p>` : "";
  return `${text}</div>${note}`;
}

const TRADE_COLUMNS: readonly Column[] = [
  { title: "#", numeric: true },
  { title: "Day", numeric: true },
  { title: "Bucket" },
  { title: "Trader" },
  { title: "Side" },
  { title: "With" },
  { title: "Claim" },
  { title: "Debtor" },
  { title: "Due", numeric: true },
  { title: "Face", numeric: true },
  { title: "Unit price", numeric: true },
  { title: "Price", numeric: true },
  { title: "Dealer holds", numeric: true },
  { title: "Notes" },
];

function tradeList(market: MarketInput, tables: Record<string, PackedTable>): string {
  const { trades } = market;
  if (trades.length === 0) return "<p>Nobody traded.</p>";
  const options = { label: "Trades" };
  const summary = `<summary>Trades<small>${shown(trades.length)}</small></summary>`;
  const row = (trade: MarketTrade, i: number) => tradeRow(trade, i, market);
  if (trades.length <= SPELLED_TRADES) {
    const open = trades.length <= OPEN_TRADES ? " open" : "";
    return `<details${open}>${summary}<div class="dense">${
      table(TRADE_COLUMNS, trades.map(row), options)
    }</div></details>`;
  }
  const packer = new TablePacker(TRADE_COLUMNS.length);
  trades.forEach((trade, i) => packer.add(row(trade, i)));
  tables.trades = packer.packed();
  return `<details data-packed="trades" data-from="0" data-count="${trades.length}">${summary}<div class="dense">` +
    `<div class="bar"></div>${emptyTable(TRADE_COLUMNS, options)}</div></details>`;
}

function tradeRow(trade: MarketTrade, place: number, market: MarketInput): string[] {
  return [
    String(place + 1),
    String(trade.day),
    trade.bucket,
    trade.trader,
    trade.side === "SELL" ? "sells" : "buys",
    trade.passthrough ? "outside" : "dealer",
    market.claimName(trade.claim),
    trade.issuer,
    String(trade.dueDay),
    amountText(trade.face),
    amountText(trade.unitPrice),
    amountText(trade.price),
    String(trade.after.inventory),
    noteOf(trade),
  ];
}

/** Four decimals at most: prices are small. */
function amountText(quantity: Quantity): string {
  return grouped(shortened(numberOf(quantity), 4));
}

function noteOf({ liquidityDriven, reducesMarginBelowZero, hitInventoryLimit, before, after }: MarketTrade): string {
  const notes: string[] = [];
  if (liquidityDriven) {
    const rescued = numberOf(before.margin) < 0 && numberOf(after.margin) >= 0;
    notes.push(rescued ? "in need of cash, rescued" : "in need of cash");
  }
  if (reducesMarginBelowZero) notes.push("unsafe: margin below 0");
  if (hitInventoryLimit) notes.push("dealer is full");
  return notes.join("; ");
}
