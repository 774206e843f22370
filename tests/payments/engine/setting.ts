/**
 * Small systems of banks for the tests of the payments engine: policies that release at once, no costs, ten ticks a
 * day, unless a test says otherwise (spec 05 21).
 *
 * @module
 */
import { type Behaviours, REFERENCE } from "../../../src/payments/behaviours.ts";
import {
  type AgentConfig,
  type CostRates,
  DEFAULT_AGENT,
  DEFAULT_SYSTEM,
  type EngineConfig,
} from "../../../src/payments/config.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { type WrittenEvent, writtenEvent } from "../../../src/payments/events.ts";

/** No cost for anything. */
export const FREE: CostRates = {
  overdraftBpsPerTick: 0,
  delayCostPerTickPerCent: 0,
  collateralCostPerTickBps: 0,
  liquidityCostPerTickBps: 0,
  eodPenalty: { mode: "fixed", amount: 0 },
  deadlinePenalty: { mode: "fixed", amount: 0 },
  splitFrictionCost: 0,
  overdueDelayMultiplier: 5,
  priorityDelayMultipliers: undefined,
};

/** An agent with nothing. */
export function agent(id: string, settings: Partial<AgentConfig> = {}): AgentConfig {
  return { ...DEFAULT_AGENT, id, ...settings };
}

/** What a test changes of the configuration; costs are those of {@linkcode FREE} where nothing else is said. */
export type Settings = Omit<Partial<EngineConfig>, "agents" | "costRates"> & { readonly costs?: Partial<CostRates> };

/** A configuration of these agents. */
export function system(agents: readonly AgentConfig[], { costs, ...settings }: Settings = {}): EngineConfig {
  return {
    ...DEFAULT_SYSTEM,
    ticksPerDay: 10,
    numDays: 2,
    rngSeed: 1n,
    agents,
    costRates: { ...FREE, ...costs },
    ...settings,
  };
}

/** A policy document with these trees. */
export function document(
  trees: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, number>> = {},
): AgentConfig["policy"] {
  return { type: "FromJson", json: JSON.stringify({ version: "1.0", policy_id: "test", parameters, ...trees }) };
}

/** An action node; parameters given as plain values are literals. */
export function action(
  name: string,
  parameters: Readonly<Record<string, unknown>> = {},
  nodeId: string = name,
): Readonly<Record<string, unknown>> {
  const values = Object.entries(parameters).map(([key, value]) => {
    return [key, typeof value === "object" && value !== null && !Array.isArray(value) ? value : { value }];
  });
  return { type: "action", node_id: nodeId, action: name, parameters: Object.fromEntries(values) };
}

/** A condition node over one field and one number. */
export function when(
  field: string,
  op: string,
  value: number,
  onTrue: unknown,
  onFalse: unknown,
  nodeId = `${field} ${op} ${value}`,
): Readonly<Record<string, unknown>> {
  const condition = { op, left: { field }, right: { value } };
  return { type: "condition", node_id: nodeId, condition, on_true: onTrue, on_false: onFalse };
}

/** A policy that lets nothing go. */
export const HOLD: AgentConfig["policy"] = document({ payment_tree: action("Hold") });

/** Releases from a tick on. */
export function releaseFrom(tick: number): AgentConfig["policy"] {
  return document({ payment_tree: when("current_tick", ">=", tick, action("Release"), action("Hold")) });
}

/** An engine with what tests do all the time. By default it does what the reference does. */
export class Rig {
  readonly engine: PaymentsEngine;
  constructor(config: EngineConfig, behaviours: Behaviours = REFERENCE) {
    this.engine = new PaymentsEngine(config, behaviours);
  }

  /** Submits a payment and gives its id. */
  pay(
    sender: string,
    receiver: string,
    amount: number,
    deadlineTick = 19,
    priority = 5,
    rtgsPriority?: string,
  ): string {
    return this.engine.submit({
      sender,
      receiver,
      amount,
      deadlineTick,
      priority,
      isDivisible: false,
      ...(rtgsPriority === undefined ? {} : { rtgsPriority }),
    });
  }

  /** Events of a kind, or all, in a tick or in all ticks. */
  events(kind?: string, tick?: number): WrittenEvent[] {
    const { log } = this.engine;
    return Array.from({ length: log.length }, (_, event) => writtenEvent(log, event))
      .filter((event) => (kind === undefined || event.event_type === kind) && (tick ?? event.tick) === event.tick);
  }

  /** Kinds of events of a tick, in order. */
  kinds(tick: number): string[] {
    return this.events(undefined, tick).map((event) => event.event_type);
  }

  /** The values of a field over events of a kind. */
  values(kind: string, field: string, tick?: number): unknown[] {
    return this.events(kind, tick).map((event) => event[field]);
  }

  balance(agent: string): number {
    return Number(this.engine.agentState(agent).balance);
  }

  status(payment: string): unknown {
    return this.engine.paymentDetails(payment)?.status;
  }
}
