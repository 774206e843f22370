/**
 * The studies behind the column Change of docs/payments-experiments.md: policy experiments on small systems, and what a
 * switch moves in them.
 *
 * @module
 */
import { CORRECTED, type ExperimentBehaviours } from "../../src/experiments/payments/behaviours.ts";
import type {
  JsonMap,
  Policy,
  PolicyProposer,
  RecordedExperiment,
  SimulationWatch,
} from "../../src/experiments/payments/contracts.ts";
import { runExperiment } from "../../src/experiments/payments/experiment.ts";
import { MemoryRecorder } from "../../src/experiments/payments/memory_recorder.ts";
import { defaultPolicy, withParameters } from "../../src/experiments/payments/policies.ts";
import { ScriptedProposer } from "../../src/experiments/payments/proposers/scripted.ts";
import { SearchProposer } from "../../src/experiments/payments/proposers/search.ts";
import type { EvaluationMode, ExperimentSettings } from "../../src/experiments/payments/settings.ts";
import { readPaymentsScenario } from "../../src/payments/scenario/load.ts";

/** Experiments that differ in their seed alone. */
export interface ExperimentStudy {
  readonly name: string;
  readonly text: string;
  readonly mode: EvaluationMode;
  readonly scenario: unknown;
  /** What a switch is turned on in. */
  readonly base: ExperimentBehaviours;
  readonly proposer: (seed: number) => PolicyProposer;
  readonly initial?: (agent: string) => Policy;
}

const AGENTS = ["A", "B"];
const SEEDS = 8;

function bank(id: string, changes: JsonMap = {}): JsonMap {
  return {
    id,
    opening_balance: 0,
    liquidity_pool: 60000,
    unsecured_cap: 3000,
    policy: { type: "Fifo" },
    arrival_config: {
      rate_per_tick: 1.2,
      amount_distribution: { type: "Uniform", min: 1000, max: 15000 },
      counterparty_weights: { [id === "A" ? "B" : "A"]: 1 },
      deadline_range: [1, 4],
      priority: 5,
    },
    ...changes,
  };
}

const COSTS: JsonMap = {
  liquidity_cost_per_tick_bps: 20,
  overdraft_bps_per_tick: 50,
  delay_cost_per_tick_per_cent: 0.01,
  eod_penalty_per_transaction: 3000,
  deadline_penalty: 1500,
};

function scenario(changes: JsonMap = {}, agent: JsonMap = {}): JsonMap {
  return {
    simulation: { ticks_per_day: 8, num_days: 1, rng_seed: 1 },
    agents: AGENTS.map((id) => bank(id, agent)),
    cost_rates: COSTS,
    ...changes,
  };
}

const search = (seed: number) => new SearchProposer({ step: 0.2, tolerance: 0.01, seed });

/** Large payments go in two parts, under whatever share of the pool is tried. */
function splitting(agent: string): Policy {
  return {
    ...defaultPolicy(agent),
    parameters: { initial_liquidity_fraction: 0.1 },
    payment_tree: {
      type: "condition",
      node_id: "large",
      condition: { op: ">", left: { field: "remaining_amount" }, right: { field: "effective_liquidity" } },
      on_true: { type: "action", node_id: "split", action: "Split", parameters: { num_splits: { value: 2 } } },
      on_false: { type: "action", node_id: "release", action: "Release" },
    },
  };
}

/** Every other proposal names an action that there is not. */
function wild(): PolicyProposer {
  return new ScriptedProposer(({ current }, k) => {
    if (k % 2 === 0) return { ...current, payment_tree: { type: "action", node_id: "fly", action: "Fly" } };
    return withParameters(current, { initial_liquidity_fraction: 0.5 - k / 20 });
  });
}

/** Proposals with a bank tree alone. */
function bankTrees(): PolicyProposer {
  return new ScriptedProposer((_, k) => ({
    version: "2.0",
    policy_id: "bank",
    parameters: { initial_liquidity_fraction: 0.5 - k / 10 },
    bank_tree: { type: "action", node_id: "n", action: "NoAction" },
  }));
}

/** Shares that rise from nothing. */
function rising(): PolicyProposer {
  return new ScriptedProposer(({ current }, k) => withParameters(current, { initial_liquidity_fraction: k / 10 }));
}

