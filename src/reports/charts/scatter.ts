/**
 * Runs as points, for samples that do not lie on a grid.
 *
 * @module
 */
import { escaped, shortened } from "../html.ts";
import { at, plot, svg, ticks, tickText } from "./axis.ts";

/** A run as a point. */
export interface ScatterPoint {
  readonly x: number;
  /** From 0 to 1. */
  readonly y: number;
  /** What the point is, shown when pointed at. */
  readonly label: string;
}

/** Points over a number on the horizontal axis. */
export function scatter(points: readonly ScatterPoint[], title: string, xName: string, yName: string): string {
  const height = 250;
  const area = plot(height, { max: 1, xName, yName });
  const steps = ticks(0, points.reduce((most, { x }) => Math.max(most, x), 0), 6);
  const high = steps[steps.length - 1] ?? 1;
  const place = (x: number) => at(area.left + 6 + x / high * (area.right - area.left - 12));
  let marks = "";
  for (const value of steps) {
    marks += `<text class="t m" x="${place(value)}" y="${area.bottom + 16}">${tickText(value)}</text>`;
  }
  marks += '<g fill="var(--blue)" fill-opacity=".65">';
  for (const { x, y, label } of points) {
    marks += `<circle cx="${place(x)}" cy="${at(area.y(y))}" r="4">` +
      `<title>${escaped(label)}: ${shortened(y, 4)}</title></circle>`;
  }
  marks += "</g>";
  return svg(height, title, `${points.length} points`, area.frame + marks);
}
