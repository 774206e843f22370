/**
 * The fields that trees can read (spec 07 4.1), each a function of what the engine shows. A tree computes only the
 * fields that it names. All values are doubles: cents, ticks, counts, fractions, or 0 and 1.
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import { penaltyOn } from "../engine/cost_rules.ts";
import type { PolicyView } from "../policy_contract.ts";
import type { TreeKey } from "./document.ts";

/** Reads one field. */
export type FieldReading = (view: PolicyView) => number;

/** Registers carry this prefix, in documents and in the engine (spec 07 7.2). */
export const REGISTER_PREFIX = "bank_state_";

const creditUsed: FieldReading = (view) => view.balance < 0 ? -view.balance : 0;
const allowedOverdraft: FieldReading = (view) => view.collateralValue + view.unsecuredCap;
const tickInDay: FieldReading = (view) => view.tick % view.ticksPerDay;
const dayProgress: FieldReading = (view) => tickInDay(view) / view.ticksPerDay;
const flag = (test: boolean): number => test ? 1 : 0;

/** Fields of the payment at hand: in payment trees only. */
const PAYMENT_FIELDS: Readonly<Record<string, FieldReading>> = {
  amount: (view) => view.amount,
  remaining_amount: (view) => view.remaining,
  settled_amount: (view) => view.amount - view.remaining,
  arrival_tick: (view) => view.arrivalTick,
  deadline_tick: (view) => view.deadlineTick,
  priority: (view) => view.priority,
  is_split: (view) => flag(view.hasParent),
  is_past_deadline: (view) => flag(view.tick > view.deadlineTick),
  is_overdue: (view) => flag(view.overdueSince >= 0),
  is_in_queue2: (view) => flag(view.hasRtgsPriority),
  overdue_duration: (view) => view.overdueSince < 0 ? 0 : Math.max(view.tick - view.overdueSince, 0),
  ticks_to_deadline: (view) => view.deadlineTick - view.tick,
  queue_age: (view) => Math.max(view.tick - view.arrivalTick, 0),
  cost_delay_this_tx_one_tick: (view) => view.remaining * view.costRates.delayCostPerTickPerCent,
  cost_overdraft_this_amount_one_tick: (view) => view.costRates.overdraftBpsPerTick / 10_000 * view.remaining,
};

const AGENT_FIELDS: Readonly<Record<string, FieldReading>> = {
  balance: (view) => view.balance,
  credit_limit: (view) => view.unsecuredCap,
  unsecured_cap: (view) => view.unsecuredCap,
  credit_used: creditUsed,
  credit_headroom: (view) => view.unsecuredCap - creditUsed(view),
  available_liquidity: (view) => view.availableLiquidity,
  is_using_credit: (view) => flag(view.balance < 0),
  is_overdraft_capped: () => 1,
  liquidity_buffer: () => 0,
  incoming_expected_count: () => 0,
  liquidity_pressure: (view) => {
    const total = view.balance + view.unsecuredCap + view.postedCollateral;
    return total === 0 ? 1 : 1 - Math.max(view.balance, 0) / total;
  },
};

const QUEUE_FIELDS: Readonly<Record<string, FieldReading>> = {
  outgoing_queue_size: (view) => view.queue1Length,
  queue1_total_value: (view) => view.queue1Value,
  queue1_liquidity_gap: (view) => Math.max(view.queue1Value - view.availableLiquidity, 0),
  headroom: (view) => view.availableLiquidity - view.queue1Value,
  rtgs_queue_size: (view) => view.queue2Length,
  queue2_size: (view) => view.queue2Length,
  rtgs_queue_value: (view) => view.queue2Value,
  queue2_count_for_agent: (view) => view.queue2OwnCount,
  // The reference's "none" is the largest unsigned number, a double of 2^64.
  queue2_nearest_deadline: (view) => Math.min(view.queue2OwnNearestDeadline, 2 ** 64),
  ticks_to_nearest_queue2_deadline: (view) => Math.max(view.queue2OwnNearestDeadline - view.tick, 0),
};

/** The collateral that the overdraft needs: spec 07 4.1, `required_collateral_for_usage`. */
function requiredCollateral(view: PolicyView): number {
  const haircut = view.collateralHaircut;
  if (!(haircut < 1)) return 0;
  const used = creditUsed(view);
  return Math.ceil((used - Math.min(view.unsecuredCap, used)) / (1 - haircut));
}

const COLLATERAL_FIELDS: Readonly<Record<string, FieldReading>> = {
  posted_collateral: (view) => view.postedCollateral,
  max_collateral_capacity: (view) => view.maxCollateralCapacity,
  remaining_collateral_capacity: (view) => view.maxCollateralCapacity - view.postedCollateral,
  collateral_utilization: (view) =>
    view.maxCollateralCapacity <= 0 ? 0 : view.postedCollateral / view.maxCollateralCapacity,
  collateral_haircut: (view) => view.collateralHaircut,
  allowed_overdraft_limit: allowedOverdraft,
  overdraft_headroom: (view) => allowedOverdraft(view) - creditUsed(view),
  required_collateral_for_usage: requiredCollateral,
  excess_collateral: (view) => Math.max(view.postedCollateral - requiredCollateral(view), 0),
  overdraft_utilization: (view) => {
    const allowed = allowedOverdraft(view);
    return allowed <= 0 ? 0 : creditUsed(view) / allowed;
  },
};

