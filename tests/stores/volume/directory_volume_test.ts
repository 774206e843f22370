import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Conflict, InvalidReference, NotFound, StoreError, UsageError } from "../../../src/core/errors.ts";
import { DirectoryLock } from "../../../src/stores/files/lock.ts";
import { SweepDirectory } from "../../../src/stores/files/sweep_directory.ts";
import { DirectoryVolume } from "../../../src/stores/volume/directory_volume.ts";
import type { VolumeEntry } from "../../../src/stores/volume/volume.ts";
import { entryOf } from "../registry_suite.ts";
import { planOf, SWEEP, TestVolume } from "./experiments.ts";

const LEFTOVER = ".deleting-00000000-0000-4000-8000-000000000000";

function volumeOf(place: TestVolume): DirectoryVolume {
  return DirectoryVolume.open(place.path, "out");
}

/** `id form kind state` of all entries. */
async function listed(place: TestVolume): Promise<string[]> {
  await using volume = volumeOf(place);
  return (await volume.list()).map(({ id, form, kind, state }) => `${id} ${form} ${kind} ${state}`);
}

async function entryIn(place: TestVolume, id: string): Promise<VolumeEntry> {
  await using volume = volumeOf(place);
  return await volume.find(id);
}

Deno.test("sweeps of every shape are recognised, in the volume and in folders of it", async () => {
  using place = new TestVolume();
  await place.ring("a");
  await place.ring("experiments/b", 1);
  await place.ring("experiments/deep/c", 0);
  await place.paired("d");
  place.write("old/registry/experiments.csv", "status,run_id\r\ncompleted,x\r\n");
  place.write("pairs/control/registry/experiments.csv", "run_id,status\r\nx,running\r\n");
  assertEquals(await listed(place), [
    "a experiment ring complete",
    "d experiment paired complete",
    "experiments/b experiment ring incomplete",
    "experiments/deep/c experiment ring incomplete",
    "old experiment ring complete",
    "pairs experiment paired incomplete",
  ]);
  assertEquals((await entryIn(place, "experiments/b")).runs, { ended: 1, planned: 2 });
});

Deno.test("what is no sweep is listed as such: folders, files, somebody else's plan or table", async () => {
  using place = new TestVolume();
  place.write("notes/deep/er/readme.txt", "hello");
  place.write("runs.duckdb", "123");
  place.write("theirs/plan.jsonl", '{"steps":["buy milk"]}\n');
  place.write("theirs2/registry/experiments.csv", "name,score\n");
  place.write("torn/plan.jsonl", '{"format":1,"kind":"ring"');
  Deno.mkdirSync(`${place.path}/empty`);
  assertEquals(await listed(place), [
    "empty folder unknown null",
    "notes folder unknown null",
    "runs.duckdb file unknown null",
    "theirs folder unknown null",
    "theirs2 folder unknown null",
    "torn folder unknown null",
  ]);
  assertEquals((await entryIn(place, "notes")).bytes, 5);
});

Deno.test("sizes count every file once, ages go back to the newest one, and locks are neither", async () => {
  using place = new TestVolume();
  await place.ring("a");
  const before = await entryIn(place, "a");
  assertEquals(before.files, 4);
  assertEquals(
    before.bytes,
    ["plan.jsonl", "registry/experiments.csv", "registry/journal.jsonl", "aggregate/results.csv"]
      .reduce((sum, name) => sum + Deno.statSync(`${place.path}/a/${name}`).size, 0),
  );
  place.age("a", 40);
  const time = new Date(Math.floor(Date.now() / 1000) * 1000 - 3 * 86_400_000);
  Deno.utimeSync(`${place.path}/a/aggregate/results.csv`, time, time);
  Deno.writeTextFileSync(`${place.path}/a/registry/.lock`, "left by a process that died");
  const { changedAt, files, state } = await entryIn(place, "a");
  assertEquals([changedAt, files, state], [time, 4, "complete"]);
});

