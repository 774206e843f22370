import { assertEquals } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { type AgentConfig, DEFAULT_LSM } from "../../../src/payments/config.ts";
import { action, agent, document, Rig, type Settings, system } from "./setting.ts";

/** A rig of agents with these balances, and submitted payments `[from, to, amount]`. */
function rigOf(
  balances: Readonly<Record<string, number>>,
  payments: readonly (readonly [string, string, number])[],
  settings: Settings = {},
  behaviours: Behaviours = REFERENCE,
  agentSettings: Readonly<Record<string, Partial<AgentConfig>>> = {},
): Rig {
  const agents = Object.entries(balances).map(([id, openingBalance]) => {
    return agent(id, { openingBalance, ...agentSettings[id] });
  });
  const rig = new Rig(system(agents, settings), behaviours);
  for (const [from, to, amount] of payments) rig.pay(from, to, amount);
  return rig;
}

Deno.test("blockedPairsCount: a pair that cannot settle is reported by the reference only (spec 05 21.4)", () => {
  const payments = [["A", "B", 500], ["B", "A", 300]] as const;
  const reference = rigOf({ A: 0, B: 0 }, payments, { algorithmSequencing: true }, REFERENCE);
  for (let tick = 0; tick < 2; tick++) {
    const result = reference.engine.tick();
    assertEquals([result.numSettlements, result.numLsmReleases], [3, 3]);
    const [offset] = reference.events("LsmBilateralOffset", tick);
    assertEquals([offset?.amount_a, offset?.amount_b], [500, 300]);
    const second = reference.events("AlgorithmExecution", tick)[1];
    assertEquals([second?.result, second?.settlements, second?.settled_value], ["Success", 3, 300]);
  }
  assertEquals(reference.engine.queue2().length, 2);
  const corrected = rigOf({ A: 0, B: 0 }, payments, {}, CORRECTED);
  assertEquals(corrected.engine.tick().numLsmReleases, 0);
  assertEquals(corrected.events("LsmBilateralOffset"), []);
  assertEquals(corrected.engine.cycleRecords(), []);
});

Deno.test("a ring that ascends settles as a cycle (spec 05 21.5)", () => {
  const rig = rigOf({ A: 0, B: 0, C: 0 }, [["A", "B", 100], ["B", "C", 100], ["C", "A", 100]]);
  rig.engine.tick();
  const [cycle] = rig.events("LsmCycleSettlement");
  assertEquals(cycle?.agents, ["A", "B", "C", "A"]);
  assertEquals(cycle?.net_positions, [0, 0, 0, 0]);
  assertEquals(cycle?.max_net_outflow_agent, "");
  assertEquals(rig.engine.queue2(), []);
});

Deno.test("ascendingTrianglesOnly: the other direction settles unless the reference is asked for", () => {
  const payments = [["A", "C", 100], ["B", "A", 100], ["C", "B", 100]] as const;
  const reference = rigOf({ A: 0, B: 0, C: 0 }, payments, {}, REFERENCE);
  assertEquals(reference.engine.tick().numLsmReleases, 0);
  assertEquals(reference.engine.queue2().length, 3);
  const corrected = rigOf({ A: 0, B: 0, C: 0 }, payments, {}, CORRECTED);
  assertEquals(corrected.engine.tick().numLsmReleases, 1);
  assertEquals(corrected.events("LsmCycleSettlement")[0]?.agents, ["A", "C", "B", "A"]);
  assertEquals(corrected.engine.queue2(), []);
});

Deno.test("a cycle takes all payments along its edges and settles net positions (spec 05 21.6)", () => {
  const rig = rigOf({ A: 0, B: 300, C: 0 }, [["B", "C", 800], ["A", "B", 200], ["C", "A", 700], ["A", "B", 300]]);
  rig.engine.tick();
  const [cycle] = rig.events("LsmCycleSettlement");
  assertEquals(cycle?.tx_amounts, [200, 300, 800, 700]);
  assertEquals(cycle?.total_value, 2000);
  assertEquals(cycle?.net_positions, [200, -300, 100, 200]);
  assertEquals([cycle?.max_net_outflow, cycle?.max_net_outflow_agent], [300, "B"]);
  assertEquals(["A", "B", "C"].map((id) => rig.balance(id)), [200, 0, 100]);
});

