import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openPostgres, type PostgresConnection } from "../../src/stores/postgres/connection.ts";
import { PostgresRecords } from "../../src/stores/postgres/records.ts";
import { downloadSweep } from "../../src/stores/archive/download.ts";
import { openS3, type S3Options } from "../../src/stores/s3/connection.ts";
import { syncSweep } from "../../src/sync/sync_sweep.ts";
import { eventually, jsonLines, online, startOnline, storageVariables, type Variables } from "../e2e/online.ts";
import { Folder } from "../e2e/program.ts";
import { assertSameDirectory } from "../stores/archive/sweeps.ts";
import { FaultProxy, s3Error } from "../support/fault_proxy.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startS3 } from "../support/s3.ts";
import { StrictS3 } from "../support/strict_s3.ts";
import { balancedSweep, ringSweep } from "../support/synced_sweeps.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** What the database has of sweeps, without ids and times. */
async function rowsOf(connection: PostgresConnection): Promise<unknown> {
  return await Promise.all([
    connection.rows("SELECT name, sweep_type, config, summary, pairs_total, pairs_completed FROM sweeps ORDER BY 1"),
    connection.rows(
      `SELECT kappa, mu, seed, delta_passive, delta_active, passive_run_id, active_run_id, extra
       FROM comparison_results ORDER BY seed`,
    ),
    connection.rows("SELECT run_id, branch, parameters, metrics, status FROM run_registry ORDER BY branch, run_id"),
  ]);
}

/** Moments of a kill, in milliseconds after the start: before anything, everywhere in between, after everything. */
const MOMENTS = [60, 120, 160, 200, 230, 260, 290, 320, 360, 400, 450, 520, 600, 750];

Deno.test(`a sync that is killed at ${MOMENTS.length} moments completes when it is repeated: the right rows, the same bytes`, async () => {
  using folder = new Folder();
  await using database = await server.createDatabase({ migrated: true });
  await using expected = await server.createDatabase({ migrated: true });
  await using s3 = await startS3();
  const directory = await balancedSweep(folder.path, "pairs");
  const variables = { BILANCIO_DATABASE_URL: database.url, ...storageVariables(s3) };
  let killed = 0;
  for (const moment of MOMENTS) {
    const child = startOnline(folder, variables, "cloud", "sync", "pairs", "--full");
    const timer = setTimeout(() => child.kill("SIGKILL"), moment);
    const { signal } = await child.output();
    clearTimeout(timer);
    if (signal === "SIGKILL") killed++;
  }
  assert(killed >= 5, `only ${killed} were killed before they had ended`);
  const last = await online(folder, variables, "cloud", "sync", "pairs", "--full");
  assertEquals(last.code, 0, last.error);

  await using connection = openPostgres({ url: database.url });
  await using other = openPostgres({ url: expected.url });
  await syncSweep(directory, { database: other });
  assertEquals(await rowsOf(connection), await rowsOf(other));
  await using storage = openS3(s3.options);
  await downloadSweep(storage, "pairs", `${folder.path}/back`);
  assertSameDirectory(`${folder.path}/back`, directory);
  const keys = (await Array.fromAsync(storage.listObjects("pairs/"))).map(({ key }) => key);
  assert(!keys.includes("pairs/unfinished.json"));
});

Deno.test("a sync that is stopped at every request to the storage completes when it is repeated", async () => {
  using folder = new Folder();
  await using strict = new StrictS3();
  const directory = await balancedSweep(folder.path, "pairs");
  let requests = 1;
  for (let stopAt = 0; stopAt < requests; stopAt++) {
    await using proxy = new FaultProxy(strict.endpoint);
    await using storage = openS3({ ...strict.options, endpoint: proxy.endpoint, attempts: 1 });
    let count = 0;
    proxy.fail({ kind: "refuse" }, () => count++ >= stopAt, Infinity);
    const report = await syncSweep(directory, { storage, full: true, name: `pairs-${stopAt}` });
    assertEquals(report.r2, "error", `request ${stopAt}`);
    proxy.heal();
    const again = await syncSweep(directory, { storage, full: true, name: `pairs-${stopAt}` });
    assertEquals(again.r2, "success");
    if (stopAt === 0) requests = proxy.seen.length - 1;
    await downloadSweep(storage, `pairs-${stopAt}`, `${folder.path}/back-${stopAt}`);
    assertSameDirectory(`${folder.path}/back-${stopAt}`, directory);
  }
  assert(requests > 10, `${requests} requests`);
});

