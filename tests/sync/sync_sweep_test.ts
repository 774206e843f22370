import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Conflict, NotFound, UsageError } from "../../src/core/errors.ts";
import { downloadSweep } from "../../src/stores/archive/download.ts";
import { DirectoryLock } from "../../src/stores/files/lock.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { openPostgres, type PostgresConnection } from "../../src/stores/postgres/connection.ts";
import { PostgresSweeps } from "../../src/stores/postgres/sweeps.ts";
import { openS3 } from "../../src/stores/s3/connection.ts";
import type { ObjectStorage } from "../../src/stores/s3/objects.ts";
import { type SyncOptions, type SyncReport, syncSweep } from "../../src/sync/sync_sweep.ts";
import { Folder } from "../e2e/program.ts";
import { GOLDEN, recorded } from "../conformance/golden.ts";
import { assertSameDirectory } from "../stores/archive/sweeps.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startS3 } from "../support/s3.ts";
import { StrictS3 } from "../support/strict_s3.ts";
import { balancedSweep, ringSweep, SMALL, sweepAt } from "../support/synced_sweeps.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** A folder, a database and a storage of one test. */
class Setting implements AsyncDisposable {
  private constructor(
    readonly folder: Folder,
    readonly database: PostgresConnection,
    readonly storage: ObjectStorage,
    readonly all: AsyncDisposableStack,
  ) {}

  static async open(): Promise<Setting> {
    await using all = new AsyncDisposableStack();
    const folder = all.use(new Folder());
    const { url } = all.use(await server.createDatabase({ migrated: true }));
    const { options } = all.use(await startS3());
    const database = all.use(openPostgres({ url }));
    const storage = all.use(openS3(options));
    return new Setting(folder, database, storage, all.move());
  }

  async sync(directory: string, more: SyncOptions = {}): Promise<SyncReport> {
    const report = await syncSweep(directory, { database: this.database, storage: this.storage, full: true, ...more });
    for (const error of Object.values(report.errors)) throw error;
    return report;
  }

  /** All rows of all tables of sweeps, with everything that a second sync could change. */
  async rows(): Promise<unknown> {
    const tables = ["sweeps", "comparison_results", "run_registry"];
    return await Promise.all(
      tables.map((table) => this.database.rows(`SELECT t.*, t.xmin::text FROM ${table} t ORDER BY t::text`)),
    );
  }

  async objects(): Promise<unknown> {
    return await Array.fromAsync(this.storage.listObjects());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.all.disposeAsync();
  }
}

const NOTHING = { inserted: 0, changed: 0 };

for (const [kind, make] of [["ring", ringSweep], ["balanced", balancedSweep]] as const) {
  Deno.test(`syncing a ${kind} sweep twice changes nothing, in no row and no object`, async () => {
    await using setting = await Setting.open();
    const directory = await make(setting.folder.path, "sweep");
    const first = await setting.sync(directory);
    assertEquals([first.name, first.type, first.supabase, first.r2], ["sweep", kind, "success", "success"]);
    assert((first.counts.supabase?.registry.inserted ?? 0) >= 6);
    const [rows, objects] = [await setting.rows(), await setting.objects()];
    const second = await setting.sync(directory);
    assertEquals(second.counts.supabase, { sweep: NOTHING, comparisons: NOTHING, registry: NOTHING });
    assertEquals([second.counts.r2?.sent, second.counts.r2?.removed], [0, 0]);
    assertEquals([await setting.rows(), await setting.objects()], [rows, objects]);
  });
}

Deno.test("a balanced sweep comes with its plan, its pairs, its summary and the runs of both arms", async () => {
  await using setting = await Setting.open();
  const directory = await balancedSweep(setting.folder.path);
  await setting.sync(directory, { full: false });
  const stored = await new PostgresSweeps(setting.database).getSweep("pairs");
  assertEquals([stored?.sweepType, stored?.pairsTotal, stored?.pairsCompleted], ["balanced", 4, 4]);
  assertEquals(stored?.summary?.["total_pairs"], 4);
  assertEquals(Reflect.get(Object(stored?.config["settings"]), "kappas"), ["0.5", "1"]);
  assertEquals(stored?.registry.map(({ branch }) => branch).sort(), [
    ...Array<string>(4).fill("active"),
    ...Array<string>(4).fill("passive"),
  ]);
  const [pair] = stored?.comparisons ?? [];
  assertEquals(pair?.["active_status"], "completed");
  assert(stored?.registry.some(({ branch, entry }) => branch === "active" && entry.runId === pair?.["active_run_id"]));
  assertEquals(await setting.objects(), []);
});