Deno.test("a volume that is an experiment itself is refused, for its arms and runs would look like entries", () => {
  using place = new TestVolume();
  place.write("passive/registry/experiments.csv", "run_id\n");
  assertThrows(() => volumeOf(place), UsageError, "out is an experiment itself");
  assertThrows(() => DirectoryVolume.open(`${place.path}/passive`, "arm"), UsageError);
  assertThrows(() => DirectoryVolume.open(`${place.path}/none`, "none"), NotFound, "There is no volume none");
});

Deno.test("an experiment goes with everything in it, and nothing beside it", async () => {
  using place = new TestVolume();
  await place.ring("a");
  await place.ring("b");
  await using volume = volumeOf(place);
  await volume.remove("a");
  assertEquals(place.names().filter((name) => !name.startsWith("b/")), []);
  await assertRejects(() => volume.remove("a"), NotFound, 'There is no "a" in out');
});

const LEAVING = [
  "..",
  ".",
  "",
  "/",
  "/etc",
  "a/..",
  "../out",
  "a/../../x",
  "a//b",
  "a/",
  "./a",
  "a\0b",
  "a/.",
  "//",
] as const;

for (const id of LEAVING) {
  Deno.test(`the id ${JSON.stringify(id)} cannot be meant: nothing is touched`, async () => {
    using place = new TestVolume();
    await place.ring("a");
    const before = place.names();
    await using volume = volumeOf(place);
    await assertRejects(() => volume.remove(id, { force: true }), InvalidReference);
    await assertRejects(() => volume.find(id), InvalidReference);
    assertEquals(place.names(), before);
  });
}

const HOSTILE = [
  "it's",
  'say "hi"',
  "a b",
  "line\nend",
  "tab\there",
  "-rf",
  "--force",
  "=HYPERLINK(1)",
  "💥ünï",
  "\u202Egnp.exe",
  "$(rm -rf x)",
  "`id`",
  ";ls",
  "*",
  "?",
  "[a]",
  "a\\b",
  "..a",
  "...",
  "~",
  "%2e%2e",
  "x".repeat(255),
  "CON",
] as const;

Deno.test("experiments with hostile names are listed and removed one at a time, by exactly that name", async () => {
  using place = new TestVolume();
  for (const name of HOSTILE) await place.ring(name, 0);
  await using volume = volumeOf(place);
  assertEquals((await volume.list()).map(({ id }) => id), [...HOSTILE].sort());
  let left = [...HOSTILE].sort();
  for (const name of HOSTILE) {
    await volume.remove(name);
    left = left.filter((other) => other !== name);
    assertEquals([...Deno.readDirSync(place.path)].map(({ name }) => name).sort(), left);
  }
});

Deno.test("links are shown and never followed: loops end, what they lead to stays", async () => {
  using outside = new TestVolume();
  await outside.ring("precious");
  using place = new TestVolume();
  await place.ring("a");
  const links = {
    "out-link": outside.path,
    "loop": ".",
    "precious": `${outside.path}/precious`,
    "a/runs": outside.path,
    "a/aggregate/up": "../..",
    "dangling": "nowhere",
  };
  for (const [name, to] of Object.entries(links)) Deno.symlinkSync(to, `${place.path}/${name}`);
  assertEquals(await listed(place), [
    "a experiment ring complete",
    "dangling link unknown null",
    "loop link unknown null",
    "out-link link unknown null",
    "precious link unknown null",
  ]);
  await using volume = volumeOf(place);
  const before = outside.names();
  await assertRejects(() => volume.remove("out-link/precious", { force: true }), NotFound);
  await assertRejects(() => volume.remove("loop/a"), NotFound);
  await assertRejects(() => volume.remove("precious"), Conflict, "is no experiment but a link");
  for (const id of ["a", "precious", "out-link", "loop", "dangling"]) await volume.remove(id, { force: true });
  assertEquals(place.names(), []);
  assertEquals(outside.names(), before);
});

