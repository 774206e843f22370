/** A bucket as a volume, on a real server. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Conflict, InvalidReference, NotFound } from "../../../src/core/errors.ts";
import { manifestText } from "../../../src/stores/archive/manifest.ts";
import { uploadSweep } from "../../../src/stores/archive/upload.ts";
import { openS3 } from "../../../src/stores/s3/connection.ts";
import type { ObjectStorage } from "../../../src/stores/s3/objects.ts";
import { S3Volume } from "../../../src/stores/volume/s3_volume.ts";
import { startS3, type TestS3 } from "../../support/s3.ts";
import { TestVolume } from "./experiments.ts";

/** The manifest of a sweep without objects. */
function manifestOf(name: string): string {
  return manifestText({ version: 1, name, sweepType: "balanced", createdAt: "2026-01-02T03:04:05Z", objects: [] });
}
const HOUR = 3_600_000;

/** The manifest of a job. */
function jobText(jobId: string, status: string): string {
  const config = { sweep_type: "ring", n_agents: 3, maturity_days: 1, kappas: [], concentrations: [], mus: [] };
  return JSON.stringify({
    job_id: jobId,
    created_at: "2026-01-02T03:04:05Z",
    status,
    description: "",
    config: { ...config, outside_mid_ratios: [], seeds: [], cloud: true },
    run_ids: [],
  });
}

/** A server, the bucket below a prefix with a neighbour beside it, and the volume seen so many hours later. */
class Bucket implements AsyncDisposable {
  private constructor(readonly server: TestS3, readonly storage: ObjectStorage, readonly volume: S3Volume) {}

  static async start({ later = 0 }: { readonly later?: number } = {}): Promise<Bucket> {
    const server = await startS3();
    const options = { ...server.options, prefix: `${server.options.prefix ?? "tests"}/sweeps` };
    const clock = () => new Date(Date.now() + later * HOUR);
    const volume = new S3Volume(openS3(options), { name: "s3://bucket/sweeps", clock });
    return new Bucket(server, openS3(options), volume);
  }

