/**
 * Reading an experiment that the caller named: its file, its scenario, the policies that it starts with, and who
 * proposes better ones.
 *
 * @module
 */
import { NotFound, UsageError, ValidationError } from "../core/errors.ts";
import type { Json, Policy, PolicyProposer } from "../experiments/payments/contracts.ts";
import type { ExperimentSettings, ProposerType } from "../experiments/payments/settings.ts";
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { directoryOf, fileNameOf } from "../stores/files/paths.ts";
import { issueText } from "./issue_text.ts";
import { from, isFileAt } from "./paths.ts";
import { readText } from "./read_text.ts";
import type { Terminal } from "./terminal.ts";

/** What flags set instead of the file. */
export interface ExperimentOverrides {
  readonly reference?: boolean | undefined;
  readonly seed?: number | undefined;
  readonly model?: string | undefined;
  readonly proposer?: ProposerType | undefined;
  readonly reasoningEffort?: string | undefined;
  readonly thinkingBudget?: number | undefined;
}

/** The settings in a file; what has no effect is said on standard error. @throws {ValidationError} {@linkcode UsageError} */
export async function readExperiment(
  file: string,
  overrides: ExperimentOverrides,
  terminal: Terminal,
): Promise<ExperimentSettings> {
  const { loadExperiment } = await import("../experiments/payments/config.ts");
  const text = readText(terminal.directory, file, "experiment file");
  const { settings, warnings } = loadExperiment(text, fileNameOf(file), {
    reference: overrides.reference === true,
    readText: (path) => readText(terminal.directory, beside(file, path), "system prompt"),
  });
  for (const warning of warnings) {
    if (warning.path[0] === "llm" && overrides.proposer === "llm") continue;
    terminal.error(`warning: ${issueText(warning)}\n`);
  }
  return overridden(settings, overrides);
}

function overridden(settings: ExperimentSettings, given: ExperimentOverrides): ExperimentSettings {
  const model = given.model ?? settings.llm?.model;
  const llm = model === undefined ? null : {
    temperature: 0,
    maxRetries: settings.maxRetries,
    timeoutSeconds: 120,
    ...settings.llm,
    model,
    thinkingBudget: given.thinkingBudget ?? settings.llm?.thinkingBudget ?? null,
    reasoningEffort: given.reasoningEffort ?? settings.llm?.reasoningEffort ?? null,
  };
  return {
    ...settings,
    llm,
    masterSeed: given.seed ?? settings.masterSeed,
    proposer: { ...settings.proposer, type: given.proposer ?? settings.proposer.type },
  };
}

/** A path that stands in a file, as seen from the caller's directory. */
export function beside(file: string, path: string): string {
  return from(directoryOf(file), path).replace(/^(?:\.\/)+/, "");
}

/** The scenario of an experiment. @throws {NotFound} when there is none. */
export async function readExperimentScenario(
  file: string,
  settings: ExperimentSettings,
  reference: boolean | undefined,
  terminal: Terminal,
): Promise<PaymentsScenario> {
  const path = beside(file, settings.scenario);
  if (!isFileAt(from(terminal.directory, path))) throw new NotFound(`Scenario file not found: ${path}`);
  const { readPaymentsFile } = await import("./payments_file.ts");
  return await readPaymentsFile(path, reference === undefined ? {} : { reference }, terminal);
}

/** The policies that an experiment starts with where it names any. @throws {ValidationError} for a text without a policy. */
export function readInitialPolicies(
  file: string,
  settings: ExperimentSettings,
  terminal: Terminal,
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const agent of settings.optimizedAgents) {
    const path = settings.initialPolicies.get(agent) ?? settings.initialPolicies.get("all");
    if (path !== undefined) {
      policies.set(agent, policyIn(readText(terminal.directory, beside(file, path), "policy"), path));
    }
  }
  return policies;
}

function policyIn(text: string, path: string): Policy {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ValidationError(`The policy ${path} is no JSON`, [{ path: [], message }]);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value));
  }
  throw new ValidationError(`The policy ${path} is no JSON object`, []);
}

/** Environment variables of language models. */
export const LLM_VARIABLES = ["BILANCIO_LLM_BASE_URL", "BILANCIO_LLM_KEY", "BILANCIO_LLM_MODEL"] as const;

/** Who proposes. @throws {UsageError} when a language model is wanted and nobody says which or where. */
export async function proposerOf(settings: ExperimentSettings): Promise<PolicyProposer> {
  const { proposer, masterSeed } = settings;
  switch (proposer.type) {
    case "scripted": {
      const { listScript, ScriptedProposer } = await import("../experiments/payments/proposers/scripted.ts");
      return new ScriptedProposer(listScript(proposer.script));
    }
    case "llm":
      return await languageModel(settings);
    default: {
      const { SearchProposer } = await import("../experiments/payments/proposers/search.ts");
      return new SearchProposer({ step: proposer.step, tolerance: proposer.tolerance, seed: masterSeed });
    }
  }
}

async function languageModel({ llm }: ExperimentSettings): Promise<PolicyProposer> {
  const [baseUrl, key, model] = LLM_VARIABLES.map(environment);
  const wanted = llm?.model ?? (model === undefined ? undefined : model.includes(":") ? model : `openai:${model}`);
  if (baseUrl === undefined) {
    throw new UsageError(
      "A language model needs BILANCIO_LLM_BASE_URL, the address of an endpoint that speaks the protocol of OpenAI, " +
        "such as http://localhost:11434/v1. --proposer search needs none.",
    );
  }
  if (wanted === undefined) {
    throw new UsageError("No model is named: give --model PROVIDER:NAME, or BILANCIO_LLM_MODEL.");
  }
  const { LanguageModelProposer } = await import("../experiments/payments/proposers/language_model.ts");
  const shared = { temperature: 0, maxRetries: 3, timeoutSeconds: 120, thinkingBudget: null, reasoningEffort: null };
  return new LanguageModelProposer({ ...shared, ...llm, model: wanted }, {
    baseUrl,
    key: key ?? null,
    retries: 3,
    pause: 1000,
    wait: waited,
    clock: () => performance.now(),
    newId: () => randomHex(4),
  });
}

/** A variable; absent also where the permissions of the task do not cover it. */
function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UsageError(`This task may not read ${name}; \`deno task experiment\` may use language models.`);
  }
}

function waited(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** So many random bytes as hexadecimal digits. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** `{name}-{date}-{time}-{6 random digits}` in local time (spec 08 1). */
export function newRunId(name: string): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_")}-${date}-${time}-${randomHex(3)}`;
}
