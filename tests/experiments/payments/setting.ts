/**
 * The scenario and experiments of spec 08 25, checks 17 to 20, and what the tests of experiments share.
 *
 * @module
 */
import { CORRECTED, type ExperimentBehaviours, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import type {
  ExperimentRecorder,
  JsonMap,
  Policy,
  PolicyProposer,
  RecordedExperiment,
} from "../../../src/experiments/payments/contracts.ts";
import type { LiveEvent } from "../../../src/experiments/payments/course.ts";
import { type ExperimentOutcome, runExperiment } from "../../../src/experiments/payments/experiment.ts";
import { MemoryRecorder } from "../../../src/experiments/payments/memory_recorder.ts";
import { withParameters } from "../../../src/experiments/payments/policies.ts";
import { ScriptedProposer } from "../../../src/experiments/payments/proposers/scripted.ts";
import type { ExperimentSettings } from "../../../src/experiments/payments/settings.ts";
import { type PaymentsScenario, readPaymentsScenario } from "../../../src/payments/scenario/load.ts";

function bank(id: string, other: string) {
  return {
    id,
    opening_balance: 0,
    liquidity_pool: 100000,
    unsecured_cap: 5000,
    policy: { type: "Fifo" },
    arrival_config: {
      rate_per_tick: 1.2,
      amount_distribution: { type: "Uniform", min: 1000, max: 20000 },
      counterparty_weights: { [other]: 1 },
      deadline_range: [1, 3],
      priority: 5,
    },
  };
}

/** Scenario E of check 17. */
export const SCENARIO_E = {
  simulation: { ticks_per_day: 6, num_days: 1, rng_seed: 1 },
  agents: [bank("BANK_A", "BANK_B"), bank("BANK_B", "BANK_A")],
  cost_rates: {
    liquidity_cost_per_tick_bps: 20,
    overdraft_bps_per_tick: 50,
    delay_cost_per_tick_per_cent: 0.01,
    eod_penalty_per_transaction: 5000,
    deadline_penalty: 2000,
  },
};

/** Settings of check 17 with changes. */
export function settingsE(changes: Partial<ExperimentSettings> = {}): ExperimentSettings {
  return {
    name: "E",
    description: "",
    scenario: "e.yaml",
    mode: "bootstrap",
    ticks: 6,
    numSamples: 4,
    acceptance: { requireSignificance: false, maxCoefficientOfVariation: null, minSettlementRate: 0.95 },
    convergence: convergence({ maxIterations: 3, stabilityWindow: 2 }),
    llm: null,
    maxRetries: 3,
    optimizedAgents: ["BANK_A", "BANK_B"],
    constraints: {
      allowedParameters: [],
      allowedFields: [],
      allowedActions: new Map([["payment_tree", ["Release", "Hold"]]]),
      lsmEnabled: true,
    },
    customization: new Map(),
    output: null,
    masterSeed: 42,
    proposer: { type: "scripted", step: 0.2, tolerance: 0.01, script: new Map() },
    initialPolicies: new Map(),
    ...changes,
  };
}

/** The file's defaults with changes. */
export function convergence(changes: Partial<ExperimentSettings["convergence"]>): ExperimentSettings["convergence"] {
  return {
    maxIterations: 50,
    stabilityThreshold: 0.05,
    stabilityWindow: 5,
    cvThreshold: 0.03,
    regretThreshold: 0.1,
    ...changes,
  };
}

const FRACTIONS: Readonly<Record<string, readonly number[]>> = {
  BANK_A: [0.4, 0.3, 0.2, 0.1],
  BANK_B: [0.45, 0.35, 0.25, 0.15],
};

/** The scripted client of check 17. */
export function clientE(): PolicyProposer {
  return new ScriptedProposer(({ agent, current }, k) => {
    const fraction = FRACTIONS[agent]?.[k];
    return fraction === undefined ? null : withParameters(current, { initial_liquidity_fraction: fraction });
  });
}

/** A client that always proposes the same fractions. */
export function constantClient(fractions: Readonly<Record<string, number>>): PolicyProposer {
  return new ScriptedProposer(({ agent, current }) =>
    withParameters(current, { initial_liquidity_fraction: fractions[agent] ?? 0.5 })
  );
}

/** What an experiment left. */
export interface Ran {
  readonly outcome: ExperimentOutcome;
  readonly recorder: MemoryRecorder;
  readonly events: readonly LiveEvent[];
}

/** What differs from scenario E as the reference runs it. */
export interface Varied {
  readonly reference?: boolean;
  readonly behaviours?: ExperimentBehaviours;
  readonly scenario?: unknown;
  readonly persistBootstrap?: boolean;
  readonly signal?: AbortSignal;
  readonly cut?: AbortSignal;
  readonly breathe?: () => undefined;
  readonly recorder?: MemoryRecorder;
  readonly initialPolicies?: ReadonlyMap<string, Policy>;
  /** Takes the records instead of `recorder`. */
  readonly through?: ExperimentRecorder;
  /** What is recorded already. */
  readonly recorded?: RecordedExperiment | null;
}

/** Runs an experiment on scenario E, as the reference does unless told otherwise. */
export async function ranE(settings: ExperimentSettings, proposer: PolicyProposer, varied: Varied = {}): Promise<Ran> {
  const { reference = true, recorder = new MemoryRecorder() } = varied;
  const scenario: PaymentsScenario = readPaymentsScenario(varied.scenario ?? SCENARIO_E, { reference });
  const events: LiveEvent[] = [];
  let clock = 0;
  const outcome = await runExperiment({
    settings,
    scenario,
    proposer,
    runId: "E",
    now: () => new Date(clock++).toISOString(),
    behaviours: varied.behaviours ?? (reference ? REFERENCE : CORRECTED),
    recorder: varied.through ?? recorder,
    recorded: varied.recorded ?? null,
    initialPolicies: varied.initialPolicies ?? new Map(),
    onEvent: (event) => events.push(event),
    ...(varied.persistBootstrap === undefined ? {} : { persistBootstrap: varied.persistBootstrap }),
    ...(varied.signal === undefined ? {} : { signal: varied.signal }),
    ...(varied.cut === undefined ? {} : { cut: varied.cut }),
    ...(varied.breathe === undefined ? {} : { breathe: varied.breathe }),
  });
  return { outcome, recorder, events };
}

/** The data of all events of a type. */
export function told({ events }: Ran, type: string): readonly JsonMap[] {
  return events.filter((event) => event.type === type).map(({ data }) => data);
}

/** What an experiment recorded. */
export async function recorded({ recorder }: Ran): Promise<RecordedExperiment> {
  const found = await recorder.loadExperiment("E");
  if (found === null) throw new Error("nothing was recorded");
  return found;
}
