/**
 * A search over the numeric parameters of a policy that needs no derivative and no network: one parameter after the
 * other, forwards and backwards, with steps that grow on success and shrink on failure (pattern search after Hooke and
 * Jeeves). What became of the last proposal is read from the history that every proposer gets.
 *
 * @module
 */
import { XorShift64Star } from "../../../payments/random.ts";
import type { Json, JsonMap, ParameterSpec, PolicyProposer, Proposal, ProposalRequest } from "../contracts.ts";
import { FRACTION, parametersOf, withParameters } from "../policies.ts";
import { interactionOf } from "./interactions.ts";

/** How the search walks; both as shares of a parameter's range. */
export interface SearchSettings {
  /** First step. */
  readonly step: number;
  /** A parameter whose step is below this is left alone. */
  readonly tolerance: number;
  /** Of the directions in which parameters are first tried. */
  readonly seed: number;
}

/** One direction of the search: a number within bounds, or the place in a list of values. */
interface Axis {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Whole numbers only. */
  readonly whole: boolean;
  readonly values: readonly Json[] | undefined;
}

/** Where the search of one agent stands. */
interface Walk {
  readonly axes: readonly Axis[];
  /** By axis, in the axis's own units. */
  readonly steps: number[];
  /** By axis: +1 or -1. */
  readonly directions: number[];
  /** The axis that is tried now, and how many directions failed on it. */
  axis: number;
  failures: number;
  /** The iteration of the last proposal. */
  asked: number | undefined;
}

const GROWTH = 1.5;
const SHRINKAGE = 0.5;
/** Decimal places of a proposed number, relative to its range. */
const PLACES = 6;

/** The search; it remembers each agent's walk. */
export class SearchProposer implements PolicyProposer {
  readonly name = "search";
  readonly #walks = new Map<string, Walk>();

  constructor(readonly settings: SearchSettings) {}

  propose(request: ProposalRequest): Promise<Proposal> {
    const walk = this.#walk(request);
    this.#learn(walk, request);
    const parameters = this.#next(walk, parametersOf(request.current));
    walk.asked = request.iteration;
    if (parameters === undefined) return Promise.resolve({ policy: null, interaction: null });
    const policy = withParameters(request.current, parameters);
    return Promise.resolve({ policy, interaction: interactionOf(this.name, policy) });
  }

  #walk(request: ProposalRequest): Walk {
    const known = this.#walks.get(request.agent);
    if (known !== undefined) return known;
    const axes = axesOf(request);
    const random = new XorShift64Star(BigInt(this.settings.seed) * 31n + BigInt(request.seed));
    const walk: Walk = {
      axes,
      steps: axes.map((axis) => firstStep(axis, this.settings.step)),
      // Less liquidity first: it is the parameter of the default policy, and usually too high.
      directions: axes.map(({ name }) => name === FRACTION ? -1 : random.range(0, 2) === 0 ? -1 : 1),
      axis: 0,
      failures: 0,
      asked: undefined,
    };
    this.#walks.set(request.agent, walk);
    return walk;
  }

  /** Takes in what became of the last proposal; one that was refused before it was tried counts as worse. */
  #learn(walk: Walk, { history, attempt, iteration }: ProposalRequest): void {
    if (walk.asked === undefined) return;
    const last = history.findLast((entry) => entry.iteration === walk.asked);
    const isRetry = attempt > 0 && walk.asked === iteration;
    if (!isRetry && last?.accepted === true) {
      walk.steps[walk.axis] = (walk.steps[walk.axis] ?? 0) * GROWTH;
      walk.failures = 0;
    } else this.#failed(walk);
  }

  #failed(walk: Walk): void {
    const { axis } = walk;
    walk.failures++;
    walk.directions[axis] = -(walk.directions[axis] ?? 1);
    if (walk.failures < 2) return;
    walk.steps[axis] = (walk.steps[axis] ?? 0) * SHRINKAGE;
    walk.axis = (axis + 1) % walk.axes.length;
    walk.failures = 0;
  }

  /** The parameter to change and its value; undefined when every step has become too small. */
  #next(walk: Walk, parameters: JsonMap): JsonMap | undefined {
    // Each turn tries one direction of one axis, so this many reach the smallest step of every one.
    for (let turn = 0; turn < walk.axes.length * 128; turn++) {
      const axis = walk.axes[walk.axis];
      if (axis === undefined) return undefined;
      const step = walk.steps[walk.axis] ?? 0;
      if (step < smallestStep(axis, this.settings.tolerance)) {
        if (walk.steps.every((each, i) => each < smallest(walk.axes[i], this.settings.tolerance))) return undefined;
        walk.axis = (walk.axis + 1) % walk.axes.length;
        walk.failures = 0;
        continue;
      }
      const from = placeOf(axis, parameters[axis.name]);
      const to = rounded(axis, from + step * (walk.directions[walk.axis] ?? 1));
      if (to !== from) return { [axis.name]: axis.values === undefined ? to : axis.values[to] ?? null };
      this.#failed(walk);
    }
    return undefined;
  }
}

function smallest(axis: Axis | undefined, tolerance: number): number {
  return axis === undefined ? 0 : smallestStep(axis, tolerance);
}

function firstStep(axis: Axis, share: number): number {
  const step = (axis.max - axis.min) * share;
  return axis.whole ? Math.max(1, step) : step;
}

function smallestStep(axis: Axis, tolerance: number): number {
  const least = (axis.max - axis.min) * tolerance;
  return axis.whole ? Math.max(0.5, least) : least;
}

function placeOf(axis: Axis, value: Json | undefined): number {
  if (axis.values !== undefined) {
    return Math.max(0, axis.values.findIndex((each) => JSON.stringify(each) === JSON.stringify(value)));
  }
  return typeof value === "number" ? value : (axis.min + axis.max) / 2;
}

/** A number that people can read, within the bounds: whole, or with six places of its range. */
function rounded(axis: Axis, value: number): number {
  const within = (each: number) => Math.min(axis.max, Math.max(axis.min, each));
  if (axis.whole) return Math.min(Math.floor(axis.max), Math.max(Math.ceil(axis.min), Math.round(value)));
  const range = axis.max - axis.min;
  const places = Math.min(15, Math.max(0, PLACES - Math.ceil(Math.log10(range > 0 ? range : 1))));
  return within(Number(within(value).toFixed(places)));
}

/** The allowed parameters, or where none are listed the numbers that the policy has. */
function axesOf({ constraints, current }: ProposalRequest): readonly Axis[] {
  const specs = constraints.allowedParameters;
  if (specs.length > 0) return specs.flatMap((spec) => axisOf(spec, parametersOf(current)[spec.name]));
  return Object.entries(parametersOf(current)).flatMap(([name, value]) => {
    return axisOf({ name, type: "float", min: null, max: null, allowed: null, description: "" }, value);
  });
}

function axisOf({ name, type, min, max, allowed }: ParameterSpec, value: Json | undefined): Axis[] {
  if (type === "enum") {
    const values = allowed ?? [];
    return values.length < 2 ? [] : [{ name, min: 0, max: values.length - 1, whole: true, values }];
  }
  const start = typeof value === "number" ? value : undefined;
  const reach = name === FRACTION ? 1 : Math.max(2 * Math.abs(start ?? 0), 1);
  const low = min ?? (name === FRACTION ? 0 : Math.min(0, max ?? 0, -(start !== undefined && start < 0 ? reach : 0)));
  const high = max ?? Math.max(reach, low);
  return high > low ? [{ name, min: low, max: high, whole: type === "int", values: undefined }] : [];
}
