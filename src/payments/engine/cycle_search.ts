/**
 * The search for rings of payments in the central queue (spec 05 9.4). The specification lists all of them, sorts by
 * value and keeps the first few; here a ring that cannot be among those is not followed to its end.
 *
 * @module
 */
import type { PairGroups } from "./central_queue.ts";
import { members } from "./offsetting.ts";
import type { EngineState } from "./state.ts";

/** Searches for rings of four banks and more are made in queues up to this length (spec 05 9.4). */
const LONGEST_SEARCHED_QUEUE = 100;

/** A ring that might settle: the agents closed, the payments along the ring, their sum. */
export interface Candidate {
  readonly agents: readonly number[];
  readonly payments: readonly number[];
  readonly total: number;
}

/** What a search found: the largest candidates in order, and whether there was any. */
export interface CycleSearch {
  readonly candidates: readonly Candidate[];
  readonly any: boolean;
}

/** The largest candidates so far; of equal ones the first found. */
class Largest {
  readonly list: Candidate[] = [];
  any = false;
  constructor(readonly limit: number) {}

  /** Whether a candidate of this value would be kept. */
  wants(total: number): boolean {
    if (!this.any) return true;
    if (this.list.length < this.limit) return true;
    const last = this.list[this.list.length - 1];
    return last !== undefined && total > last.total;
  }

  add(candidate: Candidate): void {
    this.any = true;
    if (this.limit === 0 || !this.wants(candidate.total)) return;
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle]?.total ?? 0) >= candidate.total) low = middle + 1;
      else high = middle;
    }
    this.list.splice(low, 0, candidate);
    if (this.list.length > this.limit) this.list.pop();
  }
}

/** The candidates of the queue as it stands, largest first. */
export function findCycles(state: EngineState): CycleSearch {
  const { config, queue2 } = state;
  const largest = new Largest(config.lsm.maxCyclesPerTick);
  findTriangles(state, queue2.byPair(), largest);
  if (config.lsm.maxCycleLength >= 4 && queue2.length <= LONGEST_SEARCHED_QUEUE) findLongerCycles(state, largest);
  return { candidates: largest.list, any: largest.any };
}

function findTriangles(state: EngineState, groups: PairGroups, largest: Largest): void {
  const bankCount = state.banks.length;
  const { firstOfSender, receiver, sender, sum, firstOfReceiver, incoming } = groups;
  // closing[w] is the pair from w to the first bank at hand.
  const closing = new Int32Array(bankCount).fill(-1);
  for (let u = 0; u < bankCount; u++) {
    const from = firstOfReceiver[u] ?? 0;
    const to = firstOfReceiver[u + 1] ?? 0;
    if (from === to || firstOfSender[u] === firstOfSender[u + 1]) continue;
    for (let i = from; i < to; i++) closing[sender[incoming[i] ?? 0] ?? 0] = incoming[i] ?? -1;
    for (let first = firstOfSender[u] ?? 0; first < (firstOfSender[u + 1] ?? 0); first++) {
      const v = receiver[first] ?? 0;
      if (v <= u) continue;
      const above = state.behaviours.ascendingTrianglesOnly ? v : u; // behaviour: ascendingTrianglesOnly
      for (let second = firstOfSender[v] ?? 0; second < (firstOfSender[v + 1] ?? 0); second++) {
        const w = receiver[second] ?? 0;
        const third = closing[w] ?? -1;
        if (w <= above || w === v || third < 0) continue;
        const total = (sum[first] ?? 0) + (sum[second] ?? 0) + (sum[third] ?? 0);
        if (!largest.wants(total)) continue;
        largest.add({
          agents: [u, v, w, u],
          payments: [...members(groups, first), ...members(groups, second), ...members(groups, third)],
          total,
        });
      }
    }
    for (let i = from; i < to; i++) closing[sender[incoming[i] ?? 0] ?? 0] = -1;
  }
}

/** A depth-first search from each sender over single payments, bounded by what the rest of a ring can add at most. */
class LongerCycles {
  readonly #state: EngineState;
  readonly #largest: Largest;
  readonly #start: Int32Array;
  readonly #edges: Int32Array;
  readonly #longest: number;
  readonly #visited: Uint8Array;
  readonly #path: number[] = [];
  /** bound[m][x]: the largest sum of at most m payments that lead from x to the start. */
  readonly #bound: Float64Array[];

  constructor(state: EngineState, largest: Largest) {
    this.#state = state;
    this.#largest = largest;
    const groups = state.queue2.bySender();
    this.#start = groups.start;
    this.#edges = groups.ids;
    // A ring passes no bank twice.
    this.#longest = Math.min(state.config.lsm.maxCycleLength, state.banks.length);
    this.#visited = new Uint8Array(state.banks.length);
    this.#bound = Array.from({ length: this.#longest + 1 }, () => new Float64Array(state.banks.length));
  }

  run(): void {
    for (let start = 0; start < this.#state.banks.length; start++) {
      if (this.#start[start] === this.#start[start + 1]) continue;
      this.#setBounds(start);
      const most = this.#bound[this.#longest]?.[start] ?? -Infinity;
      if (most > -Infinity && this.#largest.wants(most)) this.#visit(start, start, 0);
    }
  }

  #setBounds(start: number): void {
    const { remaining, sender, receiver } = this.#state.payments;
    this.#bound[0]?.fill(-Infinity);
    for (let steps = 1; steps <= this.#longest; steps++) {
      const shorter = this.#bound[steps - 1];
      const bound = this.#bound[steps];
      if (shorter === undefined || bound === undefined) return;
      bound.set(shorter);
      for (const edge of this.#edges) {
        const from = sender[edge] ?? 0;
        const to = receiver[edge] ?? 0;
        const rest = to === start ? 0 : shorter[to] ?? -Infinity;
        const sum = (remaining[edge] ?? 0) + rest;
        if (sum > (bound[from] ?? -Infinity)) bound[from] = sum;
      }
    }
  }

  #visit(bank: number, start: number, sum: number): void {
    const used = this.#path.length;
    if (used >= this.#longest) return;
    this.#visited[bank] = 1;
    const { remaining, receiver } = this.#state.payments;
    const rest = this.#bound[this.#longest - used - 1];
    for (let i = this.#start[bank] ?? 0; i < (this.#start[bank + 1] ?? 0); i++) {
      const edge = this.#edges[i] ?? 0;
      const to = receiver[edge] ?? 0;
      const total = sum + (remaining[edge] ?? 0);
      if (to === start && used > 0) {
        if (used >= 3) this.#found(start, edge, total);
      } else if (!this.#visited[to] && this.#largest.wants(total + (rest?.[to] ?? -Infinity)) && reaches(rest, to)) {
        this.#path.push(edge);
        this.#visit(to, start, total);
        this.#path.pop();
      }
    }
    this.#visited[bank] = 0;
  }

  #found(start: number, last: number, total: number): void {
    if (!this.#largest.wants(total)) return;
    const { receiver } = this.#state.payments;
    const payments = [...this.#path, last];
    this.#largest.add({ agents: [start, ...payments.map((payment) => receiver[payment] ?? 0)], payments, total });
  }
}

function reaches(bound: Float64Array | undefined, bank: number): boolean {
  return (bound?.[bank] ?? -Infinity) > -Infinity;
}

function findLongerCycles(state: EngineState, largest: Largest): void {
  new LongerCycles(state, largest).run();
}
