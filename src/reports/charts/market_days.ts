/**
 * What the charts of a dealer market share: days side by side, in each its trades in their order, and lines that keep
 * their height until something changes it.
 *
 * @module
 */
import type { MarketDay, MarketTrade } from "../market_input.ts";
import { at, labelStep, type Plot } from "./axis.ts";

/** A bucket with its days and its trades, both in order. */
export interface BucketCourse {
  readonly name: string;
  readonly days: readonly MarketDay[];
  readonly trades: readonly MarketTrade[];
}

/** A moment of a bucket: the morning of a day, or a trade. */
export interface Moment<T> {
  /** In days: the third of three trades of day 2 is at 2.75. */
  readonly time: number;
  readonly of: T;
}

/** The trades of a bucket, spread evenly over their days. */
export function tradeMoments(trades: readonly MarketTrade[]): Moment<MarketTrade>[] {
  const moments: Moment<MarketTrade>[] = [];
  let first = 0;
  while (first < trades.length) {
    const day = trades[first]?.day ?? 0;
    let end = first;
    while (trades[end]?.day === day) end++;
    for (let i = first; i < end; i++) {
      const trade = trades[i];
      if (trade !== undefined) moments.push({ time: day + (i - first + 1) / (end - first + 1), of: trade });
    }
    first = end;
  }
  return moments;
}

/** A value from a moment on. */
export interface Step {
  readonly time: number;
  readonly value: number;
}

/** A figure of a bucket from the first morning on: `morning` before the trades of a day, `after` each of them. */
export function courseOf(
  days: readonly MarketDay[],
  moments: readonly Moment<MarketTrade>[],
  morning: (day: MarketDay) => number,
  after: (trade: MarketTrade) => number,
): Step[] {
  const steps: Step[] = [];
  let next = 0;
  for (const day of days) {
    steps.push({ time: day.day, value: morning(day) });
    for (let moment = moments[next]; moment?.of.day === day.day; moment = moments[++next]) {
      steps.push({ time: moment.time, value: after(moment.of) });
    }
  }
  return steps;
}

/** Places of days in a plot. */
export interface DayScale {
  x(time: number): number;
  /** Lines between days and their numbers. */
  readonly frame: string;
}

const DAY_LABELS = 14;

/** Puts the days from the first to the last side by side. */
export function dayScale(area: Plot, first: number, last: number): DayScale {
  const slot = (area.right - area.left) / (last - first + 1);
  const x = (time: number) => area.left + (time - first) * slot;
  const step = labelStep(last - first + 1, DAY_LABELS);
  let lines = "";
  let labels = "";
  for (let day = first; day <= last; day += step) {
    if (day > first) lines += `M${at(x(day))} ${area.top}V${area.bottom}`;
    labels += `<text class="t m" x="${at(x(day + 0.5))}" y="${area.bottom + 16}">${day}</text>`;
  }
  return { x, frame: `<path class="g" d="${lines}" stroke-dasharray="2 3"/>${labels}` };
}

/** Steps closer than this to the one before would not be seen. */
const NEAREST = 0.8;

/** A corner of a line, in the chart's units. */
export type Corner = readonly [x: number, y: number];

/** The corners of a line of steps up to the time `end`; of several steps on one spot the first and the last count. */
export function stepCorners(
  steps: readonly Step[],
  end: number,
  { x }: DayScale,
  y: (value: number) => number,
): Corner[] {
  const corners: Corner[] = [];
  let drawn = NaN;
  let height = NaN;
  steps.forEach(({ time, value }, i) => {
    const place = x(time);
    const next = steps[i + 1];
    if (next !== undefined && x(next.time) - place < NEAREST && place - drawn < NEAREST) return;
    const level = y(value);
    if (level === height) return;
    if (corners.length > 0) corners.push([place, height]);
    corners.push([place, level]);
    drawn = place;
    height = level;
  });
  if (corners.length > 0) corners.push([x(end), height]);
  return corners;
}

/** The path along corners. */
export function cornerPath(corners: readonly Corner[]): string {
  let text = "";
  let [lastX, lastY] = ["", ""];
  for (const [x, y] of corners) {
    const [px, py] = [at(x), at(y)];
    text += text === "" ? `M${px} ${py}` : py === lastY ? `H${px}` : px === lastX ? `V${py}` : `L${px} ${py}`;
    [lastX, lastY] = [px, py];
  }
  return text;
}
