/**
 * The file of a policy experiment: what it may say, checked as a whole. Import this module only when there is a file: it
 * brings the schema library along. Source: spec 08 23.
 *
 * @module
 */
import { z } from "zod";
import { Decimal } from "../../core/decimal.ts";
import { type Issue, ValidationError } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import { parseYaml } from "../../core/yaml_text.ts";
import {
  anyMapping,
  choice,
  decimal,
  flag,
  integer,
  isMapping,
  list,
  mapping,
  named,
  optional,
  ruled,
  text,
} from "../../ring/scenario/fields.ts";
import { fieldIssues } from "../../ring/scenario/issues.ts";
import { unknownKeys } from "../../ring/scenario/unknown_keys.ts";
import type { Json, JsonMap, ParameterSpec, PolicyConstraints } from "./contracts.ts";
import { EVALUATION_MODES, type ExperimentSettings, type LlmSettings, PROPOSER_TYPES } from "./settings.ts";

/** How a file is read. */
export interface ConfigOptions {
  /** Gives the text of a file that the experiment names, such as a system prompt. @throws {NotFound} */
  readonly readText?: (path: string) => string;
  /** Keys that nobody knows give a warning, as the reference's own files need, not an error. */
  readonly reference?: boolean;
}

/** An experiment file. */
export interface ExperimentFile {
  readonly settings: ExperimentSettings;
  /** What the file says without effect. */
  readonly warnings: readonly Issue[];
}

const number = decimal.transform((value) => value.toNumber());
const atLeast = (least: number) => (value: number) =>
  value < least ? `Input should be greater than or equal to ${least}` : undefined;
const share = ruled(number, (value) => value >= 0 && value <= 1 ? undefined : "Input should be from 0 to 1");
const count = ruled(integer, atLeast(0));

const mode = ruled(text, (given) => {
  if (EVALUATION_MODES.some((each) => each === given)) return undefined;
  return `Invalid evaluation mode: ${given}${suggestion(given, EVALUATION_MODES)}. Valid: ${
    EVALUATION_MODES.join(", ")
  }`;
}).transform((given) => EVALUATION_MODES.find((each) => each === given) ?? "bootstrap");

const evaluation = mapping({
  mode: mode.default("bootstrap"),
  ticks: ruled(integer, atLeast(1)),
  num_samples: optional(count).default(10),
  acceptance: optional(mapping({
    require_statistical_significance: flag.default(false),
    max_coefficient_of_variation: optional(number).default(null),
    min_settlement_rate: share.default(0.95),
  }, "Acceptance")).default(null),
}, "Evaluation");

const convergence = mapping({
  max_iterations: count.default(50),
  stability_threshold: number.default(0.05),
  stability_window: count.default(5),
  improvement_threshold: number.default(0.01),
  cv_threshold: number.default(0.03),
  regret_threshold: number.default(0.1),
}, "Convergence");

const llm = mapping({
  model: text,
  temperature: number.default(0),
  max_retries: ruled(integer, atLeast(1)).default(3),
  timeout_seconds: ruled(integer, atLeast(1)).default(120),
  thinking_budget: optional(integer).default(null),
  reasoning_effort: optional(text).default(null),
  system_prompt: optional(text).default(null),
  system_prompt_file: optional(text).default(null),
}, "Llm");

const parameter = mapping({
  name: ruled(text, (given) => given.trim() === "" ? "A parameter needs a name" : undefined),
  param_type: choice(["int", "float", "enum"]),
  min_value: optional(number).default(null),
  max_value: optional(number).default(null),
  allowed_values: optional(z.array(z.unknown())).default(null),
  description: text.default(""),
}, "ParameterSpec");

const policyConstraints = mapping({
  allowed_parameters: list(parameter).default([]),
  allowed_fields: list(text).default([]),
  allowed_actions: named(list(text)).default({}),
  lsm_enabled: flag.default(true),
}, "ScenarioConstraints");

const proposer = mapping({
  type: choice(PROPOSER_TYPES).default("search"),
  step: ruled(share, (value) => value > 0 ? undefined : "Input should be greater than 0").default(0.2),
  tolerance: ruled(share, (value) => value > 0 ? undefined : "Input should be greater than 0").default(0.01),
  max_retries: optional(ruled(integer, atLeast(1))).default(null),
  script: named(list(anyMapping)).default({}),
}, "Proposer");

const output = mapping({
  directory: text.default("results"),
  database: text.default("experiments.db"),
  verbose: flag.default(true),
}, "Output");