/** A sweep that takes some seconds. */
const LONG = ["sweep", "ring", "--no-grid", "--lhs", "6000", "--n-agents", "20", "--artifacts", "none", "--quiet"];

Deno.test({
  name: "a Postgres that is restarted in the middle of a sweep with --persist: no run fails, no record is missing",
  ignore: !hasPostgres(),
  async fn() {
    using folder = new Folder();
    await using database = await server.createDatabase({ migrated: true });
    const variables = { BILANCIO_DATABASE_URL: database.url };
    const flags = ["--out-dir", "s", "--persist", "--job-id", "amber-hill"];
    const child = startOnline(folder, variables, ...LONG, ...flags);
    await eventually("runs in the database", async () => {
      await using connection = openPostgres({ url: database.url });
      return (await new PostgresRecords(connection).listRuns("amber-hill", { limit: 1 })).length > 0;
    });
    await server.restart();
    const { code, stderr } = await child.output();
    const error = new TextDecoder().decode(stderr);
    assertEquals(code, 0, error);
    const push = await online(folder, variables, "cloud", "push", "s");
    assertEquals(push.code, 0, push.error);
    await using connection = openPostgres({ url: database.url });
    const [counts] = await connection.rows(
      `SELECT (SELECT count(*) FROM runs WHERE status = 'completed') AS runs, (SELECT count(*) FROM metrics) AS metrics,
        (SELECT status FROM jobs) AS status, (SELECT completed_runs FROM jobs) AS completed`,
    );
    assertEquals(counts, { runs: 6000, metrics: 6000, status: "completed", completed: 6000 });
  },
});

/** Every way in which a target can refuse, and what is said. */
const REFUSALS: readonly (readonly [what: string, target: "supabase" | "r2", variables: Variables, said: RegExp])[] = [
  [
    "nobody listens at the database",
    "supabase",
    { BILANCIO_DATABASE_URL: "postgresql://me:very-secret@127.0.0.1:1/x" },
    /nothing answers there/,
  ],
  ["nobody listens at the storage", "r2", { BILANCIO_S3_ENDPOINT: "http://127.0.0.1:1" }, /127\.0\.0\.1:1/],
  ["the storage's secret is wrong", "r2", { BILANCIO_S3_SECRET_ACCESS_KEY: "very-secret" }, /credentials are wrong/],
  [
    "the storage's key is unknown",
    "r2",
    { BILANCIO_S3_ACCESS_KEY_ID: "NOBODY" },
    /credentials are wrong|ACCESS_KEY_ID/,
  ],
  ["the bucket is missing", "r2", { BILANCIO_S3_BUCKET: "not-there" }, /bucket/],
];

Deno.test("a target that refuses: one sentence without secrets, the other target is served, exit 1, and again it completes", async () => {
  using folder = new Folder();
  await ringSweep(folder.path, "s");
  for (const [what, target, wrong, said] of REFUSALS) {
    await using database = await server.createDatabase({ migrated: true });
    await using strict = new StrictS3();
    const right = { BILANCIO_DATABASE_URL: database.url, ...storageVariables(strict) };
    const { code, out, error } = await online(folder, { ...right, ...wrong }, "cloud", "sync", "s", "--full", "--json");
    assertEquals(code, 1, `${what}: ${error}`);
    const [report] = jsonLines(out);
    const states = { supabase: "success", r2: "success", [target]: "error" };
    assertEquals([report?.["supabase"], report?.["r2"]], [states.supabase, states.r2], what);
    assertMatch(String(Reflect.get(Object(report?.["errors"]), target)), said, what);
    assert(!`${out}${error}`.includes("very-secret"), what);
    const again = await online(folder, right, "cloud", "sync", "s", "--full");
    assertEquals(again.code, 0, `${what}: ${again.error}`);
  }
});

