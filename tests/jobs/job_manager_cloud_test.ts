import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Conflict } from "../../src/core/errors.ts";
import { Outbox } from "../../src/jobs/outbox.ts";
import { pushOutbox } from "../../src/jobs/push_outbox.ts";
import { Folder } from "../e2e/program.ts";
import { entryOf, Hands, manifest, open, until } from "./managed.ts";
import { MemoryCloud } from "./memory_cloud.ts";
import { resultOf } from "./written_jobs.ts";

Deno.test("with a cloud the job row comes first, then events, runs and their measures", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const hands = new Hands();
  {
    await using manager = await open(folder, { cloud, now: hands.now });
    await manager.start(2);
    manager.progress(resultOf("grid_1"));
    manager.progress(resultOf("grid_2", { status: "failed", error: "x", metrics: {} }));
    await manager.complete();
  }
  const expected = ["job pending", "event created", "status running", "event started"];
  assertEquals(cloud.log.slice(0, 4), expected);
  assertEquals(cloud.log.slice(-2), ["status completed", "event completed"]);
  assert(cloud.log.indexOf("runs") < cloud.log.indexOf("metrics"));
  assertEquals(cloud.jobs.get("castle-river-mountain")?.completedRuns, 1);
  assertEquals(cloud.events, [...manifest(folder).events]);
  const run = cloud.runs.get("castle-river-mountain grid_1");
  assertEquals([run?.kappa, run?.monotonicity, run?.seed, run?.executionTimeMs], ["0.5", "0", 42, 12]);
  const measures = cloud.metrics.get("castle-river-mountain grid_1");
  assertEquals([measures?.deltaTotal, measures?.timeToStability], ["0.25", 3]);
  assertEquals(cloud.metrics.size, 1); // a failed run has none
  assert(new Outbox(folder.path).isEmpty());
});

Deno.test("an id that the cloud knows is refused for a new sweep", async () => {
  using folder = new Folder();
  using other = new Folder();
  await using cloud = new MemoryCloud();
  {
    await using manager = await open(folder, { cloud });
    await manager.fail("x");
  }
  await assertRejects(
    () => open(other, { cloud }),
    Conflict,
    "There is a job castle-river-mountain in the cloud already",
  );
  assertEquals(other.names(), []);
});

Deno.test("a cloud that is out of reach fails nothing: what it should know waits in the outbox, and push delivers it", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const warnings: string[] = [];
  cloud.isDown = true;
  {
    await using manager = await open(folder, { cloud, warn: (sentence) => warnings.push(sentence) });
    await manager.start(2);
    manager.progress(resultOf("grid_1"));
    manager.progress(resultOf("grid_2"));
    await manager.complete();
  }
  assertEquals(manifest(folder).job.status, "completed");
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0] ?? "", /refuses connections\. They are kept in .*outbox\.jsonl and sent when it answers/);
  assertEquals(cloud.log, []);
  cloud.isDown = false;
  assertEquals((await pushOutbox(folder.path, cloud)).waiting, 0);
  assertEquals(cloud.log[0], "job pending");
  assertEquals([cloud.runs.size, cloud.metrics.size], [2, 2]);
  assertEquals(cloud.jobs.get("castle-river-mountain")?.status, "completed");
  assertEquals(cloud.events, [...manifest(folder).events]);
});

Deno.test("a cloud that answers again gets what waited before what is new", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const warnings: string[] = [];
  const hands = new Hands();
  await using manager = await open(folder, { cloud, now: hands.now, warn: (sentence) => warnings.push(sentence) });
  await manager.start(3);
  manager.progress(resultOf("grid_1"));
  cloud.isDown = true;
  for (const runId of ["grid_2", "grid_3"]) {
    hands.pass(2);
    manager.progress(resultOf(runId));
    await until(() => !new Outbox(folder.path).isEmpty());
  }
  cloud.isDown = false;
  await until(() => {
    hands.pass(120); // past the pause after a failure
    manager.progress(resultOf("grid_4"));
    return new Outbox(folder.path).isEmpty();
  });
  await manager.complete();
  await until(() => cloud.jobs.get("castle-river-mountain")?.status === "completed");
  assertEquals([...cloud.runs.keys()].map((key) => key.split(" ")[1]), ["grid_1", "grid_2", "grid_3", "grid_4"]);
  assertEquals(warnings.length, 2);
  assertEquals(warnings[1], "The cloud answers again: what waited is sent");
});

