import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../src/stores/files/job_store.ts";
import { openPostgres, type PostgresConnection } from "../../src/stores/postgres/connection.ts";
import { PostgresRecords } from "../../src/stores/postgres/records.ts";
import { openS3 } from "../../src/stores/s3/connection.ts";
import { assertSameDirectory } from "../stores/archive/sweeps.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startS3, type TestS3 } from "../support/s3.ts";
import { ringSweep, SMALL } from "../support/synced_sweeps.ts";
import { eventually, jsonLines, online, startOnline, storageVariables, type Variables } from "./online.ts";
import { bilancio, Folder } from "./program.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** A cloud of one test: a database, a bucket, and the variables that name them. */
interface Cloud extends AsyncDisposable {
  readonly variables: Variables;
  readonly connection: PostgresConnection;
  readonly records: PostgresRecords;
  readonly s3: TestS3;
}

async function openCloud(): Promise<Cloud> {
  await using all = new AsyncDisposableStack();
  const { url } = all.use(await server.createDatabase({ migrated: true }));
  const s3 = all.use(await startS3());
  const connection = all.use(openPostgres({ url }));
  const kept = all.move();
  return {
    variables: { BILANCIO_DATABASE_URL: url, ...storageVariables(s3) },
    connection,
    records: new PostgresRecords(connection),
    s3,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const RING = ["sweep", "ring", ...SMALL, "--out-dir"];

Deno.test("a sweep with --persist keeps job, runs and measures in Postgres, and its files are as without", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const { variables, records } = cloud;
  const plain = await online(folder, {}, ...RING, "plain");
  const kept = await online(folder, variables, ...RING, "kept", "--persist", "--job-id", "castle-river-mountain");
  assertEquals([plain.code, kept.code, kept.error.match(/warning/g)], [0, 0, null], kept.error);
  assertStringIncludes(kept.out, "Done: 6 runs completed, of 6 (job castle-river-mountain)\n");
  const names = folder.names().filter((name) => name.startsWith("plain/")).map((name) => name.slice("plain/".length));
  const files = names.filter((name) => !/result\.json$|journal|\.lock$|^job_manifest/.test(name));
  assert(files.length > 30);
  for (const name of files) assertEquals(folder.read(`kept/${name}`), folder.read(`plain/${name}`), name);

  const job = await records.getJob("castle-river-mountain");
  assertEquals([job?.status, job?.totalRuns, job?.completedRuns, job?.config.kappas], ["completed", 6, 6, [
    "0.5",
    "1",
  ]]);
  const events = await records.getEvents("castle-river-mountain");
  assertEquals(events.map(({ eventType }) => eventType), ["created", "started", "completed"]);
  assertEquals((await records.listRuns("castle-river-mountain", { status: "completed" })).length, 6);
  const measured = await records.queryMetrics({ jobId: "castle-river-mountain" });
  const deltas = folder.read("kept/aggregate/results.csv").trim().split(/\r?\n/).length - 1;
  assertEquals([measured.length, deltas], [6, 6]);

  const again = await online(folder, variables, ...RING, "kept", "--persist");
  assertStringIncludes(again.out, "Done: 0 runs completed, 6 there before, of 6 (job castle-river-mountain)\n");
  assertEquals((await records.listJobs()).length, 1);
  const other = await online(folder, variables, ...RING, "kept", "--persist", "--job-id", "other-words");
  assertEquals(other.code, 1);
  assertMatch(other.error, /holds the job castle-river-mountain, not other-words; leave out --job-id/);
});

Deno.test("a sweep that was made without --persist goes on with it, and all its runs reach the database", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  await ringSweep(folder.path, "s");
  const { code, out } = await online(folder, cloud.variables, ...RING, "s", "--persist");
  assertEquals(code, 0);
  const [, jobId = ""] = /\(job ([a-z-]+)\)/.exec(out) ?? [];
  assertEquals((await cloud.records.listRuns(jobId, { status: "completed" })).length, 6);
  assertEquals((await cloud.records.queryMetrics({ jobId })).length, 6);
});

