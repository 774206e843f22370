import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Conflict, StoreError, UsageError, ValidationError } from "../../src/core/errors.ts";
import { isCancelRequested, requestCancel } from "../../src/jobs/cancel_request.ts";
import { Folder } from "../e2e/program.ts";
import { entryOf, Hands, manifest, open } from "./managed.ts";
import { CONFIG, resultOf } from "./written_jobs.ts";

Deno.test("a job is created, started, makes progress and is completed; its manifest tells all of it", async () => {
  using folder = new Folder();
  const hands = new Hands();
  await using manager = await open(folder, { now: hands.now });
  assertEquals(manifest(folder).job.status, "pending");
  await manager.start(2);
  assertEquals(manifest(folder).job.status, "running");
  manager.progress(resultOf("grid_1"));
  hands.pass(3);
  manager.progress(resultOf("grid_2", { status: "failed", error: "DefaultError: x" }));
  assertEquals(manifest(folder).job.failedRuns, 1);
  await manager.finish({ runs: 2, skipped: 0, completed: 1, failed: 1, isInterrupted: false });
  const { job, events } = manifest(folder);
  assertEquals(job, manager.job);
  assertEquals(job, {
    jobId: "castle-river-mountain",
    createdAt: "2026-01-01T00:00:00.000000Z",
    completedAt: "2026-01-01T00:00:03.001000Z".replace("001000", "000001"),
    status: "completed",
    description: "Ring sweep (n=5, cloud=False)",
    config: CONFIG,
    runIds: ["grid_1", "grid_2"],
    totalRuns: 2,
    completedRuns: 1,
    failedRuns: 1,
    error: null,
    notes: null,
    volumeExperimentId: null,
  });
  assertEquals(events.map(({ eventType }) => eventType), ["created", "started", "progress", "completed"]);
  assertEquals(events.map(({ timestamp }) => timestamp), events.map(({ timestamp }) => timestamp).toSorted());
  assertEquals(events[2]?.details, { completed_runs: 1, failed_runs: 1, total_runs: 2 });
  assertEquals(events[3]?.details, { summary: { runs: 2, skipped: 0, completed: 1, failed: 1 } });
});

Deno.test("the keys of a manifest stand in the order of the reference, ours behind them", async () => {
  using folder = new Folder();
  await using manager = await open(folder);
  await manager.fail("no luck");
  assertEquals(Object.keys(JSON.parse(folder.read("job_manifest.json"))), [
    "job_id",
    "created_at",
    "status",
    "description",
    "config",
    "run_ids",
    "completed_at",
    "error",
    "notes",
    "total_runs",
    "completed_runs",
    "failed_runs",
    "volume_experiment_id",
    "events",
  ]);
});

Deno.test("without an id asked for a job gets three words", async () => {
  using folder = new Folder();
  await using manager = await open(folder, { jobId: undefined });
  assertMatch(manager.jobId, /^[a-z]+-[a-z]+-[a-z]+$/);
  await manager.cancel("tired");
});

Deno.test("what cannot follow is refused: a cancelled job cannot be completed, a completed one not be cancelled", async () => {
  using folder = new Folder();
  await using manager = await open(folder);
  await assertRejects(
    () => manager.complete(),
    Conflict,
    "Job castle-river-mountain is pending, so it cannot become completed",
  );
  assertThrows(() => manager.progress(resultOf("grid_1")), Conflict, "is pending: a run of it cannot finish now");
  await manager.start(1);
  await assertRejects(() => manager.start(1), Conflict, "is running, so it cannot become running");
  await manager.cancel("by hand");
  const before = folder.read("job_manifest.json");
  for (const step of [() => manager.complete(), () => manager.fail("x"), () => manager.cancel("again")]) {
    await assertRejects(step, Conflict, "is cancelled");
  }
  await assertRejects(() => manager.complete(), Conflict, "start its sweep again to go on with it");
  assertThrows(() => manager.progress(resultOf("grid_1")), Conflict);
  assertEquals(folder.read("job_manifest.json"), before);
});

Deno.test("a job ends as its sweep: cancelled when stopped, failed when no run succeeded, else completed", async () => {
  const outcome = { runs: 2, skipped: 0, completed: 2, failed: 0, isInterrupted: false };
  const cases = [
    [outcome, "completed"],
    [{ ...outcome, completed: 0, failed: 2 }, "failed"],
    [{ ...outcome, skipped: 1, completed: 0, failed: 1 }, "completed"],
    [{ ...outcome, completed: 1, isInterrupted: true }, "cancelled"],
    [{ ...outcome, runs: 0, completed: 0 }, "completed"],
  ] as const;
  for (const [ended, status] of cases) {
    using folder = new Folder();
    await using manager = await open(folder);
    await manager.start(ended.runs);
    await manager.finish(ended);
    assertEquals(manifest(folder).job.status, status);
  }
});