Deno.test({
  name: "a wrong password and a database without tables are told with what to do",
  ignore: !hasPostgres(),
  async fn() {
    using folder = new Folder();
    await ringSweep(folder.path, "s");
    await using database = await server.createDatabase();
    await using connection = openPostgres({ url: database.url });
    await connection.run(
      "DO $$ BEGIN CREATE ROLE guarded LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    const wrong = { BILANCIO_DATABASE_URL: server.urlOf(database, "guarded", "very-secret") };
    const first = await online(folder, wrong, "cloud", "sync", "s");
    assertEquals(first.code, 1);
    assertStringIncludes(first.error, "does not accept the user or the password; correct BILANCIO_DATABASE_URL");
    assert(!`${first.out}${first.error}`.includes("very-secret"));
    const second = await online(folder, { BILANCIO_DATABASE_URL: database.url }, "cloud", "sync", "s");
    assertEquals(second.code, 1);
    assertStringIncludes(second.error, "has no table sweeps; bilancio migrate makes the missing tables");
  },
});

Deno.test("a storage that answers 500, 503 and silence for a while is asked again, and the sweep arrives", async () => {
  using folder = new Folder();
  const directory = await ringSweep(folder.path, "s");
  await using strict = new StrictS3();
  await using proxy = new FaultProxy(strict.endpoint);
  const options: S3Options = { ...strict.options, endpoint: proxy.endpoint, attempts: 8, timeoutMs: 300 };
  await using storage = openS3(options);
  const isPut = ({ method }: { readonly method: string }) => method === "PUT";
  proxy.fail(s3Error(500, "InternalError"), isPut, 2);
  proxy.fail(s3Error(503, "SlowDown"), isPut, 2);
  proxy.fail({ kind: "silence" }, isPut);
  proxy.fail({ kind: "cut upload", after: 10 }, isPut);
  const report = await syncSweep(directory, { storage, full: true });
  assertEquals(report.r2, "success", String(report.errors.r2));
  assert(proxy.seen.filter(({ fault }) => fault !== null).length >= 5);
  await downloadSweep(storage, "s", `${folder.path}/back`);
  assertSameDirectory(`${folder.path}/back`, directory);
});

Deno.test("two syncs of one sweep at once leave what one leaves", async () => {
  using folder = new Folder();
  await using database = await server.createDatabase({ migrated: true });
  await using s3 = await startS3();
  const directory = await balancedSweep(folder.path, "pairs");
  const variables = { BILANCIO_DATABASE_URL: database.url, ...storageVariables(s3) };
  const both = await Promise.all([1, 2].map(() => online(folder, variables, "cloud", "sync", "pairs")));
  assertEquals(both.map(({ code }) => code), [0, 0], both.map(({ error }) => error).join());
  await using connection = openPostgres({ url: database.url });
  const [counts] = await connection.rows(
    "SELECT (SELECT count(*) FROM sweeps) AS sweeps, (SELECT count(*) FROM comparison_results) AS pairs, " +
      "(SELECT count(*) FROM run_registry) AS runs",
  );
  assertEquals(counts, { sweeps: 1, pairs: 4, runs: 8 });
  const again = await online(folder, variables, "cloud", "sync", "pairs", "--full");
  assertEquals(again.code, 0, again.error);
  await using storage = openS3(s3.options);
  await downloadSweep(storage, "pairs", `${folder.path}/back`);
  assertSameDirectory(`${folder.path}/back`, directory);
});
