/**
 * One bank: its account, its credit, its queue of outgoing payments and what its policy keeps from tick to tick
 * (spec 05 3).
 *
 * @module
 */
import type { AgentConfig } from "../config.ts";
import { panic } from "../errors.ts";
import type { Policy } from "../policy_contract.ts";
import { cents } from "./amounts.ts";
import { ReleaseBudget } from "./budget.ts";
import { NONE } from "./payment_store.ts";

/** Ticks that collateral posted from outside must stay. */
export const MINIMUM_HOLDING_TICKS = 5;

const DEFAULT_HAIRCUT = 0.02;
const CAPACITY_FACTOR = 10;

/** Counts passes over the central queue, so that a pass need not test again what cannot have changed. */
export interface PassClock {
  /** Number of passes begun. */
  pass: number;
  /** The pass in or after which some bank last became able to pay more. */
  lastImprovement: number;
}

/** A withdrawal of collateral that its posting ordered (spec 05 6.5). */
export interface CollateralTimer {
  readonly amount: number;
  readonly reason: string;
  readonly postedAtTick: number;
}

/** Costs by kind, in cents. */
export interface Costs {
  liquidity: number;
  delay: number;
  collateral: number;
  penalty: number;
  splitFriction: number;
  opportunity: number;
}

/** Costs of nothing. */
export function noCosts(): Costs {
  return { liquidity: 0, delay: 0, collateral: 0, penalty: 0, splitFriction: 0, opportunity: 0 };
}

/** The sum of all kinds. */
export function totalCost(costs: Costs): number {
  return costs.liquidity + costs.delay + costs.collateral + costs.penalty + costs.splitFriction + costs.opportunity;
}

/** Why collateral cannot be withdrawn, or how much of it can. */
export type GuardedWithdrawal = { readonly blocked: string } | { readonly amount: number };

/** What a checkpoint says of a bank. */
export interface BankPosition {
  readonly balance: number;
  readonly unsecuredCap: number;
  readonly postedCollateral: number;
  readonly haircut: number;
  readonly capacity: number | undefined;
  readonly collateralPostedAt: number;
  readonly bilateralLimits: ReadonlyMap<number, number>;
  readonly multilateralLimit: number | undefined;
  readonly bilateralOutflows: ReadonlyMap<number, number>;
  readonly totalOutflow: number;
  readonly allocatedLiquidity: number;
}

/** A bank. Amounts in cents. */
export class Bank {
  balance: number;
  unsecuredCap: number;
  postedCollateral: number;
  haircut: number;
  configuredCapacity: number | undefined;
  /** Set by posting from outside only (spec 05 3.1). */
  collateralPostedAt: number = NONE;
  queue1: number[] = [];
  /** By receiver number. */
  bilateralLimits: ReadonlyMap<number, number>;
  multilateralLimit: number | undefined;
  readonly bilateralOutflows: Map<number, number> = new Map();
  totalOutflow = 0;
  readonly budget: ReleaseBudget = new ReleaseBudget();
  readonly timers: Map<number, CollateralTimer[]> = new Map();
  readonly registers: Map<string, number> = new Map();
  allocatedLiquidity: number;
  readonly liquidityPool: number | undefined;
  readonly costs: Costs = noCosts();
  sentAmount = 0;
  sentSettled = 0;
  sentAmountToday = 0;
  sentSettledToday = 0;
  /** The pass in or after which the bank last became able to pay more. */
  improvedAt: number;
  /** The number is the bank's place among the ids in ascending order. */
  constructor(
    readonly number: number,
    readonly config: AgentConfig,
    numbers: ReadonlyMap<string, number>,
    public policy: Policy,
    readonly clock: PassClock,
  ) {
    this.liquidityPool = config.liquidityPool;
    this.allocatedLiquidity = config.liquidityPool === undefined
      ? 0
      : Math.floor(config.liquidityPool * (config.liquidityAllocationFraction ?? 1));
    this.balance = cents(config.openingBalance + this.allocatedLiquidity);
    this.unsecuredCap = notNegative(config.unsecuredCap, "unsecured_cap");
    this.postedCollateral = notNegative(config.postedCollateral ?? 0, "posted_collateral");
    this.haircut = config.collateralHaircut ?? DEFAULT_HAIRCUT;
    if (!(this.haircut >= 0 && this.haircut <= 1)) throw panic("collateral_haircut must be between 0.0 and 1.0");
    this.configuredCapacity = config.maxCollateralCapacity;
    notNegative(this.configuredCapacity ?? 0, "max_collateral_capacity");
    this.bilateralLimits = new Map(
      [...config.limits?.bilateralLimits ?? []].flatMap(([id, limit]) => {
        const receiver = numbers.get(id);
        return receiver === undefined ? [] : [[receiver, limit]];
      }),
    );
    this.multilateralLimit = config.limits?.multilateralLimit;
    this.improvedAt = clock.pass;
  }

