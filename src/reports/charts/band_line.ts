/**
 * A line of means with the band from the smallest to the largest value, over the values of a parameter.
 *
 * @module
 */
import { escaped, shortened } from "../html.ts";
import { at, labelStep, plot, svg } from "./axis.ts";

/** The values at one place of the axis. */
export interface BandPoint {
  readonly label: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** Means from 0 to 1 as a line, extremes as a band. The places stand at even distances. */
export function bandLine(points: readonly BandPoint[], title: string, xName: string, yName: string): string {
  const height = 250;
  const area = plot(height, { max: 1, xName, yName });
  const slot = (area.right - area.left) / points.length;
  const x = (i: number) => at(area.left + slot * (i + 0.5));
  let upper = "";
  let lower = "";
  let line = "";
  let marks = "";
  const step = labelStep(points.length, 12);
  points.forEach((point, i) => {
    upper += `${i === 0 ? "M" : "L"}${x(i)} ${at(area.y(point.max))}`;
    lower = `L${x(i)} ${at(area.y(point.min))}${lower}`;
    line += `${i === 0 ? "M" : "L"}${x(i)} ${at(area.y(point.mean))}`;
    marks += `<g><title>${escaped(xName)} ${escaped(point.label)}: mean ${shortened(point.mean, 4)}, ` +
      `${shortened(point.min, 4)} to ${shortened(point.max, 4)} (${point.count} runs)</title>` +
      `<path d="M${x(i)} ${at(area.y(point.min))}V${at(area.y(point.max))}" stroke="var(--sky)" stroke-width="2"/>` +
      `<circle cx="${x(i)}" cy="${at(area.y(point.mean))}" r="4.5" fill="var(--blue)"/></g>`;
    if (i % step === 0) {
      marks += `<text class="t m" x="${x(i)}" y="${area.bottom + 16}">${escaped(point.label)}</text>`;
    }
  });
  const band = `<path d="${upper}${lower}z" fill="var(--sky)" opacity=".3"/>`;
  const mean = `<path d="${line}" fill="none" stroke="var(--blue)" stroke-width="2.5"/>`;
  return svg(
    height,
    title,
    "Line of means with a band from the smallest to the largest value",
    area.frame + band + mean + marks,
  );
}
