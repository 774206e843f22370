import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InvalidReference, NotFound, StoreError, ValidationError } from "../../src/core/errors.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { localFiles, readLocalFile } from "../../src/jobs/local_files.ts";
import { manifestText, readManifest, type SweepManifest } from "../../src/stores/archive/manifest.ts";
import { uploadSweep } from "../../src/stores/archive/upload.ts";
import { readManifest as readJobManifest } from "../../src/stores/files/job_store.ts";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { PostgresJobStore } from "../../src/stores/postgres/job_store.ts";
import { openS3 } from "../../src/stores/s3/connection.ts";
import type { ObjectStorage } from "../../src/stores/s3/objects.ts";
import { findJobSweep } from "../../src/sync/job_sweep.ts";
import { syncSweep } from "../../src/sync/sync_sweep.ts";
import { fetchSyncedRuns } from "../../src/sync/synced_runs.ts";
import { Folder } from "../e2e/program.ts";
import { archiveOf, type TarEntry, tarEntry } from "../stores/archive/tars.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { startPostgres } from "../support/postgres.ts";
import { StrictS3 } from "../support/strict_s3.ts";
import { balancedSweep, ringSweep } from "../support/synced_sweeps.ts";

/** A folder and a storage behind a proxy. */
class Setting implements AsyncDisposable {
  readonly folder = new Folder();
  readonly server = new StrictS3();
  readonly proxy = new FaultProxy(this.server.endpoint);
  readonly storage = openS3({ ...this.server.options, endpoint: this.proxy.endpoint });

  /** Uploads a sweep and gives its manifest. */
  async synced(directory: string, name: string, type: string): Promise<SweepManifest> {
    return (await uploadSweep(this.storage, { name, type, folder: directory })).manifest;
  }

