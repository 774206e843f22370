/** Recordings whose process is killed: what was reported is recorded, and an interrupted run can be completed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Database, type Row } from "../../src/stores/duckdb/driver.ts";
import { openParts } from "../../src/stores/duckdb/parts.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { program } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";

const MAIN = fromFileUrl(new URL("../../src/cli/main.ts", import.meta.url));
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));
const EXAMPLES = fromFileUrl(new URL("../../examples/", import.meta.url));

/** Starts the program in a process of its own. */
function started(directory: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-check", "--config", CONFIG, MAIN, "-C", directory, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Kills a process when a condition holds; whether it was still at work. */
async function killedWhen(child: Deno.ChildProcess, condition: () => boolean): Promise<boolean> {
  const watch = setInterval(() => {
    if (!condition()) return;
    clearInterval(watch);
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It was faster: it has ended by itself.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }, 1);
  await child.stdout.cancel();
  const { signal } = await child.status;
  clearInterval(watch);
  return signal === "SIGKILL";
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0; // not made yet
  }
}

/** Everything that is recorded of a run, without what says when and how fast. */
async function rowsOf(path: string): Promise<Row[][]> {
  await using database = await Database.open(path, { readOnly: true });
  const all: Row[][] = [];
  for (
    const question of [
      `SELECT * EXCLUDE (simulation_no, started_at, completed_at, ended_at, duration_seconds, ticks_per_second)
       FROM simulations ORDER BY simulation_id`,
      "SELECT * EXCLUDE (event_timestamp, created_at) FROM simulation_events ORDER BY simulation_id, event_timestamp",
      ...["transactions", "daily_agent_metrics", "agent_queue_snapshots", "agent_state_registers", "policy_snapshots"]
        .map((table) => `FROM ${table} ORDER BY ALL`),
      "SELECT * EXCLUDE (start_time, end_time) FROM simulation_runs",
      ...["policy_decisions", "tick_agent_states", "tick_queue_snapshots"].map((table) => `FROM ${table} ORDER BY ALL`),
      "FROM ticks ORDER BY ALL",
    ]
  ) all.push(await database.rows(question));
  return all;
}

Deno.test("a payments run that was killed is completed by db resume, row for row as if nothing had happened", async () => {
  using place = new Place();
  // Long enough to be killed in the middle; policies and the script come from files that are gone afterwards.
  const scenario = Deno.readTextFileSync(`${EXAMPLES}payments/04-policies.yaml`)
    .replace(/num_days: \d+/, "num_days: 200")
    .replaceAll("../policies/", "policies/");
  place.write("p.yaml", scenario);
  for (const { name } of Deno.readDirSync(`${EXAMPLES}policies`)) {
    place.write(`policies/${name}`, Deno.readTextFileSync(`${EXAMPLES}policies/${name}`));
  }
  const run = (db: string) => ["payments", "run", "p.yaml", "--seed", "9", "--persist", db, "--simulation-id", "s"];
  const whole = await program(place.path, ...run("whole.duckdb"));
  assertEquals(whole.code, 0, whole.error);
  const child = started(place.path, ...run("killed.duckdb"));
  // The first events are being written: the simulation is under way.
  assert(await killedWhen(child, () => sizeOf(`${place.path}/killed.duckdb`) > 2_000_000), "it was too fast");
  Deno.removeSync(`${place.path}/policies`, { recursive: true });
  Deno.removeSync(`${place.path}/p.yaml`);
  const before = await program(place.path, "db", "simulations", "--db", "killed.duckdb", "--json");
  assertEquals(JSON.parse(before.out).status, "running");

  const resumed = await program(place.path, "db", "resume", "s", "--db", "killed.duckdb");
  assertEquals([resumed.code, resumed.error], [0, ""]);
  assertMatch(resumed.out, /^s is recorded to its end: \d+ events, completed\n$/);
  const [expected, found] = [await rowsOf(`${place.path}/whole.duckdb`), await rowsOf(`${place.path}/killed.duckdb`)];
  const named = (rows: Row[]) =>
    rows.map((row) => ({ ...row, outcome: String(row["outcome"]).replace(/\w+\.duckdb/, "") }));
  assertEquals(named(found[0] ?? []), named(expected[0] ?? []));
  assertEquals(found.slice(1), expected.slice(1));
  const again = await program(place.path, "db", "resume", "s", "--db", "killed.duckdb");
  assertEquals([again.code, again.error.includes("is completed; there is nothing to resume")], [1, true], again.error);
});