Deno.test("a cloud that never answers holds up the end no longer than the patience, and nothing is lost", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const { promise, resolve } = Promise.withResolvers<void>();
  {
    await using manager = await open(folder, { cloud, patience: 50 });
    await manager.start(1);
    cloud.gate = promise;
    manager.progress(resultOf("grid_1"));
    await manager.complete();
  }
  const waiting = (await new Outbox(folder.path).read()).records.map(({ kind }) => kind);
  assertEquals(waiting.slice(-2), ["status", "event"]);
  resolve();
  cloud.gate = undefined;
  assertEquals((await pushOutbox(folder.path, cloud)).waiting, 0);
  assertEquals([cloud.runs.size, cloud.metrics.size], [1, 1]);
  assertEquals(cloud.jobs.get("castle-river-mountain")?.status, "completed");
});

Deno.test("a cloud that is slower than the sweep does not fill the memory: the rest goes through the outbox in order", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const { promise, resolve } = Promise.withResolvers<void>();
  const hands = new Hands();
  {
    await using manager = await open(folder, { cloud, now: hands.now });
    await manager.start(3_000);
    cloud.gate = promise;
    for (let i = 0; i < 3_000; i++) {
      hands.pass(1);
      manager.progress(resultOf(`grid_${i}`));
    }
    assert(!new Outbox(folder.path).isEmpty());
    cloud.gate = undefined;
    resolve();
    await manager.complete();
  }
  assertEquals([cloud.runs.size, cloud.metrics.size], [3_000, 3_000]);
  assertEquals([...cloud.runs.keys()].at(-1), "castle-river-mountain grid_2999");
  assertEquals(cloud.jobs.get("castle-river-mountain")?.status, "completed");
  assert(new Outbox(folder.path).isEmpty());
});

Deno.test("a resumed sweep sends the runs that died with their process before they were sent", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  {
    await using manager = await open(folder, { cloud });
    await manager.start(3);
    manager.progress(resultOf("grid_1"));
    await manager.cancel("interrupted");
  }
  const sent = cloud.runs.get("castle-river-mountain grid_1");
  {
    await using manager = await open(folder, { cloud });
    await manager.start(3, [entryOf("grid_1"), entryOf("grid_2")]);
    manager.progress(resultOf("grid_3"));
    await manager.complete();
  }
  assertEquals([...cloud.runs.keys()].map((key) => key.split(" ")[1]).sort(), ["grid_1", "grid_2", "grid_3"]);
  assertEquals(cloud.metrics.size, 3);
  assertEquals(cloud.runs.get("castle-river-mountain grid_1"), sent); // known there: not sent again
  assertEquals(cloud.jobs.get("castle-river-mountain")?.status, "completed");
});

Deno.test("a cancel in the cloud is seen, and an old one does not stop a resumed sweep", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const hands = new Hands();
  {
    await using manager = await open(folder, { cloud, now: hands.now });
    await manager.start(2);
    await until(() => cloud.log.includes("event started"));
    const timestamp = new Date(hands.time + 1000).toISOString();
    await cloud.updateStatus(manager.jobId, { status: "cancelled", completedAt: timestamp });
    await cloud.logEvent({ jobId: manager.jobId, eventType: "cancelled", timestamp, details: {} });
    // Progress does not bring it back to life.
    hands.pass(3);
    manager.progress(resultOf("grid_1"));
    await until(() => cloud.log.includes("event progress"));
    assertEquals(cloud.jobs.get(manager.jobId)?.status, "cancelled");
    await until(() => (hands.pass(6), manager.progress(resultOf("grid_1")), manager.cancelled.aborted));
    await manager.finish({ runs: 2, skipped: 0, completed: 1, failed: 0, isInterrupted: true });
  }
  assertEquals(cloud.jobs.get("castle-river-mountain")?.status, "cancelled");
  await using manager = await open(folder, { cloud, now: hands.now });
  await manager.start(2, [entryOf("grid_1")]);
  hands.pass(6);
  manager.progress(resultOf("grid_2"));
  await manager.complete();
  assert(!manager.cancelled.aborted);
});

Deno.test("a cloud that hangs from the beginning delays a sweep no longer than the patience, resumed or not", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const { promise, resolve } = Promise.withResolvers<void>();
  cloud.gate = promise;
  for (const done of [[], [entryOf("grid_1")]]) {
    await using manager = await open(folder, { cloud, patience: 30 });
    await manager.start(2, done);
    manager.progress(resultOf(done.length === 0 ? "grid_1" : "grid_2"));
    if (done.length === 0) await manager.cancel("interrupted");
    else await manager.complete();
  }
  cloud.gate = undefined;
  resolve();
  assertEquals((await pushOutbox(folder.path, cloud)).waiting, 0);
  assertEquals([...cloud.runs.keys()].map((key) => key.split(" ")[1]).sort(), ["grid_1", "grid_2"]);
  assertEquals(cloud.jobs.get("castle-river-mountain")?.status, "completed");
});
