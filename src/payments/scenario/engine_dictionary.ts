/**
 * From the engine dictionary, the one form in which the engine is configured from outside, to a complete
 * {@linkcode EngineConfig} (spec 06 9). Keys are read in the reference's order.
 *
 * @module
 */
import { type Issue, ValidationError } from "../../core/errors.ts";
import {
  type AgentConfig,
  DEFAULT_ESCALATION,
  DEFAULT_LSM,
  type EngineConfig,
  type LimitsConfig,
  type LsmConfig,
  type PolicyConfig,
  type PriorityEscalation,
} from "../config.ts";
import { PaymentsError } from "../errors.ts";
import { arrivalBandsOf, arrivalConfigOf } from "./dictionary_arrivals.ts";
import { costRatesOf } from "./dictionary_costs.ts";
import { scenarioEventsOf } from "./dictionary_events.ts";
import { DictionaryProblems, DictionaryReader, integerIn } from "./dictionary_reader.ts";
import { parseJsonDocument } from "./document.ts";

/** How a dictionary is read. */
export interface DictionaryOptions {
  /** Reads as the reference does: the first problem alone, and unknown keys are ignored. */
  readonly reference?: boolean;
}

/** A configuration and what was ignored on the way. */
export interface ReadDictionary {
  readonly config: EngineConfig;
  readonly warnings: readonly Issue[];
}

const DEFAULT_EOD_RUSH = 0.8;

/**
 * Reads an engine dictionary from JSON.
 *
 * @param subject Name of the text in messages, such as the file's.
 * @throws As {@linkcode readEngineDictionary}, and {@linkcode ValidationError} for broken JSON.
 */
export function loadEngineDictionary(text: string, subject: string, options: DictionaryOptions = {}): ReadDictionary {
  return readEngineDictionary(parseJsonDocument(text, subject), options);
}

/**
 * Reads an engine dictionary and fills in every default. Numbers are exact decimals, plain numbers or big integers; a
 * double must be told from an integer, so a plain whole number counts as an integer.
 *
 * @throws {ValidationError} listing every problem with its path, unknown keys included.
 * @throws {PaymentsError} for the first problem, of the class that the reference raises, when read as the reference does.
 */
export function readEngineDictionary(source: unknown, { reference = false }: DictionaryOptions = {}): ReadDictionary {
  const problems = new DictionaryProblems();
  const config = engineConfigOf(DictionaryReader.of(source, [], problems));
  const [first] = problems.found;
  if (reference) {
    if (first !== undefined) throw new PaymentsError(first.kind, first.message);
    return { config, warnings: problems.unknown };
  }
  const issues = [...problems.found.map(({ path, message }) => ({ path, message })), ...problems.unknown];
  if (issues.length > 0) throw new ValidationError("Engine configuration", issues);
  return { config, warnings: [] };
}

function engineConfigOf(reader: DictionaryReader): EngineConfig {
  const ticksPerDay = reader.integer("ticks_per_day");
  if (ticksPerDay === 0 && reader.problems.found.length === 0) {
    reader.problem("ValueError", "ticks_per_day must be positive", "ticks_per_day");
  }
  const config: EngineConfig = {
    ticksPerDay,
    numDays: reader.integer("num_days"),
    rngSeed: reader.seed("rng_seed"),
    agents: reader.elements("agent_configs", reader.required("agent_configs"))
      .map(([agent, path]) => agentOf(DictionaryReader.of(agent, path, reader.problems))),
    costRates: costRatesOf(reader),
    lsm: lsmOf(reader),
    eodRushThreshold: reader.optionalDouble("eod_rush_threshold") ?? DEFAULT_EOD_RUSH,
    scenarioEvents: scenarioEventsOf(reader),
    queue1Ordering: queue1OrderingOf(reader),
    priorityMode: reader.flag("priority_mode", false),
    algorithmSequencing: reader.flag("algorithm_sequencing", false),
    entryDispositionOffsetting: reader.flag("entry_disposition_offsetting", false),
    deferredCrediting: reader.flag("deferred_crediting", false),
    deadlineCapAtEod: reader.flag("deadline_cap_at_eod", false),
    priorityEscalation: escalationOf(reader),
    dailyLiquidityReallocation: reader.flag("daily_liquidity_reallocation", true),
  };
  reader.close();
  return config;
}