Deno.test("db resume refuses what it could not make the same, and says why", async () => {
  using place = new Place();
  const file = `${EXAMPLES}payments/01-two-banks.yaml`;
  await program(place.path, "payments", "run", file, "--persist", "r.duckdb", "--simulation-id", "s");
  const { behaviours = null } = await (async () => {
    await using database = await Database.open(`${place.path}/r.duckdb`, { readOnly: true });
    return (await database.rows("SELECT behaviours FROM simulations"))[0] ?? {};
  })();
  const refused = async (change: string): Promise<string> => {
    {
      await using database = await Database.open(`${place.path}/r.duckdb`);
      await database.run("UPDATE simulations SET status = 'running', behaviours = ?", [behaviours]);
      await database.run(change);
    }
    const { code, error } = await program(place.path, "db", "resume", "s", "--db", "r.duckdb");
    assertEquals(code, 1);
    return error;
  };
  const set = (key: string, value: string) =>
    `UPDATE simulations SET behaviours = json_merge_patch(behaviours, '{"${key}": ${value}}')`;
  assertMatch(await refused(set("engine_version", '"0.0"')), /begun by version 0\.0 of the engine/);
  assertMatch(
    await refused(set("switches", '["flyingBanks"]')),
    /a behaviour "flyingBanks" that this version does not have/,
  );
  assertMatch(await refused(set("dictionary", "null")), /does not say what the run was made from/);
  assertMatch(await refused("UPDATE simulations SET model = 'ring'"), /bilancio db delete s removes it/);
  const { code, error } = await program(place.path, "db", "resume", "nobody", "--db", "r.duckdb");
  assertEquals([code, error.includes("has no simulation nobody")], [1, true], error);
});

for (const executor of ["local", "pool"]) {
  Deno.test(`a sweep with --persist that is killed lost no reported run (${executor}), and resumes to all of them`, async () => {
    using place = new Place();
    const flags = ["sweep", "ring", "--n-agents", "5", "--kappas", "0.25,0.5,1,2,4", "--concentrations", "1,2"];
    const sweep = [...flags, "--mus", "0,0.25,0.5,0.75,1", "--out-dir", "s", "--persist", "--artifacts", "none"];
    const child = started(place.path, ...sweep, "--executor", executor, "--workers", "2", "--json");
    const journal = `${place.path}/s/registry/journal.jsonl`;
    const isUnderWay = () => sizeOf(journal) > 0 && Deno.readTextFileSync(journal).includes('"completed"');
    const killed = await killedWhen(child, isUnderWay);
    const reported = await completedRuns(place);
    // A part of the recordings exists as soon as anything is reported.
    const recorded = reported.length === 0 ? new Set<unknown>() : await recordedRuns(place);
    assertEquals(reported.filter((id) => !recorded.has(id)), [], "reported, but not recorded");
    const resumed = await program(place.path, ...sweep, "--resume", "--quiet");
    assertEquals([resumed.code, resumed.error], [0, resumed.error]);
    const all = await completedRuns(place);
    assertEquals(all.length, 50);
    assertEquals([...await recordedRuns(place)].sort(), all.toSorted());
    assert(killed || reported.length === 50);
  });
}

async function completedRuns(place: Place): Promise<string[]> {
  await using registry = new FileRegistryStore(`${place.path}/s`);
  return (await registry.query("", { status: "completed" })).map(({ runId }) => runId);
}

async function recordedRuns(place: Place): Promise<ReadonlySet<unknown>> {
  await using parts = await openParts(`${place.path}/s/recordings`);
  const rows = await parts.rows("SELECT simulation_id, count(*) AS times FROM simulations GROUP BY simulation_id");
  assertEquals(rows.filter((row) => row["times"] !== 1), []);
  return new Set(rows.map((row) => row["simulation_id"]));
}
