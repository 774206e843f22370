import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict, InvalidReference, NotFound, StoreError, ValidationError } from "../../../src/core/errors.ts";
import { downloadSweep } from "../../../src/stores/archive/download.ts";
import {
  listSweeps,
  MANIFEST,
  manifestText,
  parseManifest,
  readManifest,
} from "../../../src/stores/archive/manifest.ts";
import { removeSweep } from "../../../src/stores/archive/remove.ts";
import { type TransferProgress, uploadSweep } from "../../../src/stores/archive/upload.ts";
import { openS3 } from "../../../src/stores/s3/connection.ts";
import { bilancio } from "../../e2e/program.ts";
import { FaultProxy, s3Error } from "../../support/fault_proxy.ts";
import { startS3 } from "../../support/s3.ts";
import { StrictS3 } from "../../support/strict_s3.ts";
import { Place } from "../places.ts";
import { assertSameDirectory, enlarge, writePairedSweep } from "./sweeps.ts";

Deno.test("a real sweep of 205 runs comes back byte for byte, and a second sync sends nothing", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = `${place.path}/sweep`;
  const { code, error } = await bilancio(place.path, "sweep", "ring", "--lhs", "80", "--out-dir", folder, "--quiet");
  assertEquals(code, 0, error);
  const report = await uploadSweep(storage, { name: "ring 205", type: "ring", folder });
  assertEquals(report.manifest.objects.map(({ key }) => key), [
    "aggregate/dashboard.html",
    "aggregate/results.csv",
    "files/job_manifest.json",
    "files/plan.jsonl",
    "registry/experiments.csv",
    "registry/journal.jsonl",
    "runs.tar.gz",
  ]);
  const runs = report.manifest.objects.at(-1);
  assert((runs?.entries ?? 0) > 205 * 5, `${runs?.entries} entries`);
  const again = await uploadSweep(storage, { name: "ring 205", type: "ring", folder });
  assertEquals([again.sent, again.kept, again.bytes], [0, 7, 0]);
  await downloadSweep(storage, "ring 205", `${place.path}/back`);
  assertSameDirectory(`${place.path}/back`, folder);
  const resumed = await bilancio(
    place.path,
    "sweep",
    "ring",
    "--lhs",
    "80",
    "--out-dir",
    `${place.path}/back`,
    "--json",
  );
  assertEquals(resumed.code, 0, resumed.error);
  assertSameDirectory(`${place.path}/back/runs`, `${folder}/runs`);
});

Deno.test("a paired sweep is one archive per arm, with aggregates that can be read where they are", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  const seen: TransferProgress[] = [];
  const report = await uploadSweep(storage, {
    name: 'größe & "co"',
    type: "balanced",
    folder,
    onProgress: (progress) => seen.push(progress),
    now: () => "2026-01-02T03:04:05.000Z",
  });
  assertEquals(report.manifest.objects.map(({ key, name, type, entries }) => [key, name, type, entries]), [
    ["active.tar.gz", "active", "archive", 3],
    ["aggregate/comparison.csv", "aggregate/comparison.csv", "file", 1],
    ["aggregate/summary.json", "aggregate/summary.json", "file", 1],
    ['files/=HYPERLINK("x").csv', '=HYPERLINK("x").csv', "file", 1],
    ["files/job_manifest.json", "job_manifest.json", "file", 1],
    ["files/plan.jsonl", "plan.jsonl", "file", 1],
    ["passive.tar.gz", "passive", "archive", 2],
    ["recordings.tar.gz", "recordings", "archive", 1],
  ]);
  assertEquals(seen.at(-1)?.objectsDone, 8);
  assertEquals(seen.at(-1)?.bytes, report.bytes);
  const keys = (await Array.fromAsync(storage.listObjects())).map(({ key }) => key);
  assertEquals(keys.length, 9, "the objects and the manifest");
  assertEquals(
    new TextDecoder().decode(await storage.readObject('größe & "co"/aggregate/comparison.csv')),
    "kappa,delta\r\n0.5,0.1\r\n",
  );
  const got: TransferProgress[] = [];
  await downloadSweep(storage, 'größe & "co"', `${place.path}/back/`, { onProgress: (progress) => got.push(progress) });
  assertSameDirectory(`${place.path}/back`, folder);
  assertEquals([got.at(-1)?.objectsDone, got.at(-1)?.bytes], [8, report.bytes]);
  assertEquals(place.names().filter((name) => !/^(?:back|sweep)\//.test(name)), []);
});

Deno.test("after new runs only what differs is sent, and what is gone is removed", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  const first = await uploadSweep(storage, { name: "s", type: "balanced", folder });
  place.write("sweep/active/runs/active_9/result.json", "{}");
  Deno.removeSync(`${folder}/recordings`, { recursive: true });
  const second = await uploadSweep(storage, { name: "s", type: "balanced", folder });
  assertEquals([second.sent, second.kept, second.removed], [1, 6, 1]);
  assertEquals(second.manifest.createdAt, first.manifest.createdAt);
  assertEquals(await storage.headObject("s/recordings.tar.gz"), null);
  await downloadSweep(storage, "s", `${place.path}/back`);
  assertSameDirectory(`${place.path}/back`, folder);
});

