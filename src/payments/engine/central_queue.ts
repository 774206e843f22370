/**
 * Queue 2, the central queue of the settlement system: payments in order, and the same payments grouped by sender and
 * receiver for those who ask (spec 05 8.2, 10.3, 10.4). Groupings are made once for each state of the queue.
 *
 * @module
 */
import { cents } from "./amounts.ts";
import { NONE, type PaymentStore } from "./payment_store.ts";

/** The queued payments of each sender in queue order: those of bank b are `ids[start[b]]` up to `ids[start[b + 1]]`. */
export interface SenderGroups {
  readonly start: Int32Array;
  readonly ids: Int32Array;
}

/** Payments from one bank to another, as runs of {@linkcode PairGroups.ids}. */
export interface PairGroups {
  /** Number of ordered pairs. */
  readonly length: number;
  /** First pair of each sender; pairs of a sender are in ascending order of the receiver. */
  readonly firstOfSender: Int32Array;
  readonly sender: Int32Array;
  readonly receiver: Int32Array;
  /** Sum of remaining amounts. */
  readonly sum: Float64Array;
  /** First payment of each pair in `ids`; one more at the end. */
  readonly start: Int32Array;
  readonly ids: Int32Array;
  /** The pairs by receiver: those that pay bank b are `incoming[firstOfReceiver[b]]` up to the next bank's. */
  readonly firstOfReceiver: Int32Array;
  readonly incoming: Int32Array;
}

const LAST_RANK = 2;

/** The central queue. */
export class CentralQueue {
  ids: Int32Array = new Int32Array(64);
  /** Entries, among them those that were removed and not yet compacted. */
  #entries = 0;
  #removed = 0;
  /** Changes with every change of the queue. */
  version = 0;
  /** Entries from here on have not been tested by a pass. */
  firstUntested = 0;
  /** Entries before this one are in order of urgency. */
  #sorted = 0;
  /** A tick before which no pending entry passes its deadline. */
  nextDeadline = Infinity;
  #groups: SenderGroups | undefined;
  #groupsVersion = -1;
  #pairs: PairGroups | undefined;
  #pairsVersion = -1;
  #value = 0;
  #valueVersion = -1;

  constructor(readonly payments: PaymentStore, readonly bankCount: number) {}

  /** Number of payments in the queue. */
  get length(): number {
    return this.#entries - this.#removed;
  }

