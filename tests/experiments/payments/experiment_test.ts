/** The acceptance checks of spec 08 25, 17 to 20, and the invariants of 26 about whole experiments. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import type { EvaluationRecord } from "../../../src/experiments/payments/contracts.ts";
import { MemoryRecorder } from "../../../src/experiments/payments/memory_recorder.ts";
import { defaultPolicy, withParameters } from "../../../src/experiments/payments/policies.ts";
import { ScriptedProposer } from "../../../src/experiments/payments/proposers/scripted.ts";
import { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { readPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { writtenEvents } from "../../../src/payments/script.ts";
import {
  clientE,
  constantClient,
  convergence,
  type Ran,
  ranE,
  recorded,
  SCENARIO_E,
  settingsE,
  told,
} from "./setting.ts";

function short({ iteration, agent_id, old_cost, new_cost, accepted }: EvaluationRecord) {
  return [iteration + 1, agent_id, old_cost, new_cost, accepted];
}

function deltas(evaluation: EvaluationRecord | undefined) {
  return evaluation?.sample_details?.map(({ delta }) => delta);
}

Deno.test("check 17 of spec 08: a bootstrap experiment gives the recorded costs, deltas, statistics and ids", async () => {
  const ran = await ranE(settingsE(), clientE());
  const { outcome, recorder } = ran;
  assertEquals(outcome.history, [661, 570, 794]);
  assertEquals([outcome.num_iterations, outcome.converged], [3, true]);
  assertEquals([outcome.convergence_reason, outcome.best_cost], ["Max iterations reached (3)", 570]);
  assertEquals(told(ran, "context_simulation_complete").map(({ total_cost }) => total_cost), [1395, 1140, 1303]);
  const { iterations, evaluations, experiment } = await recorded(ran);
  assertEquals(iterations.map(({ costs_per_agent: costs }) => [costs["BANK_A"], costs["BANK_B"]]), [
    [722, 600],
    [600, 540],
    [407, 1180],
  ]);
  const [a1, b1, a2, b2] = evaluations;
  assertEquals(evaluations.map(short), [
    [1, "BANK_A", 722, 830, false],
    [1, "BANK_B", 600, 540, true],
    [2, "BANK_A", 600, 360, true],
    [2, "BANK_B", 540, 446, true],
  ]);
  assertEquals(a1?.acceptance_reason, "delta_sum ≤ 0");
  assertEquals(deltas(a1), [-114, -208, -146, 35]);
  assertEquals(a1?.sample_details?.map(({ old_cost }) => old_cost), [659, 832, 797, 600]);
  assertEquals(a1?.sample_details?.map(({ new_cost }) => new_cost), [773, 1040, 943, 565]);
  assertEquals([a1?.cost_std_dev, a1?.confidence_interval_95], [208, [498, 1161]]);
  assertEquals(deltas(b1), [60, 60, 60, 60]);
  assertEquals(deltas(a2), [240, 240, 240, 240]);
  assertEquals(deltas(b2), [13, 120, 120, 120]);
  assertEquals([b2?.cost_std_dev, b2?.confidence_interval_95], [53, [361, 531]]);
  assertEquals(recorder.simulations.map(({ simulation_id, log }) => [simulation_id, log.length]), [
    ["E-sim-001-init", 59],
    ["E-sim-002-init", 67],
    ["E-sim-003-init", 71],
  ]);
  assertEquals([experiment.num_iterations, experiment.converged], [3, true]);
});

Deno.test("check 19 of spec 08: a deterministic experiment gives the recorded costs, verdicts and ids", async () => {
  const limits = convergence({ maxIterations: 4, stabilityWindow: 2 });
  const ran = await ranE(settingsE({ mode: "deterministic", convergence: limits }), clientE());
  assertEquals(ran.outcome.history, [1395, 1140, 1303, 14466]);
  const { evaluations } = await recorded(ran);
  assertEquals(evaluations.map(short), [
    [1, "BANK_A", 795, 684, false],
    [1, "BANK_B", 600, 540, true],
    [2, "BANK_A", 600, 360, true],
    [2, "BANK_B", 540, 442, true],
    [3, "BANK_A", 360, 240, false],
    [3, "BANK_B", 420, 300, true],
  ]);
  assertEquals(evaluations[0]?.acceptance_reason, "Settlement rate 90.9% below minimum 95%. Policy rejected.");
  assertEquals(evaluations[4]?.acceptance_reason, "Settlement rate 85.7% below minimum 95%. Policy rejected.");
  assertEquals(evaluations[5]?.context_simulation_cost, 943);
  assertEquals(
    ran.recorder.simulations.map(({ simulation_id, experiment_iteration }) => [simulation_id, experiment_iteration]),
    ["001", "004", "007", "010"].map((n) => [`E-sim-${n}-eval`, null]),
  );
});

Deno.test("check 19 of spec 08: a temporal experiment stops when the shares stay where they are", async () => {
  for (const [window, history] of [[2, [1395, 1020]], [3, [1395, 1020, 1329]]] as const) {
    const settings = settingsE({
      mode: "deterministic-temporal",
      convergence: convergence({ stabilityWindow: window }),
    });
    const ran = await ranE(settings, constantClient({ BANK_A: 0.4, BANK_B: 0.45 }));
    assertEquals(ran.outcome.history, history);
    assertEquals([ran.outcome.num_iterations, ran.outcome.convergence_reason], [window, "policy_stability"]);
    const { evaluations, iterations } = await recorded(ran);
    assertEquals(evaluations, []);
    assert(iterations.every(({ accepted_changes }) => Object.values(accepted_changes).every((each) => each)));
  }
});

function flying() {
  return new ScriptedProposer(({ current }) => ({
    ...current,
    payment_tree: { type: "action", node_id: "fly", action: "Fly" },
  }));
}

Deno.test("check 20 of spec 08: behaviours refusedPolicyStays and refusalsStoredTwice, on: a policy that the engine refuses is said twice in a bootstrap experiment, and ends a deterministic one", async () => {
  const ran = await ranE(settingsE(), flying());
  const { evaluations, events } = await recorded(ran);
  assertEquals(evaluations, []);
  const said = events.filter(({ event_type }) => event_type === "llm_interaction");
  assertEquals(said.map(({ iteration, event_data }) => `${iteration} ${String(event_data["agent_id"])}`), [
    ...["0 BANK_A", "0 BANK_A", "0 BANK_B", "0 BANK_B", "1 BANK_A", "1 BANK_A", "1 BANK_B", "1 BANK_B"],
  ]);
  const error = await assertRejects(() => ranE(settingsE({ mode: "deterministic" }), flying()), Error);
  assert(error.message.includes("Fly"), error.message);
});

Deno.test("behaviours refusedPolicyStays and refusalsStoredTwice, off: a refused policy leaves a reason, the old one stays", async () => {
  for (const mode of ["bootstrap", "deterministic", "deterministic-temporal"] as const) {
    const ran = await ranE(settingsE({ mode }), flying(), { reference: false });
    const { events, evaluations } = await recorded(ran);
    assertEquals(evaluations, [], mode);
    assertEquals(ran.outcome.final_policies["BANK_A"]?.["policy_id"], "BANK_A_default");
    const errors = events.filter(({ event_type }) => event_type === "llm_error");
    assert(errors.length > 0 && String(errors[0]?.event_data["error"]).includes("Fly"), mode);
  }
});

Deno.test("without constraints nobody is asked", async () => {
  const never = new ScriptedProposer(() => {
    throw new Error("asked");
  });
  const ran = await ranE(settingsE({ constraints: null }), never);
  assertEquals((await recorded(ran)).evaluations, []);
  assertEquals(ran.outcome.num_iterations, 3);
});

Deno.test("a failing proposer is asked so many times, and told why", async () => {
  const heard: (readonly string[])[] = [];
  const proposer = new ScriptedProposer((request) => {
    heard.push(request.errors);
    if (request.attempt < 2) throw new Error("no idea");
    return withParameters(request.current, { initial_liquidity_fraction: 2 });
  });
  const settings = settingsE({ maxRetries: 4, optimizedAgents: ["BANK_A"] });
  const ran = await ranE({ ...settings, convergence: convergence({ maxIterations: 2 }) }, proposer, {
    reference: false,
  });
  const range = ["Parameter 'initial_liquidity_fraction' must be a number from 0 to 1, got 2"];
  assertEquals(heard, [[], ["LLM error: no idea"], ["LLM error: no idea"], range]);
  assertEquals([ran.outcome.proposals.asked, ran.outcome.proposals.failed], [4, 2]);
});

Deno.test("an aborted experiment stops between simulations and leaves what was recorded", async () => {
  const stop = new AbortController();
  const { recorder } = await ranE(settingsE({ convergence: convergence({ maxIterations: 1 }) }), clientE());
  const proposer = new ScriptedProposer(({ current }) => {
    stop.abort(new Error("enough"));
    return current;
  });
  await assertRejects(() => ranE(settingsE(), proposer, { signal: stop.signal }), Error, "enough");
  assertEquals((await recorder.listExperiments()).length, 1);
});

/** Each switch alone against the reference: what changes. */
const SIDES: Readonly<Partial<Record<keyof typeof CORRECTED, (on: Ran, off: Ran) => void | Promise<void>>>> = {
  costIntervalTested: async (on, off) => {
    assertEquals((await recorded(on)).evaluations[0]?.confidence_interval_95, [498, 1161]);
    const { evaluations } = await recorded(off);
    // Deltas -114, -208, -146, 35: the interval of the improvement.
    assertEquals(evaluations[0]?.confidence_interval_95, [-272, 55]);
  },
  totalIsMean: (on, off) => {
    assertEquals(on.outcome.history[0], 661);
    assertEquals(off.outcome.history[0], 722 + 600);
  },
  sampleRatesUnknown: async (on, off) => {
    assert((await recorded(on)).evaluations.every(({ settlement_rate }) => settlement_rate === null));
    assert((await recorded(off)).evaluations.every(({ settlement_rate }) => settlement_rate !== null));
  },
  limitConverges: (on, off) => {
    assertEquals([on.outcome.converged, off.outcome.converged], [true, false]);
  },
  acceptancesForgotten: async (on, off) => {
    const flags = async (ran: Ran) => (await recorded(ran)).iterations[0]?.accepted_changes["BANK_B"];
    assertEquals([await flags(on), await flags(off)], [false, true]);
  },
  courseNotStored: async (on, off) => {
    const types = async (ran: Ran) => new Set((await recorded(ran)).events.map(({ event_type }) => event_type));
    assertEquals(await types(on), new Set(["simulation_run", "evaluation", "llm_interaction"]));
    assert((await types(off)).has("experiment_end"));
  },
  storedConfigIsTheFile: (on, off) => {
    const [was, is] = [on, off].map(({ recorder }) => recorder.simulations[0]?.config["rng_seed"]);
    assertEquals([Number(was), is], [1, 1088125515]);
  },
  onlyEventsStored: async (on, off) => {
    const seen = async (onlyEventsStored: boolean) => {
      let [ticks, ends] = [0, 0];
      const watch = { tick: () => void ticks++, end: () => void ends++ };
      const recorder = Object.assign(new MemoryRecorder(), { watchSimulation: () => Promise.resolve(watch) });
      await ranE(settingsE(), clientE(), { behaviours: { ...REFERENCE, onlyEventsStored }, through: recorder });
      return [ticks, ends, recorder.simulations.filter((each) => each.watch === watch).length];
    };
    assertEquals([await seen(true), await seen(false)], [[0, 0, 0], [3 * 6, 3, 3]]);
    assertEquals(on.outcome, off.outcome);
  },
  samplesNotStored: async (on, off) => {
    const made = (ran: Ran) => new Set(ran.recorder.simulations.map(({ simulation_id }) => simulation_id.slice(6)));
    assertEquals(made(on), new Set(["001-init", "002-init", "003-init"]));
    // Four samples of two banks under two policies stand between two iterations.
    assertEquals(made(off), new Set(["001-init", "018-init", "035-init"]));
    const all = await ranE(settingsE(), clientE(), {
      behaviours: { ...REFERENCE, samplesNotStored: false, sandboxForgetsRules: false },
      persistBootstrap: true,
    });
    const ids = all.recorder.simulations.map(({ simulation_id }) => simulation_id);
    assertEquals(ids.map((id) => Number(/sim-(\d+)-/.exec(id)?.[1])), Array.from(ids, (_, i) => i + 1));
    assertEquals(ids.length, 3 + 2 * 16 + 8);
  },
  figuresRepeated: async (on, off) => {
    const agents = async (ran: Ran) => Object.keys((await recorded(ran)).evaluations[0]?.agent_stats ?? {});
    assertEquals([await agents(on), await agents(off)], [["BANK_A", "BANK_B"], ["BANK_A"]]);
  },
};