Deno.test("an upload that is cut off at any request goes on the next time, and no reader sees a mixture", async () => {
  const changes = ({ method }: { method: string }) => method !== "GET" && method !== "HEAD";
  for (let at = 0, isWhole = false; !isWhole; at++) {
    await using server = new StrictS3();
    await using proxy = new FaultProxy(server.endpoint);
    await using storage = openS3({ ...server.options, endpoint: proxy.endpoint });
    using place = new Place();
    const folder = writePairedSweep(place);
    const old = writePairedSweep(place, "old");
    await uploadSweep(storage, { name: "s", type: "balanced", folder });
    place.write("sweep/active/runs/active_9/result.json", "{}");
    place.write("sweep/aggregate/summary.json", '{"n":2}');
    let count = 0;
    proxy.fail(s3Error(403, "AccessDenied"), (request) => changes(request) && count++ >= at, Infinity);
    isWhole = await uploadSweep(storage, { name: "s", type: "balanced", folder }).then(() => true, (error) => {
      assert(error instanceof StoreError, String(error));
      return false;
    });
    proxy.heal();
    const found = await downloadSweep(storage, "s", `${place.path}/between`).then(() => true, (error) => {
      assert(error instanceof NotFound && error.message.includes("is not finished"), `${at}: ${error}`);
      return false;
    });
    if (found) assertSameDirectory(`${place.path}/between`, at < 2 ? old : folder);
    await uploadSweep(storage, { name: "s", type: "balanced", folder });
    await downloadSweep(storage, "s", `${place.path}/back`);
    assertSameDirectory(`${place.path}/back`, folder);
    assertEquals([...server.objects.keys()].filter((key) => key.includes("unfinished")), []);
    if (isWhole) assert(at >= 6, `${at} requests`);
  }
});

Deno.test("an upload that is stopped leaves no parts, sends no more, and goes on without what was sent", async () => {
  await using server = new StrictS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  enlarge(folder);
  const stop = new AbortController();
  const upload = uploadSweep(storage, {
    name: "s",
    type: "balanced",
    folder,
    signal: stop.signal,
    onProgress: ({ key }) => key === "passive.tar.gz" && stop.abort(new DOMException("Ctrl-C", "AbortError")),
  });
  await assertRejects(() => upload, DOMException, "Ctrl-C");
  assertEquals([server.uploads.size, server.objects.has("s/passive.tar.gz")], [0, false]);
  const listed = await Array.fromAsync(listSweeps(storage));
  assertEquals(listed.map(({ name, manifest, problem }) => [name, manifest, problem]), [
    ["s", null, "unfinished upload: sync the sweep again"],
  ]);
  const report = await uploadSweep(storage, { name: "s", type: "balanced", folder });
  assertEquals([report.sent, report.kept], [2, 6]);
});