Deno.test("an experiment whose parts are links is neither read nor locked through them", async () => {
  using outside = new TestVolume();
  outside.write("registry/experiments.csv", "run_id\n");
  outside.write("plan.jsonl", "{}\n");
  using place = new TestVolume();
  await place.ring("a");
  Deno.removeSync(`${place.path}/a/registry`, { recursive: true });
  Deno.symlinkSync(`${outside.path}/registry`, `${place.path}/a/registry`);
  Deno.mkdirSync(`${place.path}/b`);
  Deno.symlinkSync(`${outside.path}/registry`, `${place.path}/b/registry`);
  Deno.mkdirSync(`${place.path}/c`);
  Deno.symlinkSync(`${outside.path}/plan.jsonl`, `${place.path}/c/plan.jsonl`);
  assertEquals(await listed(place), [
    "a experiment ring incomplete",
    "b folder unknown null",
    "c folder unknown null",
  ]);
  await using volume = volumeOf(place);
  await assertRejects(() => volume.remove("a"), Conflict, "is a link, behind which a sweep could be at work");
  assertEquals(outside.names(), ["plan.jsonl", "registry/", "registry/experiments.csv"]);
});

Deno.test("what a sweep is writing is live and stays, with force and without; afterwards it can go", async () => {
  using place = new TestVolume();
  await using volume = volumeOf(place);
  {
    await using _sweep = await SweepDirectory.open(`${place.path}/a`, planOf(), SWEEP);
    assertEquals(await listed(place), ["a experiment ring live"]);
    for (const force of [false, true]) {
      const error = await assertRejects(() => volume.remove("a", { force }), Conflict);
      assertStringIncludes(
        error.message,
        `is in use by process ${Deno.pid} (sweep ring, started 2026-01-02T03:04:05Z)`,
      );
    }
    assertEquals(await listed(place), ["a experiment ring live"]);
  }
  assertEquals(await listed(place), ["a experiment ring incomplete"]);
  await volume.remove("a");
  assertEquals(place.names(), []);
});

Deno.test("a sweep inside an experiment keeps the whole of it, and so does one that has no plan yet", async () => {
  using place = new TestVolume();
  await place.paired("a");
  await using volume = volumeOf(place);
  {
    await using _sweep = await SweepDirectory.open(`${place.path}/a/more/inner`, planOf(), SWEEP);
    assertEquals(await listed(place), ["a experiment paired live"]);
    await assertRejects(() => volume.remove("a"), Conflict, "is in use by a sweep");
  }
  using _lock = DirectoryLock.take(`${place.path}/starting/registry/.lock`, "sweep ring", "now");
  await assertRejects(() => volume.remove("starting", { force: true }), Conflict, "is in use by a sweep");
  // The lock of the experiment was given back both times.
  await volume.remove("a");
  assertEquals(place.names(), ["starting/", "starting/registry/", "starting/registry/.lock"]);
});

Deno.test("a sweep that went on between the list and the removal saves its experiment", async () => {
  using place = new TestVolume();
  await place.ring("a", 1);
  place.age("a", 40);
  await using volume = volumeOf(place);
  const [shown] = await volume.list();
  {
    await using sweep = await SweepDirectory.open(`${place.path}/a`, planOf(), SWEEP);
    await sweep.registry.upsert(entryOf("grid_1"));
  }
  const options = shown === undefined ? {} : { shown };
  await assertRejects(() => volume.remove("a", options), Conflict, '"a" was written since it was listed');
  assertEquals(await listed(place), ["a experiment ring complete"]);
});

Deno.test("looking and failing leave the marks of a crash where they are, for the sweep that tidies up", async () => {
  using place = new TestVolume();
  await place.ring("a", 1);
  const holder = '{"processId":1,"startedAt":"then","name":"sweep ring"}\n';
  place.write("a/registry/.lock", holder);
  await using volume = volumeOf(place);
  const [shown] = await volume.list();
  assertEquals(shown?.state, "incomplete");
  place.write("a/new.txt", "x");
  await assertRejects(() => volume.remove("a", shown === undefined ? {} : { shown }), Conflict);
  assertEquals(place.read("a/registry/.lock"), holder);
});