  async put(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const isManifest = /^[^/]+\/(?:manifest|unfinished)\.json$/.test(key);
      await this.storage.putObject(key, isManifest ? manifestOf(key.split("/")[0] ?? "") : "12345");
    }
  }

  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.storage.listObjects()) keys.push(key);
    return keys.sort();
  }

  async listed(): Promise<string[]> {
    return (await this.volume.list()).map(({ id, form, kind, state }) => `${id} ${form} ${kind} ${state}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.volume[Symbol.asyncDispose]();
    await this.storage[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test("uploaded sweeps, unfinished uploads, jobs and other objects of a bucket are told apart", async () => {
  await using bucket = await Bucket.start();
  await bucket.put("whole/aggregate/summary.json", "whole/active.tar.gz", "whole/manifest.json");
  await bucket.put("halfway/aggregate/summary.json", "halfway/unfinished.json");
  await bucket.put("again/manifest.json", "again/unfinished.json");
  await bucket.put("theirs/aggregate/x.csv", "theirs/backup.tar.gz");
  await bucket.put("photos/cat.jpg", "loose.txt");
  await bucket.storage.putObject("castle-river/job_manifest.json", jobText("castle-river", "running"));
  await bucket.storage.putObject("oak-river/job_manifest.json", jobText("oak-river", "failed"));
  await bucket.storage.putObject("site/manifest.json", '{"name":"a web site"}');
  await bucket.put("worker/runs/grid_0/result.json", "worker/runs/grid_0/events.jsonl");
  assertEquals(await bucket.listed(), [
    "again experiment paired live",
    "castle-river experiment ring live",
    "halfway experiment paired live",
    "loose.txt file unknown null",
    "oak-river experiment ring complete",
    "photos folder unknown null",
    "site folder unknown null",
    "theirs folder unknown null",
    "whole experiment paired complete",
    "worker experiment unknown live",
  ]);
  const whole = await bucket.volume.find("whole");
  assertEquals([whole.files, whole.bytes], [3, 10 + manifestOf("whole").length]);
});

Deno.test("an upload without a manifest is live for six hours, then it is what a crash left", async () => {
  for (const [later, state] of [[5.9, "live"], [6.1, "incomplete"]] as const) {
    await using bucket = await Bucket.start({ later });
    await bucket.put("a/unfinished.json");
    assertEquals(await bucket.listed(), [`a experiment paired ${state}`]);
    if (state === "live") {
      await assertRejects(() => bucket.volume.remove("a", { force: true }), Conflict, "it may be on its way");
      assertEquals(await bucket.keys(), ["a/unfinished.json"]);
    } else {
      await bucket.volume.remove("a");
      assertEquals(await bucket.keys(), []);
    }
  }
});

Deno.test("a sweep goes with all its objects, those beside it stay, whatever their names have in common", async () => {
  await using bucket = await Bucket.start();
  for (const name of ["a", "a b", "ab", "a.tar"]) await bucket.put(`${name}/aggregate/x.csv`, `${name}/manifest.json`);
  await bucket.put("a/deep/er/x", "a.txt", "a/manifest.json");
  await bucket.volume.remove("a");
  assertEquals(await bucket.keys(), [
    "a b/aggregate/x.csv",
    "a b/manifest.json",
    "a.tar/aggregate/x.csv",
    "a.tar/manifest.json",
    "a.txt",
    "ab/aggregate/x.csv",
    "ab/manifest.json",
  ]);
  await assertRejects(() => bucket.volume.remove("a"), NotFound, 'There is no "a" in s3://bucket/sweeps');
});

Deno.test("ids cannot leave the prefix, and hostile names are names", async () => {
  await using bucket = await Bucket.start();
  const names = ["it's", '"q"', "=1+1", "-rf", "ünï 💥", "%2e%2e", "a+b&c", "*"];
  for (const name of names) await bucket.put(`${name}/manifest.json`);
  for (const id of ["..", "../sweeps/*", "", "/", "*/..", "a//b"]) {
    await assertRejects(() => bucket.volume.remove(id, { force: true }), InvalidReference);
  }
  await assertRejects(() => bucket.volume.remove("*/manifest.json", { force: true }), NotFound);
  let left = names.map((name) => `${name}/manifest.json`).sort();
  assertEquals(await bucket.keys(), left);
  for (const name of names) {
    await bucket.volume.remove(name);
    left = left.filter((key) => key !== `${name}/manifest.json`);
    assertEquals(await bucket.keys(), left);
  }
});

Deno.test("what is no experiment goes by force only, and what changed since it was shown not at all", async () => {
  await using bucket = await Bucket.start();
  await bucket.put("photos/cat.jpg", "loose.txt", "a/manifest.json");
  await assertRejects(() => bucket.volume.remove("photos"), Conflict, "is no experiment but a folder");
  await assertRejects(() => bucket.volume.remove("loose.txt"), Conflict, "is no experiment but a file");
  const shown = await bucket.volume.find("a");
  await bucket.put("a/aggregate/new.csv", "a/manifest.json");
  await assertRejects(() => bucket.volume.remove("a", { shown }), Conflict, "was written since it was listed");
  await bucket.volume.remove("photos", { force: true });
  await bucket.volume.remove("loose.txt", { force: true });
  assertEquals(await bucket.keys(), ["a/aggregate/new.csv", "a/manifest.json"]);
});

Deno.test("a removal that is interrupted anywhere leaves what the next cleanup finishes, or a sync brings back", async () => {
  const objects = ["a/active.tar.gz", "a/aggregate/x.csv", "a/passive.tar.gz", "a/registry/experiments.csv"];
  for (let requests = 0; requests < 4; requests++) {
    await using bucket = await Bucket.start();
    await bucket.put(...objects, "a/manifest.json");
    const { storage } = bucket;
    const remove = storage.deleteObjects.bind(storage);
    // The connection ends behind so many requests.
    let done = 0;
    storage.deleteObjects = async (keys) => {
      if (done++ === requests) throw new Conflict("the network is gone");
      await remove(keys);
    };
    const volume = new S3Volume(storage, { name: "v" });
    await assertRejects(() => volume.remove("a"), Conflict, "the network is gone");
    storage.deleteObjects = remove;
    assertEquals(await bucket.listed(), ["a leftover unknown null"]);
    if (requests === 1) {
      await bucket.put("a/unfinished.json");
      assertEquals(await bucket.listed(), ["a experiment paired live"], "an upload goes on with it");
      continue;
    }
    const [shown] = await bucket.volume.list();
    await bucket.volume.remove("a", shown === undefined ? {} : { shown });
    assertEquals(await bucket.keys(), []);
  }
});

Deno.test("a sweep that cloud sync uploads is complete; what half a removal left of it can be uploaded again", async () => {
  await using bucket = await Bucket.start();
  using place = new TestVolume();
  await place.ring("s");
  const upload = { name: "s", type: "ring", folder: `${place.path}/s` };
  await uploadSweep(bucket.storage, upload);
  assertEquals(await bucket.listed(), ["s experiment ring complete"]);
  const before = await bucket.keys();
  const { storage } = bucket;
  const remove = storage.deleteObjects.bind(storage);
  storage.deleteObjects = async (keys) => {
    if (!keys.includes("s/manifest.json")) throw new Conflict("the network is gone");
    await remove(keys);
  };
  await assertRejects(() => new S3Volume(storage, { name: "v" }).remove("s"), Conflict, "the network is gone");
  storage.deleteObjects = remove;
  await remove(["s/registry/experiments.csv"]);
  assertEquals(await bucket.listed(), ["s leftover unknown null"]);
  await uploadSweep(bucket.storage, upload);
  assertEquals([await bucket.listed(), await bucket.keys()], [["s experiment ring complete"], before]);
  await bucket.volume.remove("s");
  assertEquals(await bucket.keys(), []);
});

Deno.test("an upload in parts that was begun a short while ago makes its folder live, an old one goes with it", async () => {
  for (const [later, state] of [[1, "live"], [7, "incomplete"]] as const) {
    await using bucket = await Bucket.start({ later });
    await bucket.put("a/aggregate/x.csv", "a/manifest.json");
    const { storage } = bucket;
    const aborted: string[] = [];
    // The server of the tests knows no list of such uploads; S3, R2, B2 and MinIO do.
    storage.listUploads = async function* (prefix = "") {
      await Promise.resolve();
      const startedAt = new Date().toISOString();
      if ("a/passive.tar.gz".startsWith(prefix)) yield { key: "a/passive.tar.gz", uploadId: "u1", startedAt };
    };
    storage.abortUpload = ({ uploadId }) => Promise.resolve(void aborted.push(uploadId));
    const volume = new S3Volume(storage, { name: "v", clock: () => new Date(Date.now() + later * HOUR) });
    const [entry] = await volume.list();
    assertEquals([entry?.state, entry?.kind], [state, "paired"]);
    if (state === "live") await assertRejects(() => volume.remove("a"), Conflict);
    else await volume.remove("a");
    assertEquals([aborted, (await bucket.keys()).length], state === "live" ? [[], 2] : [["u1"], 0]);
  }
});

Deno.test("a manifest that is no JSON is a problem of its sweep, not of the list", async () => {
  await using bucket = await Bucket.start();
  await bucket.storage.putObject("a/manifest.json", "{");
  await bucket.put("b/manifest.json");
  const [a, b] = await bucket.volume.list();
  assertEquals([a?.id, a?.form, b?.state], ["a", "folder", "complete"]);
  assertStringIncludes(a?.problem ?? "", "a/manifest.json");
  await assertRejects(() => bucket.volume.remove("a"), Conflict, "is no experiment but a folder");
});

Deno.test("hundreds of objects are counted and removed", async () => {
  await using bucket = await Bucket.start();
  const keys = Array.from({ length: 300 }, (_, i) => `big/runs/r${i}/x`);
  for (let start = 0; start < keys.length; start += 50) await bucket.put(...keys.slice(start, start + 50));
  await bucket.put("big/manifest.json");
  assertEquals((await bucket.volume.find("big")).files, 301);
  await bucket.volume.remove("big");
  assertEquals(await bucket.keys(), []);
});
