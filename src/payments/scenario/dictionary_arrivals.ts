/**
 * The streams of payments of an engine dictionary (spec 06 9, 12.2).
 *
 * @module
 */
import type { AmountDistribution, ArrivalBand, ArrivalBands, ArrivalConfig, PriorityDistribution } from "../config.ts";
import { DictionaryReader, doubleIn, integerIn } from "./dictionary_reader.ts";

const HIGHEST_PRIORITY = 10;
const DEFAULT_PRIORITY = 5;
const DEFAULT_DEADLINES = [10, 50] as const;

const missingKey = (key: string): string => `Missing '${key}'`;

/** The `arrival_config` of an agent. */
export function arrivalConfigOf(agent: DictionaryReader): ArrivalConfig | undefined {
  const reader = agent.optionalMap("arrival_config", missingKey);
  if (reader === undefined) return undefined;
  const config = {
    ratePerTick: reader.double("rate_per_tick"),
    amountDistribution: amountDistributionOf(reader, missingKey("amount_distribution")),
    counterpartyWeights: weightsOf(reader, reader.required("counterparty_weights")),
    deadlineRange: deadlineRangeOf(reader),
    priorityDistribution: priorityDistributionOf(reader),
    divisible: reader.flag("divisible", false),
  };
  reader.close();
  return config;
}

/** The `arrival_bands` of an agent. */
export function arrivalBandsOf(agent: DictionaryReader): ArrivalBands | undefined {
  const reader = agent.optionalMap("arrival_bands");
  if (reader === undefined) return undefined;
  const urgent = bandOf(reader, "urgent");
  const normal = bandOf(reader, "normal");
  const low = bandOf(reader, "low");
  reader.close();
  return {
    ...(urgent === undefined ? {} : { urgent }),
    ...(normal === undefined ? {} : { normal }),
    ...(low === undefined ? {} : { low }),
  };
}

function bandOf(bands: DictionaryReader, name: string): ArrivalBand | undefined {
  const reader = bands.optionalMap(name);
  if (reader === undefined) return undefined;
  const band = {
    ratePerTick: reader.double("rate_per_tick"),
    amountDistribution: amountDistributionOf(reader, "Missing 'amount_distribution' in arrival band"),
    deadlineOffsetMin: reader.integer("deadline_offset_min"),
    deadlineOffsetMax: reader.integer("deadline_offset_max"),
    counterpartyWeights: weightsOf(reader, reader.optional("counterparty_weights")),
    divisible: reader.flag("divisible", false),
  };
  reader.close();
  return band;
}

function weightsOf(reader: DictionaryReader, value: unknown): ReadonlyMap<string, number> {
  return reader.numbers("counterparty_weights", value, (each, path) => doubleIn(each, path, reader.problems));
}

function deadlineRangeOf(reader: DictionaryReader): readonly [number, number] {
  const value = reader.optional("deadline_range");
  if (value === undefined) return DEFAULT_DEADLINES;
  const [min, max, ...more] = reader.elements("deadline_range", value)
    .map(([each, path]) => Number(integerIn(each, "count", path, reader.problems)));
  if (min !== undefined && max !== undefined && more.length === 0) return [min, max];
  if (Array.isArray(value)) {
    reader.problem("ValueError", "deadline_range must have exactly 2 elements [min, max]", "deadline_range");
  }
  return DEFAULT_DEADLINES;
}

function amountDistributionOf(owner: DictionaryReader, missing: string): AmountDistribution {
  const reader = owner.map("amount_distribution", missing);
  const nothing: AmountDistribution = { type: "Uniform", min: 0, max: 0 };
  if (reader === undefined) return nothing;
  const type = reader.text("type", "Missing distribution 'type'");
  const distribution = amountsNamed(type, reader);
  if (distribution !== undefined) reader.close();
  else if (type !== "") reader.problem("ValueError", `Unknown distribution type: ${type}`, "type");
  return distribution ?? nothing;
}

function priorityDistributionOf(owner: DictionaryReader): PriorityDistribution {
  const priority = owner.optionalInteger("priority", "priority") ?? DEFAULT_PRIORITY;
  const reader = owner.optionalMap("priority_distribution");
  // Capped when a payment is made, not here: the hash of the configuration shows what was given.
  if (reader === undefined) return { type: "Fixed", value: priority };
  const type = reader.text("type", "Missing priority distribution 'type'");
  const distribution = prioritiesNamed(type, reader);
  if (distribution !== undefined) reader.close();
  else if (type !== "") reader.problem("ValueError", `Unknown priority distribution type: ${type}`, "type");
  return distribution ?? { type: "Fixed", value: DEFAULT_PRIORITY };
}

function amountsNamed(type: string, reader: DictionaryReader): AmountDistribution | undefined {
  const integer = (key: string) => Number(integerAt(reader, type, key));
  const double = (key: string) => doubleAt(reader, type, key);
  switch (type) {
    case "Normal":
      return { type, mean: integer("mean"), stdDev: integer("std_dev") };
    case "LogNormal":
      return { type, mean: double("mean"), stdDev: double("std_dev") };
    case "Uniform":
      return { type, min: integer("min"), max: integer("max") };
    case "Exponential":
      return { type, lambda: double("lambda") };
    default:
      return undefined;
  }
}

function prioritiesNamed(type: string, reader: DictionaryReader): PriorityDistribution | undefined {
  const integer = (key: string) => capped(Number(integerAt(reader, type, key, "priority")));
  const elements = (key: string) => reader.elements(key, reader.required(key, `${type} requires '${key}'`));
  const { problems } = reader;
  switch (type) {
    case "Fixed":
      return { type, value: integer("value") };
    case "Uniform":
      return { type, min: integer("min"), max: integer("max") };
    case "Categorical":
      return {
        type,
        values: elements("values").map(([each, path]) => capped(Number(integerIn(each, "priority", path, problems)))),
        weights: elements("weights").map(([each, path]) => doubleIn(each, path, problems)),
      };
    default:
      return undefined;
  }
}

function integerAt(reader: DictionaryReader, type: string, key: string, range: "money" | "priority" = "money"): bigint {
  const value = reader.required(key, `${type} requires '${key}'`);
  return value === undefined ? 0n : integerIn(value, range, reader.at(key), reader.problems);
}

function doubleAt(reader: DictionaryReader, type: string, key: string): number {
  const value = reader.required(key, `${type} requires '${key}'`);
  return value === undefined ? 0 : doubleIn(value, reader.at(key), reader.problems);
}

function capped(priority: number): number {
  return Math.min(priority, HIGHEST_PRIORITY);
}