for (const [name, compare] of Object.entries(SIDES)) {
  Deno.test(`behaviour ${name}: both sides`, async () => {
    const on = await ranE(settingsE(), clientE());
    const off = await ranE(settingsE(), clientE(), { behaviours: { ...REFERENCE, [name]: false } });
    await compare(on, off);
  });
}

Deno.test("every recorded simulation of an experiment, samples included, can be run again from its configuration", async () => {
  const capable = SCENARIO_E.agents.map((agent) => ({
    ...agent,
    max_collateral_capacity: 9000,
    posted_collateral: 500,
    limits: { multilateral_limit: 60000, bilateral_limits: { BANK_A: 50000 } },
  }));
  for (const agents of [SCENARIO_E.agents, capable]) {
    const scenario = { ...SCENARIO_E, agents };
    for (const mode of ["bootstrap", "deterministic"] as const) {
      const varied = { reference: false, scenario, persistBootstrap: true };
      const { recorder } = await ranE(settingsE({ mode }), clientE(), varied);
      assert(recorder.simulations.length > 5);
      for (const { config, log, ticks, num_agents, simulation_id } of recorder.simulations) {
        const again = readPaymentsScenario(JSON.parse(JSON.stringify(config)));
        const engine = new PaymentsEngine(again.config, again.behaviours);
        for (let tick = 0; tick < ticks; tick++) engine.tick();
        assertEquals([...writtenEvents([engine.log])], [...writtenEvents([log])], simulation_id);
        assertEquals(again.config.agents.length, num_agents);
      }
    }
  }
});

