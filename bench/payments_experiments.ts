/**
 * Policy experiments: a bootstrap evaluation of 50 samples of a 12-tick scenario with two banks (goal: below 1 s), whole
 * experiments, and what it costs to record every sample in a database (goal: below 5 ms of all processors).
 *
 *     deno run -A bench/payments_experiments.ts
 *
 * @module
 */
import process from "node:process";
import { CORRECTED } from "../src/experiments/payments/behaviours.ts";
import { loadExperiment } from "../src/experiments/payments/config.ts";
import type { ExperimentRecorder } from "../src/experiments/payments/contracts.ts";
import { runExperiment } from "../src/experiments/payments/experiment.ts";
import { agentHistories } from "../src/experiments/payments/history.ts";
import { trySamples } from "../src/experiments/payments/evaluation.ts";
import { defaultPolicy, withParameters } from "../src/experiments/payments/policies.ts";
import { SearchProposer } from "../src/experiments/payments/proposers/search.ts";
import { drawSamples } from "../src/experiments/payments/sampling.ts";
import { iterationSeed } from "../src/experiments/payments/seeds.ts";
import { simulate } from "../src/experiments/payments/simulation.ts";
import { loadPaymentsScenario } from "../src/payments/scenario/load.ts";
import { DuckDbExperimentRecorder } from "../src/stores/duckdb/experiment_recorder.ts";
import { DuckDbSimulations } from "../src/stores/duckdb/simulations.ts";

const FOLDER = new URL("../examples/payments/experiments/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, FOLDER));
const TICKS = 12;
const SAMPLES = 50;
const AGENTS = ["NORTH", "SOUTH"];

const { config, dictionary, behaviours } = await loadPaymentsScenario(read("two-banks.yaml"), "two-banks.yaml");

/** Context simulation, samples of both banks, and the old and a new policy of each on all of them. */
function evaluate(): void {
  const setting = {
    config,
    dictionary,
    engine: behaviours,
    experiment: CORRECTED,
    optimizedAgents: AGENTS,
    ticks: TICKS,
  };
  const seed = iterationSeed(42, 0, AGENTS[0] ?? "");
  const { log } = simulate(setting, new Map(AGENTS.map((id) => [id, defaultPolicy(id)])), seed);
  const rules = { config, engine: behaviours, experiment: CORRECTED, ticks: TICKS };
  for (const [agent, history] of agentHistories(log, AGENTS, CORRECTED)) {
    const samples = drawSamples(history, seed, SAMPLES, TICKS);
    const current = defaultPolicy(agent);
    trySamples(rules, agent, current, samples);
    trySamples(rules, agent, withParameters(current, { initial_liquidity_fraction: 0.3 }), samples);
  }
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

const first = timed(evaluate);
const warm = Array.from({ length: 20 }, () => timed(evaluate)).sort((a, b) => a - b)[10] ?? NaN;
console.log(`bootstrap evaluation, ${SAMPLES} samples, ${TICKS} ticks, 2 banks, old and new policy (goal 1000 ms):`);
console.log(`  first ${first.toFixed(1)} ms, then ${warm.toFixed(1)} ms`);

for (const name of ["liquidity-search.yaml", "patience-search.yaml"]) {
  const { settings } = loadExperiment(read(name), name);
  const { step, tolerance } = settings.proposer;
  const started = performance.now();
  const { num_iterations } = await runExperiment({
    settings,
    scenario: { config, dictionary, behaviours },
    proposer: new SearchProposer({ step, tolerance, seed: settings.masterSeed }),
    runId: name,
    now: () => "",
  });
  console.log(`${name}: ${num_iterations} iterations in ${(performance.now() - started).toFixed(0)} ms`);
}

/** An experiment whose samples are recorded or not: time of all processors in ms, and recorded simulations. */
async function searched(recorder: ExperimentRecorder | null): Promise<{ ms: number; simulations: number }> {
  const { settings } = loadExperiment(read("liquidity-search.yaml"), "liquidity-search.yaml");
  const { step, tolerance } = settings.proposer;
  let simulations = 0;
  const before = process.cpuUsage();
  await runExperiment({
    settings,
    scenario: { config, dictionary, behaviours },
    proposer: new SearchProposer({ step, tolerance, seed: settings.masterSeed }),
    runId: "search",
    now: () => "",
    recorder,
    persistBootstrap: true,
    onEvent: ({ type }) => void (simulations += type === "simulation_run" ? 1 : 0),
  });
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, simulations };
}

const folder = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
try {
  const { ms: bare } = await searched(null);
  for (const turn of ["first", "again"]) {
    await using store = await DuckDbSimulations.open(`${folder}/${turn}.db`);
    const { ms, simulations } = await searched(new DuckDbExperimentRecorder(store));
    const each = ((ms - bare) / simulations).toFixed(2);
    console.log(`--persist-bootstrap, ${turn}: ${simulations} simulations, ${each} ms of all processors each (goal 5)`);
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
