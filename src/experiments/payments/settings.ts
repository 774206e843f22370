/**
 * What an experiment is asked to do: an experiment file with every default filled in (spec 08 23).
 *
 * @module
 */
import type { JsonMap, PolicyConstraints } from "./contracts.ts";

/** How policies are evaluated; `deterministic` is pairwise. */
export const EVALUATION_MODES = [
  "bootstrap",
  "deterministic",
  "deterministic-pairwise",
  "deterministic-temporal",
] as const;

/** One of {@linkcode EVALUATION_MODES}. */
export type EvaluationMode = typeof EVALUATION_MODES[number];

/** What a better policy must fulfil (spec 08 16.3). */
export interface AcceptanceSettings {
  readonly requireSignificance: boolean;
  /** Null: no limit. */
  readonly maxCoefficientOfVariation: number | null;
  /** Share of payments, 0 to 1. */
  readonly minSettlementRate: number;
}

/** When an experiment stops (spec 08 18). */
export interface ConvergenceSettings {
  readonly maxIterations: number;
  readonly stabilityThreshold: number;
  readonly stabilityWindow: number;
  readonly cvThreshold: number;
  readonly regretThreshold: number;
}

/** Which language model is asked, and how. */
export interface LlmSettings {
  /** `provider:name`. */
  readonly model: string;
  readonly temperature: number;
  readonly maxRetries: number;
  readonly timeoutSeconds: number;
  readonly thinkingBudget: number | null;
  readonly reasoningEffort: string | null;
}

/** Who proposes policies. */
export const PROPOSER_TYPES = ["search", "scripted", "llm"] as const;

/** One of {@linkcode PROPOSER_TYPES}. */
export type ProposerType = typeof PROPOSER_TYPES[number];

/** How the proposer works. */
export interface ProposerSettings {
  readonly type: ProposerType;
  /** First step of the search as a share of a parameter's range. */
  readonly step: number;
  /** The search stops below this share of the range. */
  readonly tolerance: number;
  /** Of a scripted proposer, by agent: whole policies, or parameters that replace those of the current one. */
  readonly script: ReadonlyMap<string, readonly JsonMap[]>;
}

/** Where records go. */
export interface OutputSettings {
  /** From the experiment file. */
  readonly directory: string;
  readonly database: string;
  readonly verbose: boolean;
}

/** A whole experiment. */
export interface ExperimentSettings {
  readonly name: string;
  readonly description: string;
  /** Path of the scenario, from the experiment file. */
  readonly scenario: string;
  readonly mode: EvaluationMode;
  /** Ticks of every simulation. */
  readonly ticks: number;
  /** At least 1. */
  readonly numSamples: number;
  readonly acceptance: AcceptanceSettings;
  readonly convergence: ConvergenceSettings;
  /** Null where the file asks for no language model. */
  readonly llm: LlmSettings | null;
  /** Tries of one proposal. */
  readonly maxRetries: number;
  readonly optimizedAgents: readonly string[];
  /** Null: policies are evaluated and never changed. */
  readonly constraints: PolicyConstraints | null;
  /** Words by agent id; `all` stands before them. */
  readonly customization: ReadonlyMap<string, string>;
  /** Null: nothing is recorded unless the caller says where. */
  readonly output: OutputSettings | null;
  readonly masterSeed: number;
  readonly proposer: ProposerSettings;
  /** Paths of policy documents by agent id, `all` for the others; from the experiment file. */
  readonly initialPolicies: ReadonlyMap<string, string>;
}

/** Whether samples are drawn: bootstrap with at least two of them. */
export function drawsSamples({ mode, numSamples }: ExperimentSettings): boolean {
  return mode === "bootstrap" && numSamples >= 2;
}

/** The words of an experiment file to one agent (spec 08 19.4). */
export function customizationFor({ customization }: ExperimentSettings, agent: string): string {
  const words = [customization.get("all"), customization.get(agent)].map((text) => text?.trim() ?? "");
  return words.filter((text) => text !== "").join("\n\n");
}
