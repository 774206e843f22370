import { assertEquals, assertThrows } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { DEFAULT_LSM, type EngineConfig } from "../../../src/payments/config.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { action, agent, document, HOLD, Rig, system, when } from "./setting.ts";

const URGENT_QUEUE = system([agent("A"), agent("B")], {
  priorityMode: true,
  lsm: { ...DEFAULT_LSM, enableBilateral: false },
});

/** Two payments queued in tick 0, a third submitted before tick 1; the central queue after tick 1, by submission. */
function queueAfterRestore(behaviours: Behaviours, restored: boolean): number[] {
  const rig = new Rig(URGENT_QUEUE, behaviours);
  const ids = [rig.pay("A", "B", 1, 19, 5, "Urgent"), rig.pay("A", "B", 2, 19, 5, "Normal")];
  rig.engine.tick();
  ids.push(rig.pay("A", "B", 3, 19, 5, "Normal"));
  const engine = restored ? PaymentsEngine.load(URGENT_QUEUE, rig.engine.save(), behaviours) : rig.engine;
  engine.tick();
  return engine.queue2().map((id) => ids.indexOf(id));
}

Deno.test("checkpointsForget: urgency outlives a checkpoint unless the reference is asked for (spec 05 21.13)", () => {
  assertEquals(queueAfterRestore(REFERENCE, false), [0, 1, 2]);
  assertEquals(queueAfterRestore(REFERENCE, true), [2, 0, 1]);
  assertEquals(queueAfterRestore(CORRECTED, true), [0, 1, 2]);
});

Deno.test("a checkpoint keeps budgets, registers, timers, costs and the policy in force", () => {
  const config = remembering();
  const play = (stop: number) => {
    const rig = new Rig(config, CORRECTED);
    rig.pay("A", "B", 400);
    rig.pay("A", "B", 500);
    rig.engine.updatePolicy("B", text(HOLD));
    for (let i = 0; i < stop; i++) rig.engine.tick();
    const engine = PaymentsEngine.load(config, rig.engine.save(), CORRECTED);
    while (engine.currentTick < 6) engine.tick();
    return engine;
  };
  const [early, late] = [play(1), play(5)];
  assertEquals(early.save(), late.save());
  assertEquals(early.agentPolicies()[1], { agent_id: "B", policy_config: { type: "FromJson", json: text(HOLD) } });
});

function text(policy: EngineConfig["agents"][number]["policy"]): string {
  return policy.type === "FromJson" ? policy.json : "";
}

/** An agent whose policy uses all that a checkpoint of the reference loses. */
function remembering(): EngineConfig {
  const policy = document({
    bank_tree: when(
      "current_tick",
      "<",
      1,
      action("SetReleaseBudget", { max_value_to_release: 450, max_per_counterparty: 450 }, "B1"),
      action("AddState", { key: "bank_state_n", value: 1 }, "B2"),
    ),
    strategic_collateral_tree: when(
      "current_tick",
      "==",
      0,
      action("PostCollateral", { amount: 50, auto_withdraw_after_ticks: 4 }),
      action("HoldCollateral"),
    ),
    payment_tree: action("Release"),
  });
  const costs = { collateralCostPerTickBps: 1000, delayCostPerTickPerCent: 0.1 };
  return system([agent("A", { openingBalance: 2000, unsecuredCap: 100, policy }), agent("B")], { costs });
}

Deno.test("a checkpoint belongs to its configuration (spec 05 17.3)", () => {
  const config = system([agent("A"), agent("B")]);
  const saved = new PaymentsEngine(config).save();
  const other = system([agent("A", { openingBalance: 1 }), agent("B")]);
  assertThrows(() => PaymentsEngine.load(other, saved), PaymentsError, "Config mismatch: expected hash ");
  assertThrows(() => PaymentsEngine.load(config, "{"), PaymentsError, "Failed to load state: ");
  assertThrows(() => PaymentsEngine.load(config, "[]"), PaymentsError, "missing field `rng_seed`");
});

Deno.test("a checkpoint with unsound queues is refused (spec 05 17.4)", () => {
  const rig = new Rig(system([agent("A", { policy: HOLD }), agent("B")]));
  const id = rig.pay("A", "B", 10);
  const saved = rig.engine.save();
  const refused = (change: (state: { agents: { outgoing_queue: string[] }[]; rtgs_queue: string[] }) => void) => {
    const state = JSON.parse(saved);
    change(state);
    const config = system([agent("A", { policy: HOLD }), agent("B")]);
    return assertThrows(() => PaymentsEngine.load(config, JSON.stringify(state), REFERENCE), PaymentsError).message
      .replace("Failed to load state: State validation error: ", "");
  };
  assertEquals(refused((state) => state.rtgs_queue.push("x")), "Orphaned transaction in RTGS queue: x");
  assertEquals(
    refused((state) => state.agents[1]?.outgoing_queue.push("y")),
    "Orphaned transaction in agent B queue: y",
  );
  assertEquals(
    refused((state) => state.rtgs_queue.push(id)),
    `Duplicate transaction ${id} in multiple queues: agent A and RTGS queue`,
  );
});

Deno.test("a checkpoint with ids of its own goes on with new ids above them", () => {
  const config = system([agent("A", { policy: HOLD }), agent("B")]);
  const rig = new Rig(config);
  const id = rig.pay("A", "B", 10);
  const renamed = rig.engine.save().replaceAll(id, "00000000-0000-0000-0000-0000000000ff");
  const engine = PaymentsEngine.load(config, renamed, REFERENCE);
  assertEquals(engine.queue1("A"), ["00000000-0000-0000-0000-0000000000ff"]);
  const order = { sender: "A", receiver: "B", amount: 1, deadlineTick: 9, priority: 5, isDivisible: false };
  const next = engine.submit(order);
  assertEquals(next, "00000000-0000-0000-0000-000000000100");
  assertEquals(engine.paymentDetails(next)?.amount, 1);
  const named = PaymentsEngine.load(config, rig.engine.save().replaceAll(id, "a-name"), REFERENCE);
  assertEquals(named.paymentDetails("a-name")?.amount, 10);
  assertEquals(named.paymentDetails(named.submit(order))?.amount, 1);
});

Deno.test("the state of the random generator is saved in full", () => {
  const config = system([agent("A"), agent("B")], { rngSeed: 18_446_744_073_709_551_615n });
  assertEquals(PaymentsEngine.load(config, new PaymentsEngine(config).save()).randomState, 18_446_744_073_709_551_615n);
});
