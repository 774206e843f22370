import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict } from "../../../src/core/errors.ts";
import { BothRecorders } from "../../../src/experiments/payments/both_recorders.ts";
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
  const [first] = memory.simulations;
  assert(first !== undefined);
  await assertRejects(() => new DuckDbExperimentRecorder(store).saveSimulation(first), Conflict);
});
