/**
 * What policies decide and what becomes of it, over random queues (spec 07 14). Numbers in test names are those of the
 * chapter.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import type { AgentConfig } from "../../src/payments/config.ts";
import { PaymentsError } from "../../src/payments/errors.ts";
import type { WrittenEvent } from "../../src/payments/events.ts";
import { action, agent, document, Rig, type Settings, system, when } from "../payments/engine/setting.ts";

const RUNS = { numRuns: 120 };
const TICKS = 20;

type Node = ReturnType<typeof action>;

interface Payment {
  readonly sender: string;
  readonly receiver: string;
  readonly amount: number;
  readonly deadline: number;
  readonly priority: number;
  /** The tick before which it is submitted. */
  readonly tick: number;
}

const IDS = ["A", "B", "C"];

const payments: fc.Arbitrary<Payment[]> = fc.array(
  fc.record({
    sender: fc.constantFrom(...IDS),
    receiver: fc.constantFrom(...IDS),
    amount: fc.integer({ min: 10, max: 900 }),
    deadline: fc.integer({ min: 1, max: 19 }),
    priority: fc.nat(10),
    tick: fc.nat(TICKS - 1),
  }).filter(({ sender, receiver }) => sender !== receiver),
  { minLength: 1, maxLength: 20 },
);

/** Nodes of one tree have different ids. */
function named(node: Node, id = "n"): Node {
  const { on_true, on_false } = node;
  const branch = (child: unknown, mark: string) => typeof child === "object" ? named(Object(child), id + mark) : child;
  if (node.type === "action") return { ...node, node_id: id };
  return { ...node, node_id: id, on_true: branch(on_true, "t"), on_false: branch(on_false, "f") };
}

function treesOf(leaves: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  const condition = fc.record({
    field: fc.constantFrom("balance", "remaining_amount", "ticks_to_deadline", "queue1_total_value", "priority"),
    right: fc.integer({ min: -50, max: 900 }),
    onTrue: leaves,
    onFalse: leaves,
  }).map(({ field, right, onTrue, onFalse }) => when(field, ">", right, onTrue, onFalse));
  return fc.oneof(leaves, condition);
}

const staying = fc.oneof(
  fc.constantFrom("LowPriority", "of our own").map((reason) => action("Hold", { reason })),
  fc.nat(255).map((new_priority) => action("Reprioritize", { new_priority })),
);
const leaving = fc.oneof(
  fc.constantFrom("HIGH", "LOW").map((priority_flag) => action("Release", { priority_flag })),
  fc.integer({ min: 2, max: 4 }).map((num_splits) => action("Split", { num_splits })),
  fc.constant(action("Drop")),
);

function rigOf(policy: AgentConfig["policy"], behaviours: Behaviours = CORRECTED, settings: Settings = {}): Rig {
  const agents = IDS.map((id) => agent(id, { openingBalance: 700, unsecuredCap: 200, policy }));
  return new Rig(system(agents, settings), behaviours);
}

/** Submits each payment before its tick and gives the ids that a tick adds. */
function submit(rig: Rig, all: readonly Payment[]): { id: string; sender: string }[] {
  const { currentTick } = rig.engine;
  return all.filter(({ tick }) => tick === currentTick).flatMap(({ sender, receiver, amount, deadline, priority }) => {
    try {
      return [{ id: rig.pay(sender, receiver, amount, Math.max(deadline, currentTick + 1), priority), sender }];
    } catch (error) {
      if (error instanceof PaymentsError) return [];
      throw error;
    }
  });
}

const DECISIONS: ReadonlySet<string> = new Set([
  "PolicyHold",
  "PolicySubmit",
  "PolicySplit",
  "PolicyDrop",
  "TransactionReprioritized",
]);

