import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict, InvalidReference, StoreError } from "../../src/core/errors.ts";
import { BothRecorders } from "../../src/experiments/payments/both_recorders.ts";
import { CORRECTED } from "../../src/experiments/payments/behaviours.ts";
import { runExperiment } from "../../src/experiments/payments/experiment.ts";
import { MemoryRecorder } from "../../src/experiments/payments/memory_recorder.ts";
import { readPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { ExperimentJournal } from "../../src/stores/files/experiment_journal.ts";
import { Folder } from "../e2e/program.ts";
import { clientE, SCENARIO_E, settingsE } from "../experiments/payments/setting.ts";

async function recordedIn(folder: string) {
  const journal = new ExperimentJournal(folder);
  const memory = new MemoryRecorder();
  await runExperiment({
    settings: settingsE(),
    scenario: readPaymentsScenario(SCENARIO_E),
    proposer: clientE(),
    runId: "E",
    now: () => "2026-01-01T00:00:00.000Z",
    behaviours: CORRECTED,
    recorder: new BothRecorders(journal, memory),
  });
  return { journal, memory };
}

Deno.test("the journal gives back what was recorded, another process's too", async () => {
  using folder = new Folder();
  const { memory } = await recordedIn(`${folder.path}/records`);
  const again = new ExperimentJournal(`${folder.path}/records`);
  assertEquals(await again.loadExperiment("E"), await memory.loadExperiment("E"));
  assertEquals(await again.listExperiments(), await memory.listExperiments());
  assertEquals(await again.loadExperiment("F"), null);
  const lines = folder.read("records/E/E-sim-001-init.events.jsonl").trimEnd().split("\n");
  assertEquals(lines.length, memory.simulations[0]?.log.length);
});

Deno.test("an experiment that was cut off reads up to its last whole record; a file of something else is refused", async () => {
  using folder = new Folder();
  const { journal, memory } = await recordedIn(folder.path);
  const text = folder.read("E.jsonl");
  folder.write("E.jsonl", text.slice(0, -200));
  const found = await journal.loadExperiment("E");
  assert(found !== null);
  assertEquals(found.iterations, (await memory.loadExperiment("E"))?.iterations);
  assertEquals(found.experiment.completed_at, null);
  folder.write("E.jsonl", `not a record\n${text}`);
  await assertRejects(() => journal.loadExperiment("E"), StoreError, "line 1");
});

Deno.test("no simulation is recorded twice, and no name leaves the folder", async () => {
  using folder = new Folder();
  const { journal, memory } = await recordedIn(folder.path);
  const [simulation] = memory.simulations;
  assert(simulation !== undefined);
  await assertRejects(() => journal.saveSimulation(simulation), Conflict);
  await assertRejects(() => memory.saveSimulation(simulation), Conflict);
  await assertRejects(() => journal.loadExperiment("../E"), InvalidReference);
});
