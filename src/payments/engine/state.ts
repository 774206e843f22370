/**
 * Everything that changes while a simulation runs. The steps of the tick are functions over it.
 *
 * @module
 */
import { EventLog } from "../../core/event_log.ts";
import type { Arrivals } from "../arrival_contract.ts";
import type { Behaviours } from "../behaviours.ts";
import type { EngineConfig, PolicyConfig } from "../config.ts";
import { PAYMENT_EVENTS, type PaymentsLog } from "../events.ts";
import { createPolicy } from "../policies/create.ts";
import type { Bank, Costs, PassClock } from "./bank.ts";
import { noCosts } from "./bank.ts";
import { CentralQueue, type SenderGroups } from "./central_queue.ts";
import { cents } from "./amounts.ts";
import type { Escalation } from "./escalation.ts";
import { NONE, PaymentStore } from "./payment_store.ts";
import type { CycleSearch } from "./cycle_search.ts";
import type { ReadyPair } from "./offsetting.ts";
import type { DayRecord, OpenDay } from "./day_records.ts";

/** A bilateral offset or a cycle that the liquidity-saving pass settled (spec 05 9.7). Agents and payments are numbers. */
export interface CycleRecord {
  readonly tick: number;
  readonly type: "bilateral" | "multilateral";
  /** Closed: the first agent again at the end. */
  readonly agents: readonly number[];
  readonly payments: readonly number[];
  readonly settledValue: number;
  readonly totalValue: number;
}

/** A change of collateral by a policy (spec 06 8.4). */
export interface CollateralRecord {
  readonly agent: number;
  readonly tick: number;
  readonly action: "post" | "withdraw";
  readonly amount: number;
  readonly reason: string;
  readonly layer: "strategic" | "end_of_tick";
  readonly balanceBefore: number;
  readonly postedBefore: number;
  readonly postedAfter: number;
  readonly availableCapacityAfter: number;
}

/** Credits that wait for the end of the tick (spec 05 11). */
interface DeferredCredit {
  amount: number;
  readonly sources: number[];
}

/** References from this number on name scheduled settlements, which are no payments but have an id in the log. */
export const FIRST_SCHEDULED = 2 ** 30;

/** What the liquidity-saving pass found in a state of the central queue. */
interface Found {
  pairs: readonly ReadyPair[] | undefined;
  pairsVersion: number;
  cycles: CycleSearch | undefined;
  cyclesVersion: number;
}

const NO_GROUPS: SenderGroups = { start: new Int32Array(0), ids: new Int32Array(0) };

/** The state of one simulation. */
export class EngineState {
  tick = 0;
  readonly payments: PaymentStore = new PaymentStore();
  readonly queue2: CentralQueue;
  readonly log: PaymentsLog;
  /** Payments released in this tick, in order. */
  pending: number[] = [];
  /** Parts of staggered splits that no policy is asked about before a tick. */
  readonly heldParts: Map<number, number> = new Map();
  /** Undefined when credits are immediate. */
  deferred: Map<number, DeferredCredit> | undefined;
  /** The central queue by sender as the last liquidity-saving pass left it; empty before the first. */
  index: SenderGroups = NO_GROUPS;
  readonly found: Found = { pairs: undefined, pairsVersion: -1, cycles: undefined, cyclesVersion: -1 };
  readonly cycleRecords: CycleRecord[] = [];
  readonly collateralRecords: CollateralRecord[] = [];
  /** Records of completed days by agent. */
  readonly dayRecords: (readonly DayRecord[])[] = [];
  /** The running day's records by agent; empty after a restore until the day ends. */
  openDay: OpenDay[] = [];
  /** The policies as they are now, by agent; a replacement changes the hash of the configuration. */
  readonly policyConfigs: PolicyConfig[];
  readonly scheduledIds: string[] = [];
  escalation: Escalation | undefined;
  /** Costs of each agent at the start of the day, zero where costs restart daily. */
  dayStartCosts: Costs[];

