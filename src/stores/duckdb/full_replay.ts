/**
 * What `payments run --full-replay` records after every tick besides the events: the decisions of policies, the banks'
 * states, and both queues (spec 08 6).
 *
 * @module
 */
import type { PaymentsEngine } from "../../payments/engine/engine.ts";
import { writtenEvent } from "../../payments/events.ts";
import { storedJson } from "./event_details.ts";

type Cell = string | number | boolean | null;

/** A table of a full replay. */
type ReplayTable = "policy_decisions" | "tick_agent_states" | "tick_queue_snapshots";

/** Rows that wait: the columns of each table, in its order. */
export type FullReplayColumns = Readonly<Record<ReplayTable, Cell[][]>>;

/** The names of the decisions by the kind of their event. */
const DECISIONS: ReadonlyMap<string, string> = new Map([
  ["PolicySubmit", "submit"],
  ["PolicyHold", "hold"],
  ["PolicyDrop", "drop"],
  ["PolicySplit", "split"],
]);

/** The accumulated costs whose changes are recorded, as the engine names them. */
const COSTS = ["liquidity_cost", "delay_cost", "collateral_cost", "deadline_penalty", "split_friction_cost"];

/** A bank after the tick before. */
interface Before {
  readonly balance: number;
  readonly costs: readonly number[];
}

/** Before the first tick a bank counts as empty, so that the change of tick 0 is the whole balance (spec 08 6). */
const NOTHING: Before = { balance: 0, costs: COSTS.map(() => 0) };

/** Collects the rows of one simulation. */
export class FullReplay {
  readonly #simulationId: string;
  readonly #ticksPerDay: number;
  readonly #before = new Map<string, Before>();
  /** Senders of payments that waited in the central queue. */
  readonly #senders = new Map<string, string>();
  #decisions = 0;
  #waiting = 0;
  #columns: FullReplayColumns = noRows();

  /** @param ticksPerDay from which the day of a row follows: the reference counts ten, whatever the scenario says */
  constructor(simulationId: string, ticksPerDay: number) {
    this.#simulationId = simulationId;
    this.#ticksPerDay = ticksPerDay;
  }

  /** Takes what stands after a tick; its events begin at `firstEvent` of the engine's log. */
  look(tick: number, engine: PaymentsEngine, firstEvent: number): void {
    this.#takeDecisions(engine, firstEvent);
    for (const agent of engine.agentIds) this.#takeState(tick, agent, engine);
    this.#takeQueues(tick, engine);
  }

  #takeDecisions({ log }: PaymentsEngine, firstEvent: number): void {
    for (let i = firstEvent; i < log.length; i++) {
      const decision = DECISIONS.get(log.kind(i));
      if (decision === undefined) continue;
      const { tick, agent_id, tx_id, reason, num_splits, child_ids } = writtenEvent(log, i);
      const children = Array.isArray(child_ids) && child_ids.length > 0 ? storedJson(child_ids) : null;
      this.#add("policy_decisions", [
        ++this.#decisions,
        this.#simulationId,
        String(agent_id),
        tick,
        this.#day(tick),
        decision,
        String(tx_id),
        typeof reason === "string" ? reason : null,
        typeof num_splits === "number" ? num_splits : null,
        children,
      ]);
    }
  }

  #takeState(tick: number, agent: string, engine: PaymentsEngine): void {
    const { balance, unsecured_cap, posted_collateral } = engine.agentState(agent);
    const accumulated = engine.accumulatedCosts(agent);
    const now = { balance: Number(balance), costs: COSTS.map((name) => Number(accumulated[name])) };
    const before = this.#before.get(agent) ?? NOTHING;
    this.#before.set(agent, now);
    this.#add("tick_agent_states", [
      this.#simulationId,
      agent,
      tick,
      this.#day(tick),
      now.balance,
      now.balance - before.balance,
      Number(unsecured_cap),
      Number(posted_collateral),
      ...now.costs,
      ...now.costs.map((cost, i) => cost - (before.costs[i] ?? 0)),
    ]);
  }

  #takeQueues(tick: number, engine: PaymentsEngine): void {
    const add = (agent: string, type: string, position: number, id: string) =>
      this.#add("tick_queue_snapshots", [this.#simulationId, agent, tick, type, position, id]);
    for (const agent of engine.agentIds) {
      engine.queue1(agent).forEach((id, position) => add(agent, "queue1", position, id));
    }
    engine.queue2().forEach((id, position) => add(this.#senderOf(id, engine), "rtgs", position, id));
  }

  #senderOf(id: string, engine: PaymentsEngine): string {
    let sender = this.#senders.get(id);
    if (sender === undefined) this.#senders.set(id, sender = String(engine.paymentDetails(id)?.["sender_id"]));
    return sender;
  }

  #day(tick: number): number {
    return Math.floor(tick / this.#ticksPerDay);
  }

  #add(table: ReplayTable, row: readonly Cell[]): void {
    const columns = this.#columns[table];
    for (let i = 0; i < row.length; i++) (columns[i] ??= []).push(row[i] ?? null);
    this.#waiting++;
  }

  /** The number of rows since the last {@linkcode takeRows}. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The rows since the last call. */
  takeRows(): FullReplayColumns {
    const columns = this.#columns;
    this.#columns = noRows();
    this.#waiting = 0;
    return columns;
  }
}

function noRows(): FullReplayColumns {
  return { policy_decisions: [], tick_agent_states: [], tick_queue_snapshots: [] };
}