Deno.test("a ring of four settles, the last of equal debtors is named (spec 05 21.7)", () => {
  const rig = rigOf({ A: 0, B: 100, C: 100, D: 0 }, [["A", "B", 500], ["B", "C", 600], ["C", "D", 700], [
    "D",
    "A",
    500,
  ]]);
  rig.engine.tick();
  const [cycle] = rig.events("LsmCycleSettlement");
  assertEquals(cycle?.net_positions, [0, -100, -100, 200, 0]);
  assertEquals([cycle?.max_net_outflow, cycle?.max_net_outflow_agent], [100, "C"]);
  assertEquals(rig.balance("D"), 200);
});

Deno.test("the limit on cycles counts candidates per iteration (spec 05 21.8)", () => {
  const lsm = { ...DEFAULT_LSM, maxCyclesPerTick: 1 };
  const ids = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];
  const rings = [0, 1, 2, 3].flatMap((ring) => {
    const [a = "", b = "", c = ""] = ids.slice(3 * ring);
    const amount = 100 * (ring + 1);
    return [[a, b, amount], [b, c, amount], [c, a, amount]] as [string, string, number][];
  });
  const rig = rigOf(Object.fromEntries(ids.map((id) => [id, 0])), rings, { lsm });
  rig.engine.tick();
  assertEquals(rig.values("LsmCycleSettlement", "total_value"), [1200, 900, 600]);
  rig.engine.tick();
  assertEquals(rig.values("LsmCycleSettlement", "total_value", 1), [300]);
  const blocked = rigOf({ A: 0, B: 0, C: 0, D: 0, E: 0, F: 0 }, [
    ["A", "B", 900],
    ["B", "C", 901],
    ["C", "A", 900],
    ["D", "E", 10],
    ["E", "F", 10],
    ["F", "D", 10],
  ], { lsm });
  for (let i = 0; i < 3; i++) blocked.engine.tick();
  assertEquals(blocked.events("LsmCycleSettlement"), []);
});

Deno.test("silentRetries: what a retry settles is reported unless the reference is asked for (spec 05 21.9)", () => {
  const payments = [["A", "B", 100], ["B", "A", 300], ["A", "C", 150]] as const;
  const caps = { B: { unsecuredCap: 200 } };
  const reference = rigOf({ A: 0, B: 0, C: 100 }, payments, {}, REFERENCE, caps);
  const result = reference.engine.tick();
  assertEquals([result.numSettlements, result.numLsmReleases], [1, 1]);
  assertEquals(reference.kinds(0).slice(-4), ["QueuedRtgs", "QueuedRtgs", "QueuedRtgs", "LsmBilateralOffset"]);
  assertEquals(["A", "B", "C"].map((id) => reference.balance(id)), [50, -200, 250]);
  const corrected = rigOf({ A: 0, B: 0, C: 100 }, payments, {}, CORRECTED, caps);
  assertEquals(corrected.engine.tick().numSettlements, 2);
  assertEquals(corrected.kinds(0).slice(-2), ["LsmBilateralOffset", "Queue2LiquidityRelease"]);
  assertEquals(["A", "B", "C"].map((id) => corrected.balance(id)), [50, -200, 250]);
  const deferred = rigOf({ A: 0, B: 0, C: 100 }, payments, { deferredCrediting: true }, REFERENCE, caps);
  deferred.engine.tick();
  assertEquals([deferred.balance("A"), deferred.engine.queue2().length], [200, 1]);
  deferred.engine.tick();
  assertEquals(deferred.engine.queue2(), []);
});

Deno.test("the mere presence of a candidate makes a retry (spec 05 21.9b)", () => {
  const settle = (payments: readonly (readonly [string, string, number])[]) => {
    const event = { type: "DirectTransfer", fromAgent: "X", toAgent: "B", amount: 100 } as const;
    const scenarioEvents = [{ ...event, schedule: { type: "OneTime", tick: 1 } as const }];
    const balances = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 0, X: 100 };
    const rig = rigOf(balances, [["A", "C", 100], ["B", "A", 100], ...payments], { scenarioEvents });
    rig.engine.tick();
    rig.engine.tick();
    return rig;
  };
  assertEquals(settle([]).balance("C"), 0);
  const withRing = settle([["D", "E", 5], ["E", "F", 6], ["F", "D", 5]]);
  assertEquals(withRing.balance("C"), 100);
  assertEquals(withRing.values("Queue2LiquidityRelease", "sender"), ["B"]);
});