const experimentFile = z.object({
  name: text,
  description: text.default(""),
  scenario: text,
  evaluation,
  convergence: optional(convergence).default(null),
  llm: optional(llm).default(null),
  optimized_agents: list(text).min(1, "List at least one agent"),
  constraints: optional(text).default(null),
  policy_constraints: optional(policyConstraints).default(null),
  prompt_customization: optional(named(optional(text))).default(null),
  output: optional(output).default(null),
  master_seed: integer.default(42),
  proposer: optional(proposer).default(null),
  initial_policies: optional(named(text)).default(null),
});

type Parsed = z.output<typeof experimentFile>;

const SUBJECT = "Invalid experiment";
const REQUIRED = ["name", "scenario", "evaluation", "convergence", "llm", "optimized_agents"] as const;

/**
 * Reads the text of an experiment file and fills in every default.
 *
 * @throws {ValidationError} listing every problem.
 */
export function loadExperiment(text: string, subject: string, options: ConfigOptions = {}): ExperimentFile {
  return parseExperiment(parseYaml(text, subject), options);
}

/** Checks what an experiment file holds; see {@linkcode loadExperiment}. */
export function parseExperiment(source: unknown, options: ConfigOptions = {}): ExperimentFile {
  if (!isMapping(source)) throw new ValidationError("An experiment file must be a YAML mapping", []);
  const missing = missingFields(source);
  if (missing.length > 0) {
    const names = missing.map((name) => `'${name}'`).join(", ");
    throw new ValidationError(SUBJECT, [{ path: [], message: `Missing required fields: [${names}]` }]);
  }
  const parsed = experimentFile.safeParse(source, { reportInput: true });
  const unknown = unknownKeys(experimentFile, source);
  const issues = [
    ...(options.reference === true ? [] : unknown),
    ...(parsed.success ? ruleIssues(parsed.data) : fieldIssues(parsed.error)),
  ];
  if (!parsed.success || issues.length > 0) throw new ValidationError(SUBJECT, issues);
  const { settings, prompt } = settingsOf(parsed.data, options);
  if (prompt !== undefined) throw new ValidationError(SUBJECT, [prompt]);
  return { settings, warnings: [...(options.reference === true ? unknown : []), ...idleKeys(parsed.data)] };
}

/** Only proposals of a language model need `llm`. */
function missingFields(source: Readonly<Record<string, unknown>>): string[] {
  const { proposer } = source;
  const asksNobody = isMapping(proposer) && proposer["type"] !== "llm";
  return REQUIRED.filter((name) => !(name in source) && !(name === "llm" && asksNobody));
}

function ruleIssues(file: Parsed): Issue[] {
  const issues: Issue[] = [];
  const agents = file.optimized_agents;
  const repeated = agents.findIndex((agent, i) => agents.indexOf(agent) !== i);
  if (repeated >= 0) issues.push({ path: ["optimized_agents", repeated], message: "This agent stands there twice" });
  const { constraints } = file;
  if (constraints !== null && constraints !== "" && file.policy_constraints === null) {
    const message = constraints.includes(".")
      ? "Modules of the reference are not read here; write policy_constraints instead"
      : `Invalid constraints module format: ${constraints}`;
    issues.push({ path: ["constraints"], message });
  }
  const known = [...agents, "all"];
  for (const section of ["prompt_customization", "initial_policies"] as const) {
    for (const name of Object.keys(file[section] ?? {})) {
      if (known.includes(name)) continue;
      issues.push({ path: [section, name], message: `No optimised agent has this name${suggestion(name, known)}` });
    }
  }
  for (const name of Object.keys(file.proposer?.script ?? {})) {
    if (agents.includes(name)) continue;
    const path = ["proposer", "script", name];
    issues.push({ path, message: `No optimised agent has this name${suggestion(name, agents)}` });
  }
  if (file.proposer?.type === "llm" && file.llm === null) {
    issues.push({ path: ["llm"], message: "A proposer of type llm needs a model here" });
  }
  file.policy_constraints?.allowed_parameters.forEach(({ min_value, max_value, param_type, allowed_values }, i) => {
    const path = ["policy_constraints", "allowed_parameters", i];
    if (min_value !== null && max_value !== null && min_value > max_value) {
      issues.push({ path, message: `min_value ${min_value} is above max_value ${max_value}` });
    }
    if (param_type === "enum" && (allowed_values ?? []).length === 0) {
      issues.push({ path, message: "A parameter of type enum needs allowed_values" });
    }
  });
  return issues;
}

