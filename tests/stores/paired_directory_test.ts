import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Conflict, InvalidReference } from "../../src/core/errors.ts";
import { BALANCED } from "../../src/experiments/paired_plan.ts";
import type { Plan } from "../../src/experiments/plan.ts";
import { armFiles, armOf, ArmRegistry, ArmResults } from "../../src/stores/files/arms.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { PairedDirectory } from "../../src/stores/files/paired_directory.ts";
import { SweepDirectory } from "../../src/stores/files/sweep_directory.ts";
import { Place } from "./places.ts";
import { entryOf } from "./registry_suite.ts";
import { resultOf } from "./result_suite.ts";

const OPTIONS = { name: "sweep balanced", startedAt: "2026-01-02T03:04:05Z" };
const ARMS = [BALANCED.baseline, BALANCED.trading];
const PASSIVE = "balanced_passive_0123456789ab";
const ACTIVE = "balanced_active_0123456789ab";

function planOf(kappa: string, kind = "balanced"): Plan {
  return {
    header: { format: 1, kind, model: "ring", engine: "1", reference: false, settings: { kappas: [kappa] } },
    runs: [],
  };
}

const open = (place: Place, plan: Plan) => PairedDirectory.open(`${place.path}/s`, plan, BALANCED, OPTIONS);

Deno.test("the registries of both arms are one from outside, and two files", async () => {
  using place = new Place();
  {
    await using registry = new ArmRegistry(armFiles(place.path, ARMS));
    await registry.upsert([entryOf(PASSIVE), entryOf(ACTIVE)]);
    assertEquals((await registry.listRuns("")).map((row) => row.runId), [PASSIVE, ACTIVE]);
    assertEquals((await registry.get("", ACTIVE))?.runId, ACTIVE);
    assertEquals((await registry.query("", { status: "completed" })).length, 2);
    assertEquals((await registry.getCompletedKeys("", ["kappa"])).size, 1);
  }
  for (const [arm, runId] of [["passive", PASSIVE], ["active", ACTIVE]]) {
    await using own = new FileRegistryStore(`${place.path}/${arm}`);
    assertEquals((await own.listRuns("")).map((row) => row.runId), [runId]);
  }
});

Deno.test("the results of a run go to its arm; references start there", async () => {
  using place = new Place();
  const results = new ArmResults(armFiles(place.path, ARMS));
  const saved = await results.saveRun("", resultOf(ACTIVE), [{ name: "events.jsonl", content: "{}\n" }]);
  const reference = `runs/${ACTIVE}/out/events.jsonl`;
  assertEquals(saved.artifacts, { events_jsonl: reference });
  assertEquals(place.read(`active/${reference}`), "{}\n");
  assertEquals(new TextDecoder().decode(await results.loadArtifact(reference)), "{}\n");
  assertEquals(await new Response(await results.openArtifact(reference)).text(), "{}\n");
  assertEquals((await results.loadRun("", ACTIVE))?.runId, ACTIVE);
  assertEquals(await results.saveArtifact("", PASSIVE, { name: "a.csv", content: "" }), `runs/${PASSIVE}/out/a.csv`);
});

Deno.test("a run of no arm is refused, and so is a reference that leaves its arm", async () => {
  using place = new Place();
  const arms = armFiles(place.path, ARMS);
  assertThrows(() => armOf(arms, "grid_1"), InvalidReference, "begins with balanced_passive_ or balanced_active_");
  const results = new ArmResults(arms);
  await assertRejects(() => results.loadArtifact(`runs/${ACTIVE}/../../x`), InvalidReference);
  await assertRejects(() => results.loadArtifact("scenario.yaml"), InvalidReference);
});

Deno.test("a plan of which nothing was completed makes room for another; one with completed runs does not", async () => {
  using place = new Place();
  {
    await using directory = await open(place, planOf("1"));
    await directory.registry.upsert(entryOf(ACTIVE, { status: "failed" }));
    place.write("s/aggregate/comparison.csv", "old");
  }
  {
    await using directory = await open(place, planOf("2"));
    assertEquals([directory.isResumed, directory.warnings.length], [false, 1]);
    assertStringIncludes(directory.warnings[0] ?? "", "its files are kept as *.previous");
    assertEquals(await directory.registry.listRuns(""), []);
    await directory.registry.upsert(entryOf(ACTIVE));
  }
  assertEquals(place.read("s/aggregate/comparison.csv.previous"), "old");
  assertStringIncludes(place.read("s/active.previous/registry/experiments.csv"), `${ACTIVE},,grid,failed`);
  await assertRejects(() => open(place, planOf("3")), Conflict, "kappas: 2 -> 3");
});

Deno.test("a sweep of another kind does not take a paired sweep's place, nor the other way round", async () => {
  using place = new Place();
  {
    await using directory = await open(place, planOf("1"));
    await directory.registry.upsert(entryOf(ACTIVE));
  }
  const ring = () => SweepDirectory.open(`${place.path}/s`, planOf("1", "ring"), OPTIONS);
  await assertRejects(ring, Conflict, "kind: balanced -> ring");
  using other = new Place();
  await (await SweepDirectory.open(`${other.path}/s`, planOf("1", "ring"), OPTIONS))[Symbol.asyncDispose]();
  await assertRejects(() => open(other, planOf("1")), Conflict, "kind: ring -> balanced");
});

Deno.test("completed runs without files are found in both arms, apart by why", async () => {
  using place = new Place();
  await using directory = await open(place, planOf("1"));
  await directory.registry.upsert([
    entryOf(PASSIVE, { artifactPaths: {} }),
    entryOf(ACTIVE, { artifactPaths: { run_html: `runs/${ACTIVE}/run.html` } }),
  ]);
  assertEquals(await directory.runsWithoutFiles(), { lost: [ACTIVE], unkept: [PASSIVE] });
});