  /** Takes over the position of a checkpoint. */
  restore(position: BankPosition): void {
    const { bilateralOutflows, capacity, ...rest } = position;
    Object.assign(this, rest);
    this.configuredCapacity = capacity;
    this.bilateralOutflows.clear();
    for (const [receiver, amount] of bilateralOutflows) this.bilateralOutflows.set(receiver, amount);
    this.#improve();
  }

  get id(): string {
    return this.config.id;
  }

  /** What it owes on its account. */
  get creditUsed(): number {
    return this.balance < 0 ? -this.balance : 0;
  }

  /** What its collateral is good for after the haircut. */
  get collateralValue(): number {
    if (this.postedCollateral === 0) return 0;
    return Math.floor(this.postedCollateral * Math.max(1 - this.haircut, 0));
  }

  /** How far the account may go below zero. */
  get overdraftLimit(): number {
    return this.collateralValue + this.unsecuredCap;
  }

  /** What it can pay. */
  get availableLiquidity(): number {
    const { balance } = this;
    return balance >= 0 ? balance + this.overdraftLimit : Math.max(this.overdraftLimit + balance, 0);
  }

  /** How much collateral it may hold: configured, or 10 times the cap of now. */
  get maxCollateralCapacity(): number {
    return this.configuredCapacity ?? this.unsecuredCap * CAPACITY_FACTOR;
  }

  get remainingCollateralCapacity(): number {
    return this.maxCollateralCapacity - this.postedCollateral;
  }

  canPay(amount: number): boolean {
    return amount <= this.availableLiquidity;
  }

  /** Whether today's outflow to a receiver may grow by `amount` (spec 05 3.3). */
  withinBilateralLimit(receiver: number, amount: number): boolean {
    const limit = this.bilateralLimits.get(receiver);
    return limit === undefined || (this.bilateralOutflows.get(receiver) ?? 0) + amount <= limit;
  }

  withinMultilateralLimit(amount: number): boolean {
    return this.multilateralLimit === undefined || this.totalOutflow + amount <= this.multilateralLimit;
  }

  /** Whether any limit is configured. */
  get hasLimits(): boolean {
    return this.multilateralLimit !== undefined || this.bilateralLimits.size > 0;
  }

  recordOutflow(receiver: number, amount: number): void {
    this.bilateralOutflows.set(receiver, cents((this.bilateralOutflows.get(receiver) ?? 0) + amount));
    this.totalOutflow = cents(this.totalOutflow + amount);
  }

  resetOutflows(): void {
    this.bilateralOutflows.clear();
    this.totalOutflow = 0;
    if (this.hasLimits) this.#improve();
  }

  /** Changes the account without any test. */
  adjust(amount: number): void {
    this.balance = cents(this.balance + amount);
    if (amount > 0) this.#improve();
  }

  /** Changes the unsecured overdraft cap, which must not become negative. */
  changeCap(delta: number): void {
    this.unsecuredCap = cents(this.unsecuredCap + delta);
    this.#improve();
  }

  /** Changes what is posted as collateral. */
  changeCollateral(delta: number): void {
    this.postedCollateral = cents(this.postedCollateral + delta);
    if (delta > 0) this.#improve();
  }

  #improve(): void {
    this.improvedAt = this.clock.pass;
    this.clock.lastImprovement = this.clock.pass;
  }

  /** How much collateral can go while the credit in use and `buffer` stay covered (spec 05 3.2). */
  maxWithdrawable(buffer: number): number {
    const factor = Math.max(1 - this.haircut, 0);
    if (factor <= 0) return this.postedCollateral;
    const target = this.creditUsed + buffer;
    const needed = target - Math.min(this.unsecuredCap, target);
    return Math.max(this.postedCollateral - Math.ceil(needed / factor), 0);
  }

  /** How much of a requested withdrawal the holding period and the credit in use allow (spec 05 3.2). */
  guardedWithdrawal(requested: number, tick: number, buffer: number): GuardedWithdrawal {
    if (requested <= 0) return { blocked: "Withdrawal amount must be positive" };
    const postedAt = this.collateralPostedAt;
    if (postedAt !== NONE && tick < postedAt + MINIMUM_HOLDING_TICKS) {
      const left = MINIMUM_HOLDING_TICKS - (tick - postedAt);
      return { blocked: `Minimum holding period not met: ${left} tick(s) remaining (posted at tick ${postedAt})` };
    }
    const safe = this.maxWithdrawable(buffer);
    if (safe <= 0) {
      const { creditUsed, overdraftLimit } = this;
      return {
        blocked: `No headroom available for withdrawal: credit_used=${creditUsed}, allowed_limit=${overdraftLimit}, ` +
          `headroom=${overdraftLimit - creditUsed}`,
      };
    }
    return { amount: Math.min(requested, safe, this.postedCollateral) };
  }
}

function notNegative(amount: number, name: string): number {
  if (amount < 0) throw panic(`${name} must be non-negative`);
  return amount;
}
