/**
 * Reading a scenario of the payments model that the caller named: a scenario file or an engine dictionary.
 *
 * @module
 */
import { NotFound, ValidationError } from "../core/errors.ts";
import { PaymentsError } from "../payments/errors.ts";
import { type LoadOptions, loadPaymentsScenario, type PaymentsScenario } from "../payments/scenario/load.ts";
import type { FeatureToggles } from "../payments/policies/mod.ts";
import { issueText } from "./issue_text.ts";
import { directoryOf, fileNameOf } from "../stores/files/paths.ts";
import { from, isFileAt } from "./paths.ts";
import { readText } from "./read_text.ts";
import type { Terminal } from "./terminal.ts";

/** What the caller sets besides the file. */
export type PaymentsFileOptions = Pick<LoadOptions, "reference" | "ticks" | "seed">;

/**
 * The scenario in a file; what is ignored in it is said on standard error.
 *
 * @throws {UsageError} when there is no such file, {@linkcode ValidationError} when it breaks the rules.
 */
export async function readPaymentsFile(
  file: string,
  options: PaymentsFileOptions,
  terminal: Terminal,
  quiet = false,
): Promise<PaymentsScenario> {
  const text = readText(terminal.directory, file, "scenario file");
  if (!/\.(?:ya?ml|json)$/i.test(file)) {
    throw new ValidationError(`The scenario file ${file} should end in .yaml, .yml or .json`, []);
  }
  const readPolicy = (path: string) => policyText(path, file, terminal.directory);
  const scenario = await asProblems(() => loadPaymentsScenario(text, fileNameOf(file), { ...options, readPolicy }));
  if (!quiet) { for (const warning of scenario.warnings) terminal.error(`warning: ${issueText(warning)}\n`); }
  return scenario;
}

/**
 * Does what may be refused with one of the reference's classes of error, which say no place.
 *
 * @throws {ValidationError} instead of those.
 */
export async function asProblems<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PaymentsError)) throw error;
    throw new ValidationError("Invalid configuration", [{ path: [], message: error.message }]);
  }
}

/** A policy file, as seen from the caller's directory or else from beside the scenario. */
function policyText(path: string, scenarioFile: string, directory: string): string {
  const beside = from(directoryOf(scenarioFile), path);
  const found = [path, beside].find((candidate) => isFileAt(from(directory, candidate)));
  if (found === undefined) throw new NotFound(`Policy JSON file not found: ${path} (tried ${beside})`);
  return readText(directory, found, "policy file");
}

/** The `policy_feature_toggles` of a scenario file; none where it has none. @throws As {@linkcode readPaymentsFile}. */
export async function readFeatureToggles(file: string, terminal: Terminal): Promise<FeatureToggles> {
  return (await readPaymentsFile(file, {}, terminal)).toggles;
}
