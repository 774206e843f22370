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

/** A bar for each day with dues. */
export function dayBars(days: readonly DayDues[]): string {
  const height = 250;
  const area = plot(height, {
    max: days.reduce((most, day) => Math.max(most, day.due), 0),
    xName: "due day",
    yName: "amount due (money units)",
  });
  const slot = (area.right - area.left) / days.length;
  const width = Math.min(44, slot * 0.72);
  const step = labelStep(days.length, 16);
  let bars = "";
  days.forEach((day, i) => {
    const middle = area.left + slot * (i + 0.5);
    let base = 0;
    let group = `<g><title>day ${day.day}: due ${shown(day.due)}`;
    for (const [part, , meaning] of PARTS) if (day[part] > 0) group += `, ${shown(day[part])} ${meaning}`;
    group += "</title>";
    for (const [part, colour] of PARTS) {
      if (day[part] <= 0) continue;
      const top = area.y(base + day[part]);
      group += `<rect x="${at(middle - width / 2)}" y="${at(top)}" width="${at(width)}" ` +
        `height="${at(area.y(base) - top)}" fill="${colour}"/>`;
      base += day[part];
    }
    bars += `${group}</g>`;
    if (i % step === 0) bars += `<text class="t m" x="${at(middle)}" y="${area.bottom + 16}">${day.day}</text>`;
  });
  return svg(height, "Dues by day", "Stacked bars: what became of the amounts due on each day", area.frame + bars);
}
