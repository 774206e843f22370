/** `bilancio db` and `bilancio payments checkpoint` as a user types them (spec 08 8 and 12). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { sha256Hex } from "../../../src/core/hash.ts";
import { Database } from "../../../src/stores/duckdb/driver.ts";
import { SCHEMA_VERSION } from "../../../src/stores/duckdb/migrations.ts";
import { Place } from "../places.ts";
import { type Printed, program, rowsIn, SCENARIO_M } from "./payments_recordings.ts";

/** A directory with scenario M, recorded as `s`. */
async function recorded(place: Place): Promise<(...words: string[]) => Promise<Printed>> {
  place.write("m.yaml", SCENARIO_M);
  const run = ["payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "s", "--full-replay"];
  assertEquals((await program(place.path, ...run)).code, 0);
  return (...words) => program(place.path, "db", ...words, "--db", "r.duckdb");
}

Deno.test("db info, list and simulations show what is there", async () => {
  using place = new Place();
  const db = await recorded(place);
  const { bytes, ...info } = JSON.parse((await db("info", "--json")).out);
  assertEquals(bytes, Deno.statSync(`${place.path}/r.duckdb`).size);
  assertEquals([info.schema_version, info.newest_schema_version], [SCHEMA_VERSION, SCHEMA_VERSION]);
  assertEquals([info.path, info.events, info.checkpoints, info.simulations], ["r.duckdb", 16, 0, {
    "payments completed": 1,
  }]);
  assertMatch((await db("info")).out, /^path: r\.duckdb\n[\s\S]*\nsimulations: 1 payments completed\n$/);
  const tables = (await db("list", "--json")).out.trim().split("\n").map((line) => JSON.parse(line));
  const kinds = Object.fromEntries(tables.map((row: Record<string, unknown>) => [row["name"], row["kind"]]));
  assertEquals([kinds["transactions"], kinds["simulation_events"], kinds["lsm_cycles"]], ["view", "view", "view"]);
  assertEquals(tables.find((row: Record<string, unknown>) => row["name"] === "tick_agent_states").row_count, 12);
  assertMatch((await db("simulations")).out, /^simulation_id +model +status .*\ns +payments +completed /);
  assertEquals((await db("simulations", "--status", "failed")).out, "nothing\n");
  assertEquals((await db("simulations", "--status", "done")).code, 2);
});

Deno.test("db report and events answer in text and as JSON", async () => {
  using place = new Place();
  const db = await recorded(place);
  assertMatch((await db("report", "s", "cost_breakdown")).out, /^agent_id .*\nA .* 18\nB .* 0\n$/);
  assertEquals(
    JSON.parse((await db("report", "s", "tick_range", "--from-tick", "0", "--to-tick", "5", "--json")).out),
    {
      total_arrivals: 2,
      total_settlements: 2,
      total_delay_cost: 18,
      avg_delay_ticks: 1,
    },
  );
  const lacking = await db("report", "s", "tick_range", "--from-tick", "0");
  assertEquals([lacking.code, lacking.error], [1, "The report tick_range needs to_tick\n"]);
  const events = await db("events", "s", "--type", "Arrival", "--limit", "1");
  assertMatch(events.out, /^1 {2}Arrival {2}\S+ {2}\{"sender_id":"A",.*\}\n$/);
  assertEquals(events.error, "1 of 2 events\n");
  const [stamp] = (await db("events", "s", "--json", "--limit", "1")).out.match(/(?<="event_timestamp":")[^"]+/) ?? [];
  assertMatch(String(stamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  for (const command of [["events", "x"], ["report", "x", "summary"], ["costs", "x"], ["delete", "x"]]) {
    const unknown = await db(...command);
    assertEquals([unknown.code, unknown.out], [1, ""]);
    assertMatch(unknown.error, /no simulation x/);
  }
});

Deno.test("db export writes Parquet, and says which tables there are", async () => {
  using place = new Place();
  const db = await recorded(place);
  assertEquals((await db("export", "simulation_events", "e.parquet")).out, "e.parquet: 16 rows\n");
  assertEquals(
    (await db("export", "tick_agent_states", "t.parquet", "--simulation-id", "s")).out,
    "t.parquet: 12 rows\n",
  );
  {
    await using database = await Database.open(":memory:");
    const [row] = await database.rows(`SELECT count(*) AS n, max(tick) AS last FROM '${place.path}/e.parquet'`);
    assertEquals(row, { n: 16, last: 5 });
  }
  const unknown = await db("export", "recipes", "x.parquet");
  assertMatch(unknown.error, /^There is no table recipes; there are simulation_events, /);
  assert(!/event_rows|simulation_names/.test(unknown.error));
  const other = await db("export", "transactions", "x.parquet", "--simulation-id", "y");
  assertEquals([other.code, other.error], [1, "transactions has no rows of y\n"]);
  const aside = await db("export", "experiments", "x.parquet", "--simulation-id", "s");
  assertEquals([aside.code, aside.error], [
    1,
    "The rows of experiments belong to no simulation; write the whole table\n",
  ]);
  const nowhere = await db("export", "transactions", "missing/x.parquet");
  assertEquals(nowhere.code, 1);
  assertMatch(nowhere.error, /^Cannot open .*\/missing\/x\.parquet; its directory does not exist: make it first\n$/);
});

Deno.test("db delete leaves nothing of a simulation, and all of the others", async () => {
  using place = new Place();
  const db = await recorded(place);
  const again = ["payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "t", "--full-replay"];
  const other = await program(place.path, ...again);
  assertEquals((await db("delete", "s")).out, "s is deleted\n");
  const tables = await rowsIn(
    `${place.path}/r.duckdb`,
    "SELECT table_name FROM information_schema.columns WHERE column_name = 'simulation_id' AND table_schema = 'main'",
  );
  assert(tables.length > 10);
  for (const { table_name } of tables) {
    const found = await rowsIn(`${place.path}/r.duckdb`, `SELECT DISTINCT simulation_id AS id FROM "${table_name}"`);
    assert(found.every((row) => row["id"] === "t"), String(table_name));
  }
  assertEquals((await program(place.path, "payments", "replay", "t", "--db", "r.duckdb")).out, other.out);
  assertEquals((await db("validate")).code, 0);
});

Deno.test("payments checkpoint save, load, list and delete keep states in a database", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  place.write("other.yaml", SCENARIO_M.replace("amount: 90", "amount: 91"));
  const checkpoint = (...words: string[]) => program(place.path, "payments", "checkpoint", ...words);
  const inDatabase = ["--db", "states.duckdb"];
  for (const tick of [2, 4]) {
    assertEquals((await checkpoint("m.yaml", "--at", `${tick}`, "--save", `${tick}.json`)).code, 0);
    const flags = ["--simulation-id", "s", "--description", `before ${tick}`, "--type", "auto", ...inDatabase];
    const saved = await checkpoint("save", `${tick}.json`, "m.yaml", ...flags);
    assertEquals(saved.code, 0, saved.error);
    assertMatch(JSON.parse(saved.out).checkpoint_id, /^[0-9a-f-]{36}$/);
  }
  const rows = (await checkpoint("list", ...inDatabase, "--json")).out.trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(rows.map((row) => [row.checkpoint_tick, row.checkpoint_day, row.description]), [
    [2, 0, "before 2"],
    [4, 1, "before 4"],
  ]);
  const text = place.read("4.json");
  assertEquals([rows[1].created_by, rows[1].state_hash, rows[1].total_size_bytes], [
    "cli",
    sha256Hex(text),
    text.length,
  ]);
  assertEquals((await checkpoint("list", ...inDatabase, "--limit", "1", "--json")).out.trim().split("\n").length, 1);
  assertEquals((await checkpoint("list", ...inDatabase, "--type", "final")).out, "nothing\n");
  const latest = await checkpoint("load", "latest", "--simulation-id", "s", ...inDatabase, "--out", "back.json");
  assertEquals([latest.code, place.read("back.json")], [0, text]);
  assertEquals((await checkpoint("load", rows[0].checkpoint_id, ...inDatabase)).out, place.read("2.json"));
  const went = await checkpoint("m.yaml", "--load", "back.json", "--export-final", "went.json");
  assertEquals(went.code, 0, went.error);
  await program(place.path, "payments", "run", "m.yaml", "--export-final", "whole.json");
  assertEquals(JSON.parse(place.read("went.json")).agents, JSON.parse(place.read("whole.json")).agents);
});

Deno.test("payments checkpoint refuses what does not fit, and asks before it deletes", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  place.write("other.yaml", SCENARIO_M.replace("amount: 90", "amount: 91"));
  place.write("torn.json", "{");
  const checkpoint = (...words: string[]) => program(place.path, "payments", "checkpoint", ...words);
  const db = ["--db", "states.duckdb"];
  await checkpoint("m.yaml", "--at", "2", "--save", "2.json");
  const named = ["--simulation-id", "s", ...db];
  const error = async (...words: string[]) => {
    const { code, out, error } = await checkpoint(...words);
    assertEquals(out, "");
    return [code, error];
  };
  const [code, mismatch] = await error("save", "2.json", "other.yaml", ...named);
  assertEquals(code, 1);
  assertMatch(String(mismatch), /^Config mismatch: /);
  assertEquals((await error("save", "torn.json", "m.yaml", ...named))[0], 1);
  assertEquals((await error("save", "nowhere.json", "m.yaml", ...named))[0], 2);
  assertEquals((await error("save", "2.json", "m.yaml", ...db))[0], 2);
  assertEquals(await error("save", "2.json", "m.yaml", ...named, "--type", "eod"), [
    1,
    "checkpoint_type must be one of ['manual', 'auto', 'end_of_day', 'final'], got: eod\n",
  ]);
  const id = JSON.parse((await checkpoint("save", "2.json", "m.yaml", ...named)).out).checkpoint_id;
  assertEquals(await error("load", "latest", ...db), [2, "latest needs a simulation: --simulation-id ID.\n"]);
  assertEquals(await error("load", "latest", "--simulation-id", "x", ...db), [1, "There are no states of x\n"]);
  assertEquals(await error("load", "x", ...db), [1, "Checkpoint x not found\n"]);
  assertEquals(await error("delete", ...db), [
    2,
    "bilancio payments checkpoint delete takes CHECKPOINT or --simulation-id ID, one of them.\n",
  ]);
  assertEquals(await error("delete", "x", "--yes", ...db), [1, "Checkpoint x not found\n"]);
  {
    await using database = await Database.open(`${place.path}/states.duckdb`);
    await database.run("UPDATE simulation_checkpoints SET state_json = state_json || ' '");
  }
  const [changed, why] = await error("load", id, ...db);
  assertEquals(changed, 1);
  assertMatch(
    String(why),
    /^Checkpoint integrity check failed: state hash mismatch \(expected: \w{64}, computed: \w{64}\)/,
  );
  // Nobody is at the terminal of a test.
  if (!Deno.stdin.isTerminal()) assertEquals((await error("delete", id, ...db))[0], 2);
  assertEquals(await checkpoint("delete", id, "--yes", ...db), { code: 0, out: "1 state deleted\n", error: "" });
  assertEquals(await error("delete", "--simulation-id", "s", "--yes", ...db), [1, "There are no states of s\n"]);
});

Deno.test("a database that cannot be used is refused with what to do", async () => {
  using place = new Place();
  place.write("notes.txt", "my notes, and more of them".repeat(1000));
  place.write("m.yaml", SCENARIO_M);
  Deno.mkdirSync(`${place.path}/empty`);
  const error = async (...words: string[]) => {
    const { code, error } = await program(place.path, ...words);
    assertEquals(code, 1, error);
    return error.replaceAll(`${place.path}/`, "");
  };
  assertEquals(await error("db", "simulations"), "There is no database simulation_data.db; name another with --db\n");
  assertMatch(
    await error("db", "simulations", "--db", "notes.txt"),
    /^notes\.txt is no database of this version of DuckDB/,
  );
  assertMatch(await error("payments", "run", "m.yaml", "--persist", "notes.txt"), /^notes\.txt is no database/);
  assertEquals(await error("db", "simulations", "--db", "empty"), "empty has no parts of a recording\n");
  await (await Database.open(`${place.path}/bare.duckdb`))[Symbol.asyncDispose]();
  const bare = await error("payments", "replay", "s", "--db", "bare.duckdb");
  assertEquals(bare, "bare.duckdb has no tables: bilancio db init --db bare.duckdb makes them\n");
  const folder = await error("payments", "run", "m.yaml", "--persist", "notes.txt/r.duckdb");
  assertMatch(folder, /notes\.txt/);
});

Deno.test("a command that takes one file says so of a folder", async () => {
  using place = new Place();
  Deno.mkdirSync(`${place.path}/parts`);
  const { code, error } = await program(place.path, "db", "info", "--db", "parts");
  assertEquals(code, 1);
  assertMatch(error, /parts is a directory; this command takes one file/);
});
