/** The invariants of spec 08 26 about whole experiments. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { EvaluationRecord, PolicyProposer } from "../../../src/experiments/payments/contracts.ts";
import { withParameters } from "../../../src/experiments/payments/policies.ts";
import { ScriptedProposer } from "../../../src/experiments/payments/proposers/scripted.ts";
import type { ExperimentSettings } from "../../../src/experiments/payments/settings.ts";
import { writtenEvents } from "../../../src/payments/script.ts";
import { constantClient, convergence, type Ran, ranE, recorded, settingsE, type Varied } from "./setting.ts";

function deltas(evaluation: EvaluationRecord) {
  return evaluation.sample_details?.map(({ delta }) => delta);
}

/** Experiments with any seed, mode, length and proposals, as the reference runs them and corrected. */
async function anyExperiments(
  check: (run: (varied?: Varied) => Promise<Ran>, reference: boolean, settings: ExperimentSettings) => Promise<void>,
  propose = (shares: readonly number[]): PolicyProposer =>
    new ScriptedProposer(({ current }, k) => {
      const share = shares[k];
      return share === undefined ? null : withParameters(current, { initial_liquidity_fraction: share });
    }),
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(10_000),
      fc.constantFrom("bootstrap" as const, "deterministic" as const),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 6 }),
      fc.boolean(),
      async (masterSeed, mode, maxIterations, shares, reference) => {
        const limits = convergence({ maxIterations, stabilityWindow: 4 });
        const settings = settingsE({ masterSeed, mode, numSamples: 3, convergence: limits });
        await check((varied = {}) => ranE(settings, propose(shares), { ...varied, reference }), reference, settings);
      },
    ),
    { numRuns: 12 },
  );
}

Deno.test("spec 08 26.12: deltas are old minus new and add up; a policy against itself improves nothing and is rejected", async () => {
  await anyExperiments(async (run) => {
    for (const { sample_details, delta_sum, old_cost, new_cost } of (await recorded(await run())).evaluations) {
      if (sample_details === null) assertEquals(delta_sum, old_cost - new_cost);
      else {
        for (const { old_cost, new_cost, delta } of sample_details) {
          assertEquals(delta, Number(old_cost) - Number(new_cost));
        }
        assertEquals(delta_sum, sample_details.reduce((sum, { delta }) => sum + Number(delta), 0));
      }
    }
  });
  let seen = 0;
  await anyExperiments(async (run) => {
    for (const each of (await recorded(await run())).evaluations) {
      assertEquals([each.delta_sum, each.accepted], [0, false]);
      assert((deltas(each) ?? []).every((delta) => delta === 0));
      seen++;
    }
  }, () => new ScriptedProposer(({ current }) => current));
  assert(seen > 10);
});

Deno.test("spec 08 26.14: the same experiment twice leaves the same records", async () => {
  await anyExperiments(async (run) => {
    const leave = async () => {
      const ran = await run();
      const simulations = ran.recorder.simulations.map(({ log, ...row }) => [row, [...writtenEvents([log])]]);
      return [await recorded(ran), simulations, ran.events, ran.outcome];
    };
    assertEquals(await leave(), await leave());
  });
});

Deno.test("spec 08 26.15: simulations are numbered without gaps, and those that are recorded are some of them", async () => {
  await anyExperiments(async (run) => {
    const ids = ({ recorder }: Ran) => recorder.simulations.map(({ simulation_id }) => simulation_id);
    const all = ids(await run({ persistBootstrap: true }));
    assertEquals(all.map((id) => Number(/^E-sim-(\d{3,})-/.exec(id)?.[1])), Array.from(all, (_, i) => i + 1));
    assertEquals(new Set(all).size, all.length);
    assert(ids(await run()).every((id) => all.includes(id)));
  });
});

Deno.test("spec 08 26.16: rounds are one fewer than iterations, which are no more than allowed", async () => {
  await anyExperiments(async (run, _, { convergence: { maxIterations } }) => {
    const ran = await run();
    const { num_iterations } = ran.outcome;
    const rounds = new Set((await recorded(ran)).evaluations.map(({ iteration }) => iteration));
    assertEquals([...rounds], Array.from({ length: num_iterations - 1 }, (_, i) => i));
    assert(num_iterations >= 1 && num_iterations <= maxIterations);
  }, () => constantClient({ BANK_A: 0.4, BANK_B: 0.45 }));
});

Deno.test("spec 08 26.18: policies change exactly where an evaluation was accepted", async () => {
  let accepted = 0;
  await anyExperiments(async (run, reference) => {
    const { iterations, evaluations } = await recorded(await run());
    for (const { iteration, policies, accepted_changes } of iterations.slice(0, -1)) {
      const next = iterations[iteration + 1]?.policies;
      for (const agent of Object.keys(policies)) {
        const judged = evaluations.find((each) => each.iteration === iteration && each.agent_id === agent);
        assertEquals(next?.[agent], judged?.accepted === true ? judged.proposed_policy : policies[agent]);
        assertEquals(accepted_changes[agent], reference ? false : judged?.accepted === true);
        if (judged?.accepted === true) accepted++;
      }
    }
  });
  assert(accepted > 3);
});