function idleKeys(file: Parsed): Issue[] {
  const issues: Issue[] = [];
  if (file.constraints !== null && file.constraints !== "" && file.policy_constraints !== null) {
    issues.push({ path: ["constraints"], message: "has no effect beside policy_constraints" });
  }
  if (file.llm !== null && file.proposer?.type !== "llm") {
    const message = `is not asked: proposals come from ${file.proposer?.type ?? "search"}; --proposer llm asks it`;
    issues.push({ path: ["llm"], message });
  }
  if (file.policy_constraints === null && file.evaluation.mode !== "deterministic-temporal") {
    issues.push({ path: ["policy_constraints"], message: "is absent: policies are evaluated and never changed" });
  }
  return issues;
}

function settingsOf(file: Parsed, options: ConfigOptions): { settings: ExperimentSettings; prompt: Issue | undefined } {
  const { evaluation: { mode, ticks, num_samples, acceptance } } = file;
  const limits = file.convergence ?? convergence.parse({});
  const proposing = file.proposer ?? proposer.parse({});
  const words = promptWords(file, options);
  const settings: ExperimentSettings = {
    name: file.name,
    description: file.description,
    scenario: file.scenario,
    mode,
    ticks,
    numSamples: Math.max(1, num_samples ?? 1),
    acceptance: {
      requireSignificance: acceptance?.require_statistical_significance ?? false,
      maxCoefficientOfVariation: acceptance?.max_coefficient_of_variation ?? null,
      minSettlementRate: acceptance?.min_settlement_rate ?? 0.95,
    },
    convergence: {
      maxIterations: limits.max_iterations,
      stabilityThreshold: limits.stability_threshold,
      stabilityWindow: limits.stability_window,
      cvThreshold: limits.cv_threshold,
      regretThreshold: limits.regret_threshold,
    },
    llm: file.llm === null ? null : llmSettings(file.llm),
    maxRetries: proposing.max_retries ?? file.llm?.max_retries ?? 3,
    optimizedAgents: file.optimized_agents,
    constraints: file.policy_constraints === null ? null : constraintsOf(file.policy_constraints),
    customization: words.customization,
    output: file.output,
    masterSeed: file.master_seed,
    proposer: {
      type: proposing.type,
      step: proposing.step,
      tolerance: proposing.tolerance,
      script: new Map(Object.entries(proposing.script).map(([agent, entries]) => [agent, entries.map(plainMap)])),
    },
    initialPolicies: new Map(Object.entries(file.initial_policies ?? {})),
  };
  return { settings, prompt: words.issue };
}

function llmSettings(file: NonNullable<Parsed["llm"]>): LlmSettings {
  return {
    model: file.model,
    temperature: file.temperature,
    maxRetries: file.max_retries,
    timeoutSeconds: file.timeout_seconds,
    thinkingBudget: file.thinking_budget,
    reasoningEffort: file.reasoning_effort,
  };
}

/** The words to agents; a system prompt stands for `all` where there is no block of its own. */
function promptWords(
  { prompt_customization: block, llm }: Parsed,
  { readText }: ConfigOptions,
): { customization: ReadonlyMap<string, string>; issue: Issue | undefined } {
  const customization = new Map<string, string>();
  if (block !== null) {
    for (const [agent, words] of Object.entries(block)) if (words?.trim()) customization.set(agent, words);
    return { customization, issue: undefined };
  }
  const file = llm?.system_prompt_file ?? null;
  let words = llm?.system_prompt ?? null;
  if (words === null && file !== null) {
    const issue = { path: ["llm", "system_prompt_file"], message: `System prompt file not found: ${file}` };
    if (readText === undefined) return { customization, issue };
    try {
      words = readText(file);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { customization, issue };
    }
  }
  if (words?.trim()) customization.set("all", words);
  return { customization, issue: undefined };
}

function constraintsOf(file: NonNullable<Parsed["policy_constraints"]>): PolicyConstraints {
  return {
    allowedParameters: file.allowed_parameters.map((each): ParameterSpec => ({
      name: each.name,
      type: each.param_type,
      min: each.min_value,
      max: each.max_value,
      allowed: each.allowed_values?.map(plain) ?? null,
      description: each.description,
    })),
    allowedFields: file.allowed_fields,
    allowedActions: new Map(Object.entries(file.allowed_actions)),
    lsmEnabled: file.lsm_enabled,
  };
}

/** A value of a file as JSON: exact numbers become doubles. */
function plain(value: unknown): Json {
  if (value instanceof Decimal) return value.toNumber();
  if (Array.isArray(value)) return value.map(plain);
  if (isMapping(value)) return plainMap(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function plainMap(value: Readonly<Record<string, unknown>>): JsonMap {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
