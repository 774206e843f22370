/**
 * `bilancio payments experiment info`: everything that an experiment file asks for, defaults included (spec 08 12).
 *
 * @module
 */
import type { ExperimentSettings } from "../experiments/payments/settings.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, onOff } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "reference": onOff("read the file as the reference does: unknown keys are warnings"),
  "json": onOff("print one JSON object"),
};

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments experiment info",
  summary: "Shows everything that an experiment file asks for, defaults included",
  positionals: [{ name: "FILE", summary: "experiment (YAML)" }],
  flags: FLAGS,
  examples: [[
    "bilancio payments experiment info examples/payments/experiments/liquidity-search.yaml",
    "says how policies are judged, when the experiment stops, and who proposes",
  ]],
};

/** What the file asks for, in its own sections and names. */
function sectionsOf(settings: ExperimentSettings): Readonly<Record<string, unknown>> {
  const { acceptance, convergence, constraints, proposer, llm, output } = settings;
  return {
    name: settings.name,
    description: settings.description,
    scenario: settings.scenario,
    optimized_agents: settings.optimizedAgents,
    master_seed: settings.masterSeed,
    evaluation: {
      mode: settings.mode,
      ticks: settings.ticks,
      num_samples: settings.numSamples,
      require_statistical_significance: acceptance.requireSignificance,
      max_coefficient_of_variation: acceptance.maxCoefficientOfVariation,
      min_settlement_rate: acceptance.minSettlementRate,
    },
    convergence: {
      max_iterations: convergence.maxIterations,
      stability_window: convergence.stabilityWindow,
      stability_threshold: convergence.stabilityThreshold,
      cv_threshold: convergence.cvThreshold,
      regret_threshold: convergence.regretThreshold,
    },
    policy_constraints: constraints === null ? null : {
      allowed_parameters: constraints.allowedParameters.map(({ name }) => name),
      allowed_fields: constraints.allowedFields,
      allowed_actions: Object.fromEntries(constraints.allowedActions),
      lsm_enabled: constraints.lsmEnabled,
    },
    proposer: {
      type: proposer.type,
      ...(proposer.type === "search" ? { step: proposer.step, tolerance: proposer.tolerance } : {}),
      ...(proposer.type === "scripted"
        ? { proposals: Object.fromEntries([...proposer.script].map(([agent, list]) => [agent, list.length])) }
        : {}),
      max_retries: settings.maxRetries,
    },
    llm: llm === null ? null : {
      model: llm.model,
      temperature: llm.temperature,
      timeout_seconds: llm.timeoutSeconds,
      thinking_budget: llm.thinkingBudget,
      reasoning_effort: llm.reasoningEffort,
    },
    initial_policies: Object.fromEntries(settings.initialPolicies),
    output,
  };
}

async function show(file: string, flags: FlagValues<typeof FLAGS>, terminal: Terminal): Promise<number> {
  const { readExperiment } = await import("./payments_experiment_file.ts");
  const sections = sectionsOf(await readExperiment(file, { reference: flags.reference }, terminal));
  if (flags.json) terminal.out(`${JSON.stringify({ file, ...sections })}\n`);
  else for (const [name, value] of Object.entries(sections)) terminal.out(sectionText(name, value));
  return 0;
}

function sectionText(name: string, value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return line(name, value, "");
  const entries = Object.entries(value);
  if (entries.length === 0) return line(name, null, "");
  return `${name}\n${entries.map(([key, each]) => line(key, each, "  ")).join("")}`;
}

function line(name: string, value: unknown, indent: string): string {
  return `${indent}${name.padEnd(34 - indent.length)}${valueText(value)}\n`;
}

function valueText(value: unknown): string {
  if (value === null || value === "") return "none";
  if (Array.isArray(value)) return value.length === 0 ? "every" : value.map(String).join(", ");
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([key, each]) => `${key}: ${valueText(each)}`);
    return parts.length === 0 ? "every" : parts.join("; ");
  }
  return String(value);
}

/** `payments experiment info`. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => show(file, flags, terminal),
);
