/**
 * The text of a checkpoint: what is in it and how it is read (spec 05 17.1). Keys are those of the reference;
 * `continuation` is ours and holds what the reference loses.
 *
 * @module
 */
import { PaymentsError } from "../errors.ts";
import { type JsonMember, jsonObjectText } from "./json_text.ts";

/** How a payment stands, as a checkpoint shows it. */
export type SnapshotStatus =
  | "Pending"
  | { readonly Settled: { readonly tick: number } }
  | { readonly Overdue: { readonly missed_deadline_tick: number } }
  | { readonly PartiallySettled: { readonly first_settlement_tick: number } };

/** An agent in a checkpoint. */
export interface SnapshotAgent {
  readonly id: string;
  readonly balance: number;
  readonly unsecured_cap: number;
  readonly outgoing_queue: readonly string[];
  readonly posted_collateral: number;
  readonly collateral_haircut: number;
  readonly collateral_posted_at_tick: number | null;
  readonly bilateral_limits: Readonly<Record<string, number>>;
  readonly multilateral_limit: number | null;
  readonly bilateral_outflows: Readonly<Record<string, number>>;
  readonly total_outflow: number;
  readonly allocated_liquidity: number;
  readonly max_collateral_capacity: number | null;
}

/** A payment in a checkpoint. */
export interface SnapshotPayment {
  readonly id: string;
  readonly sender_id: string;
  readonly receiver_id: string;
  readonly amount: number;
  readonly remaining_amount: number;
  readonly arrival_tick: number;
  readonly deadline_tick: number;
  readonly priority: number;
  readonly status: SnapshotStatus;
  readonly parent_id: string | null;
}

/** A checkpoint. */
export interface Snapshot {
  readonly current_tick: number;
  readonly current_day: number;
  readonly rng_seed: bigint;
  readonly agents: readonly SnapshotAgent[];
  readonly transactions: readonly SnapshotPayment[];
  readonly rtgs_queue: readonly string[];
  readonly config_hash: string;
  /** Plain JSON, read by `continuation.ts`. */
  readonly continuation?: unknown;
}

function refusal(reason: string): PaymentsError {
  return new PaymentsError("RuntimeError", `Failed to load state: Deserialization error: ${reason}`);
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refusal(`${what} is not an object`);
  return Object.fromEntries(Object.entries(value));
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(`${what} is not a list`);
  return value;
}

function number(value: unknown, what: string): number {
  if (typeof value !== "number") throw refusal(`${what} is not a number`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw refusal(`${what} is not text`);
  return value;
}

function texts(value: unknown, what: string): readonly string[] {
  return list(value, what).map((item) => text(item, what));
}

function amounts(value: unknown, what: string): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(fields(value, what)).map(([key, item]) => [key, number(item, what)]));
}

const nullable = (value: unknown, what: string): number | null =>
  value === null || value === undefined ? null : number(value, what);

/** Reads the text of a checkpoint. @throws {PaymentsError} when it is none. */
export function parseSnapshot(source: string): Snapshot {
  const [seed, rest] = takeSeed(source);
  let parsed: unknown;
  try {
    parsed = JSON.parse(rest);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(`Failed to parse state JSON: ${reason}`);
  }
  const top = fields(parsed, "the checkpoint");
  return {
    current_tick: number(top.current_tick, "current_tick"),
    current_day: number(top.current_day, "current_day"),
    rng_seed: seed,
    agents: list(top.agents, "agents").map(snapshotAgent),
    transactions: list(top.transactions, "transactions").map(snapshotPayment),
    rtgs_queue: texts(top.rtgs_queue, "rtgs_queue"),
    config_hash: text(top.config_hash, "config_hash"),
    ...(top.continuation === undefined ? {} : { continuation: top.continuation }),
  };
}

/** The seed is a 64-bit number, which JSON readers round; the other numbers are not. */
function takeSeed(source: string): [bigint, string] {
  const pattern = /"rng_seed"\s*:\s*(\d+)/;
  const digits = pattern.exec(source)?.[1];
  if (digits === undefined) throw refusal("missing field `rng_seed`");
  return [BigInt(digits), source.replace(pattern, '"rng_seed":0')];
}

