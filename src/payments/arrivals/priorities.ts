/**
 * The priorities of generated payments (spec 06 2.5).
 *
 * @module
 */
import type { ArrivalBands, PriorityDistribution } from "../config.ts";
import { panic } from "../errors.ts";
import type { XorShift64Star } from "../random.ts";
import { weightedChoice } from "./weighted_choice.ts";

/** Draws one priority, 0 to 10. */
export type PriorityDraw = (random: XorShift64Star) => number;

/** The highest priority that a payment can have. */
export const HIGHEST_PRIORITY = 10;

const DEFAULT_PRIORITY = 5;

/** The bands in the order in which they draw, with their priorities: the first and the one behind the last. */
export const BAND_PRIORITIES: readonly (readonly [band: keyof ArrivalBands, from: number, end: number])[] = [
  ["urgent", 8, 11],
  ["normal", 4, 8],
  ["low", 0, 4],
];

/** The draw of a band. */
export function bandPriority(from: number, end: number): PriorityDraw {
  return (random) => random.range(from, end);
}

/**
 * The draw of an agent's distribution.
 *
 * @param zeroBecomesFive Whether a drawn 0 counts as no priority, for which 5 stands.
 */
export function priorityDraw(distribution: PriorityDistribution, zeroBecomesFive: boolean): PriorityDraw {
  const draw = plainDraw(distribution);
  return (random) => {
    const priority = Math.min(draw(random), HIGHEST_PRIORITY);
    return priority === 0 && zeroBecomesFive ? DEFAULT_PRIORITY : priority;
  };
}

function plainDraw(distribution: PriorityDistribution): PriorityDraw {
  switch (distribution.type) {
    case "Fixed":
      return () => distribution.value;
    case "Uniform":
      return (random) => random.range(distribution.min, distribution.max + 1);
    case "Categorical":
      return categorical(distribution.values, distribution.weights);
  }
}

function categorical(values: readonly number[], weights: readonly number[]): PriorityDraw {
  const [first] = values;
  if (first === undefined) return () => DEFAULT_PRIORITY;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return () => first;
  const shares = Float64Array.from(weights);
  return (random) => {
    const chosen = weightedChoice(random, shares, total);
    const priority = values[chosen < 0 ? values.length - 1 : chosen];
    if (priority !== undefined) return priority;
    throw panic(`index out of bounds: the len is ${values.length} but the index is ${chosen}`);
  };
}
