import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Conflict, NotFound, StoreError, ValidationError } from "../../src/core/errors.ts";
import type { Plan } from "../../src/experiments/plan.ts";
import { entryLine } from "../../src/stores/files/registry_journal.ts";
import { claimedDirectory, SweepDirectory } from "../../src/stores/files/sweep_directory.ts";
import { Place } from "./places.ts";
import { entryOf } from "./registry_suite.ts";
import { resultOf } from "./result_suite.ts";

const OPTIONS = { name: "sweep ring", startedAt: "2026-01-02T03:04:05Z" };

function planOf(kappas: readonly string[]): Plan {
  return {
    header: { format: 1, kind: "ring", model: "ring", engine: "1", reference: false, settings: { kappas, seed: 42 } },
    runs: kappas.map((kappa, i) => ({
      runId: `grid_${i}`,
      phase: "grid",
      label: null,
      parameters: { kappa },
      seed: 42 + i,
      source: { kappa },
    })),
  };
}

const PLAN = planOf(["0.5", "1"]);

Deno.test("a new sweep directory has the plan before anything else is done", async () => {
  using place = new Place();
  await using directory = await SweepDirectory.open(`${place.path}/s`, PLAN, OPTIONS);
  assertEquals(directory.isResumed, false);
  assertEquals(place.names("s"), ["s/plan.jsonl", "s/registry/", "s/registry/.lock"]);
  assertEquals(place.read("s/plan.jsonl").trim().split("\n").length, 3);
  assertEquals(directory.plan.read(), PLAN);
});

Deno.test("the same plan resumes, however its numbers are written", async () => {
  using place = new Place();
  await (await SweepDirectory.open(place.path, PLAN, OPTIONS))[Symbol.asyncDispose]();
  await using directory = await SweepDirectory.open(place.path, planOf(["0.50", "1.0"]), { ...OPTIONS, resume: true });
  assertEquals(directory.isResumed, true);
  assertEquals(directory.warnings, []);
});

Deno.test("another plan is refused by its difference, and --force starts over beside it", async () => {
  using place = new Place();
  const path = `${place.path}/s`;
  await completedSweep(path);
  const before = place.read("s/plan.jsonl");
  const other = planOf(["0.5", "2"]);
  const error = await assertRejects(() => SweepDirectory.open(path, other, OPTIONS), Conflict);
  assertStringIncludes(error.message, "holds another sweep (kappas: 0.5,1 -> 0.5,2)");
  for (const name of ["s-2", "s-3"]) {
    await using forced = await SweepDirectory.open(path, other, { ...OPTIONS, force: true });
    assertEquals(forced.path, `${place.path}/${name}`);
    assertEquals(forced.isResumed, false);
  }
  assertEquals(place.read("s/plan.jsonl"), before);
});

Deno.test("a resume that was asked for needs a plan, and leaves nothing behind without one", async () => {
  using place = new Place();
  const open = () => SweepDirectory.open(`${place.path}/s`, PLAN, { ...OPTIONS, resume: true });
  const error = await assertRejects(open, NotFound);
  assertStringIncludes(error.message, "There is no sweep to resume in");
  assertEquals(place.names(), []);
});

Deno.test("a second sweep is refused with the process, start and name of the first", async () => {
  using place = new Place();
  {
    await using _first = await SweepDirectory.open(place.path, PLAN, OPTIONS);
    const error = await assertRejects(() => SweepDirectory.open(place.path, PLAN, OPTIONS), Conflict);
    assertStringIncludes(error.message, `in use by process ${Deno.pid} (sweep ring, started 2026-01-02T03:04:05Z)`);
  }
  await using again = await SweepDirectory.open(place.path, PLAN, OPTIONS);
  assertEquals(again.warnings, []);
});

