/**
 * Dues by day as stacked bars: settled, partly paid, lost, still open.
 *
 * @module
 */
import { shown } from "../html.ts";
import type { DayDues } from "../run_story.ts";
import { at, labelStep, plot, svg } from "./axis.ts";

const PARTS = [
  ["settled", "var(--blue)", "settled in full"],
  ["partly", "var(--sky)", "paid in part before a default"],
  ["lost", "var(--red)", "lost by a default"],
  ["open", "var(--mute)", "not settled when the run ended"],
] as const;

/** The colours of {@linkcode dayBars}. */
export const DAY_BARS_KEY: readonly (readonly [string, string])[] = PARTS.map((
  [, colour, meaning],
) => [colour, meaning]);

/** Bars beside each other at most: more would be too thin to point at. */
const BARS = 120;

/** Dues of several days in a row. */
interface Bar extends DayDues {
  readonly lastDay: number;
}

/** Days that share a bar, so that there are few bars: a round number, 1 where each day has its own. */
export function daysPerBar(days: readonly DayDues[]): number {
  if (days.length <= BARS) return 1;
  const span = (days[days.length - 1]?.day ?? 0) - (days[0]?.day ?? 0) + 1;
  let size = 2;
  while (span > size * BARS) size *= size.toString().startsWith("2") ? 2.5 : 2;
  return size;
}

function barsOf(days: readonly DayDues[], size: number): Bar[] {
  if (size === 1) return days.map((day) => ({ ...day, lastDay: day.day }));
  return [...Map.groupBy(days, ({ day }) => Math.floor(day / size))].map(([place, group]) => {
    const sum = (part: "due" | (typeof PARTS)[number][0]) => group.reduce((total, day) => total + day[part], 0);
    return {
      day: place * size,
      lastDay: place * size + size - 1,
      due: sum("due"),
      settled: sum("settled"),
      partly: sum("partly"),
      lost: sum("lost"),
      open: sum("open"),
    };
  });
}

/** A bar for each day with dues; with very many of them, for several days in a row ({@linkcode daysPerBar}). */
export function dayBars(days: readonly DayDues[]): string {
  const height = 250;
  const bars = barsOf(days, daysPerBar(days));
  const area = plot(height, {
    max: bars.reduce((most, bar) => Math.max(most, bar.due), 0),
    xName: "due day",
    yName: "amount due (money units)",
  });
  const slot = (area.right - area.left) / bars.length;
  const step = labelStep(bars.length, (bars[bars.length - 1]?.day ?? 0) < 1000 ? 16 : 10);
  let text = "";
  bars.forEach((bar, i) => {
    const middle = area.left + slot * (i + 0.5);
    text += drawing(bar, middle, Math.min(44, slot * 0.72), area.y);
    if (i % step === 0) text += `<text class="t m" x="${at(middle)}" y="${area.bottom + 16}">${bar.day}</text>`;
  });
  return svg(height, "Dues by day", "Stacked bars: what became of the amounts due on each day", area.frame + text);
}

function drawing(bar: Bar, middle: number, width: number, y: (value: number) => number): string {
  const name = bar.lastDay === bar.day ? `day ${bar.day}` : `days ${bar.day} to ${bar.lastDay}`;
  let text = `<g><title>${name}: due ${shown(bar.due)}`;
  for (const [part, , meaning] of PARTS) if (bar[part] > 0) text += `, ${shown(bar[part])} ${meaning}`;
  text += "</title>";
  let base = 0;
  for (const [part, colour] of PARTS) {
    if (bar[part] <= 0) continue;
    const top = y(base + bar[part]);
    text += `<rect x="${at(middle - width / 2)}" y="${at(top)}" width="${at(width)}" ` +
      `height="${at(y(base) - top)}" fill="${colour}"/>`;
    base += bar[part];
  }
  return `${text}</g>`;
}
