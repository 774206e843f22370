/**
 * The engine as a policy sees it: one agent, one payment, values made when they are read (spec 07 4).
 *
 * @module
 */
import type { CostRates } from "../config.ts";
import type { PolicyView } from "../policy_contract.ts";
import type { Bank } from "./bank.ts";
import { NONE, OVERDUE } from "./payment_store.ts";
import type { EngineState } from "./state.ts";

const DUMMY_PRIORITY = 5;

/** What the view shows as the payment. */
type Shown = "payment" | "dummy" | "none";

/** The one view of an engine; the steps point it at what they evaluate. */
export class EngineView implements PolicyView {
  readonly ticksPerDay: number;
  readonly agentCount: number;
  readonly eodRushThreshold: number;
  readonly costRates: CostRates;
  inQueue2 = false;
  #bank: Bank;
  #payment = NONE;
  #shown: Shown = "none";
  #queue1Value = -1;

  constructor(readonly state: EngineState) {
    this.ticksPerDay = state.config.ticksPerDay;
    this.agentCount = state.banks.length;
    this.eodRushThreshold = state.config.eodRushThreshold;
    this.costRates = state.config.costRates;
    this.#bank = state.bank(0);
  }

  /** Shows an agent without a payment. */
  showBank(bank: Bank): void {
    this.#bank = bank;
    this.#queue1Value = -1;
    this.#shown = "none";
    this.inQueue2 = false;
  }

  /** Shows an agent with the dummy payment of spec 07 4.2. */
  showDummy(bank: Bank): void {
    this.showBank(bank);
    this.#shown = "dummy";
  }

  /** Shows a payment of the agent at hand. */
  showPayment(payment: number, inQueue2: boolean): void {
    this.#payment = payment;
    this.#shown = "payment";
    this.inQueue2 = inQueue2;
  }

  get tick(): number {
    return this.state.tick;
  }
  get balance(): number {
    return this.#bank.balance;
  }
  get unsecuredCap(): number {
    return this.#bank.unsecuredCap;
  }
  get postedCollateral(): number {
    return this.#bank.postedCollateral;
  }
  get collateralHaircut(): number {
    return this.#bank.haircut;
  }
  get maxCollateralCapacity(): number {
    return this.#bank.maxCollateralCapacity;
  }
  get collateralValue(): number {
    return this.#bank.collateralValue;
  }
  get availableLiquidity(): number {
    return this.#bank.availableLiquidity;
  }
  get queue1Length(): number {
    return this.#bank.queue1.length;
  }
  get queue1Value(): number {
    if (this.#queue1Value < 0) {
      let sum = 0;
      for (const payment of this.#bank.queue1) sum += this.state.payments.remaining[payment] ?? 0;
      this.#queue1Value = sum;
    }
    return this.#queue1Value;
  }
  get queue2Length(): number {
    return this.state.queue2.length;
  }
  get queue2Value(): number {
    return this.state.queue2.value;
  }
  get queue2OwnCount(): number {
    const { start } = this.state.index;
    return (start[this.#bank.number + 1] ?? 0) - (start[this.#bank.number] ?? 0);
  }
  get queue2OwnNearestDeadline(): number {
    const { start, ids } = this.state.index;
    const { deadlineTick } = this.state.payments;
    let nearest = Infinity;
    for (let i = start[this.#bank.number] ?? 0; i < (start[this.#bank.number + 1] ?? 0); i++) {
      nearest = Math.min(nearest, deadlineTick[ids[i] ?? 0] ?? Infinity);
    }
    return nearest;
  }
  get sentAmount(): number {
    return this.#bank.sentAmount;
  }
  get sentSettled(): number {
    return this.#bank.sentSettled;
  }
  get sentAmountToday(): number {
    return this.#bank.sentAmountToday;
  }
  get sentSettledToday(): number {
    return this.#bank.sentSettledToday;
  }
  register(name: string): number {
    return this.#bank.registers.get(name) ?? 0;
  }

  get amount(): number {
    if (this.#shown === "payment") return this.state.payments.amount[this.#payment] ?? 0;
    return this.#shown === "dummy" ? 1 : 0;
  }
  get remaining(): number {
    if (this.#shown === "payment") return this.state.payments.remaining[this.#payment] ?? 0;
    return this.#shown === "dummy" ? 1 : 0;
  }
  get arrivalTick(): number {
    return this.#shown === "payment" ? this.state.payments.arrivalTick[this.#payment] ?? 0 : this.state.tick;
  }
  get deadlineTick(): number {
    return this.#shown === "payment" ? this.state.payments.deadlineTick[this.#payment] ?? 0 : this.state.tick + 1;
  }
  get priority(): number {
    return this.#shown === "payment" ? this.state.payments.priority[this.#payment] ?? 0 : DUMMY_PRIORITY;
  }
  get hasParent(): boolean {
    return this.#shown === "payment" && this.state.payments.parent[this.#payment] !== NONE;
  }
  get overdueSince(): number {
    if (this.#shown !== "payment" || this.state.payments.status[this.#payment] !== OVERDUE) return NONE;
    return this.state.payments.statusTick[this.#payment] ?? NONE;
  }
  get hasRtgsPriority(): boolean {
    return this.#shown === "payment" && this.state.payments.rtgsPriority[this.#payment] !== NONE;
  }
}
