/** Disks that are full and directories that cannot be written. A full disk is a small tmpfs, for which root is needed. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { StoreError } from "../../src/core/errors.ts";
import { writeFileAtomic } from "../../src/stores/files/atomic_file.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { FileResultStore } from "../../src/stores/files/result_store.ts";
import { Place } from "../stores/places.ts";
import { entryOf } from "../stores/registry_suite.ts";
import { resultOf } from "../stores/result_suite.ts";
import { SweepChild } from "./child.ts";

function run(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false; // no such program here
  }
}

/** A disk of `kilobytes`, unmounted at the end; null where it cannot be made. */
class SmallDisk implements Disposable {
  readonly place: Place = new Place();

  static make(kilobytes: number): SmallDisk | null {
    const disk = new SmallDisk();
    if (run("mount", "-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", disk.place.path)) return disk;
    disk.place[Symbol.dispose]();
    return null;
  }

  [Symbol.dispose](): void {
    run("umount", this.place.path);
    this.place[Symbol.dispose]();
  }
}

const canMount = (() => {
  using disk = SmallDisk.make(64);
  return disk !== null;
})();

function onSmallDisk(sentence: string, kilobytes: number, body: (place: Place) => Promise<void>): void {
  const name = canMount ? sentence : `${sentence} (ignored: a tmpfs cannot be mounted here)`;
  Deno.test({
    name,
    ignore: !canMount,
    fn: async () => {
      using disk = SmallDisk.make(kilobytes);
      assert(disk !== null);
      await body(disk.place);
    },
  });
}

const FULL = /^Cannot write .*: the disk is full; free some space and start again$/;

onSmallDisk("a full disk leaves the old file and no temporary one, and says so in one sentence", 64, (place) => {
  const path = `${place.path}/results.csv`;
  writeFileAtomic(path, "old");
  const error = assertThrows(() => writeFileAtomic(path, "x".repeat(100_000)), StoreError);
  assertMatch(error.message, FULL);
  assert(error.where.retryable);
  assertEquals(place.names(), ["results.csv"]);
  assertEquals(place.read("results.csv"), "old");
  return Promise.resolve();
});

onSmallDisk("a run that does not fit leaves nothing, and the runs before it stay", 128, async (place) => {
  const store = new FileResultStore(place.path);
  await store.saveRun("", resultOf("a"), [{ name: "events.jsonl", content: "small" }]);
  const large = [{ name: "events.jsonl", content: "x".repeat(200_000) }];
  const error = await assertRejects(() => store.saveRun("", resultOf("b"), large), StoreError);
  assertMatch(error.message, FULL);
  store.tidy();
  assertEquals(place.names("runs").filter((name) => name.endsWith("/")), ["runs/a/", "runs/a/out/"]);
  assertEquals((await store.loadRun("", "a"))?.status, "completed");
});

onSmallDisk(
  "a journal that does not fit keeps what was reported, and goes on when there is space",
  64,
  async (place) => {
    place.write("ballast", "x".repeat(40_000));
    await using store = new FileRegistryStore(place.path);
    let kept = 0;
    const error = await assertRejects(async () => {
      for (;; kept++) await store.upsert(entryOf(`grid_${kept}`, { error: "e".repeat(900) }));
    }, StoreError);
    assertMatch(error.message, FULL);
    assert(kept > 0);
    const ids = async () => (await new FileRegistryStore(place.path).listRuns("")).map((entry) => entry.runId);
    assertEquals((await ids()).length, kept);
    Deno.removeSync(`${place.path}/ballast`);
    await store.upsert(entryOf("last"));
    // What failed to be written went along with what came next.
    assertEquals((await ids()).slice(kept), [`grid_${kept}`, "last"]);
  },
);

onSmallDisk("a sweep on a full disk ends with one sentence, and completes when there is space", 400, async (place) => {
  place.write("ballast", "x".repeat(150_000));
  const full = await new SweepChild(`${place.path}/s`, "local").end();
  assertEquals(full.code, 1);
  assertMatch(full.error.trim(), /^StoreError: Cannot write .*: the disk is full; free some space and start again$/);
  const made = full.lines.filter((line) => line.startsWith("run "));
  for (const line of made) assert(Deno.statSync(`${place.path}/s/runs/${line.slice(4)}/result.json`).isFile);
  Deno.removeSync(`${place.path}/ballast`);
  assert(run("mount", "-o", "remount,size=20m", place.path));
  const rest = await new SweepChild(`${place.path}/s`, "local").end();
  assertEquals([rest.code, rest.lines.at(-1)], [0, "end"]);
  assertEquals(rest.lines.filter((line) => made.includes(line)), []);
});

Deno.test("a sweep whose directory is a file, or lies below one, ends with one sentence", async () => {
  using place = new Place();
  place.write("file", "mine");
  for (const path of [`${place.path}/file`, `${place.path}/file/s`]) {
    const { code, error } = await new SweepChild(path, "local").end();
    assertEquals(code, 1);
    assertMatch(error.trim(), /^StoreError: Cannot (write|read) .*: .* is a file, not a directory$/);
  }
  assertEquals(place.read("file"), "mine");
});

Deno.test("a directory that may not be written is named, with the remedy", {
  // Root may write everywhere.
  ignore: Deno.uid() === 0 && !run("setpriv", "--reuid=65534", "--clear-groups", "true"),
}, async () => {
  using place = new Place();
  Deno.mkdirSync(`${place.path}/locked`, { mode: 0o555 });
  Deno.chmodSync(place.path, 0o755);
  const wrapper = Deno.uid() === 0 ? ["setpriv", "--reuid=65534", "--clear-groups"] : [];
  const { code, error } = await new SweepChild(`${place.path}/locked/s`, "local", wrapper).end();
  assertEquals(code, 1);
  assertMatch(error.trim(), /Cannot write .*\/locked\/s.*: permission denied; choose another directory/);
});