Deno.test("behaviour floorIsAbsolute: both sides", async () => {
  for (const mode of ["bootstrap", "deterministic"] as const) {
    // Both banks start with nothing, and hardly any payment settles.
    const initialPolicies = new Map(["BANK_A", "BANK_B"].map((id) => {
      return [id, withParameters(defaultPolicy(id), { initial_liquidity_fraction: 0 })] as const;
    }));
    const settings = settingsE({ mode, convergence: convergence({ maxIterations: 2 }) });
    const first = async (floorIsAbsolute: boolean) => {
      const proposer = constantClient({ BANK_A: 0.1, BANK_B: 0.1 });
      const scenario = { ...SCENARIO_E, agents: SCENARIO_E.agents.map((agent) => ({ ...agent, unsecured_cap: 0 })) };
      const varied = { behaviours: { ...CORRECTED, floorIsAbsolute }, reference: false, scenario, initialPolicies };
      return (await recorded(await ranE(settings, proposer, varied))).evaluations[0];
    };
    const [on, off] = [await first(true), await first(false)];
    assert((on?.delta_sum ?? 0) > 0 && (on?.settlement_rate ?? 1) < 0.95);
    assert(on?.acceptance_reason.startsWith("Settlement rate"), on?.acceptance_reason);
    assertEquals(off?.acceptance_reason, "passed: delta_sum > 0");
  }
});