Deno.test("the lock of a dead process is taken over with a warning, and its half-done work is tidied up", async () => {
  using place = new Place();
  {
    await using directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
    const saved = await directory.results.saveRun("", resultOf("grid_0"), [{ name: "metrics.csv", content: "whole" }]);
    const short = await directory.results.saveRun("", resultOf("grid_1"), [{ name: "metrics.csv", content: "whole" }]);
    const row = (runId: string, { artifacts, artifactSizes = {} }: typeof saved) =>
      entryOf(runId, { artifactPaths: artifacts, artifactSizes });
    await directory.registry.upsert([row("grid_0", saved), row("grid_1", short)]);
  }
  place.write("registry/.lock", '{"processId":99999,"startedAt":"2026-01-01","name":"sweep ring"}\n');
  place.write("runs/grid_1/out/metrics.csv", "who");
  place.write(".staging/grid_2/scenario.yaml", "half");
  place.write(".replaced/grid_3/result.json", "{}");
  {
    await using directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
    assertMatch(
      directory.warnings.join(),
      /^The sweep of process 99999 did not end cleanly here; .* 1 runs with missing/,
    );
    const statuses = (await directory.registry.listRuns("")).map((entry) => [entry.runId, entry.status]);
    assertEquals(statuses, [["grid_0", "completed"], ["grid_1", "pending"]]);
  }
  const names = place.names();
  assertEquals(names.filter((name) => name.startsWith(".")), []);
  assertEquals(names.filter((name) => name.startsWith("runs/grid_3")), ["runs/grid_3/", "runs/grid_3/result.json"]);
});

Deno.test("a refused sweep leaves the traces of a crash to the sweep that may go on", async () => {
  using place = new Place();
  await completedSweep(place.path);
  place.write("registry/.lock", '{"processId":99999,"startedAt":"2026-01-01","name":"sweep ring"}\n');
  place.write(".staging/grid_2/scenario.yaml", "half");
  await assertRejects(() => SweepDirectory.open(place.path, planOf(["2"]), OPTIONS), Conflict);
  await using directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
  assertMatch(directory.warnings.join(), /^The sweep of process 99999 did not end cleanly here/);
  assertEquals(place.names().filter((name) => name.startsWith(".staging")), []);
});

Deno.test("a crash between swapping out the old run and swapping in the new one loses neither", async () => {
  using place = new Place();
  {
    await using directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
    await directory.results.saveRun("", resultOf("grid_0"), [{ name: "metrics.csv", content: "old" }]);
  }
  Deno.mkdirSync(`${place.path}/.replaced`);
  Deno.renameSync(`${place.path}/runs/grid_0`, `${place.path}/.replaced/grid_0`);
  place.write(".staging/grid_0/out/metrics.csv", "new");
  place.write("registry/.lock", '{"processId":1,"startedAt":"x","name":"y"}\n');
  await using _directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
  assertEquals(place.read("runs/grid_0/out/metrics.csv"), "old");
});

Deno.test("a registry whose journal is newer is compacted when the sweep opens", async () => {
  using place = new Place();
  await (await SweepDirectory.open(place.path, PLAN, OPTIONS))[Symbol.asyncDispose]();
  place.write("registry/journal.jsonl", entryLine(entryOf("grid_0")));
  await using _directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
  assertEquals(place.read("registry/experiments.csv").trim().split("\r\n").length, 2);
});

Deno.test("a torn last line of the plan is dropped, a broken one is an error that names it", async () => {
  using place = new Place();
  await (await SweepDirectory.open(place.path, PLAN, OPTIONS))[Symbol.asyncDispose]();
  const plan = place.read("plan.jsonl");
  place.write("plan.jsonl", plan + '{"runId":"frontier_lo');
  {
    await using directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
    const run = { ...PLAN.runs[0] ?? fail(), runId: "frontier_low_1", phase: "frontier", label: "low" };
    directory.plan.append([run]);
    directory.plan.append([run]);
    assertEquals(directory.plan.read()?.runs.map(({ runId }) => runId), ["grid_0", "grid_1", "frontier_low_1"]);
  }
  place.write("plan.jsonl", plan + "{}\n");
  const error = await assertRejects(() => SweepDirectory.open(place.path, PLAN, OPTIONS), ValidationError);
  assertStringIncludes(error.message, "line 4: is no run of a plan");
});