Deno.test("a folder, a file, a folder of experiments: only the first two go, and only by force", async () => {
  using place = new TestVolume();
  place.write("notes/a.txt", "x");
  place.write("file", "x");
  await place.ring("group/a");
  await using volume = volumeOf(place);
  await assertRejects(() => volume.remove("notes"), Conflict, "a folder without a sweep in it; --force removes it");
  await assertRejects(() => volume.remove("file"), Conflict, "is no experiment but a file");
  for (const force of [false, true]) {
    await assertRejects(() => volume.remove("group", { force }), Conflict, '"group" holds an experiment');
  }
  await volume.remove("notes", { force: true });
  await volume.remove("file", { force: true });
  assertEquals(await listed(place), ["group/a experiment ring complete"]);
});

Deno.test("an experiment with records that wait for the cloud stays, unless it is forced", async () => {
  using place = new TestVolume();
  for (const id of ["sent", "unsent"]) await place.ring(id);
  place.write("sent/outbox.jsonl", "");
  place.write("unsent/outbox.jsonl", "{}\n");
  await using volume = volumeOf(place);
  await volume.remove("sent");
  await assertRejects(() => volume.remove("unsent"), Conflict, "bilancio cloud push sends them");
  assertEquals(await listed(place), ["unsent experiment ring complete"]);
  await volume.remove("unsent", { force: true });
  assertEquals(place.names(), []);
});

Deno.test("what a crash left is told from everything else, and can be removed", async () => {
  using place = new TestVolume();
  await place.ring(LEFTOVER);
  await place.ring(`group/${LEFTOVER}`);
  place.write(".deleting-soon/precious.txt", "x");
  place.write(`${LEFTOVER.slice(0, -1)}1`, "a file of that name");
  assertEquals(await listed(place), [
    `${LEFTOVER} leftover unknown null`,
    `${LEFTOVER.slice(0, -1)}1 file unknown null`,
    ".deleting-soon folder unknown null",
    `group/${LEFTOVER} leftover unknown null`,
  ]);
  await using volume = volumeOf(place);
  for (const id of [LEFTOVER, `group/${LEFTOVER}`]) await volume.remove(id);
  await assertRejects(() => volume.remove(".deleting-soon"), Conflict);
});

Deno.test("an experiment that cannot be deleted as a whole is gone in one step all the same, and says why", async () => {
  using place = new TestVolume();
  await place.ring("a");
  await using volume = volumeOf(place);
  const real = Deno.removeSync;
  let calls = 0;
  // The system refuses the deletion, as for a file of somebody else; renaming works.
  Deno.removeSync = () => {
    calls++;
    throw new Deno.errors.PermissionDenied("refused");
  };
  try {
    const error = await assertRejects(() => volume.remove("a"), StoreError);
    assertStringIncludes(error.message, "Cannot delete ");
    assertStringIncludes(error.message, "permission denied");
  } finally {
    Deno.removeSync = real;
  }
  assertEquals(calls, 1);
  const [left] = await volume.list();
  assertEquals([left?.form, left?.files], ["leftover", 4]);
  await volume.remove(left?.id ?? "");
  assertEquals(place.names(), []);
});

Deno.test("a damaged registry is a problem of its experiment, not of the list", async () => {
  using place = new TestVolume();
  await place.ring("a");
  await place.ring("b");
  Deno.removeSync(`${place.path}/a/registry/experiments.csv`);
  place.write(
    "a/registry/journal.jsonl",
    `no json\n${Deno.readTextFileSync(`${place.path}/b/registry/journal.jsonl`)}`,
  );
  await using volume = volumeOf(place);
  const [a, b] = await volume.list();
  assertEquals([a?.id, a?.state, b?.state, b?.problem], ["a", "incomplete", "complete", null]);
  assertStringIncludes(a?.problem ?? "", "is damaged");
});

Deno.test("three thousand experiments in a volume, and folders a hundred deep, are listed", async () => {
  using place = new TestVolume();
  const header = JSON.stringify(planOf().header);
  for (let i = 0; i < 3000; i++) place.write(`e${i}/plan.jsonl`, `${header}\n`);
  place.write(`${"d/".repeat(100)}plan.jsonl`, `${header}\n`);
  await using volume = volumeOf(place);
  const entries = await volume.list();
  assertEquals(entries.length, 3001);
  assertEquals(entries.every(({ form, state }) => form === "experiment" && state === "incomplete"), true);
});
