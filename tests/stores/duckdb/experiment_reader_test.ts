import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict } from "../../../src/core/errors.ts";
import { BothRecorders } from "../../experiments/payments/both_recorders.ts";
import { CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import { runExperiment } from "../../../src/experiments/payments/experiment.ts";
import { MemoryRecorder } from "../../../src/experiments/payments/memory_recorder.ts";
import { readPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { DuckDbExperimentReader } from "../../../src/stores/duckdb/experiment_reader.ts";
import { DuckDbExperimentRecorder } from "../../../src/stores/duckdb/experiment_recorder.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { Folder } from "../../e2e/program.ts";
import { clientE, SCENARIO_E, settingsE } from "../../experiments/payments/setting.ts";

Deno.test("a database gives back what was recorded of an experiment, in the order in which it happened", async () => {
  using folder = new Folder();
  await using store = await DuckDbSimulations.open(`${folder.path}/experiments.db`);
  const memory = new MemoryRecorder();
  let clock = 0;
  for (const [runId, reference, mode] of [["a", false, "bootstrap"], ["b", true, "deterministic"]] as const) {
    await runExperiment({
      settings: settingsE({ mode }),
      scenario: readPaymentsScenario(SCENARIO_E, { reference }),
      proposer: clientE(),
      runId,
      now: () => new Date(clock++).toISOString(),
      behaviours: reference ? REFERENCE : CORRECTED,
      recorder: new BothRecorders(new DuckDbExperimentRecorder(store), memory),
    });
  }
  const reader = new DuckDbExperimentReader(store.database);
  for (const runId of ["a", "b"]) {
    const [read, kept] = [await reader.loadExperiment(runId), await memory.loadExperiment(runId)];
    assert(kept !== null && kept.evaluations.length > 2);
    assertEquals(read, kept);
  }
  assertEquals(await reader.listExperiments(), await memory.listExperiments());
  assertEquals(await reader.loadExperiment("c"), null);
  const rows = await store.database.rows(
    "SELECT simulation_id AS id, count(*) AS events FROM simulation_events GROUP BY id ORDER BY id",
  );
  const expected = memory.simulations.map(({ simulation_id, log }) => [simulation_id, log.length]);
  assertEquals(rows.map(({ id, events }) => [id, events]), expected.toSorted());
  assertEquals((await reader.loadExperiment("b"))?.simulations.length, 3);
  // What a crash leaves of a simulation is none, and goes when the experiment goes on.
  const recorder = new DuckDbExperimentRecorder(store);
  await store.start("b-sim-099-eval", {}, { experimentRunId: "b" });
  assertEquals((await reader.loadExperiment("b"))?.simulations.length, 3);
  assertEquals([await recorder.forgetUnfinished("b"), await recorder.forgetUnfinished("b")], [1, 0]);
  await store.start("b-sim-099-eval", {}, { experimentRunId: "b" });
  const [first] = memory.simulations;
  assert(first !== undefined);
  await assertRejects(() => new DuckDbExperimentRecorder(store).saveSimulations([first]), Conflict);
});

Deno.test("costs beyond 32 bits are recorded, and come back exactly", async () => {
  await using store = await DuckDbSimulations.open(":memory:");
  const memory = new MemoryRecorder();
  await runExperiment({
    settings: settingsE({ numSamples: 2 }),
    scenario: readPaymentsScenario(SCENARIO_E),
    proposer: clientE(),
    runId: "large",
    now: () => "",
    recorder: memory,
  });
  const [evaluation] = (await memory.loadExperiment("large"))?.evaluations ?? [];
  const experiment = (await memory.loadExperiment("large"))?.experiment;
  assert(evaluation !== undefined && experiment !== undefined);
  const recorder = new DuckDbExperimentRecorder(store);
  await recorder.saveExperiment(experiment);
  const large = { ...evaluation, old_cost: 3_000_000_000, new_cost: 2 ** 52, delta_sum: 3_000_000_000 - 2 ** 52 };
  await recorder.saveEvaluation(large);
  assertEquals((await new DuckDbExperimentReader(store.database).loadExperiment("large"))?.evaluations, [large]);
});