function snapshotAgent(value: unknown): SnapshotAgent {
  const agent = fields(value, "an agent");
  const id = text(agent.id, "an agent's id");
  return {
    id,
    balance: number(agent.balance, `${id}.balance`),
    unsecured_cap: number(agent.unsecured_cap, `${id}.unsecured_cap`),
    outgoing_queue: texts(agent.outgoing_queue, `${id}.outgoing_queue`),
    posted_collateral: number(agent.posted_collateral, `${id}.posted_collateral`),
    collateral_haircut: number(agent.collateral_haircut, `${id}.collateral_haircut`),
    collateral_posted_at_tick: nullable(agent.collateral_posted_at_tick, `${id}.collateral_posted_at_tick`),
    bilateral_limits: amounts(agent.bilateral_limits, `${id}.bilateral_limits`),
    multilateral_limit: nullable(agent.multilateral_limit, `${id}.multilateral_limit`),
    bilateral_outflows: amounts(agent.bilateral_outflows, `${id}.bilateral_outflows`),
    total_outflow: number(agent.total_outflow, `${id}.total_outflow`),
    allocated_liquidity: nullable(agent.allocated_liquidity, `${id}.allocated_liquidity`) ?? 0,
    max_collateral_capacity: nullable(agent.max_collateral_capacity, `${id}.max_collateral_capacity`),
  };
}

function snapshotPayment(value: unknown): SnapshotPayment {
  const payment = fields(value, "a transaction");
  const id = text(payment.id, "a transaction's id");
  return {
    id,
    sender_id: text(payment.sender_id, `${id}.sender_id`),
    receiver_id: text(payment.receiver_id, `${id}.receiver_id`),
    amount: number(payment.amount, `${id}.amount`),
    remaining_amount: number(payment.remaining_amount, `${id}.remaining_amount`),
    arrival_tick: number(payment.arrival_tick, `${id}.arrival_tick`),
    deadline_tick: number(payment.deadline_tick, `${id}.deadline_tick`),
    priority: number(payment.priority, `${id}.priority`),
    status: snapshotStatus(payment.status, id),
    parent_id: payment.parent_id === null ? null : text(payment.parent_id, `${id}.parent_id`),
  };
}

function snapshotStatus(value: unknown, id: string): SnapshotStatus {
  if (value === "Pending") return "Pending";
  const status = fields(value, `${id}.status`);
  if (status.Settled !== undefined) {
    return { Settled: { tick: number(fields(status.Settled, `${id}.status`).tick, `${id}.status`) } };
  }
  if (status.Overdue !== undefined) {
    const missed = fields(status.Overdue, `${id}.status`).missed_deadline_tick;
    return { Overdue: { missed_deadline_tick: number(missed, `${id}.status`) } };
  }
  if (status.PartiallySettled !== undefined) {
    const first = fields(status.PartiallySettled, `${id}.status`).first_settlement_tick;
    return { PartiallySettled: { first_settlement_tick: number(first, `${id}.status`) } };
  }
  throw refusal(`${id}.status is unknown`);
}

/** Tests that every queue names known payments, each once (spec 05 17.4). @throws {PaymentsError} with the first fault. */
export function validateSnapshot(snapshot: Snapshot, prefix: string): void {
  const fault = snapshotFault(snapshot);
  if (fault !== undefined) throw new PaymentsError("RuntimeError", `${prefix}State validation error: ${fault}`);
}

function snapshotFault(snapshot: Snapshot): string | undefined {
  const known = new Set(snapshot.transactions.map((payment) => payment.id));
  for (const agent of snapshot.agents) {
    const orphan = agent.outgoing_queue.find((id) => !known.has(id));
    if (orphan !== undefined) return `Orphaned transaction in agent ${agent.id} queue: ${orphan}`;
  }
  const orphan = snapshot.rtgs_queue.find((id) => !known.has(id));
  if (orphan !== undefined) return `Orphaned transaction in RTGS queue: ${orphan}`;
  const places = new Map<string, string>();
  const queues = snapshot.agents.map((agent) => ({ place: `agent ${agent.id}`, ids: agent.outgoing_queue }));
  for (const { place, ids } of [...queues, { place: "RTGS queue", ids: snapshot.rtgs_queue }]) {
    for (const id of ids) {
      const first = places.get(id);
      if (first !== undefined) return `Duplicate transaction ${id} in multiple queues: ${first} and ${place}`;
      places.set(id, place);
    }
  }
  return undefined;
}

/** The text of a checkpoint. Keys stand in ascending order; readers go by name. */
export function snapshotText(snapshot: Snapshot): string {
  const { rng_seed: seed, continuation, ...rest } = snapshot;
  const members: Record<string, JsonMember> = { rng_seed: seed };
  const head = jsonObjectText(members).slice(1, -1);
  const tail = continuation === undefined ? rest : { ...rest, continuation };
  return `{${head},${JSON.stringify(tail).slice(1)}`;
}
