/** Databases that are opened while runs are made: what comes between, and what is found too late. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { letIn } from "../../src/executors/event_loop.ts";
import { Conflict, StoreError } from "../../src/core/errors.ts";
import { RecordingExecutor } from "../../src/executors/recording_executor.ts";
import { PartRecorder } from "../../src/executors/run_recorder.ts";
import { Database } from "../../src/stores/duckdb/driver.ts";
import { schemaProblems } from "../../src/stores/duckdb/validation.ts";
import { OpeningStore } from "../../src/stores/duckdb/opening_store.ts";
import { openPart, openParts } from "../../src/stores/duckdb/parts.ts";
import { DuckDbSimulations } from "../../src/stores/duckdb/simulations.ts";
import { program, rowsIn } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";

const SCENARIO = {
  version: 1,
  name: "One firm",
  agents: [{ id: "CB", kind: "central_bank", name: "CB" }, { id: "A", kind: "firm", name: "A" }],
  initial_actions: [{ mint_cash: { to: "A", amount: 5 } }],
  run: { max_days: 4 },
};

function* requests(many: number) {
  for (let i = 0; i < many; i++) yield { model: "ring", runId: `r${i}`, source: { scenario: SCENARIO } };
}

Deno.test("a script is kept as a whole or not at all, and the database goes on after one that failed", async () => {
  await using database = await Database.open(":memory:");
  const error = await assertRejects(
    () => database.script("CREATE TABLE a (i INTEGER); INSERT INTO a VALUES ('no number'); CREATE TABLE b (i INTEGER)"),
    StoreError,
  );
  assertMatch(error.message, /^:memory:: .*no number/);
  assertEquals(await database.rows("SELECT table_name FROM duckdb_tables()"), []);
  await database.script("CREATE TABLE a (i INTEGER); INSERT INTO a VALUES (1), (2)");
  await database.transaction((session) => session.run("INSERT INTO a VALUES (?)", [3]));
  assertEquals(await database.rows("SELECT sum(i) AS sum FROM a WHERE i > ?", [1]), [{ sum: 5 }]);
});

/** Opens a path where nothing is when it is looked at, and `file` when it is opened. */
function openLate(path: string, file: string): Promise<DuckDbSimulations> {
  const opening = DuckDbSimulations.open(path);
  Deno.copyFileSync(file, path);
  return opening;
}

Deno.test("a database that another process makes while a new one is opened is the one that is used", async () => {
  using place = new Place();
  const [recorded, bare] = [`${place.path}/recorded.duckdb`, `${place.path}/bare.duckdb`];
  {
    await using store = await DuckDbSimulations.open(recorded);
    await store.persistSimulationStart("theirs", {});
    await store.persistTickEvents("theirs", 0, [{ event_type: "X" }]);
  }
  await (await Database.open(bare))[Symbol.asyncDispose]();
  {
    await using store = await openLate(`${place.path}/a.duckdb`, recorded);
    assertEquals(store.interrupted, ["theirs"]);
    await store.persistSimulationStart("mine", {});
    await store.persistTickEvents("mine", 0, [{ event_type: "Y" }, { event_type: "X" }]);
    const kinds = await store.database.rows("SELECT event_type FROM simulation_events ORDER BY simulation_id, tick");
    assertEquals(kinds.map((row) => row["event_type"]).sort(), ["X", "X", "Y"]);
  }
  await using store = await openLate(`${place.path}/b.duckdb`, bare);
  assertEquals(await schemaProblems(store.database), []);
});

Deno.test("what another process puts there meanwhile is refused as ever when it is something else", async () => {
  using place = new Place();
  const recipes = `${place.path}/recipes.duckdb`;
  {
    await using database = await Database.open(recipes);
    await database.run("CREATE TABLE recipes (name VARCHAR)");
  }
  const late = `${place.path}/late.duckdb`;
  await assertRejects(() => openLate(late, recipes), StoreError, "is a database of something else");
  assertEquals(await rowsIn(late, "SELECT table_name FROM duckdb_tables()"), [{ table_name: "recipes" }]);
  place.write("notes.txt", "my notes, and more of them".repeat(1000));
  const notes = `${place.path}/late.txt`;
  await assertRejects(() => openLate(notes, `${place.path}/notes.txt`), StoreError, "is no database");
  assertEquals(place.read("late.txt"), place.read("notes.txt"));
});

Deno.test("an empty file is refused, one that nobody can look at is told in our words", async () => {
  using place = new Place();
  place.write("empty.duckdb", "");
  await assertRejects(() => DuckDbSimulations.open(`${place.path}/empty.duckdb`), StoreError, "is no database");
  await assertRejects(() => DuckDbSimulations.open(`${place.path}/empty.duckdb/r.duckdb`), StoreError, "r.duckdb");
});

Deno.test("a sweep whose part file cannot be opened ends early, with the file's name", async () => {
  using place = new Place();
  place.write("part-local.duckdb", "no database");
  await using executor = new RecordingExecutor(new PartRecorder({ directory: place.path, part: "local" }), null);
  let [begun, made] = [0, 0];
  function* counted() {
    for (const request of requests(1_000_000)) {
      begun++;
      yield request;
    }
  }
  const error = await assertRejects(async () => {
    for await (const _ of executor.executeMany(counted())) made++;
  }, StoreError);
  assertMatch(error.message, /part-local\.duckdb is no database/);
  assertEquals(made, 0);
  assert(begun < 100_000, `${begun} runs were begun`);
  assertEquals(place.read("part-local.duckdb"), "no database");
});

