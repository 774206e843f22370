/**
 * How an experiment was started, as its record says it, so that `--resume` can go on in the same way.
 *
 * @module
 */
import { Conflict, NotFound, UsageError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { canonicalText } from "../experiments/canonical.ts";
import { ENGINE_VERSION } from "../experiments/engine_version.ts";
import type { JsonMap, Policy, RecordedExperiment } from "../experiments/payments/contracts.ts";
import { isJsonMap } from "../experiments/payments/policies.ts";
import { type ExperimentSettings, PROPOSER_TYPES } from "../experiments/payments/settings.ts";
import type { Behaviours } from "../payments/behaviours.ts";
import type { ExperimentOverrides } from "./payments_experiment_file.ts";

/** What the caller chose besides the file. */
export interface Chosen extends ExperimentOverrides {
  readonly persistBootstrap?: boolean | undefined;
}

/** What decides what an experiment computes. */
export interface Inputs {
  readonly settings: ExperimentSettings;
  readonly dictionary: Readonly<Record<string, unknown>>;
  readonly behaviours: Behaviours;
  readonly initialPolicies: ReadonlyMap<string, Policy>;
}

/** What a record says of how its experiment was started. */
export function provenanceOf(file: string, chosen: Chosen, inputs: Inputs): JsonMap {
  const given = Object.entries({ ...chosen }).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
  return {
    file,
    chosen: Object.fromEntries(given),
    quiet: inputs.settings.output?.verbose === false,
    inputs_hash: inputsHash(inputs),
    engine_version: ENGINE_VERSION,
  };
}

function inputsHash({ settings, dictionary, behaviours, initialPolicies }: Inputs): string {
  const { output: _, ...deciding } = settings;
  return sha256Hex(JSON.stringify([deciding, dictionary, behaviours, initialPolicies], plainly));
}

function plainly(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  return typeof value === "bigint" ? String(value) : value;
}

/** How a recorded experiment was started. */
export interface Started {
  /** As it was named then. */
  readonly file: string;
  readonly chosen: Chosen;
  /** As it is recorded. */
  readonly provenance: JsonMap;
}

/**
 * How to go on with an experiment.
 *
 * @throws {NotFound} when there is no such experiment, {@linkcode Conflict} when it has ended, or was recorded without
 * what is needed.
 */
export function startedAs(runId: string, recorded: RecordedExperiment | null): Started {
  if (recorded === null) {
    throw new NotFound(`No experiment ${runId} is recorded there; \`payments experiment results\` lists them.`);
  }
  const { config, completed_at } = recorded.experiment;
  if (completed_at !== null) {
    throw new Conflict(`The experiment ${runId} has ended; \`payments experiment replay ${runId}\` shows it.`);
  }
  const { run } = config;
  const chosen = isJsonMap(run) ? run["chosen"] : undefined;
  if (!isJsonMap(run) || typeof run["file"] !== "string" || !isJsonMap(chosen)) {
    throw new Conflict(`The record of ${runId} does not say how it was started; start a new experiment.`);
  }
  return { file: run["file"], chosen: chosenIn(chosen), provenance: run };
}

function chosenIn(given: JsonMap): Chosen {
  const flag = (name: string) => typeof given[name] === "boolean" ? given[name] === true : undefined;
  const number = (name: string) => typeof given[name] === "number" ? Number(given[name]) : undefined;
  const text = (name: string) => typeof given[name] === "string" ? String(given[name]) : undefined;
  return {
    reference: flag("reference"),
    seed: number("seed"),
    model: text("model"),
    proposer: PROPOSER_TYPES.find((each) => each === given["proposer"]),
    reasoningEffort: text("reasoningEffort"),
    thinkingBudget: number("thinkingBudget"),
    persistBootstrap: flag("persistBootstrap"),
  };
}

/** Refuses flags that decide what an experiment computes: `--resume` takes them from the record. @throws {UsageError} */
export function refuseChoices(chosen: Chosen): void {
  const names: Readonly<Record<string, string>> = {
    reference: "--reference",
    seed: "--seed",
    model: "--model",
    proposer: "--proposer",
    reasoningEffort: "--reasoning-effort",
    thinkingBudget: "--thinking-budget",
    persistBootstrap: "--persist-bootstrap",
  };
  const given = Object.entries({ ...chosen }).flatMap(([name, value]) =>
    value === undefined ? [] : [names[name] ?? name]
  );
  if (given.length === 0) return;
  throw new UsageError(`--resume goes on as the experiment was started; leave out ${given.join(", ")}.`);
}

/** Refuses inputs other than those that an experiment was started with. @throws {Conflict} */
export function checkSameInputs(runId: string, was: JsonMap, is: JsonMap): void {
  if (was["engine_version"] !== is["engine_version"]) {
    throw new Conflict(
      `${runId} was started with version ${canonicalText(was["engine_version"] ?? null)} of the engine, this is ` +
        `${ENGINE_VERSION}: it would give other numbers. Start a new experiment.`,
    );
  }
  if (was["inputs_hash"] === is["inputs_hash"]) return;
  throw new Conflict(
    `${runId} was started with another experiment file, scenario or policies than are there now; restore them, or ` +
      "start a new experiment.",
  );
}