Deno.test("a directory that cannot be made is one clear sentence", async () => {
  using place = new Place();
  place.write("file", "");
  const open = () => SweepDirectory.open(`${place.path}/file/s`, PLAN, OPTIONS);
  const error = await assertRejects(open, StoreError);
  assertMatch(error.message, /^Cannot write .*file\/s.*: a part of the path is a file, not a directory$/);
});

Deno.test("a sweep of which no run was completed makes room for another one, and nothing of it is lost", async () => {
  using place = new Place();
  for (const [i, kappa] of ["1", "2", "3"].entries()) {
    await using directory = await SweepDirectory.open(place.path, planOf([kappa]), OPTIONS);
    assertEquals(directory.isResumed, false);
    assertEquals(await directory.registry.listRuns(""), []);
    const suffix = i === 1 ? ".previous" : ".previous-2";
    const told = `No run of the other sweep in ${place.path} was completed; its files are kept as *${suffix}`;
    assertEquals(directory.warnings, i === 0 ? [] : [told]);
    await directory.results.saveRun("", { ...resultOf(`grid_${kappa}`), status: "failed" });
    await directory.registry.upsert(entryOf(`grid_${kappa}`, { status: "failed", error: `no ring ${kappa}` }));
  }
  for (const [suffix, kappa] of [[".previous", "1"], [".previous-2", "2"], ["", "3"]] as const) {
    assertStringIncludes(place.read(`plan.jsonl${suffix}`), `"settings":{"kappas":["${kappa}"]`);
    assertStringIncludes(place.read(`registry/experiments.csv${suffix}`), `no ring ${kappa}`);
    assertStringIncludes(place.read(`registry/journal.jsonl${suffix}`), `no ring ${kappa}`);
    assertStringIncludes(place.read(`runs${suffix}/grid_${kappa}/result.json`), "failed");
  }
});

Deno.test("--resume by name goes on with its own plan only, whatever was completed", async () => {
  using place = new Place();
  await (await SweepDirectory.open(place.path, PLAN, OPTIONS))[Symbol.asyncDispose]();
  const open = () => SweepDirectory.open(place.path, planOf(["2"]), { ...OPTIONS, resume: true });
  await assertRejects(open, Conflict, "holds another sweep");
  assertEquals(place.names().filter((name) => name.includes("previous")), []);
});

Deno.test("a path that the program chose is made by one sweep only, also where it is there and empty", async () => {
  using place = new Place();
  const path = `${place.path}/out/s`;
  const open = () => SweepDirectory.open(path, PLAN, { ...OPTIONS, claim: true });
  const directories = await Promise.all([open(), open(), open()]);
  try {
    assertEquals(directories.map((directory) => directory.path), [path, `${path}-2`, `${path}-3`]);
  } finally {
    for (const directory of directories) await directory[Symbol.asyncDispose]();
  }
  Deno.mkdirSync(`${path}-4`);
  assertEquals(claimedDirectory(path), `${path}-5`);
});

Deno.test("completed runs whose files are gone are told from those that were made without", async () => {
  using place = new Place();
  await completedSweep(place.path);
  await using directory = await SweepDirectory.open(place.path, PLAN, OPTIONS);
  await directory.registry.upsert([
    entryOf("grid_1", { artifactPaths: {} }),
    entryOf("grid_2", { artifactPaths: {}, status: "failed" }),
  ]);
  assertEquals(await directory.runsWithoutFiles(), { lost: [], unkept: ["grid_1"] });
  Deno.removeSync(`${place.path}/runs`, { recursive: true });
  assertEquals(await directory.runsWithoutFiles(), { lost: ["grid_0"], unkept: ["grid_1"] });
});

/** A sweep of two runs, the first of which is completed and has its files. */
async function completedSweep(path: string): Promise<void> {
  await using directory = await SweepDirectory.open(path, PLAN, OPTIONS);
  const saved = await directory.results.saveRun("", resultOf("grid_0"), [{ name: "metrics.csv", content: "whole" }]);
  await directory.registry.upsert(entryOf("grid_0", { artifactPaths: saved.artifacts }));
}

function fail(): never {
  throw new Error("the plan has runs");
}