Deno.test("a job that nobody ended has failed when its manager goes", async () => {
  for (const isStarted of [true, false]) {
    using folder = new Folder();
    {
      await using manager = await open(folder);
      if (isStarted) await manager.start(1);
    }
    assertEquals(manifest(folder).job.status, "failed");
    assertEquals(manifest(folder).job.error, "The sweep ended without a result");
  }
});

Deno.test("a sweep that is resumed goes on with its job, whatever became of it", async () => {
  using folder = new Folder();
  const hands = new Hands();
  {
    await using manager = await open(folder, { now: hands.now });
    await manager.start(3);
    manager.progress(resultOf("grid_2"));
    manager.progress(resultOf("grid_1", { status: "failed", error: "x" }));
    await manager.cancel("interrupted");
  }
  hands.pass(60);
  {
    await using manager = await open(folder, { now: hands.now, jobId: undefined });
    assertEquals(manager.jobId, "castle-river-mountain");
    assertEquals(manifest(folder).job.status, "cancelled"); // nothing has begun yet
    await manager.start(3, [entryOf("grid_2")]);
    assertEquals(manifest(folder).job.completedAt, null);
    manager.progress(resultOf("grid_1"));
    manager.progress(resultOf("grid_3"));
    await manager.complete();
  }
  const { job, events } = manifest(folder);
  assertEquals([job.status, job.completedRuns, job.failedRuns], ["completed", 3, 0]);
  assertEquals(job.runIds, ["grid_2", "grid_1", "grid_3"]);
  assertEquals(events.map(({ eventType }) => eventType), ["created", "started", "cancelled", "started", "completed"]);
  assertEquals(events[3]?.details, { resumed: true, completed_before: 1 });
});

Deno.test("a directory has one job: another id is refused", async () => {
  using folder = new Folder();
  {
    await using manager = await open(folder);
    await manager.fail("x");
  }
  await assertRejects(
    () => open(folder, { jobId: "other-words-here" }),
    Conflict,
    "holds the job castle-river-mountain, not other-words-here",
  );
  await assertRejects(() => open(folder, { jobId: "Castle" }), UsageError);
});

Deno.test("a manifest that cannot be read is refused, and left as it is", async () => {
  using folder = new Folder();
  folder.write("job_manifest.json", '{"job_id": "castle-ri');
  await assertRejects(() => open(folder), ValidationError, "job_manifest.json");
  assertEquals(folder.read("job_manifest.json"), '{"job_id": "castle-ri');
});

Deno.test("a cancel asked for in the directory is seen at the next run", async () => {
  using folder = new Folder();
  await using manager = await open(folder);
  await manager.start(2);
  assert(!manager.cancelled.aborted);
  requestCancel(folder.path, manager.jobId);
  manager.progress(resultOf("grid_1"));
  assert(manager.cancelled.aborted);
  await manager.finish({ runs: 2, skipped: 0, completed: 1, failed: 0, isInterrupted: true });
  assertEquals(manifest(folder).events.at(-1)?.details, { reason: "bilancio jobs cancel" });
  assert(!isCancelRequested(folder.path));
});

Deno.test("a request to cancel that is left over does not stop the sweep that starts again", async () => {
  using folder = new Folder();
  {
    await using manager = await open(folder);
    await manager.start(1);
    requestCancel(folder.path, manager.jobId);
    await manager.cancel("interrupted");
    requestCancel(folder.path, manager.jobId);
  }
  await using manager = await open(folder);
  await manager.start(1);
  manager.progress(resultOf("grid_1"));
  assert(!manager.cancelled.aborted);
  await manager.complete();
});

Deno.test("the manifest of a long sweep is written seldom, whatever the number of runs", async () => {
  using folder = new Folder();
  const hands = new Hands();
  await using manager = await open(folder, { now: hands.now });
  await manager.start(36_000);
  for (let i = 0; i < 36_000; i++) {
    hands.pass(0.1);
    manager.progress(resultOf(`grid_${i}`));
  }
  await manager.complete();
  const events = manifest(folder).events.length;
  assert(events > 20 && events < 120, `${events} events in an hour`);
});

Deno.test("a manifest that cannot be written is one clear sentence", async () => {
  using folder = new Folder();
  Deno.mkdirSync(`${folder.path}/job_manifest.json`);
  await assertRejects(() => open(folder), StoreError, "job_manifest.json");
});
