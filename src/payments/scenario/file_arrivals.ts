/**
 * Streams of payments as scenario files describe them (spec 06 12.2).
 *
 * @module
 */
import { alternative, oneOfRecords } from "./alternatives.ts";
import {
  above,
  atLeast,
  atMost,
  defaulted,
  double,
  flag,
  integer,
  list,
  named,
  optional,
  record,
  required,
  type Rule,
  ruled,
  type ValueOf,
} from "./kinds.ts";

const positiveInteger = ruled(integer, above(0));
const rate = ruled(double, atLeast(0));
const priority = ruled(integer, atLeast(0), atMost(10));

/** How amounts are drawn; in cents. */
export const amountDistribution = oneOfRecords([
  alternative("Normal", { mean: required(integer), std_dev: required(positiveInteger) }),
  alternative("LogNormal", { mean: required(double), std_dev: required(ruled(double, above(0))) }),
  alternative(
    "Uniform",
    { min: required(ruled(integer, atLeast(0))), max: required(integer) },
    ({ min, max }) => max > min ? undefined : "Value error, max must be greater than min",
  ),
  alternative("Exponential", { lambda: required(ruled(double, above(0))) }),
]);

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

const priorityDistribution = oneOfRecords([
  alternative("Fixed", { value: required(priority) }),
  alternative(
    "Categorical",
    {
      values: required(ruled(list(integer), (values) => {
        const wrong = values.find((value) => value < 0 || value > 10);
        return wrong === undefined ? undefined : `Value error, Priority value must be between 0 and 10, got ${wrong}`;
      })),
      weights: required(ruled(list(double), (weights) => {
        return sum(weights) > 0 ? undefined : "Value error, Weights must sum to positive value";
      })),
    },
    ({ values, weights }) =>
      values.length === weights.length
        ? undefined
        : `Value error, Values and weights must have same length: values=${values.length}, weights=${weights.length}`,
  ),
  alternative(
    "Uniform",
    { min: required(priority), max: required(priority) },
    ({ min, max }) =>
      max >= min ? undefined : `Value error, Max must be greater than or equal to min: min=${min}, max=${max}`,
  ),
]);

const someWeights: Rule<ReadonlyMap<string, number>> = (weights) => {
  if (weights.size === 0) return "Value error, counterparty_weights cannot be empty";
  return sum(weights.values()) > 0 ? undefined : "Value error, counterparty_weights must sum to positive value";
};

const orderedRange: Rule<readonly number[]> = ([min = 0, max = 0]) => {
  if (min <= 0) return "Value error, deadline range min must be > 0";
  return max < min ? "Value error, deadline range max must be >= min" : undefined;
};

/** `arrival_config`. */
export const arrivalConfig = record("ArrivalConfig", {
  rate_per_tick: required(rate),
  amount_distribution: required(amountDistribution),
  counterparty_weights: required(ruled(named(double), someWeights)),
  deadline_range: required(ruled(list(integer, { min: 2, max: 2 }), orderedRange)),
  priority: defaulted(priority, 5),
  priority_distribution: optional(priorityDistribution),
  divisible: defaulted(flag, false),
});

const arrivalBand = record(
  "ArrivalBandConfig",
  {
    rate_per_tick: required(rate),
    amount_distribution: required(amountDistribution),
    deadline_offset_min: required(positiveInteger),
    deadline_offset_max: required(positiveInteger),
    counterparty_weights: defaulted(named(double), new Map<string, number>()),
    divisible: defaulted(flag, false),
  },
  ({ deadline_offset_min: min, deadline_offset_max: max }) =>
    max >= min ? undefined : `Value error, deadline_offset_max (${max}) must be >= deadline_offset_min (${min})`,
);

/** `arrival_bands`. */
export const arrivalBands = record(
  "ArrivalBandsConfig",
  { urgent: optional(arrivalBand), normal: optional(arrivalBand), low: optional(arrivalBand) },
  ({ urgent, normal, low }) =>
    urgent ?? normal ?? low ? undefined : "Value error, At least one arrival band must be configured",
);

/** The content of `arrival_config`. */
export type FileArrivalConfig = ValueOf<typeof arrivalConfig>;