Deno.test("equalPairsTestOneSide: payments that cancel out need no liquidity (spec 05 21.10)", () => {
  const payments = [["A", "B", 100], ["B", "A", 100]] as const;
  const results = ([[-5, 0, REFERENCE], [0, -5, REFERENCE], [0, -5, CORRECTED]] as const).map(([a, b, behaviours]) => {
    const rig = rigOf({ A: a, B: b }, payments, {}, behaviours);
    const { numLsmReleases } = rig.engine.tick();
    return [numLsmReleases, rig.engine.queue2().length];
  });
  assertEquals(results, [[1, 0], [3, 2], [1, 0]]);
});

Deno.test("deferred offsets debit at once, so a later pair waits (spec 05 21.11)", () => {
  const rig = rigOf({ A: 0, B: 0, C: 0 }, [["B", "C", 100], ["C", "B", 100], ["A", "B", 50], ["B", "A", 50]], {
    deferredCrediting: true,
  });
  assertEquals(rig.engine.tick().numLsmReleases, 4);
  assertEquals(rig.events("LsmBilateralOffset").map((event) => [event.agent_a, event.agent_b]), [["B", "C"], [
    "A",
    "B",
  ]]);
  assertEquals(rig.engine.queue2().length, 2);
  rig.engine.tick();
  assertEquals(rig.engine.queue2(), []);
});

Deno.test("offsetsLeaveParentsOpen: a payment whose parts settle by offset is settled (spec 05 21.15)", () => {
  const halves = { policy: document({ payment_tree: action("Split", { num_splits: 2 }) }) };
  const parents = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = rigOf({ A: 0, B: 0 }, [["A", "B", 301], ["B", "A", 301]], {}, behaviours, { A: halves });
    rig.engine.tick();
    const [offset] = rig.events("LsmBilateralOffset");
    assertEquals([offset?.amount_a, offset?.amount_b], [301, 301]);
    assertEquals(Array.isArray(offset?.tx_ids) && offset.tx_ids.length, 3);
    const { total_arrivals, total_settlements } = rig.engine.systemMetrics();
    assertEquals([total_arrivals, total_settlements], [2, 2]);
    const parent = rig.engine.paymentDetails(rig.engine.paymentId(0));
    return [parent?.remaining_amount, parent?.status];
  });
  assertEquals(parents, [[301, "Pending"], [0, "Settled"]]);
});

Deno.test("cycleLimitsPerPayment: a cycle keeps to the limits as a whole (spec 05 21.14)", () => {
  const limits = { bilateralLimits: new Map([["B", 300]]), multilateralLimit: undefined };
  const payments = [["A", "B", 200], ["A", "B", 200], ["B", "C", 400], ["C", "A", 400]] as const;
  const lsm = { ...DEFAULT_LSM, maxCycleLength: 3 };
  const outflows = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = rigOf({ A: 0, B: 0, C: 0 }, payments, { lsm }, behaviours, { A: { limits } });
    rig.engine.tick();
    return rig.engine.agentOutflows("A").total_outflow;
  });
  assertEquals(outflows, [400, 0]);
});

Deno.test("entry disposition changes the name of an offset and nothing else", () => {
  const rig = rigOf({ A: 0, B: 0 }, [["A", "B", 100], ["B", "A", 100]], {
    entryDispositionOffsetting: true,
    algorithmSequencing: true,
  });
  rig.engine.tick();
  const [offset] = rig.events("EntryDispositionOffset");
  assertEquals([offset?.offset_amount, offset?.incoming_amount, offset?.queued_amount], [100, 100, 100]);
  assertEquals(rig.events("AlgorithmExecution")[1]?.settled_value, 0);
  assertEquals(rig.engine.queue2(), []);
});
