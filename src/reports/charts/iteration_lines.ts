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
  for (const [line, { name, values, colour, accepted }] of lines.entries()) {
    // Lines may lie upon each other: every other one lets the one below be seen.
    const dash = line % 2 === 0 ? "" : ' stroke-dasharray="5 5"';
    let path = "";
    let marks = "";
    values.forEach((value, i) => {
      if (value === null) return;
      path += `${path === "" ? "M" : "L"}${at(x(i))} ${at(area.y(value))}`;
      const took = accepted?.[i] === true;
      if (count > MARKED && !took) return;
      const radius = (took ? 4.5 : 2.5) - line % 2 * 0.7;
      marks += `<circle cx="${at(x(i))}" cy="${at(area.y(value))}" r="${at(radius)}" fill="${colour}"><title>${
        escaped(name)
      }, iteration ${i + 1}: ${shown(value)}${took ? ", change accepted" : ""}</title></circle>`;
    });
    drawn += `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8"${dash}/>${marks}`;
  }
  if (values.length === 0) {
    const middle = (area.left + area.right) / 2;
    drawn = `<text class="t m" x="${at(middle)}" y="${at((area.top + area.bottom) / 2)}">nothing recorded</text>`;
  }
  const step = labelStep(count, LABELS);
  let labels = "";
  for (let i = 0; values.length > 0 && i < count; i += step) {
    labels += `<text class="t m" x="${at(x(i))}" y="${area.bottom + 16}">${i + 1}</text>`;
  }
  return svg(height, title, `${lines.length} lines over ${count} iterations`, area.frame + drawn + labels);
}
