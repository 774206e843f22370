/**
 * Money of each agent before and after a run: two marks and the way between them.
 *
 * @module
 */
import { escaped, shown } from "../html.ts";
import { at, svg, ticks, tickText, WIDTH } from "./axis.ts";

/** Money of an agent at setup and at the end. */
export interface MoneyChange {
  readonly agent: string;
  readonly before: number;
  readonly after: number;
  readonly defaulted: boolean;
}

/** The colours of {@linkcode moneyChart}. */
export const MONEY_KEY: readonly (readonly [string, string])[] = [
  ["var(--mute)", "at setup (ring)"],
  ["var(--blue)", "at the end (dot)"],
  ["var(--red)", "at the end, agent in default"],
];

const ROW = 21;

/** A line for each agent. */
export function moneyChart(changes: readonly MoneyChange[]): string {
  const names = changes.map(({ agent }) => agent.length > 14 ? `${agent.slice(0, 13)}…` : agent);
  const steps = ticks(0, Math.max(...changes.map(({ before, after }) => Math.max(before, after)), 0));
  const high = steps[steps.length - 1] ?? 1;
  const left = 16 + 7.4 * Math.max(...names.map((name) => name.length));
  const [right, top] = [WIDTH - 22, 8];
  const bottom = top + changes.length * ROW;
  const x = (value: number) => left + value / high * (right - left);
  let lines = "";
  let content = `<text class="t m" x="${at((left + right) / 2)}" y="${bottom + 34}">money units</text>`;
  for (const value of steps) {
    lines += `M${at(x(value))} ${top}V${bottom}`;
    content += `<text class="t m" x="${at(x(value))}" y="${bottom + 16}">${tickText(value)}</text>`;
  }
  changes.forEach(({ agent, before, after, defaulted }, i) => {
    const y = at(top + (i + 0.5) * ROW);
    const [from, to] = [at(x(before)), at(x(after))];
    content += `<g><title>${escaped(agent)}: ${shown(before)} at setup, ${shown(after)} at the end</title>` +
      `<text class="e" x="${at(left - 10)}" y="${at(top + (i + 0.5) * ROW + 4)}">${escaped(names[i] ?? "")}</text>` +
      `<path d="M${from} ${y}H${to}" stroke="var(--mute)" stroke-width="3"/>` +
      `<circle cx="${from}" cy="${y}" r="5" fill="var(--card)" stroke="var(--mute)" stroke-width="2.5"/>` +
      `<circle cx="${to}" cy="${y}" r="4" fill="var(--${defaulted ? "red" : "blue"})"/></g>`;
  });
  const what = "Cash, bank deposits and reserves of each agent at setup and at the end";
  return svg(bottom + 42, "Money before and after", what, `<path class="g" d="${lines}"/>${content}`);
}