Deno.test("both arms of a paired sweep are recorded with their regimes", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const points = ["--kappas", "0.5,1", "--concentrations", "1", "--mus", "0", "--outside-mid-ratios", "0.9"];
  const flags = [...points, "--n-agents", "8", "--out-dir", "s", "--persist", "--job-id", "amber-hill"];
  const { code, error } = await online(folder, cloud.variables, "sweep", "balanced", ...flags);
  assertEquals(code, 0, error);
  const runs = await cloud.records.listRuns("amber-hill");
  assertEquals(runs.map(({ regime }) => regime).sort(), ["active", "active", "passive", "passive"]);
});

Deno.test("the whole way: a sweep of 200 runs is synced with its files, listed, downloaded byte for byte, and pruned", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const { variables, connection, s3 } = cloud;
  const flags = ["--no-grid", "--lhs", "200", "--out-dir", "out/study", "--quiet"];
  assertEquals((await online(folder, {}, "sweep", "ring", ...flags)).code, 0);

  const sync = await online(folder, variables, "cloud", "sync", "out/study", "--full");
  assertEquals([sync.code, sync.error], [0, ""]);
  assertMatch(sync.out, /^Synced study \(ring\)\n {2}database \S+ on \S+ +success: 200 runs added\n/);
  assertMatch(sync.out, /\n {2}s3:\/\/bilancio-tests +success: \d+ objects sent \(\S+ [kM]B\)\n$/);
  const again = await online(folder, variables, "cloud", "sync", "out/study", "--full", "--json");
  const [report] = jsonLines(again.out);
  assertEquals([again.code, report?.["supabase"], report?.["r2"]], [0, "success", "success"]);
  assertEquals(Reflect.get(Object(Reflect.get(Object(report?.["counts"]), "r2")), "sent"), 0);

  const list = await online(folder, variables, "cloud", "list-sweeps");
  assertMatch(list.out, /^SWEEP +TYPE +CREATED +PAIRS +RUNS +FILES +SIZE\nstudy +ring +\S+ \S+ +- +200 +complete +/);
  const [listed] = jsonLines((await online(folder, variables, "cloud", "list-sweeps", "--json")).out);
  assertEquals([listed?.["name"], Reflect.get(Object(listed?.["files"]), "state")], ["study", "complete"]);

  const download = await online(folder, variables, "cloud", "download", "study", "back");
  assertEquals([download.code, download.error], [0, ""]);
  assertMatch(download.out, /^Downloaded study into back: \d+ objects \(/);
  assertSameDirectory(`${folder.path}/back`, `${folder.path}/out/study`);
  const resumed = await online(folder, {}, "sweep", "ring", ...flags.slice(0, 3), "--out-dir", "back");
  assertStringIncludes(resumed.out, "Done: 0 runs completed, 200 there before, of 200");
  const taken = await online(folder, variables, "cloud", "download", "study", "back");
  assertEquals(taken.code, 1);
  assertStringIncludes(taken.error, "something is there already");

  const dry = await online(folder, variables, "cloud", "prune", "--pattern", "st*", "--dry-run");
  assertMatch(dry.out, /^\[DRY RUN\] Sweeps to delete in the cloud:\n\nSWEEP[^]*\[DRY RUN\] No changes made\.\n$/);
  const young = await online(folder, variables, "cloud", "prune", "--older-than", "1", "--yes");
  assertEquals([young.code, young.out], [0, "No sweeps match the criteria.\n"]);
  const asked = await online(folder, variables, "cloud", "prune", "--pattern", "study");
  assertEquals(asked.code, 2);
  assertStringIncludes(asked.error, "--yes answers for a script. Nothing was deleted.");
  const pruned = await online(folder, variables, "cloud", "prune", "--older-than", "0", "--yes");
  assertEquals(pruned.code, 0, pruned.error);
  assertStringIncludes(pruned.out, "Deleting study... OK\nDeleted: 1, Failed: 0, Uploads given up: 0\n");
  assertEquals(await connection.rows("SELECT 1 FROM run_registry"), []);
  await using storage = openS3(s3.options);
  assertEquals(await Array.fromAsync(storage.listObjects()), []);
  assertStringIncludes(
    (await online(folder, variables, "cloud", "list-sweeps")).out,
    "There are no sweeps in the cloud",
  );
});