Deno.test("a download that breaks off shows nothing, and the next one fetches the rest", async () => {
  await using server = await startS3();
  await using proxy = new FaultProxy(server.endpoint);
  await using storage = openS3({ ...server.options, endpoint: proxy.endpoint });
  using place = new Place();
  const folder = writePairedSweep(place);
  await uploadSweep(storage, { name: "s", type: "balanced", folder });
  proxy.fail(s3Error(403, "AccessDenied"), ({ method, target }) => method === "GET" && /passive\.tar/.test(target));
  await assertRejects(() => downloadSweep(storage, "s", `${place.path}/back`), StoreError, "may not do this");
  assertEquals([...Deno.readDirSync(place.path)].filter(({ name }) => name === "back"), []);
  const report = await downloadSweep(storage, "s", `${place.path}/back`);
  assertEquals([report.fetched, report.kept], [2, 6]);
  assertSameDirectory(`${place.path}/back`, folder);
  assertEquals([...Deno.readDirSync(place.path)].map(({ name }) => name).sort(), ["back", "sweep"]);
});

Deno.test("a sweep is not downloaded over something, and what is not there has a sentence", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  await uploadSweep(storage, { name: "s", type: "balanced", folder });
  await assertRejects(() => downloadSweep(storage, "s", folder), Conflict, "something is there already");
  await assertRejects(() => downloadSweep(storage, "s", `${folder}/plan.jsonl`), Conflict);
  await assertRejects(() => downloadSweep(storage, "none", `${place.path}/x`), NotFound, 'There is no sweep "none"');
  Deno.mkdirSync(`${place.path}/empty`);
  await downloadSweep(storage, "s", `${place.path}/empty`);
  assertSameDirectory(`${place.path}/empty`, folder);
  const missing = { name: "s", type: "ring", folder: `${place.path}/nowhere` };
  await assertRejects(() => uploadSweep(storage, missing), NotFound, "no such directory");
});

Deno.test("names of sweeps that cannot be one part of a key are refused", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  for (const name of ["", ".", "..", "a/b", "a\\b", "a\0", "a\n", " a", "x".repeat(201), "\ud800"]) {
    await assertRejects(() => uploadSweep(storage, { name, type: "ring", folder }), InvalidReference, "of a sweep");
    await assertRejects(() => downloadSweep(storage, name, `${place.path}/x`), InvalidReference);
  }
  for (const name of ["'; DROP TABLE sweeps;--", "=1+1", "👩‍🔬 größe", "-rf", "<b>", "a%2Fb"]) {
    await uploadSweep(storage, { name, type: "ring", folder });
    await downloadSweep(storage, name, `${place.path}/back`);
    assertSameDirectory(`${place.path}/back`, folder);
    Deno.removeSync(`${place.path}/back`, { recursive: true });
    assertEquals((await Array.fromAsync(listSweeps(storage))).some((sweep) => sweep.name === name), true);
  }
});

Deno.test("a manifest that leads elsewhere is refused before anything is written", async () => {
  await using server = new StrictS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  const { manifest } = await uploadSweep(storage, { name: "s", type: "balanced", folder });
  const [first] = manifest.objects;
  assert(first !== undefined);
  const wrong: readonly Record<string, unknown>[] = [
    { name: "../evil" },
    { name: "/tmp/evil" },
    { name: "C:/evil" },
    { name: "a\\..\\evil" },
    { name: "passive/evil" },
    { name: "registry/.lock" },
    { name: "plan.jsonl" },
    { key: "../other/secret" },
    { key: "files/plan.jsonl" },
    { size: -1 },
    { size: 1.5 },
    { sha256: "abc" },
    { type: "link" },
  ];
  for (const change of wrong) {
    const text = JSON.parse(manifestText(manifest));
    text.objects[0] = { ...text.objects[0], ...change };
    await storage.putObject(`s/${MANIFEST}`, JSON.stringify(text));
    const error = await assertRejects(() => downloadSweep(storage, "s", `${place.path}/back`), Error);
    assert(
      error instanceof ValidationError || error instanceof InvalidReference,
      `${JSON.stringify(change)}: ${error}`,
    );
    assertEquals([...Deno.readDirSync(place.path)].map(({ name }) => name), ["sweep"]);
  }
  await storage.putObject(`s/${MANIFEST}`, "{");
  const [listed] = await Array.fromAsync(listSweeps(storage));
  assertEquals([listed?.manifest, listed?.problem?.includes("is no JSON")], [null, true]);
});

