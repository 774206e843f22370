/**
 * The setting of the worked policies of spec 07 10: 10 ticks per day, 2 days, no liquidity saving, bank A with the
 * policy at hand and 100000 on its account, bank B with `Fifo` and 1000000, splits cost 1000 each.
 *
 * @module
 */
import { type Behaviours, REFERENCE } from "../../../src/payments/behaviours.ts";
import { type AgentConfig, DEFAULT_COST_RATES, type EngineConfig } from "../../../src/payments/config.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { type WrittenEvent, writtenEvent } from "../../../src/payments/events.ts";
import { agent, system } from "../engine/setting.ts";
import { documentText, type Json } from "./views.ts";

/** A payment from A to B that waits before tick 0; amount 50000, deadline 5, priority 5 unless said otherwise. */
export interface Waiting {
  readonly amount?: number;
  readonly deadline?: number;
  readonly priority?: number;
}

/** A worked policy: its trees or a built-in one, and what differs from the setting. */
export interface Worked {
  readonly trees?: Readonly<Record<string, Json>>;
  readonly policy?: AgentConfig["policy"];
  readonly bank?: Partial<AgentConfig>;
  readonly payments?: readonly Waiting[];
  readonly config?: Partial<EngineConfig>;
  readonly behaviours?: Behaviours;
}

/** The engine of a worked policy with its payments submitted. */
export function workedEngine(
  { trees, policy, bank, payments = [{}], config, behaviours = REFERENCE }: Worked,
): PaymentsEngine {
  const text = trees === undefined ? undefined : documentText(trees);
  const chosen = text === undefined ? policy ?? { type: "Fifo" } : { type: "FromJson", json: text } as const;
  const agents = [
    agent("A", { openingBalance: 100_000, policy: chosen, ...bank }),
    agent("B", { openingBalance: 1_000_000 }),
  ];
  const lsm = { enableBilateral: false, enableCycles: false, maxCycleLength: 4, maxCyclesPerTick: 10 };
  const setting = system(agents, { costs: DEFAULT_COST_RATES, lsm, dailyLiquidityReallocation: false });
  const engine = new PaymentsEngine({ ...setting, ...config }, behaviours);
  for (const { amount = 50_000, deadline = 5, priority = 5 } of payments) {
    engine.submit({ sender: "A", receiver: "B", amount, deadlineTick: deadline, priority, isDivisible: false });
  }
  return engine;
}

/** Runs so many ticks and gives the events of each, those of the submissions first in tick 0. */
export function ticksOf(engine: PaymentsEngine, count: number): WrittenEvent[][] {
  const ticks: WrittenEvent[][] = [];
  let from = 0;
  for (let tick = 0; tick < count; tick++) {
    engine.tick();
    const events: WrittenEvent[] = [];
    for (; from < engine.log.length; from++) events.push(writtenEvent(engine.log, from));
    ticks.push(events);
  }
  return ticks;
}

/** The kinds of the events, `Arrival` of submissions and daily bookkeeping left out. */
export function kinds(events: readonly WrittenEvent[] | undefined): string[] {
  return (events ?? []).map(({ event_type }) => event_type).filter((kind) =>
    !["Arrival", "CostAccrual"].includes(kind)
  );
}

/** The events of one kind. */
export function ofKind(events: readonly WrittenEvent[] | undefined, kind: string): WrittenEvent[] {
  return (events ?? []).filter(({ event_type }) => event_type === kind);
}
