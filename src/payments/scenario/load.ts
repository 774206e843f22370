/**
 * From the text of a scenario - a scenario file in YAML or JSON, or an engine dictionary in JSON - to what the engine
 * is constructed from. All problems of a text are reported together. Nothing here reads a file.
 *
 * @module
 */
import { type Issue, ValidationError } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../behaviours.ts";
import type { EngineConfig } from "../config.ts";
import type { FeatureToggles } from "../policies/features.ts";
import { type EngineDictionary, engineDictionary } from "./conversion.ts";
import { overlookedProblems, unknownAgents } from "./cross_checks.ts";
import { constructionIssues } from "./dictionary_rules.ts";
import { parseJsonDocument } from "./document.ts";
import { readEngineDictionary } from "./engine_dictionary.ts";
import { ENGINE_KEYS, type ScenarioFile, scenarioFile } from "./file.ts";
import { Findings } from "./findings.ts";
import { flag, REFUSED } from "./kinds.ts";
import { isMap, member } from "./numbers.ts";
import { policyIssues, toggleIssues } from "./policy_rules.ts";

/** How a scenario is read. */
export interface LoadOptions {
  /** Reads and simulates as the reference does; when given it replaces the file's `simulation.reference`. */
  readonly reference?: boolean;
  /** A run of one day with so many ticks, whatever the scenario says. */
  readonly ticks?: number;
  /** The seed of the random numbers, whatever the scenario says. */
  readonly seed?: bigint;
  /** Gives the text of the file behind `json_path`. @throws {NotFound} naming where it looked. */
  readonly readPolicy?: (jsonPath: string) => string;
}

/** A scenario as it was read. */
export interface PaymentsScenario {
  readonly config: EngineConfig;
  readonly behaviours: Behaviours;
  /** What the configuration was read from, as plain values. */
  readonly dictionary: EngineDictionary;
  /** What the scenario lets policies use. */
  readonly toggles: FeatureToggles;
  /** What was ignored, with its place. */
  readonly warnings: readonly Issue[];
}

const INVALID = "Invalid configuration";

/** Most problems that one message lists. */
const MOST_LISTED = 100;

/**
 * Reads a scenario from a text; one with `agent_configs` is an engine dictionary.
 *
 * @param subject Name of the text in messages; one that ends in `.json` is read as JSON.
 * @throws {ValidationError} listing every problem with its path.
 * @throws {PaymentsError} for an engine dictionary that is read as the reference does.
 */
