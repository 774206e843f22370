/** Sweeps with `--persist`: every run's events are in part files, the same whatever made them (spec 09 3.2.6). */
import { assert, assertEquals } from "@std/assert";
import { openPart, openParts } from "../../src/stores/duckdb/parts.ts";
import type { Row } from "../../src/stores/duckdb/driver.ts";
import { program } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";

const GRID = ["--kappas", "0.5,1,2", "--concentrations", "1", "--mus", "0,0.5", "--n-agents", "5", "--quiet"];

const QUESTIONS = [
  `SELECT * EXCLUDE (simulation_no, started_at, completed_at, ended_at, duration_seconds, ticks_per_second)
   FROM simulations ORDER BY simulation_id`,
  "SELECT * EXCLUDE (event_timestamp, created_at) FROM simulation_events ORDER BY simulation_id, event_timestamp",
  "SELECT simulation_id, config_hash, status, total_transactions FROM simulation_runs ORDER BY simulation_id",
];

/** What stands in the recordings of a sweep, without times. */
async function rowsOf(directory: string): Promise<Row[][]> {
  await using parts = await openParts(`${directory}/recordings`);
  const all: Row[][] = [];
  for (const question of QUESTIONS) all.push(await parts.rows(question));
  return all;
}

async function sweep(place: Place, kind: string, directory: string, ...flags: string[]): Promise<void> {
  const { code, error } = await program(
    place.path,
    "sweep",
    kind,
    ...GRID,
    "--out-dir",
    directory,
    "--persist",
    ...flags,
  );
  assertEquals([code, error], [0, ""]);
}

const parts = (place: Place, directory: string) =>
  place.names(`${directory}/recordings`).map((name) => name.replace(/^.*\//, ""));

for (const [kind, runs] of [["ring", 6], ["comparison", 12], ["balanced", 12]] as const) {
  Deno.test(`sweep ${kind} --persist leaves the same rows with one thread and with a pool`, async () => {
    using place = new Place();
    const ratios = kind === "balanced" ? ["--outside-mid-ratios", "0.9"] : [];
    await sweep(place, kind, "local", ...ratios);
    await sweep(place, kind, "pool", ...ratios, "--executor", "pool", "--workers", "2");
    const local = await rowsOf(`${place.path}/local`);
    assertEquals(await rowsOf(`${place.path}/pool`), local);
    assertEquals(local[0]?.length, runs);
    assert((local[1]?.length ?? 0) > 10 * runs);
    assertEquals(parts(place, "local"), ["part-local.duckdb"]);
    for (const part of parts(place, "pool")) assert(/^part-pool-\d+\.duckdb$/.test(part), `${part} was not closed`);
  });
}

Deno.test("the events of runs whose files are not kept are recorded all the same", async () => {
  using place = new Place();
  await sweep(place, "ring", "kept", "--artifacts", "all");
  await sweep(place, "ring", "none", "--artifacts", "none", "--persist-to", "duckdb");
  assertEquals(await rowsOf(`${place.path}/none`), await rowsOf(`${place.path}/kept`));
  assert(!place.names("none").some((name) => name.endsWith("events.jsonl")));
  const shown = await program(place.path, "db", "simulations", "--db", "none/recordings", "--json");
  assertEquals(shown.out.trimEnd().split("\n").length, 6);
});

Deno.test("what a sweep recorded can be made again from its row alone", async () => {
  using place = new Place();
  await sweep(place, "balanced", "s", "--outside-mid-ratios", "0.9");
  const [rows = [], events = []] = await rowsOf(`${place.path}/s`);
  const { executeRing } = await import("../../src/executors/ring_run.ts");
  for (const row of rows) {
    const source: unknown = JSON.parse(String(row["config_json"]));
    const kinds: string[] = [];
    await executeRing({ model: "ring", runId: "again", source }, {
      keep: "none",
      onOutcome: ({ outcome: { log } }) => kinds.push(...Array.from({ length: log.length }, (_, i) => log.kind(i))),
    });
    const recorded = events.filter((event) => event["simulation_id"] === row["simulation_id"]);
    assertEquals(kinds, recorded.map((event) => event["event_type"]));
  }
});

Deno.test("completed runs without a recording are made again when a sweep is resumed with --persist", async () => {
  using place = new Place();
  const plain = await program(place.path, "sweep", "ring", ...GRID, "--out-dir", "s");
  assertEquals(plain.code, 0, plain.error);
  const csv = place.read("s/registry/experiments.csv");
  const resumed = await program(place.path, "sweep", "ring", ...GRID, "--out-dir", "s", "--resume", "--persist");
  assertEquals([resumed.code, resumed.error], [0, "warning: 6 completed runs without a recording made again\n"]);
  assertEquals((await rowsOf(`${place.path}/s`))[0]?.length, 6);
  assertEquals(place.read("s/registry/experiments.csv"), csv);
  const third = await program(place.path, "sweep", "ring", ...GRID, "--out-dir", "s", "--resume", "--persist");
  assertEquals([third.code, third.error], [0, ""]);
  assertEquals((await rowsOf(`${place.path}/s`))[0]?.length, 6);
});

Deno.test("a run that stands in two parts is shown once: the one that is complete, or the newer", async () => {
  using place = new Place();
  const directory = `${place.path}/parts`;
  for (const [part, seed, isComplete] of [["a", 1, true], ["b", 2, true], ["c", 3, false]] as const) {
    await using store = await openPart(directory, part);
    await store.persistSimulationStart("twice", { seed });
    await store.persistTickEvents("twice", 0, [{ event_type: `From${part}` }]);
    if (isComplete) await store.persistSimulationComplete("twice", {});
    await store.persistSimulationStart(`only-${part}`, { seed });
    await store.persistSimulationComplete(`only-${part}`, {});
  }
  await using all = await openParts(directory);
  assertEquals(await all.rows("SELECT simulation_id, rng_seed FROM simulations ORDER BY simulation_id"), [
    { simulation_id: "only-a", rng_seed: 1 },
    { simulation_id: "only-b", rng_seed: 2 },
    { simulation_id: "only-c", rng_seed: 3 },
    { simulation_id: "twice", rng_seed: 2 },
  ]);
  assertEquals(await all.rows("SELECT event_type FROM simulation_events"), [{ event_type: "Fromb" }]);
});

Deno.test("--persist-to names a place that exists, and needs --persist", async () => {
  using place = new Place();
  const flags = [...GRID, "--out-dir", "s"];
  const alone = await program(place.path, "sweep", "ring", ...flags, "--persist-to", "duckdb");
  assertEquals([alone.code, alone.error.includes("give --persist, too")], [2, true], alone.error);
  assertEquals(place.names(), []);
});
