/**
 * Step 5, the liquidity-saving pass over the central queue (spec 05 9).
 *
 * @module
 */
import { settleCycle } from "./cycles.ts";
import { type CycleSearch, findCycles } from "./cycle_search.ts";
import { findReadyPairs, offsetPairs, type ReadyPair, type SavingProgress } from "./offsetting.ts";
import { emitReleases, passCentralQueue } from "./settlement.ts";
import type { CycleRecord, EngineState } from "./state.ts";

const ITERATIONS = 3;

/** Runs the pass, logs its events and files its records. */
export function saveLiquidity(state: EngineState): SavingProgress {
  const { config, queue2, cycleRecords } = state;
  const firstRecord = cycleRecords.length;
  const progress: SavingProgress = {
    value: 0,
    pairs: 0,
    cycles: 0,
    retried: 0,
    offsetValue: 0,
    cycleValue: 0,
    reported: new Set(),
  };
  for (let iteration = 0; iteration < ITERATIONS && queue2.length > 0; iteration++) {
    const before = progress.value;
    if (config.lsm.enableBilateral && offsetPairs(state, readyPairs(state), progress)) retry(state, progress);
    if (config.lsm.enableCycles && queue2.length > 0) {
      const { candidates, any } = cycleSearch(state);
      for (const candidate of candidates) settleCycle(state, candidate, progress);
      queue2.compact();
      if (any) retry(state, progress);
    }
    if (progress.value === before) break;
  }
  if (cycleRecords.length - firstRecord > 1) {
    const ofTick = cycleRecords.splice(firstRecord).sort(compareRecords);
    for (const record of ofTick) cycleRecords.push(record);
  }
  return progress;
}

/** The pairs to offset: they depend on the queue alone, so a queue that is as it was is not searched again. */
function readyPairs(state: EngineState): readonly ReadyPair[] {
  const { queue2, found } = state;
  if (found.pairs === undefined || found.pairsVersion !== queue2.version) {
    found.pairs = findReadyPairs(queue2.byPair(), state.banks.length);
    found.pairsVersion = queue2.version;
  }
  return found.pairs;
}

/** The rings to settle, likewise. */
function cycleSearch(state: EngineState): CycleSearch {
  const { queue2, found } = state;
  if (found.cycles === undefined || found.cyclesVersion !== queue2.version) {
    found.cyclesVersion = queue2.version;
    found.cycles = findCycles(state);
  }
  return found.cycles;
}

/** One more pass over the queue with the liquidity that the phase before set free. */
function retry(state: EngineState, progress: SavingProgress): void {
  const result = passCentralQueue(state);
  progress.value += result.value;
  if (state.behaviours.silentRetries) return; // behaviour: silentRetries
  progress.retried += result.payments.length;
  emitReleases(state, result);
}

/** The order of a tick's records (spec 05 9.7). */
function compareRecords(a: CycleRecord, b: CycleRecord): number {
  if (a.type !== b.type) return a.type === "bilateral" ? -1 : 1;
  return b.settledValue - a.settledValue || b.totalValue - a.totalValue || compareLists(a.agents, b.agents) ||
    compareLists(a.payments, b.payments);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