for (const [name, behaviours] of [["corrected", CORRECTED], ["reference", REFERENCE]] as const) {
  Deno.test(`14.2: one decision for each payment in Queue 1, in its order (${name})`, () => {
    fc.assert(
      fc.property(treesOf(fc.oneof(staying, leaving)), payments, (tree, all) => {
        const rig = rigOf(document({ payment_tree: named(tree) }), behaviours);
        for (let tick = 0; tick < TICKS; tick++) {
          submit(rig, all);
          const expected = new Map(IDS.map((id) => [id, rig.engine.queue1(id)]));
          rig.engine.tick();
          const decided = rig.events(undefined, tick).filter(({ event_type }) => DECISIONS.has(event_type));
          for (const id of IDS) {
            assertEquals(decided.filter(({ agent_id }) => agent_id === id).map(({ tx_id }) => tx_id), expected.get(id));
          }
        }
      }),
      RUNS,
    );
  });

  Deno.test(`14.2: one decision for each payment in the central queue since an earlier tick (${name})`, () => {
    const policy = document({
      payment_tree: when(
        "is_in_queue2",
        "==",
        1,
        action("ResubmitToRtgs", { rtgs_priority: "Urgent" }),
        action("Release"),
      ),
    });
    fc.assert(
      fc.property(payments, (all) => {
        const rig = rigOf(policy, behaviours);
        for (let tick = 0; tick < TICKS; tick++) {
          submit(rig, all);
          const queued = rig.engine.queue2().map((id) => [Object(rig.engine.paymentDetails(id)).sender_id, id]);
          rig.engine.tick();
          const withdrawn = rig.events("RtgsWithdrawal", tick).map(({ sender, tx_id }) => [sender, tx_id]);
          const bySender = queued.toSorted(([a], [b]) => String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
          assertEquals(withdrawn, bySender);
        }
      }),
      RUNS,
    );
  });
}

Deno.test("14.3: payments that are alike are decided on alike, whatever is decided on those before them", () => {
  const alike = fc.record({ count: fc.integer({ min: 2, max: 6 }), amount: fc.integer({ min: 10, max: 900 }) });
  fc.assert(
    fc.property(treesOf(fc.oneof(staying, leaving)), alike, (tree, { count, amount }) => {
      const rig = rigOf(document({ payment_tree: named(tree) }));
      for (let i = 0; i < count; i++) rig.pay("A", "B", amount);
      rig.engine.tick();
      const decided = rig.events(undefined, 0).filter(({ event_type }) => DECISIONS.has(event_type));
      assertEquals(decided.length, count);
      assertEquals(new Set(decided.map(({ event_type }) => event_type)).size, 1);
    }),
    RUNS,
  );
});

Deno.test("14.5: a split costs its friction once, directly before its event", () => {
  const splits = fc.oneof(
    fc.integer({ min: 2, max: 9 }).map((num_splits) => action("Split", { num_splits })),
    fc.integer({ min: 2, max: 9 }).map((num_splits) =>
      when(
        "is_split",
        "==",
        1,
        action("Release"),
        action("StaggerSplit", {
          num_splits,
          stagger_first_now: 1,
          stagger_gap_ticks: 2,
          priority_boost_children: 1,
        }),
      )
    ),
  );
  fc.assert(
    fc.property(splits, payments, fc.nat(50), (tree, all, splitFrictionCost) => {
      const rig = rigOf(document({ payment_tree: named(tree) }), CORRECTED, { costs: { splitFrictionCost } });
      for (let tick = 0; tick < TICKS; tick++) {
        submit(rig, all);
        rig.engine.tick();
      }
      const events = rig.events();
      const expected = new Map(IDS.map((id) => [id, 0]));
      events.forEach(({ event_type, agent_id, num_splits }, i) => {
        if (event_type !== "PolicySplit") return;
        const friction = splitFrictionCost * (Number(num_splits) - 1);
        expected.set(String(agent_id), (expected.get(String(agent_id)) ?? 0) + friction);
        if (friction > 0) assertEquals(Object(events[i - 1]?.costs).split_friction_cost, friction);
      });
      const charged = IDS.map((id) => [id, rig.engine.accumulatedCosts(id).split_friction_cost]);
      assertEquals(charged, [...expected]);
    }),
    RUNS,
  );
});

/** What a bank may still release, as its events tell it. */
class Budget {
  left = Infinity;
  each: number | undefined;
  focus: readonly unknown[] | undefined;
  readonly used = new Map<string, number>();

  set({ max_value, max_per_counterparty, focus_counterparties }: WrittenEvent): void {
    this.left = Number(max_value);
    this.each = typeof max_per_counterparty === "number" ? max_per_counterparty : undefined;
    this.focus = Array.isArray(focus_counterparties) ? focus_counterparties : undefined;
    this.used.clear();
  }

  release(receiver: string, amount: number): void {
    this.left -= amount;
    const used = (this.used.get(receiver) ?? 0) + amount;
    this.used.set(receiver, used);
    assert(this.left >= 0, `released ${-this.left} too much`);
    assert(this.each === undefined || used <= this.each, `released ${used} to ${receiver}, at most ${this.each}`);
    assert(this.focus === undefined || this.focus.includes(receiver), `released to ${receiver}`);
  }
}

Deno.test("14.6: between two settings of a budget no more is released than it allows, in total and to each", () => {
  const budgets = fc.record({
    max_value_to_release: fc.integer({ min: 0, max: 2500 }),
    max_per_counterparty: fc.option(fc.integer({ min: 0, max: 1500 }), { nil: undefined }),
    focus_counterparties: fc.option(fc.subarray(IDS), { nil: undefined }),
  }).map((parameters) => {
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    return action("SetReleaseBudget", Object.fromEntries(given), "B");
  });
  let blocked = 0;
  fc.assert(
    fc.property(budgets, payments, (bank_tree, all) => {
      const rig = rigOf(document({ bank_tree, payment_tree: action("Release") }));
      for (let tick = 0; tick < TICKS; tick++) {
        submit(rig, all);
        rig.engine.tick();
      }
      const state = new Map(IDS.map((id) => [id, new Budget()]));
      const submitted = new Map(rig.events("Arrival").map((event) => [event.tx_id, event]));
      for (const event of rig.events()) {
        const budget = state.get(String(event.agent_id));
        if (event.event_type === "BankBudgetSet") budget?.set(event);
        if (event.event_type === "PolicyHold") blocked++;
        if (event.event_type !== "PolicySubmit") continue;
        const order = submitted.get(event.tx_id);
        budget?.release(String(order?.receiver_id), Number(order?.amount));
      }
    }),
    RUNS,
  );
  assert(blocked > 100, "budgets block");
});

Deno.test("14.8: registers have the prefix, are ten at most, and none outlives its day", () => {
  const keys = fc.array(fc.constantFrom(...Array.from({ length: 14 }, (_, i) => `bank_state_${i}`), "other"), {
    minLength: 10,
    maxLength: TICKS,
  });
  let most = 0;
  fc.assert(
    fc.property(keys, fc.constantFrom(4, 12, 20), (keys, ticksPerDay) => {
      // A bank tree sets one register per tick, another in each.
      const bank_tree = keys.reduceRight<Node>(
        (rest, key, tick) =>
          when("current_tick", "==", tick, action("SetState", { key, value: tick + 1 }, `s${tick}`), rest, `w${tick}`),
        action("NoAction", {}, "none"),
      );
      const policy = document({ bank_tree, payment_tree: action("Release") });
      const settings = { ticksPerDay, numDays: Math.ceil(TICKS / ticksPerDay) };
      // The reference lets a tree name a register without the prefix, which then does nothing.
      const rig = rigOf(policy, REFERENCE, settings);
      const live = new Map(IDS.map((id) => [id, new Set<string>()]));
      for (let tick = 0; tick < settings.numDays * ticksPerDay; tick++) {
        rig.engine.tick();
        for (const { agent_id, register_key, reason, new_value } of rig.events("StateRegisterSet", tick)) {
          const registers = live.get(String(agent_id)) ?? new Set();
          assert(String(register_key).startsWith("bank_state_"));
          if (reason !== "eod_reset") registers.add(String(register_key));
          else {
            assert(registers.delete(String(register_key)), `${register_key} was set`);
            assertEquals(new_value, 0);
          }
          most = Math.max(most, registers.size);
        }
        if ((tick + 1) % ticksPerDay === 0) assertEquals([...live.values()].map(({ size }) => size), [0, 0, 0]);
      }
    }),
    RUNS,
  );
  assertEquals(most, 10);
});

Deno.test("14.11: holding, new priorities, blocked and timed releases leave Queue 1 as it is", () => {
  const timed = action("Release", { timed_for_tick: 1000 });
  const blocked = action("Release", { priority_flag: "HIGH" });
  const trees = treesOf(fc.oneof(staying, fc.constantFrom(timed, blocked)));
  fc.assert(
    fc.property(trees, payments, (tree, all) => {
      const bank_tree = action("SetReleaseBudget", { max_value_to_release: 0 }, "B");
      const rig = rigOf(document({ bank_tree, payment_tree: named(tree) }));
      const expected = new Map<string, string[]>(IDS.map((id) => [id, []]));
      for (let tick = 0; tick < TICKS; tick++) {
        for (const { id, sender } of submit(rig, all)) expected.get(sender)?.push(id);
        rig.engine.tick();
        for (const id of IDS) assertEquals(rig.engine.queue1(id), expected.get(id));
      }
      assertEquals(rig.engine.queue2(), []);
    }),
    RUNS,
  );
});
