/**
 * Defaults over the days: how many agents are in default after each day, and who fell when.
 *
 * @module
 */
import { escaped, shown } from "../html.ts";
import type { DefaultEntry } from "../run_story.ts";
import { at, labelStep, plot, svg } from "./axis.ts";

const NAMED = 24;

/** Steps of the count of defaulted agents from day 0 to `lastDay`, out of `agents`. */
export function defaultTimeline(defaults: readonly DefaultEntry[], lastDay: number, agents: number): string {
  const height = 250;
  const area = plot(height, {
    max: defaults.length,
    xName: "day",
    yName: `agents in default (of ${agents})`,
    counts: true,
  });
  const days = lastDay + 1;
  const slot = (area.right - area.left) / days;
  const x = (day: number) => area.left + slot * (day + 0.5);
  let path = `M${area.left} ${at(area.y(0))}`;
  let marks = "";
  let count = 0;
  for (const [day, fallen] of Map.groupBy(defaults, (entry) => entry.day)) {
    count += fallen.length;
    path += `H${at(x(day))}V${at(area.y(count))}`;
    const names = fallen.slice(0, NAMED).map(({ agent, shortfall }) => `${agent} (short of ${shown(shortfall)})`);
    const more = fallen.length > NAMED ? ` and ${fallen.length - NAMED} more` : "";
    const short = fallen.slice(0, 3).map(({ agent }) => agent).join(", ") + (fallen.length > 3 ? ", …" : "");
    const side = day * 2 > days ? "e" : "";
    marks += `<g><title>day ${day}: ${escaped(names.join(", "))}${more}</title>` +
      `<circle cx="${at(x(day))}" cy="${at(area.y(count))}" r="4.5" fill="var(--red)"/>`;
    if (slot > 22 && short.length < 28) {
      marks += `<text class="${side}" x="${at(x(day) + (side === "" ? 8 : -8))}" y="${at(area.y(count) - 7)}">` +
        `${escaped(short)}</text>`;
    }
    marks += "</g>";
  }
  path += `H${area.right}`;
  const step = labelStep(days, 16);
  for (let day = 0; day < days; day += step) {
    marks += `<text class="t m" x="${at(x(day))}" y="${area.bottom + 16}">${day}</text>`;
  }
  const line = `<path d="${path}" fill="none" stroke="var(--red)" stroke-width="2"/>`;
  return svg(
    height,
    "Defaults over time",
    "Steps: the number of agents in default after each day",
    area.frame + line + marks,
  );
}
