/**
 * The quotes of one bucket: what the dealer bids and asks within the outside market's bid and ask, and every trade at
 * its price.
 *
 * @module
 */
import { escaped, numberOf, shortened, shown } from "../html.ts";
import type { MarketDay, MarketTrade } from "../market_input.ts";
import { at, plot, svg } from "./axis.ts";
import {
  type BucketCourse,
  type Corner,
  cornerPath,
  courseOf,
  type DayScale,
  dayScale,
  type Moment,
  type Step,
  stepCorners,
  tradeMoments,
} from "./market_days.ts";

/** The colours of {@linkcode marketQuotes}. */
export const QUOTES_KEY: readonly (readonly [string, string])[] = [
  ["var(--blue)", "dealer, bid to ask"],
  ["var(--mute)", "outside market, bid to ask"],
  ["var(--red)", "a trader sells (points down)"],
  ["var(--green)", "a trader buys (points up)"],
];

/** Trades up to which each has a mark of its own, with its story. */
const NAMED_TRADES = 300;
const HEIGHT = 270;

/** Draws a bucket that has days. */
export function marketQuotes(bucket: BucketCourse): string {
  const { days, trades, name } = bucket;
  const moments = tradeMoments(trades);
  const lines = linesOf(days, moments);
  const prices = trades.map(({ unitPrice }) => numberOf(unitPrice));
  const [min, max] = rangeOf([...lines.map((steps) => steps.map(({ value }) => value)), prices]);
  const area = plot(HEIGHT, { min, max, xName: "day", yName: "price, fraction of face" });
  const last = days[days.length - 1]?.day ?? 0;
  const scale = dayScale(area, days[0]?.day ?? 0, last);
  const [bid = [], ask = [], outsideBid = [], outsideAsk = []] = lines.map((steps) =>
    stepCorners(steps, last + 1, scale, area.y)
  );
  const outside = band(outsideBid, outsideAsk, "var(--mute)", "Outside market");
  const dealer = band(bid, ask, "var(--blue)", "Dealer");
  const marks = trades.length <= NAMED_TRADES
    ? namedMarks(moments, prices, scale, area.y)
    : manyMarks(moments, prices, scale, area.y);
  return svg(
    HEIGHT,
    `Quotes and trades of bucket ${name}`,
    `Bid and ask of the dealer and of the outside market over ${days.length} days, ${trades.length} trades`,
    area.frame + scale.frame + outside + dealer + marks,
  );
}

/** Bid and ask of the dealer, bid and ask of the outside market. */
function linesOf(days: readonly MarketDay[], moments: readonly Moment<MarketTrade>[]): readonly Step[][] {
  return [
    courseOf(days, moments, ({ bid }) => numberOf(bid), ({ after }) => numberOf(after.bid)),
    courseOf(days, moments, ({ ask }) => numberOf(ask), ({ after }) => numberOf(after.ask)),
    days.map(({ day, outsideBid }) => ({ time: day, value: numberOf(outsideBid) })),
    days.map(({ day, outsideAsk }) => ({ time: day, value: numberOf(outsideAsk) })),
  ];
}

function rangeOf(lists: readonly (readonly number[])[]): readonly [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of list) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? [min, max] : [0, 1];
}

/** Two lines and what lies between them. */
function band(bid: readonly Corner[], ask: readonly Corner[], colour: string, name: string): string {
  return `<g stroke="${colour}"><title>${name}, bid and ask</title>` +
    `<path d="${cornerPath([...bid, ...ask.toReversed()])}z" fill="${colour}" fill-opacity=".2" stroke="none"/>` +
    `<path d="${cornerPath(bid)}${cornerPath(ask)}" fill="none" stroke-width="1.6"/></g>`;
}

const COLOURS = { SELL: "var(--red)", BUY: "var(--green)" } as const;
/** Triangles around a point, the point of a sale down. */
const SHAPES = { SELL: "m-4.5 -4h9l-4.5 8z", BUY: "m-4.5 4h9l-4.5 -8z" } as const;

function namedMarks(
  moments: readonly Moment<MarketTrade>[],
  prices: readonly number[],
  { x }: DayScale,
  y: (value: number) => number,
): string {
  let text = "";
  moments.forEach(({ time, of: trade }, i) => {
    const { side, passthrough } = trade;
    const colour = COLOURS[side];
    text += `<path d="M${at(x(time))} ${at(y(prices[i] ?? 0))}${SHAPES[side]}" ` +
      `fill="${passthrough ? "var(--card)" : colour}" stroke="${colour}"><title>${
        escaped(storyOf(trade))
      }</title></path>`;
  });
  return text;
}

/** What a trade was, in a sentence. */
function storyOf({ day, side, trader, issuer, face, dueDay, unitPrice, passthrough }: MarketTrade): string {
  const what = `${shown(face)} owed by ${issuer}, due day ${dueDay}, at ${shortened(numberOf(unitPrice), 4)}`;
  const maker = passthrough ? "the outside market" : "the dealer";
  return side === "SELL"
    ? `day ${day}: ${trader} sells ${what} to ${maker}`
    : `day ${day}: ${trader} buys ${what} from ${maker}`;
}

/** One path for all marks that look alike, each spot once. */
function manyMarks(
  moments: readonly Moment<MarketTrade>[],
  prices: readonly number[],
  { x }: DayScale,
  y: (value: number) => number,
): string {
  const spots = new Map<string, Set<string>>();
  moments.forEach(({ time, of: { side, passthrough } }, i) => {
    const colour = COLOURS[side];
    const look = `fill="${passthrough ? "var(--card)" : colour}" stroke="${colour}"`;
    let places = spots.get(look);
    if (places === undefined) spots.set(look, places = new Set());
    places.add(`M${Math.round(x(time))} ${Math.round(y(prices[i] ?? 0))}${SHAPES[side]}`);
  });
  let text = "";
  for (const [look, places] of spots) text += `<path d="${[...places].join("")}" ${look} opacity=".7"/>`;
  return text;
}
