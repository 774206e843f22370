/**
 * Policy experiments: look for cheaper payment policies (spec 08 13 to 20).
 *
 * @example Search for the share of its pool that a bank should take
 * ```ts
 * import { loadPaymentsScenario, policyExperiments } from "../../../mod.ts";
 *
 * const { loadExperiment, MemoryRecorder, runExperiment, SearchProposer } = policyExperiments;
 * const scenario = await loadPaymentsScenario(`
 * simulation: { ticks_per_day: 6, num_days: 1, rng_seed: 1 }
 * agents: [{ id: NORTH, opening_balance: 0, liquidity_pool: 1000 }, { id: SOUTH, opening_balance: 0 }]
 * cost_rates: { liquidity_cost_per_tick_bps: 15 }
 * `, "two banks");
 * const { settings } = loadExperiment(`
 * name: share
 * scenario: two banks
 * optimized_agents: [NORTH]
 * evaluation: { mode: deterministic, ticks: 6 }
 * convergence: { max_iterations: 4 }
 * policy_constraints: {}
 * proposer: { type: search }
 * `, "share");
 * const recorder = new MemoryRecorder();
 * const { best_cost } = await runExperiment({
 *   settings,
 *   scenario,
 *   proposer: new SearchProposer({ step: 0.2, tolerance: 0.01, seed: 42 }),
 *   runId: "share",
 *   now: () => new Date().toISOString(),
 *   recorder,
 * });
 * console.log(best_cost, (await recorder.loadExperiment("share"))?.evaluations.length);
 * ```
 *
 * @module
 */
export type * from "./contracts.ts";
export { ProposalFailure } from "./contracts.ts";
export { BEHAVIOUR_NAMES, CORRECTED, type ExperimentBehaviours, REFERENCE } from "./behaviours.ts";
export { type ConfigOptions, type ExperimentFile, loadExperiment, parseExperiment } from "./config.ts";
export type { LiveEvent } from "./course.ts";
export { runExperiment } from "./experiment.ts";
export { MemoryRecorder } from "./memory_recorder.ts";
export type { ExperimentOptions, ExperimentOutcome } from "./options.ts";
export { defaultPolicy, parametersOf, withParameters } from "./policies.ts";
export { type Endpoint, LanguageModelProposer } from "./proposers/language_model.ts";
export { listScript, type Script, ScriptedProposer } from "./proposers/scripted.ts";
export { SearchProposer, type SearchSettings } from "./proposers/search.ts";
export type * from "./settings.ts";
