/**
 * How relief ratios are distributed, with their mean and its interval.
 *
 * @module
 */
import type { Estimate } from "../../experiments/paired_statistics.ts";
import { escaped, shortened } from "../html.ts";
import { at, plot, svg } from "./axis.ts";

/** Width of a bin. */
const STEP = 0.1;
/** What lies below belongs to the lowest bin: a ratio has no lower bound. */
const LOWEST = -10;

interface Bin {
  helped: number;
  unchanged: number;
  hurt: number;
}

/** The colours of {@linkcode reliefHistogram}. */
export const RELIEF_KEY: readonly (readonly [string, string])[] = [
  ["var(--blue)", "helped"],
  ["var(--mute)", "unchanged"],
  ["var(--red)", "hurt"],
  ["var(--ink)", "mean with its interval"],
];

/** Counts of relief ratios in steps of a tenth from the smallest, at least -1, to 1. */
export function reliefHistogram(ratios: readonly number[], estimate: Estimate): string {
  const places = ratios.map((ratio) => Math.max(LOWEST, Math.min(9, Math.floor(ratio / STEP + 1e-9))));
  const first = Math.min(0, ...new Set(places));
  const bins = Array.from({ length: 10 - first }, (): Bin => ({ helped: 0, unchanged: 0, hurt: 0 }));
  places.forEach((place, i) => {
    const bin = bins[place - first];
    const ratio = ratios[i] ?? 0;
    if (bin !== undefined) bin[ratio > 0 ? "helped" : ratio < 0 ? "hurt" : "unchanged"]++;
  });
  const height = 270;
  const largest = Math.max(...bins.map(total));
  const area = plot(height, { max: largest * 1.12, xName: "relief ratio", yName: "pairs", counts: true });
  const slot = (area.right - area.left) / bins.length;
  const x = (ratio: number) => area.left + (Math.max(ratio, first * STEP) / STEP - first) * slot;
  let marks = "";
  bins.forEach((bin, i) => {
    const [low, high] = [shortened((first + i) * STEP, 1), shortened((first + i + 1) * STEP, 1)];
    const from = first + i === LOWEST ? "below" : `${low} to`;
    marks += `<g><title>${escaped(`${from} ${high}: ${total(bin)} pairs`)}</title>${
      bar(bin, area.left + i * slot, slot, area)
    }</g>`;
  });
  const stride = bins.length > 12 ? 5 : 2;
  for (let i = first; i <= 10; i++) {
    if (i % stride !== 0) continue;
    marks += `<text class="t m" x="${at(x(i * STEP))}" y="${area.bottom + 16}">${
      escaped(shortened(i * STEP, 1).replace("-", "\u2212"))
    }</text>`;
  }
  return svg(
    height,
    "Distribution of the relief ratio",
    "Bars: number of pairs in each tenth of the relief ratio; a line at the mean",
    area.frame + marks + meanMark(estimate, x, area.top, area.bottom),
  );
}

function total({ helped, unchanged, hurt }: Bin): number {
  return helped + unchanged + hurt;
}

function bar(bin: Bin, left: number, slot: number, area: ReturnType<typeof plot>): string {
  let text = "";
  let below = 0;
  for (const [count, colour] of [[bin.unchanged, "mute"], [bin.helped, "blue"], [bin.hurt, "red"]] as const) {
    if (count === 0) continue;
    const y = area.y(below + count);
    text += `<rect x="${at(left + 1)}" y="${at(y)}" width="${at(slot - 2)}" height="${at(area.y(below) - y)}" ` +
      `fill="var(--${colour})"/>`;
    below += count;
  }
  if (below === 0) return text;
  return `${text}<text class="m t" x="${at(left + slot / 2)}" y="${at(area.y(below) - 4)}">${below}</text>`;
}

function meanMark({ mean, interval }: Estimate, x: (ratio: number) => number, top: number, bottom: number): string {
  const note = interval === null
    ? ""
    : `, 95% interval ${shortened(interval.low, 3)} to ${shortened(interval.high, 3)}`;
  let text = `<g><title>${escaped(`mean ${shortened(mean, 3)}${note}`)}</title>`;
  if (interval !== null) {
    const [low, high] = [x(interval.low), x(interval.high)];
    text += `<rect x="${at(low)}" y="${top}" width="${at(Math.max(1, high - low))}" height="${at(bottom - top)}" ` +
      'fill="var(--ink)" opacity=".13"/>';
  }
  return `${text}<path d="M${at(x(mean))} ${top}V${bottom}" stroke="var(--ink)" stroke-width="2"/></g>`;
}
