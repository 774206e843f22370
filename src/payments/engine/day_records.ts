/**
 * What each bank's day was like: balances, queue, costs (spec 05 14.1, 06 6.2).
 *
 * @module
 */
import { type Bank, type Costs, noCosts, totalCost } from "./bank.ts";
import type { EngineState } from "./state.ts";

/** The completed day of one bank; amounts in cents. Field names are those of the recordings. */
export interface DayRecord {
  readonly agent_id: string;
  readonly day: number;
  readonly opening_balance: number;
  readonly closing_balance: number;
  readonly min_balance: number;
  readonly max_balance: number;
  readonly unsecured_cap: number;
  readonly peak_overdraft: number;
  readonly opening_posted_collateral: number;
  readonly closing_posted_collateral: number;
  readonly peak_posted_collateral: number;
  readonly collateral_capacity: number;
  readonly num_collateral_posts: number;
  readonly num_collateral_withdrawals: number;
  readonly num_arrivals: number;
  readonly num_sent: number;
  readonly num_received: number;
  readonly num_settled: number;
  readonly num_dropped: number;
  readonly queue1_peak_size: number;
  readonly queue1_eod_size: number;
  readonly liquidity_cost: number;
  readonly delay_cost: number;
  readonly collateral_cost: number;
  readonly split_friction_cost: number;
  readonly deadline_penalty_cost: number;
  readonly total_cost: number;
}

/** The running day of one bank. */
export interface OpenDay {
  readonly openingBalance: number;
  readonly openingCollateral: number;
  readonly unsecuredCap: number;
  minBalance: number;
  maxBalance: number;
  peakOverdraft: number;
  peakCollateral: number;
  queue1Peak: number;
  /** Counts of {@linkcode DayCounts}. */
  readonly counts: DayCounts;
}

/** What happened to one bank today, counted. */
export interface DayCounts {
  posts: number;
  withdrawals: number;
  /** Payments that came to its queue: generated, submitted, ordered by the scenario, not parts of others. */
  arrivals: number;
  /** Payments it sent that settled. */
  sent: number;
  /** Payments it received. */
  received: number;
  dropped: number;
}

/** A day that starts with the bank as it stands. */
export function openDay(bank: Bank): OpenDay {
  return {
    openingBalance: bank.balance,
    openingCollateral: bank.postedCollateral,
    unsecuredCap: bank.unsecuredCap,
    minBalance: bank.balance,
    maxBalance: bank.balance,
    peakOverdraft: 0,
    peakCollateral: bank.postedCollateral,
    queue1Peak: 0,
    counts: { posts: 0, withdrawals: 0, arrivals: 0, sent: 0, received: 0, dropped: 0 },
  };
}

/**
 * Updates the extremes of the running day after a tick. The last tick of a day comes before the day is closed, or, in
 * the reference's way, after it: then it counts in the next day.
 */
export function updateDays(state: EngineState): void {
  for (const bank of state.banks) {
    const day = state.openDay[bank.number];
    if (day === undefined) continue;
    day.minBalance = Math.min(day.minBalance, bank.balance);
    day.maxBalance = Math.max(day.maxBalance, bank.balance);
    day.peakOverdraft = Math.max(day.peakOverdraft, bank.creditUsed);
    day.peakCollateral = Math.max(day.peakCollateral, bank.postedCollateral);
    day.queue1Peak = Math.max(day.queue1Peak, bank.queue1.length);
  }
}

/** The last part of the end of day: files the day's records and opens the next day (spec 05 13). */
export function closeDay(state: EngineState): void {
  // A restored run has no record of a day that it did not see from the start.
  const records = state.openDay.length === 0 ? [] : state.banks.map((bank) => dayRecord(state, bank));
  state.dayRecords[state.day] = records;
  state.openDay = state.banks.map(openDay);
  state.dayStartCosts = state.banks.map((bank) => ({ ...bank.costs }));
}

function dayRecord(state: EngineState, bank: Bank): DayRecord {
  const day = state.openDay[bank.number] ?? openDay(bank);
  const costs = costsOfDay(state, bank);
  const { counts } = day;
  const counted = (count: number) => state.behaviours.dayCountsStayZero ? 0 : count; // behaviour: dayCountsStayZero
  return {
    agent_id: bank.id,
    day: state.day,
    opening_balance: day.openingBalance,
    closing_balance: bank.balance,
    min_balance: day.minBalance,
    max_balance: day.maxBalance,
    unsecured_cap: day.unsecuredCap,
    peak_overdraft: day.peakOverdraft,
    opening_posted_collateral: day.openingCollateral,
    closing_posted_collateral: bank.postedCollateral,
    peak_posted_collateral: day.peakCollateral,
    collateral_capacity: day.unsecuredCap * 10,
    num_collateral_posts: counted(counts.posts),
    num_collateral_withdrawals: counted(counts.withdrawals),
    num_arrivals: counted(counts.arrivals),
    num_sent: counted(counts.sent),
    num_received: counted(counts.received),
    num_settled: counted(counts.sent),
    num_dropped: counted(counts.dropped),
    queue1_peak_size: day.queue1Peak,
    queue1_eod_size: bank.queue1.length,
    liquidity_cost: costs.liquidity,
    delay_cost: costs.delay,
    collateral_cost: costs.collateral,
    split_friction_cost: costs.splitFriction,
    deadline_penalty_cost: costs.penalty,
    total_cost: totalCost(costs),
  };
}

function costsOfDay(state: EngineState, bank: Bank): Costs {
  const start = state.dayStartCosts[bank.number] ?? noCosts();
  return {
    liquidity: bank.costs.liquidity - start.liquidity,
    delay: bank.costs.delay - start.delay,
    collateral: bank.costs.collateral - start.collateral,
    penalty: bank.costs.penalty - start.penalty,
    splitFriction: bank.costs.splitFriction - start.splitFriction,
    opportunity: bank.costs.opportunity - start.opportunity,
  };
}
