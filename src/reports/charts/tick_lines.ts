/**
 * Lines over the ticks of a run, with the days marked.
 *
 * @module
 */
import { escaped, rounded } from "../html.ts";
import { at, labelStep, plot, svg } from "./axis.ts";

/** A line. */
export interface TickLine {
  readonly name: string;
  /** One value for each tick, from the first. */
  readonly values: ArrayLike<number>;
  /** A CSS colour. */
  readonly colour: string;
  readonly dashed?: boolean;
}

/** What stands around the lines. */
export interface TickLinesShape {
  readonly title: string;
  readonly yName: string;
  readonly ticksPerDay: number;
  /** Whole numbers on the vertical axis. */
  readonly counts?: boolean;
}

/** Most places of a line: more would not be seen. */
const PLACES = 240;
const DAY_LABELS = 10;

/** Draws lines of equal length; where ticks share a place, their smallest and largest value are both drawn. */
export function tickLines(lines: readonly TickLine[], shape: TickLinesShape): string {
  const count = lines.reduce((most, { values }) => Math.max(most, values.length), 0);
  let [min, max] = [0, 0];
  for (const { values } of lines) {
    for (let i = 0; i < values.length; i++) {
      min = Math.min(min, values[i] ?? 0);
      max = Math.max(max, values[i] ?? 0);
    }
  }
  const days = Math.ceil(count / shape.ticksPerDay);
  const height = 250;
  const counts = shape.counts === true ? { counts: true } : {};
  const area = plot(height, { min, max, xName: days > 1 ? "day" : "tick", yName: shape.yName, ...counts });
  const x = (tick: number) => area.left + (tick + 0.5) / Math.max(count, 1) * (area.right - area.left);
  let paths = "";
  for (const line of lines) {
    const last = line.values[line.values.length - 1];
    const end = last === undefined ? "" : `: ${rounded(last)} at the end`;
    const dashes = line.dashed === true ? ' stroke-dasharray="5 3"' : "";
    paths += `<g><title>${escaped(line.name)}${end}</title><path d="${path(line.values, x, area.y)}" fill="none" ` +
      `stroke="${line.colour}" stroke-width="1.8"${dashes}/></g>`;
  }
  const marks = days > 1 ? dayMarks(days, shape.ticksPerDay, x, area) : tickMarks(count, x, area.bottom);
  return svg(height, shape.title, `${lines.length} lines over ${count} ticks`, area.frame + marks + paths);
}

function path(values: ArrayLike<number>, x: (tick: number) => number, y: (value: number) => number): string {
  const stride = Math.max(1, Math.ceil(values.length / PLACES));
  let text = "";
  const corner = (tick: number, value: number) => {
    text += `${text === "" ? "M" : "L"}${at(x(tick))} ${at(y(value))}`;
  };
  for (let first = 0; first < values.length; first += stride) {
    let [low, high] = [first, first];
    for (let tick = first; tick < Math.min(first + stride, values.length); tick++) {
      if ((values[tick] ?? 0) < (values[low] ?? 0)) low = tick;
      if ((values[tick] ?? 0) > (values[high] ?? 0)) high = tick;
    }
    const [early, late] = low < high ? [low, high] : [high, low];
    corner(early, values[early] ?? 0);
    if (late !== early) corner(late, values[late] ?? 0);
  }
  return text;
}

function dayMarks(
  days: number,
  ticksPerDay: number,
  x: (tick: number) => number,
  area: { readonly top: number; readonly bottom: number },
): string {
  const step = labelStep(days, DAY_LABELS);
  let lines = "";
  let labels = "";
  for (let day = 0; day < days; day += step) {
    const start = x(day * ticksPerDay - 0.5);
    if (day > 0) lines += `M${at(start)} ${area.top}V${area.bottom}`;
    labels += `<text class="t" x="${at(start + 2)}" y="${area.bottom + 16}">${day}</text>`;
  }
  return `<path class="g" d="${lines}" stroke-dasharray="2 3"/>${labels}`;
}

function tickMarks(count: number, x: (tick: number) => number, bottom: number): string {
  const step = labelStep(count, DAY_LABELS);
  let labels = "";
  for (let tick = 0; tick < count; tick += step) {
    labels += `<text class="t m" x="${at(x(tick))}" y="${bottom + 16}">${tick}</text>`;
  }
  return labels;
}
