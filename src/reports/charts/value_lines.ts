/**
 * Lines over numbers, each at its distance: a time series, a share over a parameter.
 *
 * @module
 */
import { escaped, shown } from "../html.ts";
import { at, plot, svg, ticks, tickText } from "./axis.ts";

/** A line; a place without a value is left out, and the line goes on behind it. */
export interface ValueLine {
  readonly name: string;
  /** One for each place of the axis. */
  readonly values: readonly (number | null)[];
  /** A CSS colour. */
  readonly colour: string;
  readonly dashed?: boolean;
}

/** What stands around the lines. */
export interface ValueLinesShape {
  readonly title: string;
  /** The places on the horizontal axis, rising. */
  readonly places: readonly number[];
  readonly xName: string;
  readonly yName: string;
}

/** Up to so many places every value is a point that tells its number. */
const POINTED = 60;

/** Most stretches of a line: more would not be seen. */
const STRETCHES = 240;

/** The places that are drawn: all of a short line, of a long one the smallest and largest value of each stretch. */
function corners(values: readonly (number | null)[], count: number): number[] {
  const stride = Math.max(1, Math.ceil(count / STRETCHES));
  const drawn: number[] = [];
  for (let start = 0; start < count; start += stride) {
    const here = Array.from({ length: Math.min(stride, count - start) }, (_, i) => start + i)
      .filter((i) => (values[i] ?? null) !== null);
    if (stride === 1) drawn.push(...here);
    else if (here.length > 0) {
      const by = (better: (a: number, b: number) => boolean) =>
        here.reduce((best, i) => better(values[i] ?? 0, values[best] ?? 0) ? i : best);
      drawn.push(...new Set([by((a, b) => a < b), by((a, b) => a > b)].sort((a, b) => a - b)));
    }
  }
  return drawn;
}

/** Draws lines over common places. */
export function valueLines(lines: readonly ValueLine[], { title, places, xName, yName }: ValueLinesShape): string {
  let [min, max] = [0, 0];
  for (const { values } of lines) {
    for (const value of values) [min, max] = [Math.min(min, value ?? 0), Math.max(max, value ?? 0)];
  }
  const height = 250;
  const area = plot(height, { min, max, xName, yName });
  const [first, last] = [places[0] ?? 0, places[places.length - 1] ?? 1];
  const steps = ticks(first, last).filter((value) => value >= first && value <= last);
  const width = last > first ? last - first : 1;
  const x = (place: number) => area.left + (place - first) / width * (area.right - area.left - 8);
  let drawn = "";
  for (const { name, values, colour, dashed } of lines) {
    let path = "";
    let points = "";
    for (const i of corners(values, places.length)) {
      const [value, place] = [values[i] ?? 0, places[i] ?? 0];
      path += `${path === "" ? "M" : "L"}${at(x(place))} ${at(area.y(value))}`;
      if (places.length > POINTED) continue;
      points += `<circle cx="${at(x(place))}" cy="${at(area.y(value))}" r="2.5" fill="${colour}"><title>${
        escaped(`${name}, ${xName} ${shown(place)}: ${shown(value)}`)
      }</title></circle>`;
    }
    const dashes = dashed === true ? ' stroke-dasharray="5 3"' : "";
    drawn += `<g><title>${escaped(name)}</title><path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8"` +
      `${dashes}/>${points}</g>`;
  }
  let labels = "";
  for (const step of steps) {
    labels += `<text class="t m" x="${at(x(step))}" y="${area.bottom + 16}">${tickText(step)}</text>`;
  }
  return svg(height, title, `${lines.length} lines over ${places.length} places`, area.frame + labels + drawn);
}