Deno.test("after new runs a sync adds the difference, and the runs that were there stay as they are", async () => {
  await using setting = await Setting.open();
  const { path } = setting.folder;
  const directory = await ringSweep(path);
  const runs = new FileRegistryStore(directory);
  const entries = await runs.listRuns("");
  const [last] = entries.slice(-1);
  assert(last !== undefined);
  await runs.upsert({ ...last, status: "pending", metrics: {}, artifactPaths: {} });
  await runs[Symbol.asyncDispose]();
  const first = await setting.sync(directory);
  assertEquals(first.counts.supabase?.registry, { inserted: 6, changed: 0 });
  await sweepAt(path, "rings", "ring", ...SMALL);
  const second = await setting.sync(directory);
  assertEquals(second.counts.supabase?.registry, { inserted: 0, changed: 1 });
  assert((second.counts.r2?.sent ?? 0) > 0 && (second.counts.r2?.kept ?? 0) > 0);
  await downloadSweep(setting.storage, "rings", `${path}/back`);
  assertSameDirectory(`${path}/back`, directory);
});

Deno.test("a comparison sweep stands in the columns of its passive and active arms", async () => {
  await using setting = await Setting.open();
  const flags = ["--kappas", "0.5", "--concentrations", "1", "--mus", "0,1", "--n-agents", "8"];
  const directory = await sweepAt(setting.folder.path, "dealers", "comparison", ...flags);
  const report = await setting.sync(directory, { full: false });
  assertEquals([report.type, report.counts.supabase?.comparisons.inserted], ["comparison", 2]);
  const rows = await setting.database.rows(
    "SELECT passive_status, active_status, delta_passive - delta_active = trading_effect AS same FROM comparison_results",
  );
  assertEquals(rows, Array(2).fill({ passive_status: "completed", active_status: "completed", same: true }));
});

const SWEEPS = [["ring-default", "ring", 125, 0], ["comparison-n30", "comparison", 36, 18], [
  "balanced-n12",
  "balanced",
  64,
  32,
]] as const;

for (const [name, type, runs, pairs] of SWEEPS) {
  recorded(`the sweep ${name} of the reference is synced from its registries`, async () => {
    await using setting = await Setting.open();
    const report = await setting.sync(`${GOLDEN}/sweeps/${name}`, { full: false });
    assertEquals([report.type, report.counts.supabase?.comparisons.inserted], [type, pairs]);
    assertEquals(report.counts.supabase?.registry.inserted, runs);
    const again = await setting.sync(`${GOLDEN}/sweeps/${name}`, { full: false });
    assertEquals(again.counts.supabase, { sweep: NOTHING, comparisons: NOTHING, registry: NOTHING });
  });
}

Deno.test("a sweep that was stopped before its first aggregate is synced with what it has", async () => {
  await using setting = await Setting.open();
  const directory = await balancedSweep(setting.folder.path);
  for (const part of ["aggregate/comparison.csv", "aggregate/summary.json"]) Deno.removeSync(`${directory}/${part}`);
  Deno.removeSync(`${directory}/active`, { recursive: true });
  const report = await setting.sync(directory);
  assertEquals(report.counts.supabase?.comparisons, NOTHING);
  assertEquals(report.counts.supabase?.registry.inserted, 4);
  const stored = await new PostgresSweeps(setting.database).findSweep("pairs");
  assertEquals(stored?.sweepType, "balanced");
});

Deno.test("a live sweep is synced without its files, which are refused by a sentence", async () => {
  await using setting = await Setting.open();
  const directory = await ringSweep(setting.folder.path);
  using _held = DirectoryLock.take(`${directory}/registry/.lock`, "sweep ring", new Date().toISOString());
  const { database, storage } = setting;
  const report = await syncSweep(directory, { database, storage, full: true });
  assertEquals([report.supabase, report.r2], ["success", "error"]);
  assert(report.errors.r2 instanceof Conflict);
  assertStringIncludes(report.errors.r2.message, "A sweep is at work in");
  assertEquals(await setting.objects(), []);
});

Deno.test("another sweep under the same name is refused in both targets, and nothing of it is mixed in", async () => {
  await using setting = await Setting.open();
  const { path } = setting.folder;
  await setting.sync(await ringSweep(path));
  const [rows, objects] = [await setting.rows(), await setting.objects()];
  const other = await sweepAt(path, "others", "ring", ...SMALL, "--base-seed", "7");
  const { database, storage } = setting;
  const report = await syncSweep(other, { database, storage, full: true, name: "rings" });
  assertEquals([report.supabase, report.r2], ["error", "error"]);
  for (const error of Object.values(report.errors)) {
    assert(error instanceof Conflict);
    assertStringIncludes(error.message, "base-seed: 42 there, 7 here");
  }
  assertEquals([await setting.rows(), await setting.objects()], [rows, objects]);
});

