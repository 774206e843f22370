/**
 * How a run of the ring model crosses worker and machine boundaries: the parameters of the generator, or a scenario, as
 * plain data.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../ring/behaviours.ts";
import type { AllocationText, RingSpecText } from "../ring/generator/spec.ts";
import { isRecord } from "./plan.ts";

/** Switches as plain data: one of the two constants, or the names of those that stand as in the reference. */
export type BehavioursText = "corrected" | "reference" | readonly string[];

/** A ring to be generated and simulated, as a sweep asks for it. */
export interface RingSpecSource {
  readonly spec: RingSpecText;
  readonly behaviours: BehavioursText;
}

/** A scenario to be simulated: what a scenario file holds, parsed from YAML or JSON. */
export interface ScenarioSource {
  readonly scenario: unknown;
}

/** The `source` of a request for the model `ring`. */
export type RingSource = RingSpecSource | ScenarioSource;

/** The plain form of a set of switches. */
export function behavioursText(behaviours: Behaviours): BehavioursText {
  const on = BEHAVIOUR_NAMES.filter((name) => behaviours[name]);
  if (on.length === 0) return "corrected";
  return on.length === BEHAVIOUR_NAMES.length ? "reference" : on;
}

/**
 * The switches that a plain form stands for.
 *
 * @throws {UsageError} for an unknown name.
 */
export function behavioursFromText(text: BehavioursText): Behaviours {
  if (text === "corrected") return CORRECTED;
  if (text === "reference") return REFERENCE;
  const unknown = text.find((name) => !(name in CORRECTED));
  if (unknown !== undefined) throw new UsageError(`unknown behaviour ${JSON.stringify(unknown)}`);
  return { ...CORRECTED, ...Object.fromEntries(text.map((name) => [name, true])) };
}

/**
 * Checks the source of a request that came from outside.
 *
 * @throws {UsageError} when it is neither a spec nor a scenario.
 */
export function checkedRingSource(source: unknown): RingSource {
  if (isRecord(source)) {
    const { spec, behaviours } = source;
    if (isRingSpecText(spec) && isBehavioursText(behaviours)) return { spec, behaviours };
    if ("scenario" in source) return { scenario: source["scenario"] };
  }
  throw new UsageError("the source of a ring run must be { spec, behaviours } or { scenario }");
}

function isBehavioursText(value: unknown): value is BehavioursText {
  if (value === "corrected" || value === "reference") return true;
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isFlag: Check = (value) => typeof value === "boolean";
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);

/** What each key of a spec holds; the generator checks the values themselves. */
const SPEC_FIELDS: { readonly [K in keyof Required<RingSpecText>]: Check } = {
  variant: (value) => value === "plain",
  namePrefix: isText,
  nAgents: isNumber,
  seed: (value) => isNumber(value) || isText(value),
  kappa: isText,
  qTotal: isTextOrNull,
  liquidityTotal: isTextOrNull,
  allocation: isAllocation,
  concentration: isText,
  monotonicity: isText,
  maturityDays: isNumber,
  mu: isText,
  mopRank: (value) => isRecord(value) && Object.values(value).every(isTextList),
  defaultHandling: (value) => value === "fail-fast" || value === "expel-agent",
  rolloverEnabled: isFlag,
};

function isRingSpecText(value: unknown): value is RingSpecText {
  if (!isRecord(value) || !isText(value["namePrefix"]) || !isText(value["kappa"])) return false;
  return Object.entries(SPEC_FIELDS).every(([key, holds]) => value[key] === undefined || holds(value[key]));
}

function isAllocation(value: unknown): value is AllocationText {
  if (!isRecord(value)) return false;
  const { mode, agent, vector } = value;
  return mode === "uniform" || mode === "single_at" && isText(agent) || mode === "vector" && isTextList(vector);
}
