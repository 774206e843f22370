/**
 * What became of the payments of a run, read from the columns of its log in one pass over each kind of event.
 *
 * @module
 */
import type { EventTable } from "../core/event_log.ts";
import { PAYMENT_EVENTS, type PaymentEventKind, type PaymentsLog } from "../payments/events.ts";

/** How a payment was settled. */
export const WAYS = ["at once", "from the central queue", "by an offset", "in a cycle"] as const;

/** The kinds of costs in the order of the page. */
export const COST_KINDS = ["overdraft", "delay", "collateral", "penalties", "splitting", "idle liquidity"] as const;

/** The columns of the log behind them, idle liquidity aside: that is what is left of the total. */
const COST_COLUMNS = [
  "liquidity_cost",
  "delay_cost",
  "collateral_cost",
  "penalty_cost",
  "split_friction_cost",
] as const;
const IDLE = COST_COLUMNS.length;

/** What a bank did, in cents, counts and ticks. */
export interface BankStory {
  sentCount: number;
  sent: number;
  settledCount: number;
  settled: number;
  received: number;
  /** Sum of the ticks from arrival to settlement. */
  delay: number;
  overdue: number;
  /** By {@linkcode COST_KINDS}. */
  readonly costs: number[];
}

/** Settled and open money from one bank to another. */
export interface Flow {
  readonly from: number;
  readonly to: number;
  amount: number;
  settled: number;
  count: number;
}

const UNKNOWN = -1;

/** The story of a run. Split payments are told by their parts. */
export class PaymentsStory {
  readonly banks: readonly BankStory[];
  readonly flows: ReadonlyMap<number, Flow>;
  /** Payments and their amounts by {@linkcode WAYS}. */
  readonly ways: readonly { count: number; amount: number }[] = WAYS.map(() => ({ count: 0, amount: 0 }));
  /** Number of settled payments by the ticks from arrival to settlement. */
  readonly delays: number[] = [];
  /** Amount that arrived and that was settled in each tick. */
  readonly arrived: number[];
  readonly settled: number[];
  readonly #flows = new Map<number, Flow>();
  readonly #payments: { readonly ways: Int32Array; readonly settledAt: Int32Array };