  /** Requests for archives so far. */
  archives(): string[] {
    const keys = this.proxy.seen.filter(({ method }) => method === "GET").map(({ target }) =>
      target.split("?")[0] ?? ""
    );
    return keys.flatMap((key) => /[^/]+\.tar\.gz$/.exec(key) ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

/** What the runs of a sweep on this machine consist of. */
async function localDigests(directory: string, runId?: string): Promise<[string, string][]> {
  const files = await localFiles(directory, runId) ?? [];
  const digests = await Promise.all(files.map(async (file): Promise<[string, string]> => {
    return [`${file.runId}/${file.name}`, sha256Hex(await readLocalFile(file))];
  }));
  return digests.sort(([a], [b]) => a < b ? -1 : 1);
}

for (const [kind, make] of [["ring", ringSweep], ["balanced", balancedSweep]] as const) {
  Deno.test(`the runs of a synced ${kind} sweep come out of its archives as they are in its directory`, async () => {
    await using setting = new Setting();
    const { path } = setting.folder;
    const directory = await make(path, "sweep");
    const manifest = await setting.synced(directory, "a sweep", kind);
    const files = await fetchSyncedRuns(setting.storage, manifest, `${path}/all`);
    assertEquals(files.map(({ path, sha256 }) => [path, sha256]), await localDigests(directory));
    assertEquals(setting.folder.names().filter((name) => name.startsWith("all/")).length, files.length);
    for (const { path: name, size, sha256 } of files) {
      const bytes = Deno.readFileSync(`${path}/all/${name}`);
      assertEquals([bytes.length, sha256Hex(bytes)], [size, sha256], name);
    }
  });
}

Deno.test("of one run only the archive of its arm is read, and nothing else of it appears", async () => {
  await using setting = new Setting();
  const { path } = setting.folder;
  const directory = await balancedSweep(path, "sweep");
  const manifest = await setting.synced(directory, "s", "balanced");
  const runId = (await localFiles(directory))?.map(({ runId }) => runId).find((id) => id.includes("passive")) ?? "";
  const seen: number[] = [];
  const files = await fetchSyncedRuns(setting.storage, manifest, `${path}/one`, {
    runId,
    onProgress: ({ bytes, total }) => seen.push(bytes / total),
  });
  assertEquals(files.map(({ path, sha256 }) => [path, sha256]), await localDigests(directory, runId));
  assertEquals(setting.archives(), ["passive.tar.gz"]);
  assert(seen.length > 0 && seen.every((share) => share > 0 && share <= 1));
  const [folder] = [...new Set(files.map(({ path }) => path.split("/")[0]))];
  assertEquals([folder, [...Deno.readDirSync(`${path}/one`)].map(({ name }) => name)], [runId, [runId]]);
  assertEquals(await fetchSyncedRuns(setting.storage, manifest, `${path}/none`, { runId: "no_run" }), []);
  assertEquals(setting.folder.names().filter((name) => name.startsWith("none")), []);
});

Deno.test("a download that is stopped in the middle ends with the reason, and leaves what was there before", async () => {
  await using setting = new Setting();
  const { path } = setting.folder;
  const manifest = await setting.synced(await ringSweep(path, "sweep"), "s", "ring");
  Deno.mkdirSync(`${path}/target`);
  setting.folder.write("target/before", "kept");
  const stop = new AbortController();
  const fetching = fetchSyncedRuns(setting.storage, manifest, `${path}/target`, {
    onProgress: () => stop.abort(new Error("enough")),
    signal: stop.signal,
  });
  await assertRejects(() => fetching, Error, "enough");
  assertEquals(setting.folder.names().filter((name) => name.startsWith("target")), ["target/before"]);
});

Deno.test("an archive that is spoilt on its way is read again; one that stays spoilt leaves nothing", async () => {
  await using setting = new Setting();
  const { path } = setting.folder;
  const directory = await ringSweep(path, "sweep");
  const manifest = await setting.synced(directory, "s", "ring");
  const isArchive = ({ method, target }: { method: string; target: string }) =>
    method === "GET" && target.includes("runs.tar.gz");
  const size = manifest.objects.find(({ key }) => key === "runs.tar.gz")?.size ?? 0;
  for (const at of [0, Math.floor(size / 2), size - 1]) {
    // The first reading finds a bad archive; the second, which looks whether it was stored so, gets what was stored.
    setting.proxy.fail({ kind: "corrupt download", at }, isArchive, 2);
    await fetchSyncedRuns(setting.storage, manifest, `${path}/back-${at}`);
    setting.proxy.heal();
    const [run = ""] = (await localDigests(directory))[0] ?? [];
    assertEquals(setting.folder.read(`back-${at}/${run}`), setting.folder.read(`sweep/runs/${placeOf(run)}`));
  }
  setting.proxy.fail({ kind: "cut download", after: 100 }, isArchive, 2);
  await fetchSyncedRuns(setting.storage, manifest, `${path}/cut`);
  setting.proxy.fail({ kind: "corrupt download", at: size - 5 }, isArchive, Infinity);
  const sentence = "did not arrive as it was stored: its length or checksum differs (tried 3 times)";
  await assertRejects(() => fetchSyncedRuns(setting.storage, manifest, `${path}/bad`), StoreError, sentence);
  setting.proxy.heal();
  const other = { ...manifest, objects: manifest.objects.map((object) => ({ ...object, sha256: "0".repeat(64) })) };
  await assertRejects(() => fetchSyncedRuns(setting.storage, other, `${path}/bad`), StoreError, sentence);
  assertEquals(setting.folder.names().filter((name) => name.startsWith("bad")), []);
});

/** Where a sweep has a file that stands beside the others outside of it. */
function placeOf(path: string): string {
  return /\/(?:scenario\.yaml|run\.html|result\.json)$/.test(path) ? path : path.replace("/", "/out/");
}

/** A storage with a sweep of one archive that anybody could have made. */
async function hostileSweep(storage: ObjectStorage, entries: readonly TarEntry[], more = {}): Promise<SweepManifest> {
  const bytes = archiveOf(...entries.map(tarEntry));
  await storage.putObject("h/runs.tar.gz", bytes);
  const object = {
    name: "runs",
    type: "archive",
    key: "runs.tar.gz",
    size: bytes.length,
    sha256: sha256Hex(bytes),
    contentSha256: sha256Hex(bytes),
    updatedAt: "2026-01-01T00:00:00.000Z",
    entries: entries.length,
    unpackedSize: entries.reduce((sum, { content = "" }) => sum + content.length, 0),
    ...more,
  } as const;
  const manifest = {
    version: 1,
    name: "h",
    sweepType: "ring",
    createdAt: object.updatedAt,
    objects: [object],
  } as const;
  await storage.putObject("h/manifest.json", manifestText(manifest));
  return await readManifest(storage, "h") ?? manifest;
}

const GOOD: TarEntry = { name: "run_1/scenario.yaml", content: "x" };
const HOSTILE: readonly (readonly [
  string,
  readonly TarEntry[],
  object,
  typeof InvalidReference | typeof ValidationError,
  string,
])[] = [
  [
    "an entry that leaves the directory",
    [GOOD, { name: "run_1/../../up", content: "x" }],
    {},
    InvalidReference,
    "leaves",
  ],
  [
    "an absolute entry of a run that is not wanted",
    [GOOD, { name: "/etc/x", content: "x" }],
    {},
    InvalidReference,
    "abs",
  ],
  [
    "a link in a run that is not wanted",
    [GOOD, { name: "run_2/l", type: "2", linkName: "/" }],
    {},
    InvalidReference,
    "only",
  ],
  [
    "more bytes than announced",
    [GOOD, { name: "run_2/b", content: "y".repeat(99) }],
    { unpackedSize: 9 },
    ValidationError,
    "more than 9 bytes",
  ],
  [
    "more entries than announced",
    [GOOD, { name: "run_2/b" }],
    { entries: 1 },
    ValidationError,
    "more than 1 entries",
  ],
  ["less than announced", [GOOD], { entries: 2 }, ValidationError, "holds less"],
  [
    "a file twice, once in out/",
    [GOOD, { name: "run_1/out/scenario.yaml", content: "y" }],
    {},
    ValidationError,
    "twice",
  ],
];

for (const [what, entries, more, kind, sentence] of HOSTILE) {
  Deno.test(`an archive with ${what} is refused, and nothing of the wanted run appears`, async () => {
    await using setting = new Setting();
    const manifest = await hostileSweep(setting.storage, entries, more);
    const target = `${setting.folder.path}/deep/target`;
    await assertRejects(() => fetchSyncedRuns(setting.storage, manifest, target, { runId: "run_1" }), kind, sentence);
    assertEquals(setting.folder.names(), []);
  });
}

Deno.test("the sweep of a job is found by its manifest: noted, looked for, copied, unfinished, not there", async () => {
  await using setting = new Setting();
  const { storage, folder: { path } } = setting;
  const directory = await ringSweep(path, "sweep");
  const jobId = readJobManifest(directory)?.job.jobId ?? "";
  assertEquals(await findJobSweep(storage, jobId), null);
  await setting.synced(await ringSweep(path, "other"), "other", "ring");
  await setting.synced(directory, "größe & 'co'", "ring");
  await storage.putObject("not-a-sweep/files/job_manifest.json", "{}");
  const looked: string[] = [];
  const found = await findJobSweep(storage, jobId, { onSweep: (done, total) => looked.push(`${done}/${total}`) });
  assertEquals([found?.name, looked.at(-1)], ["größe & 'co'", "3/3"]);
  const before = setting.proxy.seen.length;
  assertEquals((await findJobSweep(storage, jobId, { noted: "größe & 'co'" }))?.name, "größe & 'co'");
  assert(setting.proxy.seen.slice(before).every(({ target }) => !target.includes("list-type")), "no search");
  for (const noted of ["other", "gone", "../up", ""]) {
    assertEquals((await findJobSweep(storage, jobId, { noted }))?.name, "größe & 'co'", noted);
  }
  await setting.synced(directory, "copy", "ring");
  assertEquals((await findJobSweep(storage, jobId))?.name, "copy");
  await storage.deleteObjects(["copy/manifest.json", "größe & 'co'/manifest.json"]);
  const error = await assertRejects(() => findJobSweep(storage, jobId), NotFound);
  assertStringIncludes(error.message, "is not finished: sync it again");
});

Deno.test("a sync with files tells the job where they are, once; a sweep that goes on does not forget it", async () => {
  await using setting = new Setting();
  await using server = await startPostgres();
  await using made = await server.createDatabase({ migrated: true });
  await using database = openPostgres({ url: made.url });
  const directory = await ringSweep(setting.folder.path, "sweep");
  const job = readJobManifest(directory)?.job;
  assert(job !== undefined);
  const rows = () => database.rows("SELECT volume_experiment_id, xmin::text FROM jobs");
  const sync = async (name: string) => {
    const { storage } = setting;
    const report = await syncSweep(directory, { name, full: true, database, storage });
    assertEquals([report.supabase, report.r2, report.errors], ["success", "success", {}]);
  };
  await sync("before the job");
  assertEquals(await rows(), []);
  await using jobs = new PostgresJobStore(database);
  await jobs.saveJob(job);
  await sync("=1+1");
  const noted = await rows();
  assertEquals(noted[0]?.["volume_experiment_id"], "=1+1");
  await sync("=1+1");
  await jobs.saveJob(job);
  assertEquals(await rows(), noted, "not even written again");
  setting.folder.write("sweep/job_manifest.json", "torn");
  await sync("=1+1");
});
