/**
 * What an agent paid and was paid in a simulation: the records that samples are drawn from (spec 08 17.1).
 *
 * @module
 */
import { type PaymentsLog, type WrittenEvent, writtenEvent } from "../../payments/events.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";

/** A payment with its times as distances from its arrival, in ticks. Amounts in cents. */
export interface PaymentRecord {
  readonly txId: string;
  readonly sender: string;
  readonly receiver: string;
  readonly amount: number;
  readonly priority: number;
  readonly arrivalTick: number;
  readonly deadlineOffset: number;
  /** Undefined for a payment that was not settled. */
  readonly settlementOffset: number | undefined;
}

/** The payments of one agent, in the order of arrival. */
export interface AgentHistory {
  readonly outgoing: readonly PaymentRecord[];
  readonly incoming: readonly PaymentRecord[];
}

/** A payment while its events are read. */
interface Traced {
  readonly event: WrittenEvent;
  settledAt: number | undefined;
  /** Numbers of parts that did not settle yet, and what they belong to. */
  openParts: number;
  readonly whole: Traced | undefined;
}

const SETTLED_ONE: ReadonlySet<string> = new Set(["RtgsImmediateSettlement", "Queue2LiquidityRelease"]);
const SETTLED_MANY: ReadonlySet<string> = new Set(["LsmBilateralOffset", "LsmCycleSettlement"]);

const text = (value: unknown): string => typeof value === "string" ? value : "";
const number = (value: unknown): number => typeof value === "number" ? value : 0;
const texts = (value: unknown): string[] => Array.isArray(value) ? value.map(text) : [];

/** The histories of the given agents in a log. */
export function agentHistories(
  log: PaymentsLog,
  agents: readonly string[],
  behaviours: ExperimentBehaviours,
): ReadonlyMap<string, AgentHistory> {
  const traced = traces(log, behaviours);
  const histories = new Map(agents.map((agent) => [agent, { outgoing: [], incoming: [] } satisfies Gathered]));
  for (const each of traced.values()) {
    if (each.whole !== undefined) continue;
    const record = recordOf(each, behaviours);
    gather(histories.get(record.sender)?.outgoing, record);
    gather(histories.get(record.receiver)?.incoming, record);
  }
  return histories;
}

interface Gathered {
  readonly outgoing: PaymentRecord[];
  readonly incoming: PaymentRecord[];
}

function gather(list: PaymentRecord[] | undefined, record: PaymentRecord): void {
  list?.push(record);
}

function traces(log: PaymentsLog, behaviours: ExperimentBehaviours): Map<string, Traced> {
  // behaviour: partsResampled
  const wholes = behaviours.partsResampled ? new Map<string, string>() : partsOf(log);
  const traced = new Map<string, Traced>();
  for (let i = 0; i < log.length; i++) {
    const kind = log.kind(i);
    if (kind === "Arrival") {
      const event = writtenEvent(log, i);
      const id = text(event["tx_id"]);
      const whole = traced.get(wholes.get(id) ?? "");
      if (whole !== undefined) whole.openParts++;
      traced.set(id, { event, settledAt: undefined, openParts: 0, whole });
    } else if (SETTLED_ONE.has(kind) || SETTLED_MANY.has(kind)) {
      const event = writtenEvent(log, i);
      const ids = SETTLED_ONE.has(kind) ? [text(event["tx_id"])] : texts(event["tx_ids"]);
      for (const id of ids) settle(traced.get(id), event.tick);
    }
  }
  return traced;
}

/** What each part belongs to. */
function partsOf(log: PaymentsLog): ReadonlyMap<string, string> {
  const wholes = new Map<string, string>();
  for (let i = 0; i < log.length; i++) {
    if (log.kind(i) !== "PolicySplit") continue;
    const event = writtenEvent(log, i);
    for (const part of texts(event["child_ids"])) wholes.set(part, text(event["tx_id"]));
  }
  return wholes;
}

/** A payment in parts is settled when the last of them is. */
function settle(payment: Traced | undefined, tick: number): void {
  if (payment === undefined) return;
  const first = payment.settledAt === undefined;
  payment.settledAt = tick;
  const { whole } = payment;
  if (whole === undefined || !first) return;
  whole.openParts--;
  if (whole.openParts === 0) settle(whole, tick);
}

function recordOf({ event, settledAt }: Traced, behaviours: ExperimentBehaviours): PaymentRecord {
  const deadline = number(event["deadline"]);
  return {
    txId: text(event["tx_id"]),
    sender: text(event["sender_id"]),
    receiver: text(event["receiver_id"]),
    amount: number(event["amount"]),
    priority: number(event["priority"]),
    arrivalTick: event.tick,
    // behaviour: deadlinesDrift
    deadlineOffset: behaviours.deadlinesDrift ? deadline : deadline - event.tick,
    settlementOffset: settledAt === undefined ? undefined : settledAt - event.tick,
  };
}
