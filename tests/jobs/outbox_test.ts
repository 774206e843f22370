import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/core/errors.ts";
import { Outbox } from "../../src/jobs/outbox.ts";
import type { CloudRecord } from "../../src/jobs/outbox_records.ts";
import { pushOutbox } from "../../src/jobs/push_outbox.ts";
import { Folder } from "../e2e/program.ts";
import { MemoryCloud } from "./memory_cloud.ts";
import { jobOf, runOf } from "./written_jobs.ts";

function recordsOf(jobId: string): CloudRecord[] {
  return [
    { kind: "job", jobId, job: jobOf(jobId) },
    { kind: "event", jobId, event: { jobId, eventType: "created", timestamp: "2026-01-01T00:00:00Z", details: {} } },
    { kind: "status", jobId, update: { status: "running", totalRuns: 3 } },
    { kind: "runs", jobId, runs: [runOf(jobId, "grid_1")] },
  ];
}

Deno.test("what waits in the outbox is sent in its order, once, and the file goes", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const outbox = new Outbox(folder.path);
  assert(outbox.isEmpty());
  outbox.append(recordsOf("alpha-beta"));
  assert(!outbox.isEmpty());
  const steps: number[] = [];
  const outcome = await pushOutbox(folder.path, cloud, { onProgress: (sent) => steps.push(sent) });
  assertEquals(outcome, { sent: 4, waiting: 0, failures: [] });
  assertEquals(steps, [1, 2, 3, 4]);
  assertEquals(cloud.log, ["job running", "event created", "status running", "runs"]);
  assert(outbox.isEmpty());
  assertEquals(folder.names(), [".outbox.lock"]);
  assertEquals(await pushOutbox(folder.path, cloud), { sent: 0, waiting: 0, failures: [] });
});

Deno.test("a push that fails keeps the rest in order, and pushing again completes it", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  new Outbox(folder.path).append(recordsOf("alpha-beta"));
  cloud.refuses = "status running";
  const first = await pushOutbox(folder.path, cloud);
  assertEquals([first.sent, first.waiting, first.failures.length], [2, 2, 1]);
  cloud.refuses = undefined;
  assertEquals((await pushOutbox(folder.path, cloud)).sent, 2);
  assertEquals(cloud.log, ["job running", "event created", "status running", "runs"]);
});

Deno.test("a job whose record is refused does not hold up the others", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const outbox = new Outbox(folder.path);
  const [first, ...rest] = recordsOf("alpha-beta");
  assert(first !== undefined);
  // The job row of alpha-beta is missing, so its event is refused.
  outbox.append([...rest, ...recordsOf("gamma-delta")]);
  const outcome = await pushOutbox(folder.path, cloud);
  assertEquals([outcome.sent, outcome.waiting], [4, 3]);
  assertEquals(outcome.failures.map(({ jobId }) => jobId), ["alpha-beta"]);
  assertEquals([...cloud.jobs.keys()], ["gamma-delta"]);
});

Deno.test("what is added while a push is under way stays for the next one", async () => {
  using folder = new Folder();
  const outbox = new Outbox(folder.path);
  outbox.append(recordsOf("alpha-beta"));
  const content = await outbox.read();
  outbox.append(recordsOf("gamma-delta"));
  outbox.remove(new Set([0, 1, 2, 3]), content);
  assertEquals((await outbox.read()).records, recordsOf("gamma-delta"));
  // Another process that sent the same lines takes out nothing else.
  outbox.remove(new Set([0, 1, 2, 3]), content);
  assertEquals((await outbox.read()).records.length, 4);
});

Deno.test("a last line that a crash tore is left out, and the next append goes behind the whole ones", async () => {
  using folder = new Folder();
  const outbox = new Outbox(folder.path);
  outbox.append(recordsOf("alpha-beta"));
  for (const torn of ['{"kind":"job","jo', "x".repeat(200_000)]) {
    Deno.writeTextFileSync(outbox.path, torn, { append: true });
    assertEquals((await outbox.read()).records, recordsOf("alpha-beta"));
  }
  outbox.append(recordsOf("gamma-delta"));
  assertEquals((await outbox.read()).records, [...recordsOf("alpha-beta"), ...recordsOf("gamma-delta")]);
  Deno.writeTextFileSync(outbox.path, "only half a line");
  assertEquals((await outbox.read()).records, []);
  outbox.append(recordsOf("gamma-delta"));
  assertEquals((await outbox.read()).records.length, 4);
});

Deno.test("a damaged outbox is refused with its line, and nothing of it is sent or lost", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  const outbox = new Outbox(folder.path);
  outbox.append(recordsOf("alpha-beta"));
  for (
    const [line, why] of [["[1]", ""], ['{"kind":"sql","jobId":"a-b"}', "kind"], ['{"kind":"job","jobId":"../x"}', ""]]
  ) {
    Deno.writeTextFileSync(outbox.path, `${line}\n`, { append: true });
    const before = folder.read("outbox.jsonl");
    await assertRejects(() => pushOutbox(folder.path, cloud), StoreError, `line 5 is damaged (${why}`);
    assertEquals(folder.read("outbox.jsonl"), before);
    Deno.writeTextFileSync(outbox.path, before.slice(0, before.length - `${line}\n`.length));
  }
  assertEquals(cloud.log, []);
});

Deno.test("a job that was cancelled in the cloud is not brought back by what waited", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  new Outbox(folder.path).append(recordsOf("alpha-beta"));
  await cloud.saveJob({ ...jobOf("alpha-beta"), status: "cancelled" });
  assertEquals((await pushOutbox(folder.path, cloud)).waiting, 0);
  assertEquals(cloud.jobs.get("alpha-beta")?.status, "cancelled");
  assertEquals(cloud.runs.size, 1);
});

Deno.test("a push that is stopped takes out what it sent", async () => {
  using folder = new Folder();
  await using cloud = new MemoryCloud();
  new Outbox(folder.path).append(recordsOf("alpha-beta"));
  const stop = new AbortController();
  const outcome = await pushOutbox(folder.path, cloud, { onProgress: () => stop.abort(), signal: stop.signal });
  assertEquals([outcome.sent, outcome.waiting], [1, 3]);
  assertEquals((await new Outbox(folder.path).read()).records, recordsOf("alpha-beta").slice(1));
});

Deno.test("an outbox that cannot be written is one clear sentence", () => {
  using folder = new Folder();
  Deno.mkdirSync(`${folder.path}/outbox.jsonl`);
  let message = "";
  try {
    new Outbox(folder.path).append(recordsOf("alpha-beta"));
  } catch (error) {
    assert(error instanceof StoreError);
    message = error.message;
  }
  assertEquals(message, `Cannot write ${folder.path}/outbox.jsonl: it is a directory`);
});
