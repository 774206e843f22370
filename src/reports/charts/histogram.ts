/**
 * How often the values of a share fall into each tenth.
 *
 * @module
 */
import { at, plot, svg } from "./axis.ts";

const BINS = 10;

/** Counts of values from 0 to 1 in ten bins; 1 belongs to the last. */
export function histogram(values: readonly number[], title: string, xName: string): string {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(value * BINS + 1e-9)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const height = 250;
  const area = plot(height, { max: Math.max(...counts), xName, yName: "runs", counts: true });
  const slot = (area.right - area.left) / BINS;
  let bars = "";
  counts.forEach((count, i) => {
    const x = area.left + i * slot;
    const y = area.y(count);
    bars += `<g><title>${i / BINS} to ${(i + 1) / BINS}: ${count} runs</title><rect x="${at(x + 1)}" y="${at(y)}" ` +
      `width="${at(slot - 2)}" height="${at(area.bottom - y)}" fill="var(--blue)"/>`;
    if (count > 0) bars += `<text class="m t" x="${at(x + slot / 2)}" y="${at(y - 4)}">${count}</text>`;
    bars += "</g>";
  });
  for (let i = 0; i <= BINS; i += 2) {
    bars += `<text class="t m" x="${at(area.left + i * slot)}" y="${area.bottom + 16}">${i / BINS}</text>`;
  }
  return svg(height, title, `Bars: number of runs in each tenth of ${xName}`, area.frame + bars);
}