Deno.test("cloud_sync_enabled and cloud_sync_full_data of a sweep file send the sweep at its end", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const grid = "grid: { kappas: [1], concentrations: [1], mus: [0, 1] }";
  folder.write("c.yaml", `${grid}\ncloud_sync_enabled: true\ncloud_sync_full_data: true\n`);
  const sweep = ["sweep", "ring", "--config", "c.yaml", "--out-dir"];
  const { code, out, error } = await online(folder, cloud.variables, ...sweep, "s", "--json");
  assertEquals([code, error], [0, ""]);
  const report = jsonLines(out).at(-1);
  assertEquals([report?.["sync"], report?.["supabase"], report?.["r2"]], ["s", "success", "success"]);
  const silent = await online(folder, {}, ...sweep, "t", "--no-cloud-sync");
  assertEquals(silent.code, 0, silent.error);
  folder.write("c.yaml", `${grid}\ncloud_sync_full_data: true\n`);
  const idle = await online(folder, {}, ...sweep, "u");
  assertStringIncludes(idle.error, "cloud_sync_full_data: has no effect while cloud_sync_enabled is false");
});

Deno.test("--cloud-sync of a paired sweep sends its pairs; a storage that fails leaves the sweep complete: exit 1", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const points = ["--kappas", "1", "--concentrations", "1", "--mus", "0,1", "--n-agents", "8"];
  const away = { ...cloud.variables, BILANCIO_S3_BUCKET: "no-such-bucket" };
  const flags = [...points, "--out-dir", "s", "--cloud-sync", "--full"];
  const first = await online(folder, away, "sweep", "comparison", ...flags);
  assertEquals(first.code, 1);
  assertStringIncludes(first.out, "success: 2 pairs and 4 runs added\n");
  assertStringIncludes(first.error, "no-such-bucket");
  assertStringIncludes(
    first.error,
    "The sweep is complete in s; this sends it again: bilancio cloud sync s --full\n",
  );
  const second = await online(folder, cloud.variables, "cloud", "sync", "s", "--full");
  assertEquals(second.code, 0, second.error);
  assertMatch(second.out, /success: nothing new\n.*success: \d+ objects sent/);
});

const REFUSALS: readonly (readonly [what: string, variables: Variables, flags: readonly string[], message: RegExp])[] =
  [
    [
      "--persist-to postgres without a database",
      {},
      ["--persist", "--persist-to", "postgres"],
      /BILANCIO_DATABASE_URL/,
    ],
    [
      "--persist-to without --persist",
      {},
      ["--persist-to", "duckdb"],
      /^--persist-to says where .* give --persist, too/,
    ],
    ["--cloud-sync without a database", {}, ["--cloud-sync"], /^No database is configured\. Set BILANCIO_DATABASE_URL/],
    ["--cloud-sync --full without a storage", {}, ["--cloud-sync", "--full"], /^No object storage is configured\./],
    ["a database that is none", { BILANCIO_DATABASE_URL: "mysql://x" }, ["--persist"], /BILANCIO_DATABASE_URL expects/],
  ];

for (const [what, variables, flags, message] of REFUSALS) {
  Deno.test(`${what} is refused before anything is written: exit 2`, async () => {
    using folder = new Folder();
    const { code, out, error } = await online(folder, variables, ...RING, "s", ...flags);
    assertEquals([code, out], [2, ""]);
    assertMatch(error, message);
    assertEquals(folder.names(), []);
  });
}

