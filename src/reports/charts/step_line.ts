/**
 * A line over numbered steps: the operational liquidity of a day after each settlement.
 *
 * @module
 */
import { at, labelStep, plot, svg } from "./axis.ts";

/** Most corners of a line: more would not be seen. */
const CORNERS = 480;

/** A line of values over the steps 1, 2, 3, ... */
export function stepLine(values: readonly number[], title: string, yName: string): string {
  const height = 190;
  const area = plot(height, {
    max: values.reduce((most, value) => Math.max(most, value), 0),
    xName: "settlement step",
    yName,
  });
  const slot = (area.right - area.left) / values.length;
  const stride = Math.max(1, Math.ceil(values.length / CORNERS));
  let path = "";
  let dots = "";
  for (let i = 0; i < values.length; i += stride) {
    let value = values[i] ?? 0;
    for (let j = i + 1; j < Math.min(values.length, i + stride); j++) value = Math.max(value, values[j] ?? 0);
    const [x, y] = [at(area.left + slot * (i + 0.5)), at(area.y(value))];
    path += `${path === "" ? "M" : "L"}${x} ${y}`;
    if (values.length <= 40) dots += `<circle cx="${x}" cy="${y}" r="3" fill="var(--blue)"/>`;
  }
  const step = labelStep(values.length, 12);
  for (let i = 0; i < values.length; i += step) {
    dots += `<text class="t m" x="${at(area.left + slot * (i + 0.5))}" y="${area.bottom + 16}">${i + 1}</text>`;
  }
  const line = `<path d="${path}" fill="none" stroke="var(--blue)" stroke-width="2"/>`;
  return svg(height, title, `Line over ${values.length} settlement steps`, area.frame + line + dots);
}
