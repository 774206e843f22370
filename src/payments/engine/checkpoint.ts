/**
 * Saving a simulation and going on from what was saved (spec 05 17).
 *
 * @module
 */
import type { AgentConfig } from "../config.ts";
import { PaymentsError } from "../errors.ts";
import { configHash } from "./config_hash.ts";
import { type Continuation, continuationOf, continueFrom, readContinuation } from "./continuation.ts";
import { NONE, OVERDUE, PARTIALLY_SETTLED, PENDING, SETTLED } from "./payment_store.ts";
import {
  parseSnapshot,
  type Snapshot,
  type SnapshotAgent,
  type SnapshotPayment,
  type SnapshotStatus,
  snapshotText,
  validateSnapshot,
} from "./snapshot.ts";
import type { Bank } from "./bank.ts";
import type { EngineState } from "./state.ts";

/** The text of a checkpoint. @throws {PaymentsError} when the queues are not sound. */
export function saveState(state: EngineState): string {
  // behaviour: checkpointsForget
  const forgets = state.behaviours.checkpointsForget;
  // What keeps the policies of now goes on with the configuration of the start.
  const policyOf = (agent: AgentConfig) =>
    forgets ? state.policyConfigs[state.numbers.get(agent.id) ?? NONE] ?? agent.policy : agent.policy;
  const snapshot: Snapshot = {
    current_tick: state.tick,
    current_day: state.day,
    rng_seed: state.arrivals.randomState,
    agents: state.banks.map((bank) => agentSnapshot(state, bank)),
    transactions: Array.from({ length: state.payments.length }, (_, payment) => paymentSnapshot(state, payment)),
    rtgs_queue: ids(state, state.queue2.order()),
    config_hash: configHash(state.config, policyOf),
    ...(forgets ? {} : { continuation: continuationOf(state) }),
  };
  validateSnapshot(snapshot, "Failed to save state: ");
  return snapshotText(snapshot);
}

function ids(state: EngineState, payments: Iterable<number>): string[] {
  return Array.from(payments, (payment) => state.payments.id(payment));
}

function agentSnapshot(state: EngineState, bank: Bank): SnapshotAgent & Record<string, unknown> {
  const outflows = [...bank.bilateralOutflows].map(([receiver, amount]) => [state.bank(receiver).id, amount]);
  return {
    id: bank.id,
    balance: bank.balance,
    unsecured_cap: bank.unsecuredCap,
    outgoing_queue: ids(state, bank.queue1),
    incoming_expected: [],
    last_decision_tick: null,
    liquidity_buffer: 0,
    posted_collateral: bank.postedCollateral,
    collateral_haircut: bank.haircut,
    collateral_posted_at_tick: bank.collateralPostedAt === NONE ? null : bank.collateralPostedAt,
    bilateral_limits: Object.fromEntries(bank.config.limits?.bilateralLimits ?? []),
    multilateral_limit: bank.multilateralLimit ?? null,
    bilateral_outflows: Object.fromEntries(outflows),
    total_outflow: bank.totalOutflow,
    allocated_liquidity: bank.allocatedLiquidity,
    max_collateral_capacity: bank.configuredCapacity ?? null,
  };
}

function paymentSnapshot(state: EngineState, payment: number): SnapshotPayment {
  const { payments } = state;
  const parent = payments.parent[payment] ?? NONE;
  return {
    id: payments.id(payment),
    sender_id: state.bank(payments.sender[payment] ?? 0).id,
    receiver_id: state.bank(payments.receiver[payment] ?? 0).id,
    amount: payments.amount[payment] ?? 0,
    remaining_amount: payments.remaining[payment] ?? 0,
    arrival_tick: payments.arrivalTick[payment] ?? 0,
    deadline_tick: payments.deadlineTick[payment] ?? 0,
    priority: payments.priority[payment] ?? 0,
    status: statusSnapshot(payments.status[payment] ?? PENDING, payments.statusTick[payment] ?? 0),
    parent_id: parent === NONE ? null : payments.id(parent),
  };
}

function statusSnapshot(status: number, tick: number): SnapshotStatus {
  if (status === SETTLED) return { Settled: { tick } };
  if (status === OVERDUE) return { Overdue: { missed_deadline_tick: tick } };
  return status === PARTIALLY_SETTLED ? { PartiallySettled: { first_settlement_tick: tick } } : "Pending";
}

