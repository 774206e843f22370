import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict, InvalidReference, StoreError } from "../../src/core/errors.ts";
import { BothRecorders } from "../experiments/payments/both_recorders.ts";
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
  await assertRejects(() => journal.saveSimulations([simulation]), Conflict);
  await assertRejects(() => memory.saveSimulations([simulation]), Conflict);
  await assertRejects(() => journal.loadExperiment("../E"), InvalidReference);
});

Deno.test("a journal that was cut off in the middle of a line goes on behind its last whole one", async () => {
  using folder = new Folder();
  const { memory } = await recordedIn(folder.path);
  const lines = folder.read("E.jsonl").trimEnd().split("\n");
  const event = (await memory.loadExperiment("E"))?.events[0];
  assert(event !== undefined);
  const added = { ...event, event_type: "added" };
  // A torn line goes; one that lacks nothing but its end is kept.
  for (const [tail, kept] of [[lines[20]?.slice(0, 40), 20], [lines[20], 21]] as const) {
    folder.write("E.jsonl", `${lines.slice(0, 20).join("\n")}\n${tail}`);
    const journal = new ExperimentJournal(folder.path);
    const before = await journal.loadExperiment("E");
    await journal.saveEvents([added]);
    assertEquals(folder.read("E.jsonl").split("\n").slice(0, kept), lines.slice(0, kept));
    const after = await journal.loadExperiment("E");
    assertEquals(after?.events, [...before?.events ?? [], added]);
  }
});

Deno.test("events of a simulation that a crash left without their record are replaced", async () => {
  using folder = new Folder();
  const { memory } = await recordedIn(folder.path);
  const [simulation] = memory.simulations;
  assert(simulation !== undefined);
  const name = `E/${simulation.simulation_id}.events.jsonl`;
  const events = folder.read(name);
  const journal = folder.read("E.jsonl").split("\n").filter((line) => !line.startsWith('{"record":"simulation"'));
  folder.write("E.jsonl", journal.join("\n"));
  folder.write(name, "something else");
  const again = new ExperimentJournal(folder.path);
  assertEquals((await again.loadExperiment("E"))?.simulations, []);
  await again.saveSimulations([simulation]);
  assertEquals(folder.read(name), events);
  assertEquals((await again.loadExperiment("E"))?.simulations, [simulation.simulation_id]);
});