Deno.test("under the task bilancio, which has no network, --persist names the host and the task that may reach it", async () => {
  using folder = new Folder();
  folder.write(".env", "BILANCIO_DATABASE_URL=postgresql://me:very-secret@db.example.org:5432/x\n");
  const { code, error } = await bilancio(folder.path, ...RING, "s", "--persist");
  assertEquals(code, 2);
  assertStringIncludes(error, "do not let it reach db.example.org:5432.");
  assertStringIncludes(error, "deno task -q online");
  assert(!error.includes("very-secret"));
  assertEquals(folder.names(), [".env"]);
});

/** A sweep that takes some seconds. */
const LONG = ["sweep", "ring", "--no-grid", "--lhs", "20000", "--n-agents", "20", "--artifacts", "none", "--quiet"];

async function output(child: Deno.ChildProcess): Promise<{ code: number; error: string }> {
  const { code, stderr } = await child.output();
  return { code, error: new TextDecoder().decode(stderr) };
}

Deno.test("Ctrl-C marks the job as cancelled, here and in the database, and does not sync; the same command goes on with it", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const { variables, records } = cloud;
  const args = [...LONG, "--out-dir", "s", "--persist", "--cloud-sync", "--job-id", "amber-hill"];
  const child = startOnline(folder, variables, ...args);
  await eventually("runs in the database", async () => (await records.listRuns("amber-hill")).length > 0);
  child.kill("SIGINT");
  const { code, error } = await output(child);
  assertEquals(code, 130, error);
  assertStringIncludes(
    error,
    "Not synced, because it was interrupted; this sends what is there: bilancio cloud sync s\n",
  );
  assertEquals(readManifest(`${folder.path}/s`)?.job.status, "cancelled");
  const job = await records.getJob("amber-hill");
  assertEquals(job?.status, "cancelled");
  const events = await records.getEvents("amber-hill");
  assertEquals([events.at(-1)?.eventType, events.at(-1)?.details], ["cancelled", { reason: "interrupted" }]);
  assertEquals((await records.listRuns("amber-hill")).length, job?.completedRuns);

  const again = startOnline(folder, variables, ...args);
  await eventually("the job runs again", async () => (await records.getJob("amber-hill"))?.status === "running");
  const cancel = await online(folder, {}, "jobs", "cancel", "amber-hill", "--local", ".");
  assertEquals(cancel.code, 0, cancel.error);
  const cancelled = await output(again);
  assertEquals(cancelled.code, 130, cancelled.error);
  assertStringIncludes(cancelled.error, "Job amber-hill was cancelled; the same command goes on where it was.\n");
  assertEquals((await records.getJob("amber-hill"))?.status, "cancelled");
});

Deno.test("a database that is away for the whole sweep fails nothing: one warning, what waits, and cloud push sends it", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const { variables, records } = cloud;
  const away = { BILANCIO_DATABASE_URL: "postgresql://me:very-secret@127.0.0.1:1/none" };
  const flags = ["--persist", "--job-id", "amber-hill"];
  const sweep = await online(folder, away, ...RING, "out/s", ...flags);
  assertEquals(sweep.code, 0, sweep.error);
  assertEquals(sweep.error.match(/^warning: /gm)?.length, 1, sweep.error);
  assertMatch(sweep.error, /\d records wait in out\/s\/outbox\.jsonl .*: bilancio cloud push out\/s\n$/);
  assert(!`${sweep.error}${folder.read("out/s/outbox.jsonl")}`.includes("very-secret"));

  const still = await online(folder, away, "cloud", "push");
  assertEquals(still.code, 1);
  assert(!`${still.out}${still.error}`.includes("very-secret"));
  const push = await online(folder, variables, "cloud", "push");
  assertEquals([push.code, push.error], [0, ""]);
  assertMatch(push.out, /^out\/s: \d+ records sent\n$/);
  const job = await records.getJob("amber-hill");
  assertEquals([job?.status, job?.completedRuns], ["completed", 6]);
  assertEquals((await records.queryMetrics({ jobId: "amber-hill" })).length, 6);
  assertEquals((await online(folder, variables, "cloud", "push")).out, "Nothing waits below out.\n");
});