Deno.test("behaviour trialsUseOtherSeeds and evaluationsFiledUnderZero: both sides", async () => {
  const settings = settingsE({ mode: "deterministic" });
  const on = await recorded(await ranE(settings, clientE()));
  const corrected = { ...REFERENCE, trialsUseOtherSeeds: false, evaluationsFiledUnderZero: false };
  const ran = await ranE(settings, clientE(), { behaviours: corrected });
  const off = await recorded(ran);
  assertEquals(on.evaluations.slice(0, 2).map(({ scenario_seed }) => scenario_seed), [1088125515, 747645807]);
  assertEquals(off.evaluations.slice(0, 2).map(({ scenario_seed }) => scenario_seed), [1088125515, 1088125515]);
  assertEquals(ran.recorder.simulations.map(({ experiment_iteration }) => experiment_iteration), [0, 1, 2]);
});

Deno.test("behaviour zeroBestForgotten: both sides", async () => {
  const free = { ...SCENARIO_E, cost_rates: Object.fromEntries(Object.keys(SCENARIO_E.cost_rates).map((k) => [k, 0])) };
  // Nothing costs anything but liquidity, which the first policies do not take.
  const scenario = { ...free, cost_rates: { ...free.cost_rates, liquidity_cost_per_tick_bps: 20 } };
  const proposer = () => constantClient({ BANK_A: 1, BANK_B: 1 });
  const temporal = settingsE({
    mode: "deterministic-temporal",
    convergence: convergence({ maxIterations: 3, stabilityWindow: 9 }),
  });
  const pools = scenario.agents.map((agent) => ({ ...agent, liquidity_pool: 1 }));
  const cheap = { ...scenario, agents: pools };
  const zero = await ranE(temporal, proposer(), { scenario: cheap });
  assertEquals(zero.outcome.history, [0, 0, 0]);
  const climbing = new ScriptedProposer(({ current }, k) =>
    withParameters(current, { initial_liquidity_fraction: k === 0 ? 0 : 1 })
  );
  const history = async (on: boolean) => {
    const behaviours = { ...REFERENCE, zeroBestForgotten: on };
    const { outcome } = await ranE(temporal, climbing, { scenario, behaviours });
    climbing.forget();
    return outcome;
  };
  const [on, off] = [await history(true), await history(false)];
  assertEquals(on.history[1], 0);
  assert((on.history[2] ?? 0) > 0);
  assertEquals([on.best_cost, off.best_cost], [on.history[2], 0]);
});

Deno.test("property: an experiment never keeps a policy that costs more on the days it was tried on", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1000 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      async (seed, shares) => {
        const proposer = new ScriptedProposer(({ current }, k) => {
          const share = shares[k];
          return share === undefined ? null : withParameters(current, { initial_liquidity_fraction: share });
        });
        const { evaluations } = await recorded(
          await ranE(settingsE({ masterSeed: seed }), proposer, { reference: false }),
        );
        for (const each of evaluations) {
          // spec 08 26.12 and 26.13
          const sum = (deltas(each) ?? []).reduce<number>((total, delta) => total + Number(delta), 0);
          assertEquals(each.delta_sum, sum);
          if (each.accepted) assert(sum > 0);
        }
      },
    ),
    { numRuns: 15 },
  );
});
