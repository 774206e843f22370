/**
 * Lines over the iterations of an experiment, with marks for what was accepted.
 *
 * @module
 */
import { escaped, shown } from "../html.ts";
import { at, labelStep, plot, svg } from "./axis.ts";

/** A line; a place without a value is left out. */
export interface IterationLine {
  readonly name: string;
  /** By iteration, from the first. */
  readonly values: readonly (number | null)[];
  /** A CSS colour. */
  readonly colour: string;
  /** By iteration: whether a change was accepted there. */
  readonly accepted?: readonly boolean[];
}

const LABELS = 12;
const MARKED = 60;

/** Draws lines over iterations counted from 1. */
export function iterationLines(lines: readonly IterationLine[], title: string, yName: string): string {
  const height = 250;
  const values = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const count = lines.reduce((most, { values }) => Math.max(most, values.length), 1);
  const area = plot(height, {
    min: values.reduce((least, value) => Math.min(least, value), 0),
    max: values.reduce((most, value) => Math.max(most, value), 0),
    xName: "iteration",
    yName,
  });
  const x = (i: number) => area.left + (i + 0.5) / count * (area.right - area.left);
  let drawn = "";
  for (const { name, values, colour, accepted } of lines) {
    let path = "";
    let marks = "";
    values.forEach((value, i) => {
      if (value === null) return;
      path += `${path === "" ? "M" : "L"}${at(x(i))} ${at(area.y(value))}`;
      const took = accepted?.[i] === true;
      if (count > MARKED && !took) return;
      marks += `<circle cx="${at(x(i))}" cy="${at(area.y(value))}" r="${took ? 4.5 : 2.5}" fill="${colour}"><title>${
        escaped(name)
      }, iteration ${i + 1}: ${shown(value)}${took ? ", change accepted" : ""}</title></circle>`;
    });
    drawn += `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>${marks}`;
  }
  const step = labelStep(count, LABELS);
  let labels = "";
  for (let i = 0; i < count; i += step) {
    labels += `<text class="t m" x="${at(x(i))}" y="${area.bottom + 16}">${i + 1}</text>`;
  }
  return svg(height, title, `${lines.length} lines over ${count} iterations`, area.frame + drawn + labels);
}