const COST_FIELDS: Readonly<Record<string, FieldReading>> = {
  cost_overdraft_bps_per_tick: (view) => view.costRates.overdraftBpsPerTick,
  cost_delay_per_tick_per_cent: (view) => view.costRates.delayCostPerTickPerCent,
  cost_collateral_bps_per_tick: (view) => view.costRates.collateralCostPerTickBps,
  cost_split_friction: (view) => view.costRates.splitFrictionCost,
  cost_deadline_penalty: (view) => penaltyOn(view.costRates.deadlinePenalty, view.amount),
  cost_eod_penalty: (view) => penaltyOn(view.costRates.eodPenalty, view.remaining),
};

const SYSTEM_FIELDS: Readonly<Record<string, FieldReading>> = {
  current_tick: (view) => view.tick,
  total_agents: (view) => view.agentCount,
  system_ticks_per_day: (view) => view.ticksPerDay,
  system_current_day: (view) => Math.floor(view.tick / view.ticksPerDay),
  system_tick_in_day: tickInDay,
  ticks_remaining_in_day: (view) => view.ticksPerDay - tickInDay(view) - 1,
  day_progress_fraction: dayProgress,
  expected_throughput_fraction_by_now: dayProgress,
  is_eod_rush: (view) => flag(dayProgress(view) >= view.eodRushThreshold),
  system_queue2_pressure_index: (view) => {
    if (view.queue2Length === 0) return 0;
    const load = view.queue2Length / (view.agentCount * 10);
    return Math.min(1 / (1 + Math.exp(-2 * load)), 1);
  },
};

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** The fields whose meaning depends on a switch. */
function switchedFields(behaviours: Behaviours): Readonly<Record<string, FieldReading>> {
  // behaviour: throughputNeverResets
  const throughput: FieldReading = behaviours.throughputNeverResets
    ? (view) => ratio(view.sentSettled, view.sentAmount)
    : (view) => ratio(view.sentSettledToday, view.sentAmountToday);
  return {
    // behaviour: overdraftCountedTwice
    effective_liquidity: behaviours.overdraftCountedTwice
      ? (view) => view.balance + view.unsecuredCap - creditUsed(view)
      : (view) => view.balance + view.unsecuredCap,
    my_throughput_fraction_today: throughput,
    throughput_gap: (view) => throughput(view) - dayProgress(view),
  };
}

/** Names that the reference's validator accepts although no context holds them (spec 07 4.1). */
const GHOST_FIELDS: ReadonlySet<string> = new Set([
  "time_in_queue",
  "cost_delay_so_far",
  "cost_if_settled_now",
  "cost_if_held_one_tick",
  "cost_urgency",
]);

/** Which fields exist, where they may be used, and how they are read, under given behaviours. */
export class FieldTable {
  readonly #payment: ReadonlyMap<string, FieldReading>;
  readonly #bank: ReadonlyMap<string, FieldReading>;
  readonly #missingInBankTrees: ReadonlySet<string>;
  readonly #ghosts: ReadonlySet<string>;

  constructor(behaviours: Behaviours) {
    this.#payment = new Map(Object.entries(PAYMENT_FIELDS));
    this.#bank = new Map(
      [AGENT_FIELDS, QUEUE_FIELDS, COLLATERAL_FIELDS, COST_FIELDS, SYSTEM_FIELDS, switchedFields(behaviours)]
        .flatMap((group) => Object.entries(group)),
    );
    // behaviour: bankTreesLackUtilization
    this.#missingInBankTrees = new Set(behaviours.bankTreesLackUtilization ? ["overdraft_utilization"] : []);
    // behaviour: ghostFieldsAccepted
    this.#ghosts = behaviours.ghostFieldsAccepted ? GHOST_FIELDS : new Set();
  }

  /** Whether validation accepts the name in a tree (spec 07 6.2, rule 3). */
  accepts(name: string, tree: TreeKey): boolean {
    if (name.startsWith(REGISTER_PREFIX) || this.#bank.has(name)) return true;
    return tree === "payment_tree" && (this.#payment.has(name) || this.#ghosts.has(name));
  }

  /** How a field is read in a tree, registers included; undefined for a name that the context lacks. */
  reading(name: string, tree: TreeKey): FieldReading | undefined {
    if (name.startsWith(REGISTER_PREFIX)) return (view) => view.register(name);
    if (tree === "bank_tree" && this.#missingInBankTrees.has(name)) return undefined;
    return this.#bank.get(name) ?? (tree === "payment_tree" ? this.#payment.get(name) : undefined);
  }

  /** The names that can be read in a tree, registers aside. */
  names(tree: TreeKey): string[] {
    const names = tree === "payment_tree" ? [...this.#payment.keys(), ...this.#bank.keys()] : [...this.#bank.keys()];
    return names.filter((name) => this.reading(name, tree) !== undefined);
  }
}