/** The studies. */
export const STUDIES: readonly ExperimentStudy[] = [
  {
    name: "samples",
    text: "two banks, a search, judged on samples",
    mode: "bootstrap",
    scenario: scenario(),
    base: CORRECTED,
    proposer: search,
  },
  {
    name: "whole days",
    text: "the same, judged in whole simulations",
    mode: "deterministic",
    scenario: scenario(),
    base: CORRECTED,
    proposer: search,
  },
  {
    name: "rules",
    text: "samples; deferred crediting, deadlines within the day, limits; large payments are split",
    mode: "bootstrap",
    scenario: scenario({ deferred_crediting: true, deadline_cap_at_eod: true }, {
      limits: { multilateral_limit: 40000 },
    }),
    base: CORRECTED,
    proposer: search,
    initial: splitting,
  },
  {
    name: "poor",
    text: "samples; both banks start with nothing",
    mode: "bootstrap",
    scenario: scenario({}, { unsecured_cap: 0 }),
    base: CORRECTED,
    proposer: rising,
    initial: (agent) => withParameters(defaultPolicy(agent), { initial_liquidity_fraction: 0 }),
  },
  {
    name: "refused",
    text: "whole days; every other proposal is refused by the engine alone",
    mode: "deterministic",
    scenario: scenario(),
    base: { ...CORRECTED, proposalsHardlyChecked: true },
    proposer: wild,
  },
  {
    name: "faulty",
    text: "whole days; every other proposal names an unknown action",
    mode: "deterministic",
    scenario: scenario(),
    base: CORRECTED,
    proposer: wild,
  },
  {
    name: "bank trees",
    text: "whole days; proposals without a payment tree",
    mode: "deterministic",
    scenario: scenario(),
    base: CORRECTED,
    proposer: bankTrees,
  },
  {
    name: "free",
    text: "every proposal is taken; only liquidity costs, and the first policies take none",
    mode: "deterministic-temporal",
    scenario: scenario({
      cost_rates: {
        ...Object.fromEntries(Object.keys(COSTS).map((name) => [name, 0])),
        liquidity_cost_per_tick_bps: 20,
      },
    }),
    base: CORRECTED,
    proposer: rising,
    initial: (agent) => withParameters(defaultPolicy(agent), { initial_liquidity_fraction: 0 }),
  },
];

function settingsOf({ mode }: ExperimentStudy, masterSeed: number): ExperimentSettings {
  return {
    name: "study",
    description: "",
    scenario: "",
    mode,
    ticks: 8,
    numSamples: 8,
    acceptance: { requireSignificance: true, maxCoefficientOfVariation: null, minSettlementRate: 0.95 },
    convergence: {
      maxIterations: 6,
      stabilityThreshold: 0.01,
      stabilityWindow: 9,
      cvThreshold: 0.03,
      regretThreshold: 0.1,
    },
    llm: null,
    maxRetries: 1,
    optimizedAgents: AGENTS,
    constraints: {
      allowedParameters: [{
        name: "initial_liquidity_fraction",
        type: "float",
        min: 0,
        max: 1,
        allowed: null,
        description: "",
      }],
      allowedFields: [],
      allowedActions: new Map(),
      lsmEnabled: true,
    },
    customization: new Map(),
    output: null,
    masterSeed,
    proposer: { type: "search", step: 0.2, tolerance: 0.01, script: new Map() },
    initialPolicies: new Map(),
  };
}

/** One experiment of a study; null figures for one that ended with an error. */
export interface StudyRun {
  /** Mean over the iterations, in cents. */
  readonly cost: number | null;
  readonly best: number | null;
  readonly accepted: number;
  readonly converged: boolean;
  /** Of the policies in the end. */
  readonly policies: string;
  readonly events: number;
  readonly simulations: number;
  /** All records, times aside. */
  readonly records: string;
}

/** Runs a study with switches. */
export async function measure(study: ExperimentStudy, behaviours: ExperimentBehaviours): Promise<StudyRun[]> {
  const runs: StudyRun[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) runs.push(await experiment(study, behaviours, seed));
  return runs;
}

const NOBODY: SimulationWatch = { tick: () => {}, end: () => {} };

async function experiment(study: ExperimentStudy, behaviours: ExperimentBehaviours, seed: number): Promise<StudyRun> {
  // Whether anybody looks at a simulation shows what is stored of it besides its events.
  const recorder = Object.assign(new MemoryRecorder(), { watchSimulation: () => Promise.resolve(NOBODY) });
  const options = {
    settings: settingsOf(study, seed),
    scenario: readPaymentsScenario(study.scenario),
    proposer: study.proposer(seed),
    runId: "study",
    now: () => "",
    behaviours,
    recorder,
    persistBootstrap: true,
    initialPolicies: new Map(
      AGENTS.flatMap((id) => study.initial === undefined ? [] : [[id, study.initial(id)] as const]),
    ),
  };
  let found: Awaited<ReturnType<typeof runExperiment>> | null = null;
  try {
    found = await runExperiment(options);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "PaymentsError") throw error;
  }
  const recorded = await recorder.loadExperiment("study");
  const configs = recorder.simulations.map(({ config, experiment_iteration, watch }) => {
    return [experiment_iteration, config, watch !== undefined];
  });
  return {
    cost: found === null ? null : found.history.reduce((sum, cost) => sum + cost, 0) / found.history.length,
    best: found?.best_cost ?? null,
    accepted: recorded?.evaluations.filter(({ accepted }) => accepted).length ?? 0,
    converged: found?.converged ?? false,
    policies: JSON.stringify(found?.final_policies ?? null),
    events: recorded?.events.length ?? 0,
    simulations: recorder.simulations.length,
    records: JSON.stringify(
      [rowsOf(recorded), configs],
      (_, value) => typeof value === "bigint" ? String(value) : value,
    ),
  };
}

function rowsOf(recorded: RecordedExperiment | null): unknown {
  return recorded === null ? null : [recorded.experiment, recorded.iterations, recorded.events, recorded.evaluations];
}
