/**
 * Bilateral offsetting: the queued payments between two banks settle together, in full, against each other
 * (spec 05 9.2, 9.3).
 *
 * @module
 */
import type { PairGroups } from "./central_queue.ts";
import { moveAndSettle, reduceParents } from "./settlement.ts";
import type { EngineState } from "./state.ts";

/** Two banks that owe each other; `forth` and `back` are pairs of the queue's grouping. */
export interface ReadyPair {
  readonly a: number;
  readonly b: number;
  readonly forth: number;
  readonly back: number;
  /** The smaller of the two sums. */
  readonly value: number;
}

/** What a liquidity-saving pass has done so far in this tick. */
export interface SavingProgress {
  /** Grows with everything the pass does; an iteration that leaves it as it was is the last. */
  value: number;
  pairs: number;
  cycles: number;
  /** Payments that retries settled. */
  retried: number;
  /** Sum of the smaller sides of the reported offsets. */
  offsetValue: number;
  cycleValue: number;
  /** Pairs that were reported in this tick, as `a x banks + b`. */
  readonly reported: Set<number>;
}

/** The pairs with payments in both directions, largest offset first, then by ids. */
export function findReadyPairs(groups: PairGroups, bankCount: number): ReadyPair[] {
  const { sender, receiver, sum, firstOfSender, firstOfReceiver, incoming } = groups;
  // back[x] is the pair from x to the bank at hand.
  const back = new Int32Array(bankCount).fill(-1);
  const ready: ReadyPair[] = [];
  for (let a = 0; a < bankCount; a++) {
    const first = firstOfReceiver[a] ?? 0;
    const last = firstOfReceiver[a + 1] ?? 0;
    for (let i = first; i < last; i++) back[sender[incoming[i] ?? 0] ?? 0] = incoming[i] ?? -1;
    for (let forth = firstOfSender[a] ?? 0; forth < (firstOfSender[a + 1] ?? 0); forth++) {
      const b = receiver[forth] ?? 0;
      const reverse = back[b] ?? -1;
      if (b < a || reverse < 0) continue;
      const value = Math.min(sum[forth] ?? 0, sum[reverse] ?? 0);
      if (value > 0) ready.push({ a, b, forth, back: reverse, value });
    }
    for (let i = first; i < last; i++) back[sender[incoming[i] ?? 0] ?? 0] = -1;
  }
  return ready.sort((x, y) => y.value - x.value || x.a - y.a || x.b - y.b);
}

/** Settles what can be offset between two banks; true when a payment settled. */
export function offsetPairs(state: EngineState, ready: readonly ReadyPair[], progress: SavingProgress): boolean {
  const { queue2, behaviours } = state;
  const groups = queue2.byPair();
  let anySettled = false;
  for (const pair of ready) {
    const settled = settlePair(state, groups, pair);
    anySettled ||= settled;
    if (!settled && !behaviours.blockedPairsCount) continue; // behaviour: blockedPairsCount
    progress.pairs++;
    progress.value += pair.value;
    report(state, groups, pair, progress);
  }
  queue2.compact();
  return anySettled;
}

function settlePair(state: EngineState, groups: PairGroups, pair: ReadyPair): boolean {
  const { payments } = state;
  const a = state.bank(pair.a);
  const b = state.bank(pair.b);
  const forth = members(groups, pair.forth);
  const back = members(groups, pair.back);
  const sumForth = sumRemaining(state, forth);
  const sumBack = sumRemaining(state, back);
  const net = Math.abs(sumForth - sumBack);
  const payer = sumForth > sumBack ? a : b;
  // behaviour: equalPairsTestOneSide
  const needsTest = net > 0 || state.behaviours.equalPairsTestOneSide;
  if (needsTest && payer.balance - net < -payer.overdraftLimit) return false;
  if (!a.withinBilateralLimit(pair.b, sumForth) || !a.withinMultilateralLimit(sumForth)) return false;
  if (!b.withinBilateralLimit(pair.a, sumBack) || !b.withinMultilateralLimit(sumBack)) return false;
  for (const direction of [forth, back]) {
    for (const payment of direction) {
      const amount = payments.remaining[payment] ?? 0;
      if (amount > 0) {
        moveAndSettle(state, payment);
        reduceParents(state, payment, amount, "offset");
      }
      state.queue2.remove(payment);
    }
  }
  return true;
}

/** The payments of a pair in queue order. */
export function members(groups: PairGroups, pair: number): Int32Array {
  return groups.ids.subarray(groups.start[pair] ?? 0, groups.start[pair + 1] ?? 0);
}

function sumRemaining(state: EngineState, list: Int32Array): number {
  let sum = 0;
  for (const payment of list) sum += state.payments.remaining[payment] ?? 0;
  return sum;
}

function report(state: EngineState, groups: PairGroups, pair: ReadyPair, progress: SavingProgress): void {
  const { log, tick } = state;
  const ids = [...members(groups, pair.forth), ...members(groups, pair.back)];
  const sumForth = groups.sum[pair.forth] ?? 0;
  const sumBack = groups.sum[pair.back] ?? 0;
  const key = pair.a * state.banks.length + pair.b;
  if (progress.reported.has(key)) return;
  progress.reported.add(key);
  state.cycleRecords.push({
    tick,
    type: "bilateral",
    agents: [pair.a, pair.b, pair.a],
    payments: ids,
    settledValue: pair.value,
    totalValue: sumForth + sumBack,
  });
  if (state.config.entryDispositionOffsetting) {
    const [incoming = 0, queued = 0] = ids;
    log.emit("EntryDispositionOffset", incoming, queued, pair.a, pair.b, pair.value, sumForth, sumBack);
  } else {
    progress.offsetValue += pair.value;
    log.emit("LsmBilateralOffset", pair.a, pair.b, ids, sumForth, sumBack, sumForth + sumBack);
  }
}
