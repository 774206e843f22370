/**
 * Sums of several parts, one horizontal bar for each name.
 *
 * @module
 */
import { escaped, rounded } from "../html.ts";
import { at, svg, ticks, tickText, WIDTH } from "./axis.ts";

/** A bar: its name, and its parts in the order of the colours. */
export interface PartBar {
  readonly name: string;
  readonly parts: readonly number[];
}

const ROW = 20;
const LONGEST_NAME = 14;
/** Width of a letter at most, nearly. */
const LETTER = 8.6;

/** Horizontal bars; `kinds` gives the colour and the meaning of each part. */
export function partBars(
  bars: readonly PartBar[],
  kinds: readonly (readonly [colour: string, meaning: string])[],
  title: string,
  xName: string,
): string {
  const sum = ({ parts }: PartBar) => parts.reduce((total, part) => total + part, 0);
  const steps = ticks(0, bars.reduce((most, bar) => Math.max(most, sum(bar)), 0));
  const high = steps[steps.length - 1] ?? 1;
  const names = bars.map(({ name }) => name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);
  const left = 16 + LETTER * names.reduce((most, name) => Math.max(most, name.length), 0);
  const [right, top] = [WIDTH - 22, 8];
  const bottom = top + bars.length * ROW;
  const x = (value: number) => left + value / high * (right - left);
  let lines = "";
  let content = `<text class="t m" x="${at((left + right) / 2)}" y="${bottom + 34}">${escaped(xName)}</text>`;
  for (const value of steps) {
    lines += `M${at(x(value))} ${top}V${bottom}`;
    content += `<text class="t m" x="${at(x(value))}" y="${bottom + 16}">${tickText(value)}</text>`;
  }
  bars.forEach((bar, i) => {
    const y = top + i * ROW;
    const shares = kinds.flatMap(([, meaning], part) =>
      (bar.parts[part] ?? 0) > 0 ? [`${meaning} ${rounded(bar.parts[part] ?? 0)}`] : []
    );
    content += `<g><title>${escaped([`${bar.name}: ${rounded(sum(bar))}`, ...shares].join(", "))}</title>` +
      `<text class="e" x="${at(left - 8)}" y="${at(y + ROW / 2 + 4)}">${escaped(names[i] ?? "")}</text>`;
    let base = 0;
    kinds.forEach(([colour], part) => {
      const value = bar.parts[part] ?? 0;
      if (value <= 0) return;
      content += `<rect x="${at(x(base))}" y="${at(y + 3)}" width="${at(x(base + value) - x(base))}" ` +
        `height="${ROW - 6}" fill="${colour}"/>`;
      base += value;
    });
    content += "</g>";
  });
  const what = `Bars of ${bars.length} banks by ${kinds.map(([, meaning]) => meaning).join(", ")}`;
  return svg(bottom + 42, title, what, `<path class="g" d="${lines}"/>${content}`);
}
