/** `payments run --persist-to postgres`, with the permissions of the task `online`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { online, startOnline } from "./online.ts";
import { Folder, ROOT } from "./program.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const LONG = Deno.readTextFileSync(`${ROOT}examples/payments/02-gridlock.yaml`)
  .replace(/num_days: \d+/, "num_days: 2000");

Deno.test("a run is recorded in the Postgres of the environment, and prints what it prints without", async () => {
  using folder = new Folder();
  await using place = await server.createDatabase({ migrated: true });
  const variables = { BILANCIO_DATABASE_URL: place.url };
  const run = ["payments", "run", `${ROOT}examples/payments/03-liquidity-saving.yaml`];
  const persisted = [...run, "--persist-to", "postgres", "--simulation-id", "first"];
  const plain = await online(folder, {}, ...run);
  const recorded = await online(folder, variables, ...persisted);
  assertEquals([recorded.code, recorded.error], [0, ""]);
  const { simulation: { simulation_id, database, ...simulation }, performance: _, ...rest } = JSON.parse(recorded.out);
  const { simulation: bare, performance: __, ...others } = JSON.parse(plain.out);
  const without = ({ duration_seconds: _d, ticks_per_second: _t, ...kept }: Record<string, unknown>) => kept;
  assertEquals([simulation_id, without(simulation), rest], ["first", without(bare), others]);
  await using connection = openPostgres({ url: place.url });
  // No more than the place is told of the address.
  assertEquals(database, connection.place);
  const [row] = await connection.rows(
    `SELECT status, total_arrivals, (SELECT count(*) FROM transactions)::int AS payments FROM simulations`,
  );
  assertEquals(row, { status: "completed", total_arrivals: rest.metrics.total_arrivals, payments: row?.["payments"] });
  assertEquals(row?.["payments"], rest.metrics.total_arrivals);
  const again = await online(folder, variables, ...persisted);
  assertEquals([again.code, again.error.includes('a simulation "first" already (completed)')], [1, true], again.error);
});

Deno.test("--persist-to postgres says what is missing: an address, the tables; and goes with no file", async () => {
  using folder = new Folder();
  await using empty = await server.createDatabase();
  const run = ["payments", "run", `${ROOT}examples/payments/01-two-banks.yaml`, "--persist-to"];
  for (
    const [variables, args, code, said] of [
      [{}, ["postgres"], 2, "BILANCIO_DATABASE_URL"],
      [{ BILANCIO_DATABASE_URL: empty.url }, ["postgres"], 1, "bilancio migrate makes the missing tables"],
      [{}, ["postgres", "--persist", "r.duckdb"], 2, "give one of them"],
      [{}, ["duckdb"], 2, "give --persist DB, too"],
    ] as const
  ) {
    const failed = await online(folder, variables, ...run, ...args);
    assertEquals([failed.code, failed.out], [code, ""]);
    assertStringIncludes(failed.error, said);
  }
  assertEquals(folder.names(), []);
});

Deno.test({
  name: "Ctrl-C leaves the ticks so far in the Postgres: exit 130",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = new Folder();
    folder.write("long.yaml", LONG);
    await using place = await server.createDatabase({ migrated: true });
    const run = ["payments", "run", "long.yaml", "--persist-to", "postgres", "--simulation-id", "s", "--stream"];
    const child = startOnline(folder, { BILANCIO_DATABASE_URL: place.url }, ...run);
    const error = new Response(child.stderr).text();
    let out = "";
    let isTold = false;
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      out += chunk;
      if (!isTold) child.kill("SIGINT");
      isTold = true;
    }
    assertEquals((await child.status).code, 130, await error);
    assertStringIncludes(await error, "Interrupted: s is recorded so far; there it cannot be completed");
    await using connection = openPostgres({ url: place.url });
    const [row] = await connection.rows(
      `SELECT status, (SELECT count(*) FROM simulation_ticks)::int AS ticks,
         (SELECT max(end_event) FROM simulation_ticks)::int AS noted, (SELECT count(*) FROM simulation_events)::int AS events
       FROM simulations`,
    );
    const ticks = out.trimEnd().split("\n").length;
    assertEquals([row?.["status"], row?.["ticks"], row?.["noted"]], ["running", ticks, row?.["events"]]);
    assert(ticks > 0);
  },
});