export async function loadPaymentsScenario(
  text: string,
  subject: string,
  options: LoadOptions = {},
): Promise<PaymentsScenario> {
  const isJson = /\.json$/i.test(subject) || /^\s*\{/.test(text);
  if (isJson) return readPaymentsScenario(parseJsonDocument(text, subject), options);
  // The reader of YAML is loaded for YAML only.
  const { parseYaml } = await import("../../core/yaml_text.ts");
  return readPaymentsScenario(parseYaml(text, subject), options);
}

/**
 * Checks what a file or a program gave, and fills in every default.
 *
 * @throws As {@linkcode loadPaymentsScenario}.
 */
export function readPaymentsScenario(source: unknown, options: LoadOptions = {}): PaymentsScenario {
  if (source === null || source === undefined) throw refused([{ path: [], message: "Empty configuration file" }]);
  if (!isMap(source)) {
    throw refused([{ path: [], message: "A scenario is a map with keys such as simulation, agents" }]);
  }
  if (Object.hasOwn(source, "agent_configs")) return readDictionary({ ...source, ...overrides(options) }, options);
  const simulation = member(source, "simulation");
  if (!isMap(simulation)) return readFile(source, options);
  return readFile({ ...source, simulation: { ...simulation, ...overrides(options) } }, options);
}

/** The keys that the caller sets instead of the scenario. */
function overrides({ ticks, seed }: LoadOptions): EngineDictionary {
  return {
    ...(ticks === undefined ? {} : { ticks_per_day: ticks, num_days: 1 }),
    ...(seed === undefined ? {} : { rng_seed: seed }),
  };
}

function readDictionary(dictionary: EngineDictionary, { reference = false }: LoadOptions): PaymentsScenario {
  const behaviours = reference ? REFERENCE : CORRECTED;
  const { config, warnings } = readEngineDictionary(dictionary, { reference });
  if (!reference) settle([...constructionIssues(config), ...policyIssues(config, "agent_configs", behaviours)]);
  return { config, behaviours, dictionary, toggles: {}, warnings };
}

function readFile(source: EngineDictionary, options: LoadOptions): PaymentsScenario {
  const problems: Issue[] = [];
  const behaviours = behavioursOf(source, options, problems);
  const ignoring = ignoresKeys(behaviours);
  const warnings: Issue[] = [];
  const findings = new Findings();
  const file = scenarioFile.read(ignoring ? withoutEngineKeys(source, warnings) : source, [], findings);
  (ignoring ? warnings : problems).push(...findings.unknown);
  problems.unshift(...findings.problems);
  if (file === REFUSED) throw refused(problems);
  problems.push(...unknownAgents(file));
  if (!ignoring) problems.push(...overlookedProblems(file));
  settle(problems);

  const dictionary = engineDictionary(file, ignoring, policyTexts(options, problems));
  settle(problems);
  const { config } = readEngineDictionary(dictionary, { reference: ignoring });
  settle(rulesOfPolicies(file, config, behaviours));
  return { config, behaviours, dictionary, toggles: file.policy_feature_toggles ?? {}, warnings };
}

function ignoresKeys(behaviours: Behaviours): boolean {
  // behaviour: filesDropValidatedKeys
  return behaviours.filesDropValidatedKeys;
}

/**
 * Reads once more the engine dictionary that a scenario was made into, with the switches of that time.
 *
 * @throws {ValidationError} for one that is none.
 */
export function readKeptDictionary(dictionary: unknown, behaviours: Behaviours): EngineConfig {
  return readEngineDictionary(dictionary, { reference: ignoresKeys(behaviours) }).config;
}

function rulesOfPolicies(file: ScenarioFile, config: EngineConfig, behaviours: Behaviours): Issue[] {
  const invalid = policyIssues(config, "agents", behaviours);
  const toggles = file.policy_feature_toggles;
  if (toggles === undefined || invalid.length > 0) return invalid;
  return toggleIssues(config, file.agents.map(({ policy }) => policy), toggles, behaviours);
}

/** The switches that a file and its caller choose. */
function behavioursOf(source: EngineDictionary, options: LoadOptions, problems: Issue[]): Behaviours {
  const simulation = member(source, "simulation");
  if (!isMap(simulation)) return options.reference === true ? REFERENCE : CORRECTED;
  const isOn = (value: unknown) => flag.read(value, [], new Findings()) === true;
  const reference = options.reference ?? isOn(member(simulation, "reference"));
  const chosen = member(simulation, "behaviours");
  const base = reference ? REFERENCE : CORRECTED;
  if (!isMap(chosen)) return base;
  for (const name of Object.keys(chosen)) {
    if (BEHAVIOUR_NAMES.some((known) => known === name)) continue;
    const message = `Unknown behaviour${suggestion(name, BEHAVIOUR_NAMES)}; docs/behaviours.md lists them`;
    problems.push({ path: ["simulation", "behaviours", name], message });
  }
  const named = BEHAVIOUR_NAMES.filter((name) => Object.hasOwn(chosen, name));
  return { ...base, ...Object.fromEntries(named.map((name) => [name, isOn(chosen[name])])) };
}

/** The reference's files do not have these keys: it ignores them, whatever stands there. */
function withoutEngineKeys(source: EngineDictionary, warnings: Issue[]): EngineDictionary {
  const kept = Object.entries(source).filter(([key]) => {
    const ignored = ENGINE_KEYS.some((name) => name === key);
    if (ignored) warnings.push({ path: [key], message: "The reference ignores this key in a scenario file" });
    return !ignored;
  });
  return Object.fromEntries(kept);
}

function policyTexts({ readPolicy }: LoadOptions, problems: Issue[]): (jsonPath: string, agent: number) => string {
  const known = new Map<string, string>();
  return (jsonPath, agent) => {
    const found = known.get(jsonPath);
    if (found !== undefined) return found;
    const path = ["agents", agent, "policy", "json_path"];
    if (readPolicy === undefined) {
      problems.push({ path, message: `Policy JSON file ${jsonPath}: files are not read here; use InlineJson` });
      return "";
    }
    try {
      const text = readPolicy(jsonPath);
      const refusal = syntaxRefusal(text);
      if (refusal === undefined) known.set(jsonPath, text);
      else problems.push({ path, message: `Invalid JSON in policy file ${jsonPath}: ${refusal}` });
      return text;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      problems.push({ path, message: error.message });
      return "";
    }
  };
}

function syntaxRefusal(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function settle(issues: readonly Issue[]): void {
  if (issues.length > 0) throw refused(issues);
}

function refused(issues: readonly Issue[]): ValidationError {
  const more = issues.length - MOST_LISTED;
  const rest = more > 0 ? [{ path: [], message: `and ${more} more` }] : [];
  return new ValidationError(INVALID, [...issues.slice(0, MOST_LISTED), ...rest]);
}
