/**
 * `bilancio payments experiment template`: an experiment file to start from (spec 08 12, 23).
 *
 * @module
 */
import { Conflict } from "../core/errors.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, path } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "out": path("FILE", "write it there, where nothing stands yet", { fallback: "standard output" }),
};

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments experiment template",
  summary: "Prints an experiment file to start from, every key with its default",
  positionals: [],
  flags: FLAGS,
  examples: [["bilancio payments experiment template --out my-experiment.yaml", "a file to fill in"]],
};

/** Every key of an experiment file (docs/payments-experiments.md); those that may be left out have their defaults. */
export const TEMPLATE = `# A policy experiment: bilancio payments experiment run THIS_FILE --html search.html
name: my-experiment # begins the run id
description: ""
scenario: my-scenario.yaml # a scenario of the payments model; its seed is not used
optimized_agents: [BANK_A, BANK_B] # banks of the scenario, in this order
master_seed: 42 # all chance of the experiment

evaluation:
  mode: bootstrap # or deterministic (-pairwise), deterministic-temporal
  ticks: 12 # of every simulation
  num_samples: 10 # days that are drawn for each bank
  acceptance:
    require_statistical_significance: false # the 95 % interval of the improvement lies above 0
    max_coefficient_of_variation: null # most deviation of the new cost, as a share of its mean
    min_settlement_rate: 0.95 # least share of payments that a new policy settles

convergence:
  max_iterations: 50
  stability_window: 5 # iterations
  stability_threshold: 0.05 # deterministic modes: they change less than this
  cv_threshold: 0.03 # bootstrap: their spread
  regret_threshold: 0.1 # bootstrap: distance from the best

policy_constraints: # without this section policies are evaluated and never changed
  allowed_parameters:
    - { name: initial_liquidity_fraction, param_type: float, min_value: 0, max_value: 1, description: share of the pool }
  allowed_fields: [] # every field
  allowed_actions: { payment_tree: [Release, Hold] }
  lsm_enabled: true # whether a language model is told of liquidity saving

proposer: # who proposes: search (no network), scripted, llm
  type: search
  step: 0.2 # first step, as a share of a parameter's range
  tolerance: 0.01 # smallest step

# initial_policies: { all: my-policy.json } # else: release everything, take half of the pool

# llm: # for proposer.type llm, at BILANCIO_LLM_BASE_URL
#   model: openai:gpt-5
#   temperature: 0
#   max_retries: 3
#   timeout_seconds: 120
#   thinking_budget: null
#   reasoning_effort: null
#   system_prompt: null # or system_prompt_file: words.txt
# prompt_customization: { all: words to every bank, BANK_A: words to this one }

# output: { directory: results, database: experiments.db, verbose: true } # else nowhere, unless --db says so
`;

async function template(flags: FlagValues<typeof FLAGS>, terminal: Terminal): Promise<number> {
  if (flags.out === undefined) {
    terminal.out(TEMPLATE);
    return 0;
  }
  const { from, isFileAt } = await import("./paths.ts");
  if (isFileAt(from(terminal.directory, flags.out))) {
    throw new Conflict(`${flags.out} is there already; it is not overwritten.`);
  }
  const { writeOutputs } = await import("./outputs.ts");
  writeOutputs(terminal.directory, [{ path: flags.out, content: TEMPLATE }]);
  terminal.out(`${flags.out}\n`);
  return 0;
}

/** `payments experiment template`. */
export const command: Command = commandOf(SHAPE, ({ flags }, terminal) => template(flags, terminal));