function agentOf(reader: DictionaryReader): AgentConfig {
  const agent: AgentConfig = {
    id: reader.text("id"),
    openingBalance: reader.integer("opening_balance", "money"),
    policy: policyOf(reader),
    arrivalConfig: arrivalConfigOf(reader),
    arrivalBands: arrivalBandsOf(reader),
    unsecuredCap: reader.integer("unsecured_cap", "money"),
    collateralHaircut: reader.optionalDouble("collateral_haircut"),
    postedCollateral: reader.optionalInteger("posted_collateral", "money"),
    maxCollateralCapacity: reader.optionalInteger("max_collateral_capacity", "money"),
    limits: limitsOf(reader),
    liquidityPool: reader.optionalInteger("liquidity_pool", "money"),
    liquidityAllocationFraction: reader.optionalDouble("liquidity_allocation_fraction"),
  };
  reader.close();
  return agent;
}

function policyOf(agent: DictionaryReader): PolicyConfig {
  const reader = agent.map("policy");
  if (reader === undefined) return { type: "Fifo" };
  const type = reader.text("type");
  const policy = policyNamed(type, reader);
  if (policy !== undefined) reader.close();
  else if (type !== "") reader.problem("ValueError", `Unknown policy type: ${type}`, "type");
  return policy ?? { type: "Fifo" };
}

function policyNamed(type: string, reader: DictionaryReader): PolicyConfig | undefined {
  switch (type) {
    case "Fifo":
      return { type };
    case "Deadline":
      return { type, urgencyThreshold: reader.integer("urgency_threshold") };
    case "LiquidityAware":
      return {
        type,
        targetBuffer: reader.integer("target_buffer", "money"),
        urgencyThreshold: reader.integer("urgency_threshold"),
      };
    case "LiquiditySplitting":
      return {
        type,
        maxSplits: reader.integer("max_splits"),
        minSplitAmount: reader.integer("min_split_amount", "money"),
      };
    case "MockSplitting":
      return { type, numSplits: reader.integer("num_splits") };
    case "FromJson":
      return {
        type,
        json: reader.text("json", "FromJson policy requires 'json' field with policy JSON string"),
      };
    default:
      return undefined;
  }
}

function limitsOf(agent: DictionaryReader): LimitsConfig | undefined {
  const reader = agent.optionalMap("limits");
  if (reader === undefined) return undefined;
  const limits = {
    bilateralLimits: reader.numbers(
      "bilateral_limits",
      reader.optional("bilateral_limits"),
      (value, path) => Number(integerIn(value, "money", path, reader.problems)),
    ),
    multilateralLimit: reader.optionalInteger("multilateral_limit", "money"),
  };
  reader.close();
  return limits;
}

function lsmOf(dictionary: DictionaryReader): LsmConfig {
  const reader = dictionary.optionalMap("lsm_config");
  if (reader === undefined) return DEFAULT_LSM;
  const lsm = {
    enableBilateral: reader.flag("enable_bilateral", DEFAULT_LSM.enableBilateral),
    enableCycles: reader.flag("enable_cycles", DEFAULT_LSM.enableCycles),
    maxCycleLength: reader.optionalInteger("max_cycle_length") ?? DEFAULT_LSM.maxCycleLength,
    maxCyclesPerTick: reader.optionalInteger("max_cycles_per_tick") ?? DEFAULT_LSM.maxCyclesPerTick,
  };
  reader.close();
  return lsm;
}

function escalationOf(dictionary: DictionaryReader): PriorityEscalation {
  const reader = dictionary.optionalMap("priority_escalation");
  if (reader === undefined) return DEFAULT_ESCALATION;
  const escalation = {
    enabled: reader.flag("enabled", DEFAULT_ESCALATION.enabled),
    curve: reader.optionalText("curve") ?? DEFAULT_ESCALATION.curve,
    startEscalatingAtTicks: reader.optionalInteger("start_escalating_at_ticks") ??
      DEFAULT_ESCALATION.startEscalatingAtTicks,
    maxBoost: reader.optionalInteger("max_boost", "priority") ?? DEFAULT_ESCALATION.maxBoost,
  };
  reader.close();
  return escalation;
}

const FIFO_NAMES = new Set(["fifo", "Fifo", "FIFO"]);
const PRIORITY_NAMES = new Set(["priority_deadline", "PriorityDeadline", "priority-deadline"]);

function queue1OrderingOf(dictionary: DictionaryReader): EngineConfig["queue1Ordering"] {
  const name = dictionary.optionalText("queue1_ordering");
  if (name === undefined || FIFO_NAMES.has(name)) return "fifo";
  if (PRIORITY_NAMES.has(name)) return "priority_deadline";
  const message = `Invalid queue1_ordering: '${name}'. Must be 'fifo' or 'priority_deadline'`;
  dictionary.problem("ValueError", message, "queue1_ordering");
  return "fifo";
}
