/** The acceptance checks of spec 08 25, 13 to 16, 18, 21 and 22, and the invariants of 26 about their parts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { judge, significanceRefusal, varianceRefusal } from "../../../src/experiments/payments/acceptance.ts";
import { CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import type { JsonMap } from "../../../src/experiments/payments/contracts.ts";
import {
  BootstrapDetector,
  type ConvergenceDetector,
  FractionStability,
  StabilityDetector,
} from "../../../src/experiments/payments/convergence.ts";
import { agentHistories, type AgentHistory, type PaymentRecord } from "../../../src/experiments/payments/history.ts";
import {
  agentOf,
  agentWithPolicy,
  defaultPolicy,
  liquiditySettings,
  policyConfig,
  withParameters,
} from "../../../src/experiments/payments/policies.ts";
import { parseResponse } from "../../../src/experiments/payments/proposers/response.ts";
import { drawSample } from "../../../src/experiments/payments/sampling.ts";
import { sandboxConfig, trySample } from "../../../src/experiments/payments/sandbox.ts";
import { iterationSeed, sampleSeed } from "../../../src/experiments/payments/seeds.ts";
import { simulate, simulatedConfig } from "../../../src/experiments/payments/simulation.ts";
import {
  criticalValue,
  hasTrend,
  meanAndSpread,
  sampleStatistics,
  trendProbability,
} from "../../../src/experiments/payments/statistics.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { XorShift64Star } from "../../../src/payments/random.ts";
import { readPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { clientE, convergence, ranE, SCENARIO_E, settingsE } from "./setting.ts";

Deno.test("check 13 of spec 08: seeds and the generator behind samples", () => {
  const expected = [
    [0, "BANK_A", 1088125515],
    [0, "BANK_B", 747645807],
    [1, "BANK_A", 8987875],
    [1, "BANK_B", 31030725],
    [2, "BANK_A", 529213769],
    [3, "BANK_A", 811298381],
  ] as const;
  for (const [iteration, agent, seed] of expected) assertEquals(iterationSeed(42, iteration, agent), seed);
  assertEquals([0, 1, 2, 3].map((k) => sampleSeed(1088125515, k)), [58745492, 1290828484, 1285962202, 42482795]);
  assertEquals([0, 1, 2].map((k) => sampleSeed(12345, k)), [1745861534, 1068933218, 1235300876]);
  const random = new XorShift64Star(12345n);
  assertEquals([random.next(), random.next(), random.next()], [
    10977518812293740004n,
    13893246733018840292n,
    1412386850724336324n,
  ]);
  assertEquals(new XorShift64Star(0n).next(), 5180492295206395165n);
});

Deno.test("spec 08 26.10: seeds lie in 0 to 2^31 - 1; more agents and iterations change none, samples follow the first agent", async () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.nat(1000), fc.string(), fc.nat(100), (master, iteration, agent, k) => {
    const seed = iterationSeed(master, iteration, agent);
    for (const each of [seed, sampleSeed(seed, k)]) assert(Number.isInteger(each) && each >= 0 && each < 2 ** 31);
    assertEquals(iterationSeed(master, iteration, agent), seed);
  }));
  const samples = async (masterSeed: number, optimizedAgents: readonly string[], maxIterations: number) => {
    const settings = settingsE({ masterSeed, optimizedAgents, convergence: convergence({ maxIterations }) });
    const { recorder } = await ranE(settings, clientE());
    const found = await recorder.loadExperiment("E");
    return (found?.evaluations ?? []).map(({ iteration, agent_id, sample_details }) => {
      return { iteration, agent_id, seeds: sample_details?.map(({ seed }) => seed) };
    });
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(10_000), async (master) => {
      const alone = await samples(master, ["BANK_A"], 2);
      const all = await samples(master, ["BANK_A", "BANK_B"], 3);
      assertEquals(alone, all.filter(({ iteration, agent_id }) => iteration === 0 && agent_id === "BANK_A"));
      for (const { iteration, seeds } of all) {
        const sampler = iterationSeed(master, iteration, "BANK_A");
        assertEquals(seeds, [0, 1, 2, 3].map((k) => sampleSeed(sampler, k)));
      }
    }),
    { numRuns: 8 },
  );
});

function payment(
  txId: string,
  amount: number,
  deadlineOffset: number,
  settlementOffset: number | undefined,
): PaymentRecord {
  return { txId, sender: "A", receiver: "B", amount, priority: 5, arrivalTick: 0, deadlineOffset, settlementOffset };
}

const HISTORY: AgentHistory = {
  outgoing: [payment("t0", 100, 3, 2), payment("t1", 200, 4, undefined), payment("t2", 300, 5, 2)],
  incoming: [payment("u0", 10, 3, 0), payment("u1", 20, 4, undefined), payment("u2", 30, 5, 2)],
};

Deno.test("check 14 of spec 08: a sample draws the recorded payments and times", () => {
  const { outgoing, incoming } = drawSample(HISTORY, 12345, 0, 10);
  const times = (
    each: (typeof outgoing)[number],
  ) => [each.amount, each.arrivalTick, each.deadlineTick, each.settlementTick];
  assertEquals(outgoing.map(times), [[300, 6, 10, 8], [300, 4, 9, 6], [200, 1, 5, undefined]]);
  assertEquals(incoming.map(times), [[10, 6, 9, 6], [10, 9, 10, 9]]);
  assertEquals(outgoing[0]?.txId, "t2:out:0");
  assertEquals(incoming[1]?.txId, "u0:in:1");
});

Deno.test("spec 08 26.11: a sample has as many payments as the history, within the day, and is the same twice", () => {
  const record = fc.record({
    amount: fc.integer({ min: 1, max: 1e6 }),
    deadline: fc.nat(30),
    settled: fc.option(fc.nat(30), { nil: undefined }),
  });
  const records = fc.array(record, { maxLength: 12 }).map((list) =>
    list.map(({ amount, deadline, settled }, i) => payment(`t${i}`, amount, deadline, settled))
  );
  fc.assert(
    fc.property(
      records,
      records,
      fc.nat(),
      fc.nat(50),
      fc.integer({ min: 1, max: 24 }),
      (outgoing, incoming, seed, k, ticks) => {
        const history = { outgoing, incoming };
        const sample = drawSample(history, seed, k, ticks);
        assertEquals(sample.outgoing.length, outgoing.length);
        assert(sample.incoming.length <= incoming.length);
        for (const each of [...sample.outgoing, ...sample.incoming]) {
          assert(each.arrivalTick >= 0 && each.arrivalTick < ticks);
          assert(each.deadlineTick <= ticks && (each.settlementTick ?? 0) <= ticks);
        }
        assertEquals(drawSample(history, seed, k, ticks), sample);
      },
    ),
  );
});

Deno.test("check 15 of spec 08: statistics of costs", () => {
  assertEquals(sampleStatistics([10000, 12000, 11000, 13000, 9000]), { stdDev: 1581, interval: [9037, 12962] });
  assertEquals(sampleStatistics([5000, 6000, 5500]), { stdDev: 500, interval: [4257, 6742] });
  assertEquals(sampleStatistics([1, 2]), { stdDev: 0, interval: [-4, 7] });
  assertEquals(sampleStatistics([7]), { stdDev: null, interval: null });
  const degrees = [11, 14, 16, 29, 99, 101];
  assertEquals(degrees.map(criticalValue), [2.228, 2.228, 2.131, 2.060, 1.990, 1.96]);
  assertEquals(meanAndSpread([1, 2, 2]), { mean: 1, spread: 0 });
});

Deno.test("deviations of costs near 2^53 are not lost to rounding", () => {
  const base = 2 ** 52;
  assertEquals(sampleStatistics([base, base + 3000, base + 6000]).stdDev, 3000);
});

function fed<D extends ConvergenceDetector>(detector: D, costs: readonly number[]): number | undefined {
  const at = costs.findIndex((cost) => {
    detector.record(cost);
    return detector.stop !== undefined;
  });
  return at < 0 ? undefined : at + 1;
}

Deno.test("check 16 of spec 08: when an experiment has converged", () => {
  const bootstrap = () => new BootstrapDetector(convergence({ maxIterations: 25 }));
  assertEquals(fed(bootstrap(), [500, 480, 461, 443, 425]), undefined);
  assertEquals(fed(bootstrap(), [100, 101, 99, 100, 101]), 5);
  assert(hasTrend([500, 480, 461, 443, 425]));
  assertEquals(trendProbability(-9 / Math.sqrt(50 / 3)).toFixed(5), "0.02749");
  const stable = (window: number, maxIterations: number) =>
    new StabilityDetector(convergence({ stabilityWindow: window, maxIterations }));
  assertEquals(fed(stable(3, 50), [100, 99.5, 99.2, 99.1]), 4);
  const limited = stable(5, 3);
  assertEquals(fed(limited, [100, 99.5, 99.2]), 3);
  assertEquals(limited.stop?.reason, "Max iterations reached (3)");
  assert(hasTrend([1, 2, 3]));
});

Deno.test("check 16 of spec 08: shares that stay within 0.001 of the first of the window are stable", () => {
  const shares = [0.5, 0.5005, 0.501, 0.4999];
  const stableAfter = (window: number, count: number) => {
    const stability = new FractionStability();
    shares.slice(0, count).forEach((share, i) => stability.record("A", i, share));
    return stability.isStable(["A"], window);
  };
  assertEquals([2, 3, 4].map((count) => stableAfter(2, count)), [true, true, false]);
  assertEquals([3, 4].map((count) => stableAfter(3, count)), [false, true]);
});

Deno.test("a detector that has converged stays converged", () => {
  const detector = new StabilityDetector(convergence({ stabilityWindow: 1 }));
  for (const cost of [100, 100]) detector.record(cost);
  const { stop } = detector;
  for (const cost of [500, 1]) detector.record(cost);
  assertEquals(detector.stop, stop);
});

const engineE = readPaymentsScenario(SCENARIO_E, { reference: true });
const settingE = {
  ...engineE,
  engine: engineE.behaviours,
  experiment: REFERENCE,
  optimizedAgents: ["BANK_A", "BANK_B"],
  ticks: 6,
};
const POLICIES = new Map(["BANK_A", "BANK_B"].map((id) => [id, defaultPolicy(id)]));

Deno.test("check 18 of spec 08: behaviours deadlinesDrift and costPartsMissing: history, sample and sandbox of the scenario", () => {
  const seed = iterationSeed(42, 0, "BANK_A");
  const { log } = simulate(settingE, POLICIES, seed);
  const history = agentHistories(log, ["BANK_A"], REFERENCE).get("BANK_A");
  assert(history !== undefined);
  assertEquals(history.outgoing.map(({ amount }) => amount), [17350, 19686, 11403, 3273, 10865, 7776, 8462, 19450]);
  assertEquals(history.outgoing.map(({ arrivalTick }) => arrivalTick), [0, 2, 2, 2, 4, 4, 5, 5]);
  assertEquals(history.outgoing.map(({ deadlineOffset }) => deadlineOffset), [2, 3, 4, 3, 6, 6, 6, 6]);
  assertEquals(history.incoming.map(({ amount }) => amount), [10828, 13679, 13371]);
  assertEquals(history.incoming.map(({ deadlineOffset }) => deadlineOffset), [3, 6, 5]);
  const sample = drawSample(history, seed, 0, 6);
  assertEquals(sample.outgoing.map(({ amount, arrivalTick, deadlineTick }) => [amount, arrivalTick, deadlineTick]), [
    [8462, 5, 6],
    [10865, 4, 6],
    [11403, 4, 6],
    [3273, 4, 6],
    [7776, 1, 6],
    [19686, 0, 3],
    [10865, 0, 6],
    [17350, 1, 3],
  ]);
  assertEquals(sample.incoming.map(({ amount, settlementTick }) => [amount, settlementTick]), [
    [13371, 5],
    [10828, 3],
    [13679, 0],
  ]);
  const rules = { config: engineE.config, engine: engineE.behaviours, experiment: REFERENCE, ticks: 6 };
  const { cost: total, breakdown } = trySample(rules, "BANK_A", defaultPolicy("BANK_A"), sample);
  assertEquals([total, breakdown["overdraft_cost"], breakdown["delay_cost"]], [659, 26, 33]);
  const full = trySample(
    { ...rules, experiment: { ...REFERENCE, costPartsMissing: false } },
    "BANK_A",
    defaultPolicy("BANK_A"),
    sample,
  );
  assertEquals(full.breakdown["liquidity_opportunity_cost"], 600);
  // Deadlines as they were: the distance from the arrival.
  const strict = agentHistories(log, ["BANK_A"], { ...REFERENCE, deadlinesDrift: false }).get("BANK_A");
  assert(strict !== undefined);
  assertEquals(strict.outgoing.map(({ deadlineOffset }) => deadlineOffset), [2, 1, 2, 1, 2, 2, 1, 1]);
  // A bank with little liquidity misses deadlines that the reference moved out of reach.
  const poor = withParameters(defaultPolicy("BANK_A"), { initial_liquidity_fraction: 0.05 });
  const cost = (each: AgentHistory) => trySample(rules, "BANK_A", poor, drawSample(each, seed, 0, 6)).cost;
  assert(cost(strict) > cost(history), `${cost(strict)} > ${cost(history)}`);
});

Deno.test("behaviours lateIncomeLost and sandboxForgetsRules: income after the last tick arrives in it, the sandbox keeps the scenario's rules", () => {
  const config = { ...engineE.config, deferredCrediting: true };
  const late = { index: 0, seed: 1, outgoing: [], incoming: [{ ...drawn, settlementTick: 6 }] };
  const rules = { config, engine: engineE.behaviours, experiment: CORRECTED, ticks: 6 };
  const corrected = sandboxConfig(rules, "BANK_A", defaultPolicy("BANK_A"), late);
  const reference = sandboxConfig({ ...rules, experiment: REFERENCE }, "BANK_A", defaultPolicy("BANK_A"), late);
  assertEquals([corrected.deferredCrediting, reference.deferredCrediting], [true, false]);
  const tick = ({ scenarioEvents }: typeof corrected) => scenarioEvents?.[0]?.schedule;
  assertEquals([tick(corrected), tick(reference)], [{ type: "OneTime", tick: 5 }, { type: "OneTime", tick: 6 }]);
  assertThrows(() => sandboxConfig(rules, "SINK", defaultPolicy("SINK"), late), Error, "SINK");
});

const drawn = { txId: "x:in:0", amount: 10, priority: 5, arrivalTick: 3, deadlineTick: 6, settlementTick: undefined };

Deno.test("check 21 of spec 08: the criteria of acceptance", () => {
  assert(significanceRefusal([0, 5]) !== undefined);
  assertEquals([significanceRefusal([1, 5]), significanceRefusal(null)], [undefined, undefined]);
  assertEquals(varianceRefusal({ stdDev: 50, meanNewCost: 100 }, 0.5), undefined);
  assertEquals(
    varianceRefusal({ stdDev: 51, meanNewCost: 100 }, 0.5),
    "Variance too high: CV=0.51 exceeds threshold 0.5. Policy is unstable (std_dev=$0.51, mean=$1.00)",
  );
  const settings = { requireSignificance: true, maxCoefficientOfVariation: 0.5, minSettlementRate: 0.95 };
  const good = { deltaSum: 1, settlementRate: null, meanNewCost: 100, stdDev: 1, interval: [1, 5] as const };
  assertEquals(judge(good, settings), { accepted: true, reason: "passed: delta_sum > 0, CI > 0, CV ≤ 0.5" });
});

Deno.test("a policy that settles too little is rejected, unless it replaces one that settles no more", () => {
  const settings = { requireSignificance: false, maxCoefficientOfVariation: null, minSettlementRate: 0.95 };
  const verdict = (settlementRate: number | null, currentRate: number | null) => {
    return judge({ deltaSum: 1, settlementRate, currentRate, meanNewCost: 1, stdDev: null, interval: null }, settings);
  };
  assertEquals(verdict(0.909, null).reason, "Settlement rate 90.9% below minimum 95%. Policy rejected.");
  assertEquals(verdict(0.909, 0.91).accepted, false);
  assertEquals(
    [verdict(0.91, 0.91), verdict(0.91, 0.5), verdict(0.95, 1), verdict(null, 1)].map((each) => each.accepted),
    [
      true,
      true,
      true,
      true,
    ],
  );
});

Deno.test("spec 08 26.13: more criteria never turn a rejection into an acceptance", () => {
  const measured = fc.record({
    deltaSum: fc.integer({ min: -10, max: 10 }),
    settlementRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    meanNewCost: fc.integer({ min: -5, max: 100 }),
    stdDev: fc.option(fc.nat(100)),
    interval: fc.option(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }))),
  });
  fc.assert(
    fc.property(
      measured,
      fc.boolean(),
      fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
      (each, significance, cv) => {
        const few = { requireSignificance: false, maxCoefficientOfVariation: null, minSettlementRate: 0.95 };
        const many = { ...few, requireSignificance: significance, maxCoefficientOfVariation: cv };
        const accepted = judge(each, many).accepted;
        if (accepted) assert(judge(each, few).accepted && each.deltaSum > 0);
      },
    ),
  );
});

Deno.test("check 22 of spec 08: an answer becomes a policy with ids for all nodes", () => {
  const answer = 'Here it is:\n```json\n{"payment_tree": {"type": "condition", "on_true": {"type": "action"}, ' +
    '"on_false": {"type": "action", "node_id": "z"}}, "bank_tree": {"type": "action"}}\n```\nGood luck.';
  const policy = parseResponse(answer, () => "0123abcd");
  assertEquals(policy, {
    payment_tree: {
      type: "condition",
      on_true: { type: "action", node_id: "payment_node_2" },
      on_false: { type: "action", node_id: "z" },
      node_id: "payment_node_1",
    },
    bank_tree: { type: "action", node_id: "bank_node_3" },
    version: "2.0",
    policy_id: "llm_policy_0123abcd",
  });
  assertThrows(() => parseResponse("no policy", () => ""), Error, "Failed to parse policy JSON: ");
  assertThrows(() => parseResponse("[1]", () => ""), Error, "not an object");
});

Deno.test("spec 08 26.9: what a policy sets up depends on its arguments; the nested share wins; without a pool there is none", () => {
  const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
  const bankKeys = fc.record({
    opening_balance: fc.nat(1000),
    liquidity_pool: fc.option(fc.nat(1e6)),
    max_collateral_capacity: fc.option(fc.nat(1000)),
  });
  fc.assert(fc.property(share, share, bankKeys, (nested, flat, bank) => {
    const policy: JsonMap = { parameters: { initial_liquidity_fraction: nested }, initial_liquidity_fraction: flat };
    const settings = liquiditySettings(policy, bank);
    assertEquals(settings, liquiditySettings(policy, bank));
    assertEquals(settings.openingBalance, bank.opening_balance);
    assertEquals(settings.fraction, bank.liquidity_pool === null ? undefined : nested ?? flat ?? 0.5);
    // The full simulation and the sandbox make the same agent of them.
    const agent = {
      ...agentE(),
      liquidityPool: bank.liquidity_pool ?? undefined,
      liquidityAllocationFraction: undefined,
    };
    const tree = { ...defaultPolicy("BANK_A"), ...policy };
    assertEquals(
      agentWithPolicy(agent, tree, "simulation", CORRECTED),
      agentWithPolicy(agent, tree, "sandbox", CORRECTED),
    );
  }));
  assertEquals(liquiditySettings({}, { opening_balance: "12.9", liquidity_pool: "7" }).openingBalance, 12);
  assertThrows(() => liquiditySettings({ initial_liquidity_fraction: "much" }, { liquidity_pool: 1 }), Error, "number");
});

function agentE() {
  const [agent] = engineE.config.agents;
  assert(agent !== undefined);
  return agent;
}

Deno.test("figures of an agent come from the scenario alone", () => {
  const { openingBalance, unsecuredCap, maxCollateralCapacity, liquidityPool } = agentOf(engineE.config, "BANK_B");
  assertEquals([openingBalance, unsecuredCap, maxCollateralCapacity, liquidityPool], [0, 5000, undefined, 100000]);
  assertThrows(() => agentOf(engineE.config, "BANK_X"), Error, "Agent 'BANK_X' not found in scenario config");
});

Deno.test("behaviour policyFormsDiffer: both sides", () => {
  const bankOnly: JsonMap = { bank_tree: { type: "action", node_id: "n", action: "NoAction" } };
  assertEquals(policyConfig(bankOnly, "sandbox", REFERENCE).type, "FromJson");
  assertThrows(() => policyConfig(bankOnly, "simulation", REFERENCE), Error, "A policy needs a tree");
  assertEquals(policyConfig(bankOnly, "simulation", CORRECTED).type, "FromJson");
  assertEquals(policyConfig({ type: "Fifo" }, "simulation", CORRECTED), { type: "Fifo" });
});

Deno.test("behaviour partsResampled: a split payment counts once, settled with its last part", () => {
  const splitting = {
    simulation: { ticks_per_day: 8, num_days: 1, rng_seed: 1 },
    agents: [
      { id: "A", opening_balance: 600, policy: { type: "LiquiditySplitting", max_splits: 4, min_split_amount: 1 } },
      { id: "B", opening_balance: 500 },
    ],
    scenario_events: [{
      type: "CustomTransactionArrival",
      from_agent: "A",
      to_agent: "B",
      amount: 1000,
      deadline: 7,
      schedule: { type: "OneTime", tick: 0 },
    }, {
      type: "DirectTransfer",
      from_agent: "B",
      to_agent: "A",
      amount: 450,
      schedule: { type: "OneTime", tick: 3 },
    }],
  };
  const { config, behaviours } = readPaymentsScenario(splitting);
  const engine = new PaymentsEngine(config, behaviours);
  for (let tick = 0; tick < 8; tick++) engine.tick();
  const outgoing = (partsResampled: boolean) =>
    agentHistories(engine.log, ["A"], { ...CORRECTED, partsResampled }).get("A")?.outgoing ?? [];
  assert(outgoing(true).length > 1, "the payment was split");
  assertEquals(outgoing(false).map(({ amount, settlementOffset }) => [amount, settlementOffset]), [[1000, 3]]);
  assertEquals(simulatedConfig({ config, experiment: CORRECTED }, new Map(), 9).rngSeed, 9n);
});