Deno.test("a part file that cannot be opened is told whoever asks first, and closing it is no second failure", async () => {
  using place = new Place();
  place.write("file", "");
  {
    await using recorder = new PartRecorder({ directory: `${place.path}/file`, part: "a" });
    const error = await assertRejects(() => recorder.flush(), StoreError);
    assertMatch(error.message, /^Cannot write .*file: /);
    assertThrows(() => recorder.check(), StoreError);
  }
  await using executor = new RecordingExecutor(
    new PartRecorder({ directory: `${place.path}/file/b`, part: "b" }),
    null,
  );
  await assertRejects(() => Array.fromAsync(executor.executeMany([])), StoreError);
});

Deno.test("runs that are over before the part file is open are recorded when it is", async () => {
  using place = new Place();
  {
    await using executor = new RecordingExecutor(new PartRecorder({ directory: place.path, part: "local" }), null);
    assertEquals((await Array.fromAsync(executor.executeMany(requests(3)))).length, 3);
    // What was brought in order between two calls takes more.
    const [again] = await Array.fromAsync(executor.executeMany([...requests(4)].slice(3)));
    assertEquals(again?.runId, "r3");
  }
  await using parts = await openParts(place.path);
  assertEquals(await parts.rows("SELECT count(*) AS runs FROM simulations WHERE status = 'completed'"), [{ runs: 4 }]);
  assertEquals(place.names(), ["part-local.duckdb"]);
});

Deno.test("a store that turns out to have the simulation stops it, and records nothing of it", async () => {
  await using database = await DuckDbSimulations.open(":memory:");
  await database.persistSimulationStart("s", {});
  const store = new OpeningStore(Promise.resolve(database));
  await store.start("s", {}, {}, []);
  store.check(); // nothing is known yet
  await assertRejects(() => store.record("s", [], []), Conflict, "holds a simulation s already");
  assertThrows(() => store.check(), Conflict);
  await assertRejects(() => store.end("s", { status: "completed" }, [], []), Conflict);
  assertEquals(await database.database.rows("SELECT status FROM simulations"), [{ status: "running" }]);
});

Deno.test("a ring scenario that is wrong makes no database, in whatever way it is wrong", async () => {
  using place = new Place();
  const wrong: Readonly<Record<string, readonly [scenario: unknown, message: RegExp]>> = {
    unread: [{ ...SCENARIO, agents: 7 }, /agents/],
    setup: [
      { ...SCENARIO, initial_actions: [{ transfer_cash: { from_agent: "A", to_agent: "CB", amount: 5 } }] },
      /insufficient cash/,
    ],
    alias: [
      {
        ...SCENARIO,
        scheduled_actions: [{ day: 1, action: { transfer_claim: { contract_alias: "NONE", to_agent: "A" } } }],
      },
      /unknown alias 'NONE'/,
    ],
  };
  for (const [name, [scenario, message]] of Object.entries(wrong)) {
    place.write(`${name}.yaml`, JSON.stringify(scenario));
    const { code, error } = await program(place.path, "run", `${name}.yaml`, "--persist", `${name}.duckdb`);
    assertEquals(code, 1, `${name}: ${error}`);
    assertMatch(error, message);
  }
  assertEquals(place.names(), ["alias.yaml", "setup.yaml", "unread.yaml"]);
});

Deno.test("a ring run into a file that is no database, or that has its id, is refused and writes no other file", async () => {
  using place = new Place();
  place.write("s.yaml", JSON.stringify(SCENARIO));
  const run = (...words: string[]) =>
    program(place.path, "run", "s.yaml", "--persist", "r.duckdb", "--simulation-id", "s", ...words);
  const first = await run();
  assertEquals([first.code, first.error], [0, "Recorded as s in r.duckdb\n"]);
  const second = await run("--html", "page.html");
  assertEquals(second.code, 1);
  assertMatch(second.error, /r\.duckdb holds a simulation s already \(completed\); choose another --simulation-id/);
  place.write("no.duckdb", "no database");
  const none = await program(place.path, "run", "s.yaml", "--persist", "no.duckdb", "--export-events", "e.jsonl");
  assertEquals(none.code, 1);
  assertMatch(none.error, /no\.duckdb is no database/);
  assertEquals(place.names(), ["no.duckdb", "r.duckdb", "s.yaml"]);
  const rows = await rowsIn(`${place.path}/r.duckdb`, "SELECT simulation_id, status FROM simulations");
  assertEquals(rows, [{ simulation_id: "s", status: "completed" }]);
});

Deno.test("bringing a database in order is no end: more is recorded, and one that can only be read is left alone", async () => {
  using place = new Place();
  {
    await using part = await openPart(place.path, "a");
    await part.persistSimulationStart("s", {});
    part.database.tidy();
    await part.persistTickEvents("s", 0, [{ event_type: "X" }]);
    part.database.tidy();
    await letIn();
  }
  await using database = await Database.open(`${place.path}/part-a.duckdb`, { readOnly: true });
  database.tidy();
  assertEquals(await database.rows("SELECT count(*) AS events FROM event_rows"), [{ events: 1 }]);
});