Deno.test("a storage that fails does not stop the database, nor the other way round", async () => {
  await using setting = await Setting.open();
  const directory = await ringSweep(setting.folder.path);
  const { database, storage } = setting;
  await using nowhere = openS3({
    endpoint: "http://127.0.0.1:1",
    region: "auto",
    bucket: "nowhere",
    accessKeyId: "KEY",
    secretAccessKey: "very-secret",
    attempts: 1,
  });
  const first = await syncSweep(directory, { database, storage: nowhere, full: true });
  assertEquals([first.supabase, first.r2], ["success", "error"]);
  await using away = openPostgres({ url: "postgresql://me:very-secret@127.0.0.1:1/none", retries: 0 });
  const second = await syncSweep(directory, { database: away, storage, full: true });
  assertEquals([second.supabase, second.r2], ["error", "success"]);
  for (const error of [first.errors.r2, second.errors.supabase]) {
    assert(error instanceof Error);
    assert(!`${error.message}${error.stack}`.includes("very-secret"), error.message);
  }
});

Deno.test("a target that is not there is skipped", async () => {
  await using setting = await Setting.open();
  const directory = await ringSweep(setting.folder.path);
  const report = await syncSweep(directory, { storage: setting.storage });
  assertEquals([report.supabase, report.r2, report.counts, report.errors], ["skipped", "skipped", {}, {}]);
});

const ODD_NAMES = [
  'it\'s "quoted"',
  "ρ-δ-名前-🏦",
  '=HYPERLINK("x")',
  "-rf",
  "%41 +&?#",
  "a; DROP TABLE sweeps",
];

Deno.test("names with quotes, unicode, formulas and signs of every kind come back as they were", async () => {
  await using setting = await Setting.open();
  const { path } = setting.folder;
  const directory = await ringSweep(path);
  await using strict = new StrictS3();
  await using storage = openS3(strict.options);
  for (const [i, name] of ODD_NAMES.entries()) {
    const report = await setting.sync(directory, { name, storage });
    assertEquals([report.name, report.r2], [name, "success"]);
    await downloadSweep(storage, name, `${path}/back-${i}`);
    assertSameDirectory(`${path}/back-${i}`, directory);
  }
  const listed = await new PostgresSweeps(setting.database).listSweeps();
  assertEquals(listed.map(({ name }) => name).sort(), ODD_NAMES.toSorted());
});

const REFUSED = ["", ".", "..", "a/b", "../up", "a\\b", "a\0b", "a\nb", " a", "x".repeat(201), "\ud800"];

for (const name of REFUSED) {
  Deno.test(`the name ${JSON.stringify(name.slice(0, 20))} is refused before anything is sent`, async () => {
    using folder = new Folder();
    const directory = await ringSweep(folder.path);
    await assertRejects(() => syncSweep(directory, { name }), UsageError, "of a sweep");
  });
}

Deno.test("what is no sweep is refused: a file, an empty directory, nothing", async () => {
  using folder = new Folder();
  folder.write("file", "text");
  for (const name of ["file", "", "none"]) {
    await assertRejects(() => syncSweep(`${folder.path}/${name}`, {}), NotFound, "There is no sweep in");
  }
});

Deno.test("a type that is none is refused", async () => {
  using folder = new Folder();
  const directory = await ringSweep(folder.path);
  await assertRejects(() => syncSweep(directory, { type: "Ring; DROP" }), UsageError, "A type is small letters");
});

Deno.test("a seed of more than 32 bits stands beside its column", async () => {
  await using setting = await Setting.open();
  const flags = ["--kappas", "1", "--concentrations", "1", "--mus", "0,1", "--outside-mid-ratios", "0.9"];
  const more = ["--n-agents", "6", "--base-seed", "9007199254740000"];
  const directory = await sweepAt(setting.folder.path, "wide", "balanced", ...flags, ...more);
  await setting.sync(directory, { full: false });
  const rows = await setting.database.rows(
    "SELECT seed, extra->>'wide_seed' AS wide FROM comparison_results ORDER BY 2",
  );
  assertEquals(rows, [{ seed: null, wide: "9007199254740000" }, { seed: null, wide: "9007199254740001" }]);
});

Deno.test("an aborted sync reports its targets as failed, and the next one completes", async () => {
  await using setting = await Setting.open();
  const directory = await ringSweep(setting.folder.path);
  const { database, storage } = setting;
  const stop = new AbortController();
  const onProgress: SyncOptions["onProgress"] = ({ target }) => target === "r2" ? stop.abort() : undefined;
  const report = await syncSweep(directory, { database, storage, full: true, signal: stop.signal, onProgress });
  assertEquals([report.supabase, report.r2], ["success", "error"]);
  await setting.sync(directory);
  await downloadSweep(storage, "rings", `${setting.folder.path}/back`);
  assertSameDirectory(`${setting.folder.path}/back`, directory);
});
