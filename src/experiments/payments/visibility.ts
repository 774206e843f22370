/**
 * What one agent may see of a simulation: its own affairs (spec 08 19.4, isolation rule).
 *
 * @module
 */
import { type PaymentsLog, type WrittenEvent, writtenEvent } from "../../payments/events.ts";
import type { VisibleEvent } from "./contracts.ts";

type Sees = (event: WrittenEvent, agent: string) => boolean;

const as = (...fields: readonly string[]): Sees => (event, agent) => fields.some((field) => event[field] === agent);
const always: Sees = () => true;
const parties = as("sender", "receiver");
const owner = as("agent_id");
const sender = as("sender_id");
const pair = as("agent_a", "agent_b");

/** Who sees an event, by kind; nobody sees the others. */
const SEEN: Readonly<Record<string, Sees>> = {
  Arrival: as("sender_id", "receiver_id"),
  RtgsImmediateSettlement: parties,
  RtgsSubmission: parties,
  RtgsWithdrawal: parties,
  RtgsResubmission: parties,
  Queue2LiquidityRelease: parties,
  PolicySubmit: owner,
  PolicyHold: owner,
  PolicyDrop: owner,
  PolicySplit: owner,
  TransactionReprioritized: owner,
  CollateralPost: owner,
  CollateralWithdraw: owner,
  CollateralTimerWithdrawn: owner,
  CollateralTimerBlocked: owner,
  StateRegisterSet: owner,
  BankBudgetSet: owner,
  CostAccrual: owner,
  TransactionWentOverdue: sender,
  OverdueTransactionSettled: sender,
  PriorityEscalated: sender,
  QueuedRtgs: sender,
  BilateralLimitExceeded: as("sender"),
  MultilateralLimitExceeded: as("sender"),
  LsmBilateralOffset: pair,
  EntryDispositionOffset: pair,
  LsmCycleSettlement: (event, agent) => Array.isArray(event["agents"]) && event["agents"].includes(agent),
  EndOfDay: always,
  ScenarioEventExecuted: always,
  AlgorithmExecution: always,
};

/** Whether an agent may know of an event. */
export function isVisible(event: WrittenEvent, agent: string): boolean {
  const sees = Object.hasOwn(SEEN, event.event_type) ? SEEN[event.event_type] : undefined;
  return sees !== undefined && sees(event, agent);
}

/** The fields of an event that an agent must not see although it sees the event. */
function hiddenFields(event: WrittenEvent, agent: string): readonly string[] {
  switch (event.event_type) {
    case "RtgsImmediateSettlement":
      return event["sender"] === agent ? [] : ["sender_balance_before", "sender_balance_after"];
    case "LsmBilateralOffset":
      return ["amount", event["agent_a"] === agent ? "amount_b" : "amount_a"];
    case "EntryDispositionOffset":
      return ["incoming_amount", "queued_amount"];
    case "LsmCycleSettlement":
      return ["tx_amounts", "net_positions", "max_net_outflow", "max_net_outflow_agent"];
    case "ScenarioEventExecuted":
      // What happened to others is told in here.
      return mentions(event["details_json"], agent) ? [] : ["details_json"];
    default:
      return [];
  }
}

function mentions(details: unknown, agent: string): boolean {
  return typeof details === "string" && details.includes(JSON.stringify(agent));
}

/** The event without what the agent must not see; undefined when it must not know of it. */
export function visibleTo(event: WrittenEvent, agent: string): VisibleEvent | undefined {
  if (!isVisible(event, agent)) return undefined;
  const hidden = hiddenFields(event, agent);
  const { event_type, tick } = event;
  const shown = Object.entries(event).filter(([name]) => !hidden.includes(name));
  return { ...Object.fromEntries(shown), event_type, tick };
}

/** All events of a log as one agent sees them. */
export function visibleEvents(log: PaymentsLog, agent: string): VisibleEvent[] {
  const events: VisibleEvent[] = [];
  for (let i = 0; i < log.length; i++) {
    const event = visibleTo(writtenEvent(log, i), agent);
    if (event !== undefined) events.push(event);
  }
  return events;
}

const INFORMATIVE: readonly string[] = [
  "TransactionWentOverdue",
  "OverdueTransactionSettled",
  "CostAccrual",
  "QueuedRtgs",
  "PolicyHold",
  "PolicyDrop",
  "Queue2LiquidityRelease",
  "LsmBilateralOffset",
  "LsmCycleSettlement",
  "RtgsImmediateSettlement",
  "Arrival",
];

/** At most `most` events: the most telling kinds first, then by tick; in the order of ticks. */
export function tellingEvents(events: readonly VisibleEvent[], most: number): readonly VisibleEvent[] {
  if (events.length <= most) return events;
  const rank = ({ event_type }: VisibleEvent) => {
    const found = INFORMATIVE.indexOf(event_type);
    return found < 0 ? INFORMATIVE.length : found;
  };
  return events.map((event, i) => ({ event, i })).sort((a, b) => rank(a.event) - rank(b.event) || a.i - b.i)
    .slice(0, most).sort((a, b) => a.i - b.i).map(({ event }) => event);
}
