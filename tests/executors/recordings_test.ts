/** What the library records is what the command line records (INV-11). */
import { assertEquals, assertRejects } from "@std/assert";
import { Conflict, ValidationError } from "../../src/core/errors.ts";
import { isSimulationPersistenceProvider } from "../../src/experiments/contracts.ts";
import { Recordings } from "../../src/executors/recordings.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import { Database, type Row } from "../../src/stores/duckdb/driver.ts";
import { deno, Folder, ROOT } from "../e2e/program.ts";

const PAYMENTS = "examples/payments/03-liquidity-saving.yaml";
const RING = "examples/scenarios/04-default-cascade.yaml";
const read = (file: string) => Deno.readTextFileSync(`${ROOT}${file}`);

/** Tables whose rows are compared, without what says when and how fast something ran. */
const QUERIES = [
  `SELECT * EXCLUDE (started_at, completed_at, ended_at, duration_seconds, ticks_per_second, outcome) FROM simulations
   ORDER BY simulation_no`,
  `SELECT * EXCLUDE (event_timestamp, created_at) FROM simulation_events ORDER BY simulation_id, tick, event_timestamp`,
  "SELECT * FROM transactions ORDER BY simulation_id, tx_id",
  "SELECT * FROM daily_agent_metrics ORDER BY simulation_id, agent_id, day",
  "SELECT * FROM policy_snapshots ORDER BY simulation_id, agent_id",
  "SELECT json_extract(outcome, '$.lsm_releases') AS released FROM simulations ORDER BY simulation_no",
];

async function rowsOf(path: string): Promise<Row[][]> {
  await using database = await Database.open(path, { readOnly: true });
  const all: Row[][] = [];
  for (const query of QUERIES) all.push(await database.rows(query));
  return all;
}

Deno.test("INV-11: the library and the command line leave the same rows of the same runs, in both models", async () => {
  using folder = new Folder();
  const [library, program] = [`${folder.path}/library.duckdb`, `${folder.path}/program.duckdb`];
  {
    await using recordings = await Recordings.open(library);
    await recordings.recordPayments(read(PAYMENTS), { simulationId: "p", file: PAYMENTS });
    const { scenario } = loadScenarioText(read(RING), RING);
    await recordings.recordRing(scenario, { simulationId: "r", file: RING });
  }
  const start = ["run", "-q", "--no-prompt", "-P=recording", "src/cli/main.ts", "-C", ROOT.replace(/\/$/, "")];
  for (const [command, file, id] of [[["payments", "run"], PAYMENTS, "p"], [["run"], RING, "r"]] as const) {
    const { code, error } = await deno([...start, ...command, file, "--persist", program, "--simulation-id", id]);
    assertEquals(code, 0, error);
  }
  const [expected, found] = [await rowsOf(program), await rowsOf(library)];
  QUERIES.forEach((query, i) => {
    assertEquals((expected[i]?.length ?? 0) > 0, true, query);
    assertEquals(found[i], expected[i], query);
  });
});

Deno.test("an id that is taken and a scenario that is wrong leave the database as it was", async () => {
  await using recordings = await Recordings.open(":memory:");
  const { scenario } = loadScenarioText(read(RING), RING);
  await recordings.recordRing(scenario, { simulationId: "a" });
  await assertRejects(() => recordings.recordRing(scenario, { simulationId: "a" }), Conflict);
  await assertRejects(() => recordings.recordPayments(read(PAYMENTS), { simulationId: "a" }), Conflict);
  await assertRejects(() => recordings.recordPayments("agents: 3", { simulationId: "b" }), ValidationError);
  assertEquals(await recordings.database.rows("SELECT simulation_id, model FROM simulations"), [
    { simulation_id: "a", model: "ring" },
  ]);
});

Deno.test("a run that is aborted stays recorded up to a whole tick, as one that was interrupted", async () => {
  await using recordings = await Recordings.open(":memory:");
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  const options = { simulationId: "a", file: PAYMENTS, signal: stop.signal };
  await assertRejects(() => recordings.recordPayments(read(PAYMENTS), options), Error, "enough");
  assertEquals(await recordings.database.rows("SELECT status FROM simulations"), [{ status: "running" }]);
});

Deno.test("mod.ts works where only reading is allowed, until something is asked of a database or a storage", async () => {
  using folder = new Folder();
  const program = folder.write(
    "program.ts",
    `import { loadScenarioText, openPostgres, openS3, Recordings } from ${JSON.stringify(`${ROOT}mod.ts`)};
     console.log(typeof loadScenarioText);
     const keys = { accessKeyId: "key", secretAccessKey: "secret" };
     await using database = openPostgres({ url: "postgres://me:secret@127.0.0.1:1/lab" });
     await using storage = openS3({ endpoint: "http://127.0.0.1:1", region: "auto", bucket: "lab", ...keys });
     console.log(database.place, storage.place);
     try { await Recordings.open(":memory:"); } catch (error) { console.log(error.name, error.message); }`,
  );
  const { code, out, error } = await deno(
    ["run", "-q", "--no-check", "--no-prompt", "--allow-read", "--config", `${ROOT}deno.json`, program],
  );
  assertEquals(code, 0, error);
  assertEquals(out.startsWith("function\ndatabase lab on 127.0.0.1:1 s3://lab\nStoreError "), true, out);
});

Deno.test("recordings are a provider: what other code records stands beside the runs, and can be deleted", async () => {
  await using recordings = await Recordings.open(":memory:");
  assertEquals([isSimulationPersistenceProvider(recordings), recordings.interrupted], [true, []]);
  await recordings.persistSimulationStart("mine", { ticks_per_day: 10 });
  assertEquals(await recordings.persistTickEvents("mine", 3, [{ event_type: "Rain", agent_id: "A" }]), 1);
  await recordings.persistSimulationComplete("mine", { total_arrivals: 1 });
  const sql = "SELECT tick, event_type, agent_id FROM simulation_events";
  assertEquals(await recordings.database.rows(sql), [{ tick: 3, event_type: "Rain", agent_id: "A" }]);
  await recordings.delete("mine");
  assertEquals(await recordings.database.rows(sql), []);
});