  constructor(
    public config: EngineConfig,
    readonly behaviours: Behaviours,
    /** In ascending order of their ids. */
    readonly banks: readonly Bank[],
    readonly numbers: ReadonlyMap<string, number>,
    readonly arrivals: Arrivals,
    readonly clock: PassClock,
  ) {
    this.queue2 = new CentralQueue(this.payments, banks.length);
    this.policyConfigs = banks.map((bank) => bank.config.policy);
    this.dayStartCosts = banks.map(noCosts);
    this.log = new EventLog(PAYMENT_EVENTS, {
      time: "tick",
      phases: [],
      names: {
        agent: (number) => this.bank(number).id,
        payment: (number) => this.paymentId(number),
      },
    });
  }

  /** A bank by number. */
  bank(number: number): Bank {
    const bank = this.banks[number];
    if (bank === undefined) throw new RangeError(`no agent has the number ${number}`);
    return bank;
  }

  /** The id behind a reference in the log. */
  paymentId(number: number): string {
    return number < FIRST_SCHEDULED ? this.payments.id(number) : this.scheduledIds[number - FIRST_SCHEDULED] ?? "";
  }

  /** Puts a policy into force, from the next evaluation on. @throws {PolicyDocumentError} when it does not parse. */
  replacePolicy(bank: Bank, policy: PolicyConfig): void {
    bank.policy = createPolicy(policy, this.behaviours);
    this.policyConfigs[bank.number] = policy;
  }

  get day(): number {
    return Math.floor(this.tick / this.config.ticksPerDay);
  }

  get isFirstTickOfDay(): boolean {
    return this.tick % this.config.ticksPerDay === 0;
  }

  get isLastTickOfDay(): boolean {
    return (this.tick + 1) % this.config.ticksPerDay === 0;
  }

  /** Stores a payment; it is in no queue yet. */
  create(
    sender: number,
    receiver: number,
    amount: number,
    arrivalTick: number,
    deadlineTick: number,
    priority: number,
    parent: number = NONE,
  ): number {
    const number = this.payments.add({ sender, receiver, amount, arrivalTick, deadlineTick, priority, parent });
    const bank = this.bank(sender);
    bank.sentAmount = cents(bank.sentAmount + amount);
    if (parent === NONE) bank.sentAmountToday += amount;
    this.escalation?.admit(number);
    return number;
  }

  /** Counts a settled payment in the running day of both sides. */
  countSettlement(sender: number, receiver: number): void {
    const sent = this.openDay[sender];
    const received = this.openDay[receiver];
    if (sent !== undefined) sent.counts.sent++;
    if (received !== undefined) received.counts.received++;
  }

  /** Whether the liquidity opportunity cost is shown among the parts of a total. */
  get showsOpportunityCost(): boolean {
    return !this.behaviours.opportunityCostNotShown; // behaviour: opportunityCostNotShown
  }

  /** Logs what a bank was charged; kinds that are not named cost nothing. */
  emitCosts(bank: Bank, costs: Partial<Costs>): void {
    const { liquidity = 0, delay = 0, collateral = 0, penalty = 0, splitFriction = 0, opportunity = 0 } = costs;
    const total = liquidity + delay + collateral + penalty + splitFriction + opportunity;
    const shown = this.showsOpportunityCost ? opportunity : undefined;
    this.log.emit(
      "CostAccrual",
      bank.number,
      liquidity,
      delay,
      collateral,
      penalty,
      splitFriction,
      shown,
      total,
    );
  }

  /** Pays a receiver, at once or at the end of the tick. */
  credit(receiver: number, amount: number, payment: number): void {
    if (this.deferred === undefined) {
      this.bank(receiver).adjust(amount);
      return;
    }
    let credit = this.deferred.get(receiver);
    if (credit === undefined) {
      credit = { amount: 0, sources: [] };
      this.deferred.set(receiver, credit);
    }
    credit.amount = cents(credit.amount + amount);
    credit.sources.push(payment);
  }
}