  /** The payments in order. */
  order(): Int32Array {
    this.compact();
    return this.ids.subarray(0, this.#entries);
  }

  push(payment: number): void {
    if (this.#entries === this.ids.length) {
      const next = new Int32Array(this.#entries * 2);
      next.set(this.ids);
      this.ids = next;
    }
    this.ids[this.#entries++] = payment;
    const { queue2Entries, deadlineTick } = this.payments;
    queue2Entries[payment] = (queue2Entries[payment] ?? 0) + 1;
    this.nextDeadline = Math.min(this.nextDeadline, deadlineTick[payment] ?? Infinity);
    this.version++;
  }

  has(payment: number): boolean {
    return (this.payments.queue2Entries[payment] ?? 0) > 0;
  }

  /** Removes every entry of a payment; the space is closed by {@linkcode compact}. */
  remove(payment: number): void {
    this.#removed += this.payments.queue2Entries[payment] ?? 0;
    this.payments.queue2Entries[payment] = 0;
    this.version++;
  }

  /** Closes the spaces that removals left; keeps the order. */
  compact(): void {
    if (this.#removed === 0) return;
    const { ids } = this;
    const entries = this.payments.queue2Entries;
    let kept = 0;
    let keptUntested = 0;
    let keptSorted = 0;
    for (let i = 0; i < this.#entries; i++) {
      if (i === this.firstUntested) keptUntested = kept;
      if (i === this.#sorted) keptSorted = kept;
      const payment = ids[i] ?? 0;
      if ((entries[payment] ?? 0) > 0) ids[kept++] = payment;
    }
    this.firstUntested = this.firstUntested >= this.#entries ? kept : keptUntested;
    this.#sorted = this.#sorted >= this.#entries ? kept : keptSorted;
    this.#entries = kept;
    this.#removed = 0;
  }

  /** Takes over the entries that a pass kept, in order: the first `count` of `ids`. */
  keep(count: number): void {
    if (count !== this.#entries) {
      this.#entries = count;
      this.version++;
    }
    this.#sorted = Math.min(this.#sorted, count);
    this.firstUntested = count;
  }

  /** Tells the groupings that a remaining amount changed. */
  touch(): void {
    this.version++;
  }

  /** Sum of remaining amounts. */
  get value(): number {
    if (this.#valueVersion !== this.version) {
      let sum = 0;
      for (const payment of this.order()) sum += this.payments.remaining[payment] ?? 0;
      this.#value = sum;
      this.#valueVersion = this.version;
    }
    return this.#value;
  }

  /** Orders the queue by declared urgency, then time of submission, stably (spec 05 10.3). */
  sortByUrgency(): void {
    this.compact();
    const ids = this.order();
    if (this.#sorted === ids.length) return;
    const { rtgsPriority, rtgsSubmissionTick } = this.payments;
    const rank = (payment: number) => rtgsPriority[payment] === NONE ? LAST_RANK : rtgsPriority[payment] ?? LAST_RANK;
    const time = (payment: number) => {
      const tick = rtgsSubmissionTick[payment] ?? NONE;
      return tick === NONE ? Infinity : tick;
    };
    const compare = (a: number, b: number) => {
      const byRank = rank(a) - rank(b);
      if (byRank !== 0) return byRank;
      const left = time(a);
      const right = time(b);
      return left === right ? 0 : left < right ? -1 : 1;
    };
    // What was sorted stays sorted: only the newcomers are ordered and then merged in.
    const head = Array.from(ids.subarray(0, this.#sorted));
    const tail = Array.from(ids.subarray(this.#sorted)).sort(compare);
    let taken = 0;
    let written = 0;
    let changed = false;
    for (const payment of tail) {
      for (; taken < head.length; taken++) {
        const earlier = head[taken] ?? 0;
        if (compare(earlier, payment) > 0) break;
        ids[written++] = earlier;
      }
      changed ||= ids[written] !== payment;
      ids[written++] = payment;
    }
    for (; taken < head.length; taken++) ids[written++] = head[taken] ?? 0;
    this.#sorted = ids.length;
    if (changed) {
      this.version++;
      // Newcomers now stand among the tested; the next pass tests all.
      this.firstUntested = 0;
    }
  }

  /** The queue by sender. */
  bySender(): SenderGroups {
    if (this.#groups === undefined || this.#groupsVersion !== this.version) {
      const order = this.order();
      this.#groups = grouped(order, this.payments.sender, this.bankCount);
      this.#groupsVersion = this.version;
    }
    return this.#groups;
  }

  /** The queue by sender and receiver. */
  byPair(): PairGroups {
    if (this.#pairs === undefined || this.#pairsVersion !== this.version) {
      this.#pairs = this.#buildPairs();
      this.#pairsVersion = this.version;
    }
    return this.#pairs;
  }

  #buildPairs(): PairGroups {
    const { payments, bankCount } = this;
    // Two stable counting sorts, the receiver first: (sender, receiver, queue order).
    const byReceiver = grouped(this.order(), payments.receiver, bankCount).ids;
    const { ids } = grouped(byReceiver, payments.sender, bankCount);
    const count = ids.length;
    const sender = new Int32Array(count);
    const receiver = new Int32Array(count);
    const sum = new Float64Array(count);
    const start = new Int32Array(count + 1);
    const firstOfSender = new Int32Array(bankCount + 1);
    let pair = -1;
    for (let i = 0; i < count; i++) {
      const payment = ids[i] ?? 0;
      const from = payments.sender[payment] ?? 0;
      const to = payments.receiver[payment] ?? 0;
      if (pair < 0 || sender[pair] !== from || receiver[pair] !== to) {
        pair++;
        sender[pair] = from;
        receiver[pair] = to;
        start[pair] = i;
        firstOfSender[from + 1] = (firstOfSender[from + 1] ?? 0) + 1;
      }
      sum[pair] = cents((sum[pair] ?? 0) + (payments.remaining[payment] ?? 0));
    }
    const length = pair + 1;
    start[length] = count;
    for (let bank = 0; bank < bankCount; bank++) {
      firstOfSender[bank + 1] = (firstOfSender[bank + 1] ?? 0) + (firstOfSender[bank] ?? 0);
    }
    const order = Int32Array.from({ length }, (_, pair) => pair);
    const { start: firstOfReceiver, ids: incoming } = grouped(order, receiver, bankCount);
    return { length, firstOfSender, sender, receiver, sum, start, ids, firstOfReceiver, incoming };
  }
}

/** A stable counting sort of payments, or pairs, by a column of bank numbers. */
function grouped(order: Int32Array, column: Int32Array, bankCount: number): SenderGroups {
  const start = new Int32Array(bankCount + 1);
  for (let i = 0; i < order.length; i++) {
    const bank = (column[order[i] ?? 0] ?? 0) + 1;
    start[bank] = (start[bank] ?? 0) + 1;
  }
  for (let bank = 0; bank < bankCount; bank++) start[bank + 1] = (start[bank + 1] ?? 0) + (start[bank] ?? 0);
  const ids = new Int32Array(order.length);
  const next = start.slice();
  for (let i = 0; i < order.length; i++) {
    const payment = order[i] ?? 0;
    const bank = column[payment] ?? 0;
    const place = next[bank] ?? 0;
    ids[place] = payment;
    next[bank] = place + 1;
  }
  return { start, ids };
}
