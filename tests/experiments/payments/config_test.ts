/** Experiment files: every key, its default and its errors (spec 08 23). */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ValidationError } from "../../../src/core/errors.ts";
import { loadExperiment } from "../../../src/experiments/payments/config.ts";
import { customizationFor, drawsSamples } from "../../../src/experiments/payments/settings.ts";

const LEAST = `
name: least
scenario: s.yaml
evaluation: { ticks: 12 }
convergence: {}
llm: { model: "provider:name" }
optimized_agents: [A, B]
`;

function problems(text: string): string[] {
  const error = assertThrows(() => loadExperiment(text, "x.yaml"), ValidationError);
  return error.issues.map(({ path, message }) => [...path, message].join(" "));
}

Deno.test("a file with the required keys has every default", () => {
  const { settings } = loadExperiment(LEAST, "x.yaml");
  assertEquals(settings, {
    name: "least",
    description: "",
    scenario: "s.yaml",
    mode: "bootstrap",
    ticks: 12,
    numSamples: 10,
    acceptance: { requireSignificance: false, maxCoefficientOfVariation: null, minSettlementRate: 0.95 },
    convergence: {
      maxIterations: 50,
      stabilityThreshold: 0.05,
      stabilityWindow: 5,
      cvThreshold: 0.03,
      regretThreshold: 0.1,
    },
    llm: {
      model: "provider:name",
      temperature: 0,
      maxRetries: 3,
      timeoutSeconds: 120,
      thinkingBudget: null,
      reasoningEffort: null,
    },
    maxRetries: 3,
    optimizedAgents: ["A", "B"],
    constraints: null,
    customization: new Map(),
    output: null,
    masterSeed: 42,
    proposer: { type: "search", step: 0.2, tolerance: 0.01, script: new Map() },
    initialPolicies: new Map(),
  });
  assert(drawsSamples(settings));
});

Deno.test("every key is read", () => {
  const { settings, warnings } = loadExperiment(
    `
name: all
description: everything
scenario: s.yaml
evaluation:
  mode: deterministic-temporal
  ticks: 3
  num_samples: null
  acceptance: { require_statistical_significance: true, max_coefficient_of_variation: 0.5, min_settlement_rate: 0.9 }
convergence: { max_iterations: 7, stability_threshold: 0.1, stability_window: 2, improvement_threshold: 1, cv_threshold: 0.2, regret_threshold: 0.3 }
llm: { model: "p:m", temperature: 0.7, max_retries: 5, timeout_seconds: 9, thinking_budget: 1000, reasoning_effort: high, system_prompt: "ignored here" }
optimized_agents: [A]
policy_constraints:
  allowed_parameters:
    - { name: x, param_type: int, min_value: 1, max_value: 4, description: an x }
    - { name: y, param_type: enum, allowed_values: [1, 2.5, text] }
  allowed_fields: [balance]
  allowed_actions: { payment_tree: [Release] }
  lsm_enabled: false
prompt_customization: { all: " be bold ", A: "be careful" }
output: { directory: out, database: e.db, verbose: false }
master_seed: 7
proposer: { type: scripted, script: { A: [{ x: 2, initial_liquidity_fraction: 0.5 }] } }
initial_policies: { all: p.json }
`,
    "x.yaml",
  );
  assertEquals([settings.mode, settings.numSamples, settings.ticks, settings.masterSeed], [
    "deterministic-temporal",
    1,
    3,
    7,
  ]);
  assertEquals(settings.acceptance, {
    requireSignificance: true,
    maxCoefficientOfVariation: 0.5,
    minSettlementRate: 0.9,
  });
  assertEquals(settings.llm?.thinkingBudget, 1000);
  assertEquals(settings.maxRetries, 5);
  assertEquals(settings.constraints?.allowedParameters[1]?.allowed, [1, 2.5, "text"]);
  assertEquals(settings.constraints?.allowedActions.get("payment_tree"), ["Release"]);
  assertEquals(customizationFor(settings, "A"), "be bold\n\nbe careful");
  assertEquals(settings.proposer.script.get("A"), [{ x: 2, initial_liquidity_fraction: 0.5 }]);
  assertEquals(settings.output, { directory: "out", database: "e.db", verbose: false });
  assertEquals(warnings.map(({ path }) => path.join(".")), ["llm"]);
});

Deno.test("check 22 of spec 08: a file with only a name lists the five other fields", () => {
  assertEquals(problems("name: x"), [
    "Missing required fields: ['scenario', 'evaluation', 'convergence', 'llm', 'optimized_agents']",
  ]);
});

Deno.test("a proposer without a language model needs no llm", () => {
  const text = LEAST.replace(/llm:.*/, "proposer: { type: search }");
  assertEquals(loadExperiment(text, "x.yaml").settings.llm, null);
  assertEquals(problems(LEAST.replace(/llm:.*/, "proposer: { type: llm }")), ["Missing required fields: ['llm']"]);
});

Deno.test("unknown keys are refused with the nearest known one, or with --reference only mentioned", () => {
  const text = `${LEAST}optimised_agents: [A]\n`.replace("ticks: 12", "ticks: 12, num_sample: 3");
  const found = problems(text);
  assertEquals(found, [
    "evaluation num_sample Unknown key (did you mean num_samples?)",
    "optimised_agents Unknown key (did you mean optimized_agents?)",
  ]);
  const { warnings } = loadExperiment(text, "x.yaml", { reference: true });
  assertEquals(warnings.slice(0, 2).map(({ path }) => path.join(".")), ["evaluation.num_sample", "optimised_agents"]);
});

Deno.test("what cannot be is refused, all of it at once", () => {
  const wrong = LEAST.replace("{ ticks: 12 }", "{ ticks: 0, mode: bootstrapp }").replace("[A, B]", "A");
  const found = problems(wrong);
  assert(
    found.some((each) =>
      each.startsWith("evaluation mode Invalid evaluation mode: bootstrapp (did you mean bootstrap?)")
    ),
  );
  assert(found.some((each) => each.startsWith("evaluation ticks")));
  assert(found.some((each) => each.startsWith("optimized_agents Input should be a valid list")), found.join("\n"));
  assertEquals(problems(`${LEAST}constraints: nodot\n`), ["constraints Invalid constraints module format: nodot"]);
  assertStringIncludes(problems(`${LEAST}constraints: module.NAME\n`)[0] ?? "", "write policy_constraints");
  assertStringIncludes(problems(LEAST.replace("{ ticks: 12 }", "{}"))[0] ?? "", "evaluation ticks Field required");
  assertStringIncludes(problems(`${LEAST}prompt_customization: { C: x }\n`)[0] ?? "", "No optimised agent");
  assertStringIncludes(problems(LEAST.replace("[A, B]", "[A, A]"))[0] ?? "", "twice");
  assertStringIncludes(problems(LEAST.replace("[A, B]", "[]"))[0] ?? "", "at least one agent");
});

Deno.test("a system prompt stands in the file or in one beside it", () => {
  const text = LEAST.replace('"provider:name"', '"provider:name", system_prompt_file: words.txt');
  const { settings } = loadExperiment(text, "x.yaml", { readText: (path) => `from ${path}` });
  assertEquals(customizationFor(settings, "A"), "from words.txt");
  assertEquals(problems(text), ["llm system_prompt_file System prompt file not found: words.txt"]);
});