/** What a checkpoint must agree with before an engine is built for it. */
export interface CheckedSnapshot {
  readonly snapshot: Snapshot;
  readonly continuation: Continuation | undefined;
}

/** Reads a checkpoint and tests it against the hash of the configuration that it is to go on with. */
export function checkSnapshot(source: string, hash: string): CheckedSnapshot {
  const snapshot = parseSnapshot(source);
  if (snapshot.config_hash !== hash) {
    throw new PaymentsError(
      "RuntimeError",
      `Failed to load state: Config mismatch: expected hash ${snapshot.config_hash}, got ${hash}`,
    );
  }
  validateSnapshot(snapshot, "Failed to load state: ");
  return { snapshot, continuation: readContinuation(snapshot) };
}

/** Brings a fresh state to where a checkpoint was saved. */
export function restoreState(state: EngineState, { snapshot, continuation }: CheckedSnapshot): void {
  state.tick = snapshot.current_tick;
  const transactions = snapshot.transactions;
  const numbers = new Map(transactions.map((payment, number) => [payment.id, number]));
  for (const payment of transactions) restorePayment(state, payment, numbers);
  state.payments.nameBy(transactions.map((payment) => payment.id));
  for (const agent of snapshot.agents) restoreAgent(state, agent, numbers);
  for (const id of snapshot.rtgs_queue) state.queue2.push(numbers.get(id) ?? 0);
  state.openDay = [];
  if (continuation === undefined) state.arrivals.dropBands();
  else continueFrom(state, continuation);
}

function agentNumber(state: EngineState, id: string): number {
  const number = state.numbers.get(id);
  if (number === undefined) {
    throw new PaymentsError("RuntimeError", `Failed to load state: State validation error: Agent not found: ${id}`);
  }
  return number;
}

function restorePayment(state: EngineState, saved: SnapshotPayment, numbers: ReadonlyMap<string, number>): void {
  const { payments } = state;
  const parent = saved.parent_id === null ? NONE : numbers.get(saved.parent_id) ?? NONE;
  const sender = agentNumber(state, saved.sender_id);
  const receiver = agentNumber(state, saved.receiver_id);
  const { amount, arrival_tick: arrival, deadline_tick: deadline, priority } = saved;
  const payment = state.create(sender, receiver, amount, arrival, deadline, priority, parent);
  payments.remaining[payment] = saved.remaining_amount;
  state.bank(sender).sentSettled += amount - saved.remaining_amount;
  const { status } = saved;
  if (status === "Pending") return;
  if ("Settled" in status) {
    payments.status[payment] = SETTLED;
    payments.statusTick[payment] = status.Settled.tick;
  } else if ("Overdue" in status) {
    payments.status[payment] = OVERDUE;
    payments.statusTick[payment] = status.Overdue.missed_deadline_tick;
  } else {
    payments.status[payment] = PARTIALLY_SETTLED;
    payments.statusTick[payment] = status.PartiallySettled.first_settlement_tick;
  }
}

function restoreAgent(state: EngineState, saved: SnapshotAgent, numbers: ReadonlyMap<string, number>): void {
  const bank = state.bank(agentNumber(state, saved.id));
  bank.restore({
    balance: saved.balance,
    unsecuredCap: saved.unsecured_cap,
    postedCollateral: saved.posted_collateral,
    haircut: saved.collateral_haircut,
    capacity: saved.max_collateral_capacity ?? undefined,
    collateralPostedAt: saved.collateral_posted_at_tick ?? NONE,
    bilateralLimits: byNumber(state, saved.bilateral_limits),
    multilateralLimit: saved.multilateral_limit ?? undefined,
    bilateralOutflows: byNumber(state, saved.bilateral_outflows),
    totalOutflow: saved.total_outflow,
    allocatedLiquidity: saved.allocated_liquidity,
  });
  bank.queue1 = saved.outgoing_queue.map((id) => numbers.get(id) ?? 0);
}

function byNumber(state: EngineState, amounts: Readonly<Record<string, number>>): Map<number, number> {
  return new Map(
    Object.entries(amounts).flatMap(([id, amount]) => {
      const number = state.numbers.get(id);
      return number === undefined ? [] : [[number, amount]];
    }),
  );
}
