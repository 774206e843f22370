import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/core/errors.ts";
import { UNFINISHED } from "../../src/stores/archive/manifest.ts";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { openS3 } from "../../src/stores/s3/connection.ts";
import { glob } from "../../src/stores/volume/glob.ts";
import {
  abandonedUploads,
  type CloudSweep,
  cloudSweeps,
  pruneSweep,
  selectedSweeps,
} from "../../src/sync/cloud_sweeps.ts";
import { syncSweep } from "../../src/sync/sync_sweep.ts";
import { Folder } from "../e2e/program.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { StrictS3 } from "../support/strict_s3.ts";
import { ringSweep } from "../support/synced_sweeps.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-21T12:00:00Z");

function sweep(name: string, days: number | null, isUnfinished = false): CloudSweep {
  const changedAt = days === null ? null : new Date(NOW - days * DAY).toISOString();
  const files = isUnfinished ? { name, manifest: null, problem: "unfinished", updatedAt: changedAt } : null;
  return { name, type: "ring", createdAt: changedAt, changedAt, records: null, files };
}

Deno.test("what is pruned is old enough and has the name; what has no age, or may be under way, is kept and named", () => {
  const all = [
    sweep("old", 40),
    sweep("new", 2),
    sweep("no-age", null),
    sweep("torn", 40, true),
    sweep("sending", 0.1, true),
  ];
  const names = (conditions: Parameters<typeof selectedSweeps>[1]) => {
    const { chosen, kept } = selectedSweeps(all, conditions, NOW);
    return [chosen.map(({ name }) => name), kept.map(({ sweep, reason }) => `${sweep.name}: ${reason}`)];
  };
  assertEquals(names({ olderThan: 30 * DAY }), [["old", "torn"], ["no-age: its age is not known"]]);
  assertEquals(names({ pattern: glob("*") }), [
    ["old", "new", "no-age", "torn"],
    ["sending: its upload may be under way"],
  ]);
  assertEquals(names({ olderThan: 30 * DAY, pattern: glob("o*") }), [["old"], []]);
  assertThrows(() => selectedSweeps(all, {}, NOW), UsageError, "--older-than DAYS, --pattern GLOB");
});

Deno.test("records and files are listed side by side, and a target that fails does not hide the other", async () => {
  using folder = new Folder();
  await using database = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: database.url });
  await using strict = new StrictS3();
  await using storage = openS3(strict.options);
  const directory = await ringSweep(folder.path);
  await syncSweep(directory, { database: connection, name: "both" });
  await syncSweep(directory, { storage, full: true, name: "both" });
  await syncSweep(directory, { database: connection, name: "records" });
  await syncSweep(directory, { storage, full: true, name: "files" });
  await storage.putObject(`torn/${UNFINISHED}`, await storage.readObject("files/manifest.json"));
  await storage.putObject("castle-river/runs/a/events.jsonl", "of a job");

  const { sweeps, errors } = await cloudSweeps({ database: connection, storage });
  assertEquals(errors, {});
  const shown = sweeps.map((
    { name, records, files },
  ) => [name, records?.runs ?? null, files?.manifest !== null && files !== null]);
  assertEquals(shown.sort(), [["both", 6, true], ["files", null, true], ["records", 6, false], ["torn", null, false]]);

  await using away = openPostgres({ url: "postgresql://me@127.0.0.1:1/none", retries: 0 });
  const half = await cloudSweeps({ database: away, storage });
  assertEquals([half.sweeps.length, half.errors.supabase instanceof Error, half.errors.r2], [3, true, undefined]);

  const both = sweeps.find(({ name }) => name === "both");
  assert(both !== undefined);
  const failed = await pruneSweep(both, { database: away, storage });
  assertEquals([Object.keys(failed), (await cloudSweeps({ storage })).sweeps.map(({ name }) => name).sort()], [
    ["supabase"],
    ["files", "torn"],
  ]);
  assertEquals(await pruneSweep(both, { database: connection, storage }), {});
  assertEquals((await cloudSweeps({ database: connection })).sweeps.map(({ name }) => name), ["records"]);
  assert((await storage.headObject("castle-river/runs/a/events.jsonl")) !== null);
});

Deno.test("uploads in parts that never ended are found by age and name, not those that may be under way", async () => {
  await using strict = new StrictS3();
  await using storage = openS3(strict.options);
  const headers: [string, string][] = [];
  const started = (hours: number) => new Date(NOW - hours * 3_600_000);
  for (const [key, hours] of [["old/runs.tar.gz", 50], ["young/runs.tar.gz", 1], ["try-1/runs.tar.gz", 10]] as const) {
    strict.uploads.set(`upload-of-${key}`, { key, headers, startedAt: started(hours), parts: new Map() });
  }
  const keys = async (conditions: Parameters<typeof abandonedUploads>[1]) =>
    (await abandonedUploads(storage, conditions, NOW)).map(({ key }) => key).sort();
  assertEquals(await keys({ olderThan: DAY }), ["old/runs.tar.gz"]);
  assertEquals(await keys({ pattern: glob("*") }), ["old/runs.tar.gz", "try-1/runs.tar.gz"]);
  assertEquals(await keys({ olderThan: 0, pattern: glob("try-*") }), ["try-1/runs.tar.gz"]);
  for (const upload of await abandonedUploads(storage, { pattern: glob("old") }, NOW)) {
    await storage.abortUpload(upload);
  }
  assertEquals(strict.uploads.size, 2);
});