  constructor(readonly log: PaymentsLog, bankCount: number, ticks: number) {
    this.banks = Array.from({ length: bankCount }, () => ({
      sentCount: 0,
      sent: 0,
      settledCount: 0,
      settled: 0,
      received: 0,
      delay: 0,
      overdue: 0,
      costs: COST_KINDS.map(() => 0),
    }));
    this.flows = this.#flows;
    this.arrived = new Array(ticks).fill(0);
    this.settled = new Array(ticks).fill(0);
    const arrivals = log.table("Arrival");
    const count = arrivals === undefined ? 0 : largest(arrivals, "tx_id") + 1;
    this.#payments = {
      ways: new Int32Array(count).fill(UNKNOWN),
      settledAt: new Int32Array(count).fill(UNKNOWN),
    };
    this.#readSettlements();
    if (arrivals !== undefined) this.#readArrivals(arrivals);
    this.#readCosts();
    this.#count("TransactionWentOverdue", "sender_id", (bank) => bank.overdue++);
  }

  #settle(payment: number, tick: number, way: number): void {
    const { settledAt } = this.#payments;
    // Scheduled settlements have no payment behind them.
    if (payment >= settledAt.length || settledAt[payment] !== UNKNOWN) return;
    settledAt[payment] = tick;
    this.#payments.ways[payment] = way;
  }

  #readSettlements(): void {
    const single: readonly (readonly [PaymentEventKind, readonly string[], number])[] = [
      ["RtgsImmediateSettlement", ["tx_id"], 0],
      ["Queue2LiquidityRelease", ["tx_id"], 1],
      ["EntryDispositionOffset", ["incoming_tx_id", "queued_tx_id"], 2],
    ];
    for (const [kind, fields, way] of single) {
      const table = this.log.table(kind);
      for (const field of table === undefined ? [] : fields) {
        const payments = table?.references(field).numbers ?? [];
        for (let row = 0; row < (table?.length ?? 0); row++) {
          this.#settle(payments[row] ?? 0, this.#tick(table, row), way);
        }
      }
    }
    for (const [kind, way] of [["LsmBilateralOffset", 2], ["LsmCycleSettlement", 3]] as const) {
      const table = this.log.table(kind);
      for (let row = 0; row < (table?.length ?? 0); row++) {
        const payments: unknown = table?.column("tx_ids").get(row);
        if (!isNumbers(payments)) continue;
        for (const payment of Array.from(payments)) this.#settle(payment, this.#tick(table, row), way);
      }
    }
  }

  #tick(table: EventTable | undefined, row: number): number {
    return this.log.time(table?.events[row] ?? 0);
  }

  #readArrivals(table: EventTable): void {
    const parents = new Set<number>();
    const splits = this.log.table("PolicySplit");
    const split = splits?.references("tx_id").numbers ?? [];
    for (let row = 0; row < (splits?.length ?? 0); row++) parents.add(split[row] ?? 0);
    const payments = table.references("tx_id").numbers;
    const senders = table.references("sender_id").numbers;
    const receivers = table.references("receiver_id").numbers;
    const amounts = table.numbers("amount").values;
    for (let row = 0; row < table.length; row++) {
      const payment = payments[row] ?? 0;
      if (parents.has(payment)) continue;
      this.#readPayment(payment, senders[row] ?? 0, receivers[row] ?? 0, amounts[row] ?? 0, this.#tick(table, row));
    }
  }

  #readPayment(payment: number, from: number, to: number, amount: number, arrival: number): void {
    const sender = this.banks[from];
    const receiver = this.banks[to];
    if (sender === undefined || receiver === undefined) return;
    const flow = this.#flow(from, to);
    sender.sentCount++;
    sender.sent += amount;
    flow.count++;
    flow.amount += amount;
    this.arrived[arrival] = (this.arrived[arrival] ?? 0) + amount;
    const settledAt = this.#payments.settledAt[payment] ?? UNKNOWN;
    if (settledAt === UNKNOWN) return;
    const delay = settledAt - arrival;
    sender.settledCount++;
    sender.settled += amount;
    sender.delay += delay;
    receiver.received += amount;
    flow.settled += amount;
    this.settled[settledAt] = (this.settled[settledAt] ?? 0) + amount;
    this.delays[delay] = (this.delays[delay] ?? 0) + 1;
    const way = this.ways[this.#payments.ways[payment] ?? 0];
    if (way === undefined) return;
    way.count++;
    way.amount += amount;
  }

  #flow(from: number, to: number): Flow {
    const key = from * this.banks.length + to;
    let flow = this.#flows.get(key);
    if (flow === undefined) this.#flows.set(key, flow = { from, to, amount: 0, settled: 0, count: 0 });
    return flow;
  }

  #readCosts(): void {
    const table = this.log.table("CostAccrual");
    if (table === undefined) return;
    const agents = table.references("agent_id").numbers;
    const add = (column: string, kind: number, sign: number) => {
      const { values } = table.numbers(column);
      for (let row = 0; row < table.length; row++) {
        const costs = this.banks[agents[row] ?? 0]?.costs;
        if (costs !== undefined) costs[kind] = (costs[kind] ?? 0) + sign * (values[row] ?? 0);
      }
    };
    COST_COLUMNS.forEach((column, kind) => {
      add(column, kind, 1);
      add(column, IDLE, -1);
    });
    add("total", IDLE, 1);
  }

  #count(kind: PaymentEventKind, field: string, add: (bank: BankStory) => void): void {
    const table = this.log.table(kind);
    const agents = table?.references(field).numbers ?? [];
    for (let row = 0; row < (table?.length ?? 0); row++) {
      const bank = this.banks[agents[row] ?? 0];
      if (bank !== undefined) add(bank);
    }
  }

  /** All payments that are no split parents: how many, and their amount. */
  get total(): { readonly count: number; readonly amount: number } {
    return this.banks.reduce(
      (sum, bank) => ({ count: sum.count + bank.sentCount, amount: sum.amount + bank.sent }),
      { count: 0, amount: 0 },
    );
  }
}

/** The kinds of event that the log can hold, in the order of the catalogue. */
export const EVENT_KINDS: readonly PaymentEventKind[] = Object.keys(PAYMENT_EVENTS).filter((
  kind,
): kind is PaymentEventKind => kind in PAYMENT_EVENTS);

function largest(table: EventTable, field: string): number {
  const { numbers } = table.references(field);
  let most = -1;
  for (let row = 0; row < table.length; row++) most = Math.max(most, numbers[row] ?? 0);
  return most;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || value instanceof Int32Array;
}
