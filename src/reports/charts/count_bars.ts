/**
 * Counts as bars with a name below each.
 *
 * @module
 */
import { escaped, shown } from "../html.ts";
import { at, plot, svg } from "./axis.ts";

/** A bar. */
export interface CountBar {
  readonly label: string;
  readonly count: number;
  /** A CSS colour. */
  readonly colour: string;
}

/** Bars side by side. */
export function countBars(bars: readonly CountBar[], title: string, xName: string, yName: string): string {
  const height = 250;
  const max = bars.reduce((most, { count }) => Math.max(most, count), 0);
  const area = plot(height, { max, xName, yName, counts: true });
  const slot = (area.right - area.left) / bars.length;
  let text = "";
  bars.forEach(({ label, count, colour }, i) => {
    const [left, middle, top] = [area.left + i * slot, area.left + (i + 0.5) * slot, area.y(count)];
    text += `<g><title>${escaped(label)}: ${shown(count)}</title><rect x="${at(left + 2)}" y="${at(top)}" ` +
      `width="${at(slot - 4)}" height="${at(area.bottom - top)}" fill="${colour}"/></g>` +
      `<text class="t m" x="${at(middle)}" y="${area.bottom + 16}">${escaped(label)}</text>`;
    if (count > 0) text += `<text class="m t" x="${at(middle)}" y="${at(top - 4)}">${shown(count)}</text>`;
  });
  return svg(
    height,
    title,
    `Bars: ${bars.map(({ label, count }) => `${label} ${count}`).join(", ")}`,
    area.frame + text,
  );
}
