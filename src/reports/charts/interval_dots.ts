/**
 * Means with their intervals over the values of a parameter, around a line at zero.
 *
 * @module
 */
import type { Interval } from "../../experiments/paired_statistics.ts";
import { escaped } from "../html.ts";
import { at, labelStep, plot, svg } from "./axis.ts";

/** The mean at one value of the parameter. */
export interface IntervalDot {
  readonly label: string;
  readonly mean: number;
  readonly interval: Interval | null;
  /** What is said when the mark is pointed at. */
  readonly note: string;
}

/** The range that charts beside each other share. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A dot and a bar for each value; the values stand at even distances. */
export function intervalDots(dots: readonly IntervalDot[], range: Range, xName: string, yName: string): string {
  const height = 220;
  const area = plot(height, { ...range, xName, yName });
  const slot = (area.right - area.left) / dots.length;
  const stride = labelStep(dots.length, 12);
  let marks = `<path d="M${area.left} ${at(area.y(0))}H${area.right}" stroke="var(--soft)" stroke-width="1.5"/>`;
  dots.forEach(({ label, mean, interval, note }, i) => {
    const x = at(area.left + (i + 0.5) * slot);
    const colour = `var(--${mean > 0 ? "blue" : mean < 0 ? "red" : "soft"})`;
    marks += `<g><title>${escaped(`${xName} ${label}: ${note}`)}</title>`;
    if (interval !== null) {
      const [low, high] = [at(area.y(interval.low)), at(area.y(interval.high))];
      const cap = Math.min(7, slot / 4);
      marks +=
        `<path d="M${x} ${low}V${high}m-${at(cap)} 0h${at(cap * 2)}M${at(Number(x) - cap)} ${low}h${at(cap * 2)}" ` +
        `stroke="${colour}" stroke-width="2" fill="none"/>`;
    }
    marks += `<circle cx="${x}" cy="${at(area.y(mean))}" r="5" fill="${colour}"/></g>`;
    if (i % stride === 0) marks += `<text class="t m" x="${x}" y="${area.bottom + 16}">${escaped(label)}</text>`;
  });
  return svg(height, `${yName} by ${xName}`, "Means with bars for their confidence intervals", area.frame + marks);
}
