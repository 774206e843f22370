/** Workers of a pool whose part files cannot be written: one sentence, no worker left, and nothing lost. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Database } from "../../src/stores/duckdb/driver.ts";
import { openParts } from "../../src/stores/duckdb/parts.ts";
import { program } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";

const GRID = ["--kappas", "0.5,1,2", "--concentrations", "1", "--mus", "0,0.5", "--n-agents", "5", "--quiet"];

function sweep(place: Place, ...flags: string[]) {
  const pool = ["--executor", "pool", "--workers", "2"];
  return program(place.path, "sweep", "ring", ...GRID, "--out-dir", "s", "--persist", ...pool, ...flags);
}

/** That all runs of the sweep are recorded, once and to their end. */
async function assertComplete(place: Place): Promise<void> {
  await using parts = await openParts(`${place.path}/s/recordings`);
  const rows = await parts.rows("SELECT status, count(*) AS runs FROM simulations GROUP BY status");
  assertEquals(rows, [{ status: "completed", runs: 6 }]);
}

Deno.test("a part file that is no database stops a sweep with its name, and the sweep completes without it", async () => {
  using place = new Place();
  place.write("s/recordings/part-pool-1.duckdb", "no database");
  const stopped = await sweep(place);
  assertEquals(stopped.code, 1);
  assertMatch(stopped.error, /part-pool-1\.duckdb is no database of this version of DuckDB/);
  assertEquals(place.read("s/recordings/part-pool-1.duckdb"), "no database");
  Deno.removeSync(`${place.path}/s/recordings/part-pool-1.duckdb`);
  const rest = await sweep(place, "--resume");
  assertEquals(rest.code, 0, rest.error);
  await assertComplete(place);
});

Deno.test("a part file whose writer ended before it made its tables is a part without runs", async () => {
  using place = new Place();
  assertEquals((await sweep(place)).code, 0);
  await (await Database.open(`${place.path}/s/recordings/part-early.duckdb`))[Symbol.asyncDispose]();
  await assertComplete(place);
  assertEquals((await sweep(place, "--resume")).code, 0);
  Deno.mkdirSync(`${place.path}/early`);
  Deno.renameSync(`${place.path}/s/recordings/part-early.duckdb`, `${place.path}/early/part-early.duckdb`);
  await using early = await openParts(`${place.path}/early`);
  assertEquals(await early.rows("SELECT * FROM simulations"), []);
});

function run(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false; // no such program here
  }
}

const canMount = (() => {
  using place = new Place();
  const mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place.path);
  if (mounted) run("umount", place.path);
  return mounted;
})();

/** A sweep whose part files lie on a disk of `kilobytes`. */
async function withSmallDisk(
  kilobytes: number,
  body: (place: Place, grow: () => void) => Promise<void>,
): Promise<void> {
  using place = new Place();
  const disk = `${place.path}/s/recordings`;
  Deno.mkdirSync(disk, { recursive: true });
  assert(run("mount", "-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", disk));
  try {
    await body(place, () => assert(run("mount", "-o", "remount,size=60m", disk)));
  } finally {
    // Lazily: what still closes a file there must not keep the place from being removed.
    run("umount", "-l", disk);
  }
}

Deno.test("a disk that is full for a pool's part files stops a sweep, which completes when there is space", {
  ignore: !canMount, // a tmpfs needs root
}, () =>
  withSmallDisk(100, async (place, grow) => {
    const stopped = await sweep(place);
    assertEquals(stopped.code, 1);
    assertMatch(stopped.error, /part-pool-\d\.duckdb.*the disk is full; free some space and start again\n$/);
    grow();
    const rest = await sweep(place, "--resume");
    assertEquals(rest.code, 0, rest.error);
    await assertComplete(place);
  }));

Deno.test("a part file that finds no space when it is closed keeps its rows in its journal", {
  ignore: !canMount,
}, () =>
  withSmallDisk(300, async (place, grow) => {
    const ran = await sweep(place);
    assertEquals([ran.code, ran.error], [0, ""]);
    assert(place.names("s/recordings").some((name) => name.endsWith(".wal")));
    grow();
    await assertComplete(place);
  }));