Deno.test("a manifest that announces less than its archives hold, or more, is not believed", async () => {
  await using server = new StrictS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const folder = writePairedSweep(place);
  const { manifest } = await uploadSweep(storage, { name: "s", type: "balanced", folder });
  for (
    const [member, change] of [["entries", -1], ["entries", 1], ["unpackedSize", -1], ["unpackedSize", 1]] as const
  ) {
    const objects = manifest.objects.map((object) =>
      object.key === "passive.tar.gz" ? { ...object, [member]: object[member] + change } : object
    );
    await storage.putObject(`s/${MANIFEST}`, manifestText({ ...manifest, objects }));
    await assertRejects(() => downloadSweep(storage, "s", `${place.path}/back`), ValidationError, "passive.tar.gz");
    assertEquals([...Deno.readDirSync(place.path)].some(({ name }) => name === "back"), false);
  }
});

Deno.test("a manifest comes back from its text, and the folders of jobs are not taken for sweeps", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  await uploadSweep(storage, { name: "s", type: "balanced", folder: writePairedSweep(place) });
  await storage.putObject("castle-river-mountain/job_manifest.json", "{}");
  const manifest = await readManifest(storage, "s");
  assert(manifest !== null);
  assertEquals(parseManifest(manifestText(manifest), "s", "test"), manifest);
  assertEquals((await Array.fromAsync(listSweeps(storage))).map(({ name }) => name), ["s"]);
});

Deno.test("removing a sweep leaves the job of the same name, and a removal that breaks off can be repeated", async () => {
  const changes = ({ method, target }: { method: string; target: string }) =>
    method === "PUT" || method === "DELETE" || target.includes("delete");
  for (let at = 0, isWhole = false; !isWhole; at++) {
    await using server = new StrictS3();
    await using proxy = new FaultProxy(server.endpoint);
    await using storage = openS3({ ...server.options, endpoint: proxy.endpoint });
    using place = new Place();
    const name = "castle-river-mountain";
    await uploadSweep(storage, { name, type: "balanced", folder: writePairedSweep(place) });
    const job = [`${name}/job_manifest.json`, `${name}/runs/passive_1/events.jsonl`];
    for (const key of [...job, "other/manifest.json"]) await storage.putObject(key, "{}");
    server.uploads.set("left", { key: `${name}/active.tar.gz`, headers: [], startedAt: new Date(), parts: new Map() });
    let count = 0;
    proxy.fail(s3Error(403, "AccessDenied"), (request) => changes(request) && count++ >= at, Infinity);
    isWhole = await removeSweep(storage, name).then(() => true, () => false);
    proxy.heal();
    if (!isWhole) {
      assertEquals((await Array.fromAsync(listSweeps(storage))).some((sweep) => sweep.name === name), true, `${at}`);
      await removeSweep(storage, name);
    }
    assertEquals([...server.objects.keys()].sort(), [...job, "other/manifest.json"]);
    assertEquals(server.uploads.size, 0);
    await assertRejects(() => removeSweep(storage, name), NotFound, "There is no sweep");
    if (isWhole) assert(at >= 4, `${at} requests`);
  }
});

Deno.test("a sweep is removed from a service that keeps no list of unfinished uploads, too", async () => {
  await using server = await startS3();
  await using storage = openS3(server.options);
  using place = new Place();
  const { manifest } = await uploadSweep(storage, { name: "s", type: "balanced", folder: writePairedSweep(place) });
  const report = await removeSweep(storage, "s");
  assertEquals(report.objects, manifest.objects.length);
  assertEquals(await Array.fromAsync(storage.listObjects()), []);
});
