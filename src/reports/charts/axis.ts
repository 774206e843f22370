/**
 * Scales, axes and the frame of a chart. A chart is an SVG text 480 units wide whose colours and type come from the
 * page's style sheet, so that it follows light and dark.
 *
 * @module
 */
import { escaped, grouped, shortened } from "../html.ts";

/** Width of every chart in its own units. */
export const WIDTH = 480;

/** A number for SVG: one decimal at most. Put together from small integers, whose texts the runtime keeps ready. */
export function at(value: number): string {
  const tenths = Math.round(Math.abs(value) * 10);
  const part = tenths % 10;
  const whole = (tenths - part) / 10;
  const sign = value < 0 && tenths > 0 ? "-" : "";
  return part === 0 ? `${sign}${whole}` : `${sign}${whole}.${part}`;
}

/** Round steps from zero or below to at least `max`: about `count` of them, at least `smallest` apart. */
export function ticks(min: number, max: number, count = 5, smallest = 0): number[] {
  const span = max > min ? max - min : 1;
  const rough = Math.max(span / count, smallest);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  const step = (factor > 5 ? 10 : factor > 2 ? 5 : factor > 1 ? 2 : 1) * power;
  const first = Math.floor(min / step + 1e-9);
  const last = Math.ceil(max / step - 1e-9);
  const values: number[] = [];
  for (let i = first; i <= Math.max(last, first + 1); i++) values.push(i * step);
  return values;
}

/** Text of a tick: `1,500`, `2.5M`, `0.25`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(1);
  if (size >= 1e9) return `${shortened(value / 1e9, 2)}G`;
  if (size >= 1e6) return `${shortened(value / 1e6, 2)}M`;
  if (size > 0 && size < 1e-4) return value.toExponential(1);
  return grouped(shortened(value, 4));
}

/** Every n-th of a list of places, so that at most `most` labels stand beside each other. */
export function labelStep(count: number, most: number): number {
  return Math.max(1, Math.ceil(count / most));
}

/** The SVG element around a chart, with what it shows for people who do not see it. */
export function svg(height: number, title: string, description: string, content: string, width = WIDTH): string {
  return `<svg viewBox="0 0 ${width} ${at(height)}" role="img"><title>${escaped(title)}</title>` +
    `<desc>${escaped(description)}</desc>${content}</svg>`;
}

/** The plot inside a chart: its edges and its scales. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Place of a value on the vertical axis. */
  y(value: number): number;
  /** Grid lines, numbers and names of both axes. */
  readonly frame: string;
}

/**
 * What a plot measures: the largest value and one below zero where there is one, the names of its axes, and `counts` for
 * an axis of whole numbers.
 */
export interface PlotScale {
  readonly max: number;
  readonly min?: number;
  readonly xName: string;
  readonly yName: string;
  readonly counts?: boolean;
}

/** A plot with a vertical axis from zero or below; the caller draws what stands under it. */
export function plot(height: number, { max, min = 0, xName, yName, counts }: PlotScale): Plot {
  const steps = ticks(min, max, 5, counts === true ? 1 : 0);
  const low = steps[0] ?? 0;
  const high = steps[steps.length - 1] ?? 1;
  const texts = steps.map(tickText);
  const left = 14 + 7 * Math.max(...texts.map((text) => text.length));
  const [right, top, bottom] = [WIDTH - 10, 24, height - 40];
  const y = (value: number) => bottom - (value - low) / (high - low) * (bottom - top);
  let frame = `<text class="t" x="2" y="12">${escaped(yName)}</text>` +
    `<text class="t m" x="${at((left + right) / 2)}" y="${height - 6}">${escaped(xName)}</text>`;
  let lines = "";
  steps.forEach((value, i) => {
    lines += `M${left} ${at(y(value))}H${right}`;
    frame += `<text class="t e" x="${left - 6}" y="${at(y(value) + 4)}">${texts[i]}</text>`;
  });
  return { left, right, top, bottom, y, frame: `<path class="g" d="${lines}"/>${frame}` };
}