Deno.test("a synced sweep does not carry the locks of its outbox, and --json of push counts", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const away = { ...cloud.variables, BILANCIO_DATABASE_URL: "postgresql://me@127.0.0.1:1/none" };
  await online(folder, away, ...RING, "s", "--persist", "--job-id", "amber-hill", "--quiet");
  assert(folder.names().includes("s/.outbox.lock"));
  await online(folder, cloud.variables, "cloud", "sync", "s", "--full");
  await using storage = openS3(cloud.s3.options);
  const keys = (await Array.fromAsync(storage.listObjects("s/files/"))).map(({ key }) => key);
  assertEquals(keys, ["s/files/job_manifest.json", "s/files/outbox.jsonl", "s/files/plan.jsonl"]);
  const push = await online(folder, cloud.variables, "cloud", "push", "s", "--json");
  const total = jsonLines(push.out).at(-1);
  assertEquals([push.code, total?.["waiting"]], [0, 0]);
});

Deno.test("prune takes a sweep out of both targets by its name, and leaves others, jobs and abandoned uploads that are young", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const { variables, records } = cloud;
  await online(folder, variables, ...RING, "try-1", "--persist", "--job-id", "amber-hill", "--quiet");
  for (const name of ["try-1", "kept"]) {
    const { code } = await online(folder, variables, "cloud", "sync", "try-1", "--full", "--name", name);
    assertEquals(code, 0);
  }
  const none = await online(folder, variables, "cloud", "prune", "--yes");
  assertEquals(none.code, 2);
  assertStringIncludes(none.error, "Say what is to be deleted");
  const pruned = await online(folder, variables, "cloud", "prune", "--pattern", "try-*", "--yes", "--json");
  assertEquals(jsonLines(pruned.out), [
    { name: "try-1", outcome: "deleted", errors: [] },
    { deleted: 1, failed: 0, uploads: 0 },
  ]);
  const list = jsonLines((await online(folder, variables, "cloud", "list-sweeps", "--json")).out);
  assertEquals(list.map(({ name }) => name), ["kept"]);
  assertEquals((await records.getJob("amber-hill"))?.status, "completed");
});

Deno.test("--persist-to both keeps events in part files and measures in the database", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  const flags = ["--persist", "--persist-to", "both", "--job-id", "amber-hill", "--quiet"];
  const { code, error } = await online(folder, cloud.variables, ...RING, "s", ...flags);
  assertEquals([code, error], [0, ""]);
  assert(folder.names().some((name) => /^s\/recordings\/.+/.test(name)));
  assertEquals((await cloud.records.queryMetrics({ jobId: "amber-hill" })).length, 6);
  const local = await online(folder, {}, "jobs", "metrics", "amber-hill", "--local", ".");
  const there = await online(folder, cloud.variables, "jobs", "metrics", "amber-hill", "--cloud");
  assertEquals([local.code, local.out], [0, there.out]);
});

Deno.test("Ctrl-C during a sync gives up what is on its way: exit 130, and the same command completes", async () => {
  using folder = new Folder();
  await using cloud = await openCloud();
  await ringSweep(folder.path, "s");
  await using proxy = new FaultProxy(cloud.s3.endpoint);
  proxy.fail({ kind: "silence" }, ({ method }) => method === "PUT");
  const slow = { ...cloud.variables, BILANCIO_S3_ENDPOINT: proxy.endpoint };
  const child = startOnline(folder, slow, "cloud", "sync", "s", "--full");
  await eventually("an upload is under way", () => proxy.seen.some(({ fault }) => fault !== null));
  child.kill("SIGINT");
  const { code, error } = await output(child);
  assertEquals(code, 130, error);
  assertMatch(error, /^Stopping: what is on its way is given up; the same command goes on\.\nInterrupted\.\n/);
  const again = await online(folder, slow, "cloud", "sync", "s", "--full");
  assertEquals(again.code, 0, again.error);
});
