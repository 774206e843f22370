/**
 * `bilancio payments policy`: checks a policy document (spec 08 12, `validate-policy`).
 *
 * @module
 */
import { StoreError, UsageError } from "../core/errors.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../payments/behaviours.ts";
import type { FeatureToggles, PolicyVerdict } from "../payments/policies/mod.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import { type CommandShape, type FlagValues, oneOf, onOff, path } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "format": oneOf(["text", "json"], "how the answer is written", { fallback: "text" }),
  "scenario": path("FILE", "a scenario whose policy_feature_toggles the policy must keep"),
  "functional-tests": onOff("also run the policy in a small simulation"),
  "reference": onOff("judge as the reference implementation does (docs/behaviours.md)"),
};

type PolicyFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments policy",
  summary: "Checks a policy document; every message points into it",
  positionals: [{ name: "FILE", summary: "policy (JSON)" }],
  flags: FLAGS,
  examples: [
    ["bilancio payments policy examples/policies/03-shrinking-reserve.json", "says what is wrong, line and column"],
    ["bilancio payments policy my.json --format json --functional-tests", "one JSON object, with a trial run"],
  ],
};

/** A problem as it is written. Those of the file have no place. */
interface Problem {
  readonly type: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

interface Answer {
  readonly valid: boolean;
  readonly errors?: readonly Problem[];
  readonly [key: string]: unknown;
}

async function policy(file: string, flags: PolicyFlags, terminal: Terminal): Promise<number> {
  const behaviours = flags.reference ? REFERENCE : CORRECTED;
  const source = await sourceOf(file, terminal);
  const answer = "problem" in source
    ? { valid: false, errors: [source.problem] }
    : await answerOf(source.text, flags, behaviours, terminal);
  terminal.out(flags.format === "json" ? `${JSON.stringify(answer, null, 2)}\n` : answerText(file, answer));
  return answer.valid && testsPassed(answer) ? 0 : FAILED;
}

async function sourceOf(file: string, terminal: Terminal): Promise<{ text: string } | { problem: Problem }> {
  const { readText } = await import("./read_text.ts");
  try {
    const text = readText(terminal.directory, file, "policy");
    return text.trim() === "" ? { problem: { type: "EmptyFile", message: `The policy ${file} is empty` } } : { text };
  } catch (error) {
    if (error instanceof UsageError) return { problem: { type: "FileNotFound", message: error.message } };
    if (error instanceof StoreError) return { problem: { type: "ReadError", message: error.message } };
    throw error;
  }
}

async function answerOf(
  text: string,
  flags: PolicyFlags,
  behaviours: Behaviours,
  terminal: Terminal,
): Promise<Answer> {
  const { judgePolicy, writtenVerdict } = await import("../payments/policies/mod.ts");
  const verdict = judgePolicy(text, behaviours);
  const answer: Answer = flags.scenario === undefined
    ? { ...writtenVerdict(verdict) }
    : await scenarioAnswer(verdict, flags.scenario, behaviours, terminal);
  if (!flags["functional-tests"]) return answer;
  const { policyTrial } = await import("../payments/policy_trial.ts");
  return { ...answer, functional_tests: policyTrial(text, behaviours) };
}

/** The answer with the toggles of a scenario. */
async function scenarioAnswer(
  verdict: PolicyVerdict,
  scenario: string,
  behaviours: Behaviours,
  terminal: Terminal,
): Promise<Answer> {
  const { forbiddenCategories, policyCategories, writtenVerdict } = await import("../payments/policies/mod.ts");
  const { forbiddenNames } = await import("../payments/policies/features.ts");
  if (!verdict.valid) {
    const written = writtenVerdict(verdict);
    return {
      valid: false,
      policy_id: null,
      version: null,
      description: null,
      errors: "errors" in written ? written.errors : [],
    };
  }
  const { policyId: policy_id, version, description } = verdict.document;
  const head = { policy_id, version, description };
  let toggles: FeatureToggles;
  try {
    toggles = await togglesOf(scenario, terminal);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { valid: false, ...head, errors: [{ type: "ScenarioLoadError", message: error.message }] };
  }
  const used = policyCategories(verdict.document, behaviours);
  const message = forbiddenCategories(used, toggles);
  if (message === undefined) return { valid: true, ...head, errors: [] };
  return {
    valid: false,
    ...head,
    errors: [{ type: "ForbiddenCategory", message: `${message}.` }],
    forbidden_categories: forbiddenNames(used, toggles),
  };
}

async function togglesOf(scenario: string, terminal: Terminal): Promise<FeatureToggles> {
  const { readFeatureToggles } = await import("./payments_file.ts");
  return await readFeatureToggles(scenario, terminal);
}

function testsPassed(answer: Answer): boolean {
  const tests = answer["functional_tests"];
  return typeof tests !== "object" || tests === null || !("passed" in tests) || tests.passed === true;
}

function answerText(file: string, answer: Answer): string {
  const tests = answer["functional_tests"] === undefined
    ? ""
    : `Functional tests: ${JSON.stringify(answer["functional_tests"], null, 2)}\n`;
  if (answer.valid) return `${file} is valid: ${String(answer["policy_id"])}\n${tests}`;
  const problems = (answer.errors ?? []).map(({ type, message, line, column, path }) => {
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    return `${place}: ${message} [${type}]${path === undefined || path === "" ? "" : ` at ${path}`}\n`;
  });
  return problems.join("") + tests;
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => policy(file, flags, terminal),
);
