/**
 * What the events of a run say against what its state became, over random systems (spec 05 22, 06 14). Numbers in test
 * names are those of the chapters.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import type { EngineConfig } from "../../src/payments/config.ts";
import { PaymentsEngine } from "../../src/payments/engine/engine.ts";
import type { TickResult } from "../../src/payments/engine/tick.ts";
import { PaymentsError } from "../../src/payments/errors.ts";
import { type WrittenEvent, writtenEvent } from "../../src/payments/events.ts";
import { systems } from "./payments_systems.ts";

const RUNS = { numRuns: 120 };

/** Calls `look` after each completed tick with its events. */
function watch(
  config: EngineConfig,
  behaviours: Behaviours,
  look: (result: TickResult, events: WrittenEvent[], engine: PaymentsEngine) => void,
): void {
  const engine = new PaymentsEngine(config, behaviours);
  let seen = 0;
  while (engine.currentTick < config.ticksPerDay * config.numDays) {
    let result: TickResult;
    try {
      result = engine.tick();
    } catch (error) {
      // The reference stops some runs on purpose: resubmitted twice, posted too much.
      if (error instanceof PaymentsError && behaviours !== CORRECTED) return;
      throw error;
    }
    const events: WrittenEvent[] = [];
    for (; seen < engine.log.length; seen++) events.push(writtenEvent(engine.log, seen));
    look(result, events, engine);
  }
}

const of = (kind: string, events: readonly WrittenEvent[]) => events.filter((event) => event.event_type === kind);
const sum = (events: readonly WrittenEvent[], field: string) =>
  events.reduce((total, event) => total + Number(event[field]), 0);

const isScheduled = ({ tx_id }: WrittenEvent) => String(tx_id).startsWith("scheduled_settlement_");

for (const [name, behaviours] of [["corrected", CORRECTED], ["reference", REFERENCE]] as const) {
  const holds = (look: Parameters<typeof watch>[2], prepare?: () => void) =>
    fc.assert(
      fc.property(systems, (config) => {
        prepare?.();
        watch(config, behaviours, look);
      }),
      RUNS,
    );

  Deno.test(`05 22.2: who pays on submission keeps to the credit line (${name})`, () => {
    let paid = 0;
    holds((_, events, engine) => {
      for (const event of of("RtgsImmediateSettlement", events)) {
        if (isScheduled(event)) continue;
        const [before, after] = [Number(event.sender_balance_before), Number(event.sender_balance_after)];
        assertEquals(after, event.sender === event.receiver ? before : before - Number(event.amount));
        // No policy of these systems moves collateral after the settlements.
        assert(after >= -Number(engine.agentState(String(event.sender)).allowed_overdraft_limit));
        paid++;
      }
    });
    assert(paid > 100, "payments settle");
  });

  Deno.test(`05 22.11: a tick counts what its events show (${name})`, () => {
    let saved = 0;
    holds(({ numSettlements, numLsmReleases }, events) => {
      // A scheduled settlement has the event and is no settlement of the tick.
      const immediate = of("RtgsImmediateSettlement", events).filter((event) => !isScheduled(event));
      const shown = immediate.length + of("Queue2LiquidityRelease", events).length;
      assert(numSettlements >= shown + (behaviours === CORRECTED ? numLsmReleases : 0));
      if (numLsmReleases === 0) assertEquals(numSettlements, shown);
      else saved++;
      if (behaviours === CORRECTED) assertEquals(numSettlements, shown + numLsmReleases, "nothing settles silently");
    });
    assert(saved > 10, `liquidity is saved ${saved} times`);
  });

  Deno.test(`05 22.12: what is submitted settles at once or is queued, once (${name})`, () => {
    holds((_, events) => {
      const submitted = of("RtgsSubmission", events).map(({ tx_id }) => tx_id);
      const done = [...of("QueuedRtgs", events), ...of("RtgsImmediateSettlement", events)].map(({ tx_id }) => tx_id);
      for (const id of new Set(submitted)) {
        const times = submitted.filter((each) => each === id).length;
        assertEquals(done.filter((each) => each === id).length, times);
      }
    });
  });

  const since = new Map<unknown, unknown>();
  Deno.test(`05 22.14: the tick in which a payment became overdue stands (${name})`, () => {
    let overdue = 0;
    holds((_result, _events, engine) => {
      for (const { tx_id, overdue_since_tick } of engine.overduePayments()) {
        overdue++;
        assertEquals(since.get(tx_id) ?? overdue_since_tick, overdue_since_tick);
        since.set(tx_id, overdue_since_tick);
      }
    }, () => since.clear());
    assert(overdue > 50, "payments become overdue");
  });

  Deno.test(`05 22.15: deferred credits are what settled in the tick (${name})`, () => {
    fc.assert(
      fc.property(systems, (config) => {
        let before = 0;
        watch({ ...config, deferredCrediting: true, scenarioEvents: [] }, behaviours, (_, events, engine) => {
          const settled = engine.paymentRecords().filter(({ status }) => status === "settled");
          const parents = new Set(engine.paymentRecords().map(({ parent_tx_id }) => parent_tx_id));
          const value = settled.filter(({ tx_id }) => !parents.has(tx_id))
            .reduce((total, { amount }) => total + Number(amount), 0);
          assertEquals(sum(of("DeferredCreditApplied", events), "amount"), value - before);
          before = value;
        });
      }),
      RUNS,
    );
  });

  Deno.test(`06 14.8: the total of a tick is that of its cost events, the friction of splits aside (${name})`, () => {
    holds(({ totalCost }, events) => {
      const costs = of("CostAccrual", events).map(({ costs }) => Object(costs));
      const total = costs.reduce((all, { total, split_friction_cost }) => all + total - split_friction_cost, 0);
      assertEquals(totalCost, total);
    });
  });

  const allocated = new Map<unknown, unknown>();
  Deno.test(`06 14.11: days end on their last ticks, and pools get back what they gave (${name})`, () => {
    fc.assert(
      fc.property(systems, (config) => {
        allocated.clear();
        watch(config, behaviours, ({ tick }, events) => {
          assertEquals(of("EndOfDay", events).length, (tick + 1) % config.ticksPerDay === 0 ? 1 : 0);
          for (const { agent_id, amount } of of("LiquidityAllocation", events)) allocated.set(agent_id, amount);
          for (const { agent_id, amount } of of("LiquidityReturn", events)) {
            if (tick >= config.ticksPerDay) assertEquals(amount, allocated.get(agent_id));
          }
        });
      }),
      RUNS,
    );
  });

  Deno.test(`06 14.12: posted collateral is what its events add up to (${name})`, () => {
    let changes = 0;
    fc.assert(
      fc.property(systems, (config) => {
        const posted = new Map(config.agents.map(({ id, postedCollateral }) => [id, postedCollateral ?? 0]));
        const without = { ...config, scenarioEvents: [] };
        watch(without, behaviours, (_, events, engine) => {
          for (const { event_type, agent_id, amount, new_total } of events) {
            const sign = event_type === "CollateralPost"
              ? 1
              : event_type === "CollateralWithdraw" || event_type === "CollateralTimerWithdrawn"
              ? -1
              : 0;
            if (sign === 0) continue;
            const total = (posted.get(String(agent_id)) ?? 0) + sign * Number(amount);
            assertEquals(new_total, total);
            assert(total >= 0);
            posted.set(String(agent_id), total);
            changes++;
          }
          for (const [id, total] of posted) assertEquals(engine.agentState(id).posted_collateral, total);
        });
      }),
      { numRuns: 300 },
    );
    assert(changes > 0, "collateral moves");
  });
}
