/** A Postgres that goes away, is slow, refuses, or is used by others at the same time: nothing lost, nothing twice. */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { Conflict, NotFound, StoreError } from "../../src/core/errors.ts";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { migrate } from "../../src/stores/postgres/migrations.ts";
import { loadPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { type RunOptions, runPaymentsStepwise } from "../../src/payments/script.ts";
import { PaymentsRecorder } from "../../src/stores/duckdb/payments_recorder.ts";
import { PostgresJobStore } from "../../src/stores/postgres/job_store.ts";
import { PostgresRegistryStore } from "../../src/stores/postgres/registry_store.ts";
import { PostgresSimulations } from "../../src/stores/postgres/simulations.ts";
import { PostgresSweeps } from "../../src/stores/postgres/sweeps.ts";
import { eventOf, jobOf } from "../stores/job_suite.ts";
import { entryOf } from "../stores/registry_suite.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { CuttingProxy } from "./postgres_proxy.ts";

/** What follows needs a server that can be stopped, and connections that do not wait for each other. */
const ignore = !hasPostgres();
const servers: TestPostgres[] = ignore ? [] : [await startPostgres()];
Deno.test.afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

function check(sentence: string, body: (server: TestPostgres) => Promise<void>): void {
  Deno.test(`Postgres: ${sentence}`, { ignore }, async () => {
    const [server] = servers;
    assert(server !== undefined);
    await body(server);
  });
}

check("restarted in the middle of upserts, nothing is lost and nothing is there twice", async (server) => {
  await using database = await server.createDatabase({ migrated: true });
  let retries = 0;
  await using connection = openPostgres({ url: database.url, retries: 12, onRetry: () => retries++ });
  await using registry = new PostgresRegistryStore(connection);
  await using jobs = new PostgresJobStore(connection);
  const simulations = new PostgresSimulations(connection);
  await simulations.persistSimulationStart("s", {});
  await jobs.saveJob(jobOf("amber-hill"));

  let done = 0;
  const passed = [100, 250].map((count) => ({ count, signal: Promise.withResolvers<void>() }));
  const writing = (async () => {
    for (let i = 0; i < 400; i += 4) {
      await Promise.all([
        ...[0, 1, 2, 3].map((k) => registry.upsert(entryOf(`grid_${i + k}`))),
        jobs.saveEvent(eventOf("amber-hill", { details: { run_id: `grid_${i}` } })),
        simulations.persistTickEvents("s", i, [{ event_type: "Note", n: i }, { event_type: "Note", n: i + 1 }]),
      ]);
      done += 4;
      for (const { count, signal } of passed) if (done >= count) signal.resolve();
    }
  })();
  for (const { signal } of passed) {
    await signal.promise;
    await server.restart();
  }
  await writing;
  assert(retries > 0, "the restarts were noticed");
  const ids = (await registry.listRuns("")).map(({ runId }) => runId);
  assertEquals(ids, Array.from({ length: 400 }, (_, i) => `grid_${i}`));
  assertEquals((await jobs.getEvents("amber-hill")).length, 100);
  const events = await connection.rows(
    "SELECT sequence, (details ->> 'n')::integer AS n FROM simulation_events ORDER BY 1",
  );
  assertEquals(events.map(({ sequence }) => sequence), Array.from({ length: 200 }, (_, i) => i));
  assertEquals(events.map(({ n }) => n), Array.from({ length: 200 }, (_, i) => 4 * (i >> 1) + i % 2));
});

check("an answer that is lost after the server did the work does not do it twice", async (server) => {
  await using database = await server.createDatabase({ migrated: true });
  const url = new URL(database.url);
  await using proxy = new CuttingProxy(Number(url.port));
  url.port = String(proxy.port);
  await using connection = openPostgres({ url: url.href, max: 1 });
  const simulations = new PostgresSimulations(connection);
  await using jobs = new PostgresJobStore(connection);
  await using registry = new PostgresRegistryStore(connection);

  proxy.cutAfter("COMMIT");
  await simulations.persistSimulationStart("s", {});
  proxy.cutAfter("COMMIT");
  assertEquals(await simulations.persistTickEvents("s", 0, [{ event_type: "Note" }, REGISTER]), 2);
  proxy.cutAfter("COMMIT");
  await registry.upsert(entryOf("grid_1"));
  await jobs.saveJob(jobOf("amber-hill"));
  await jobs.saveEvent(eventOf("amber-hill"));
  proxy.cutAfter("run_id"); // the details of the event
  await jobs.saveEvent(eventOf("amber-hill", { eventType: "started" }));
  proxy.cutAfter("COMMIT");
  const sweep = { name: "s", sweepType: "ring", config: {}, summary: null, pairsTotal: null, pairsCompleted: null };
  await new PostgresSweeps(connection).saveSweep({
    ...sweep,
    comparisons: [{ kappa: "1" }],
    registry: [{ branch: "", entry: entryOf("grid_1") }],
  });
  assertEquals(proxy.cuts, 5);
  await assertRejects(() => simulations.persistSimulationStart("s", {}), Conflict);
  const [counts] = await connection.rows(
    `SELECT (SELECT count(*) FROM simulations) AS simulations, (SELECT count(*) FROM simulation_events) AS events,
       (SELECT count(*) FROM agent_state_registers) AS registers, (SELECT count(*) FROM run_registry) AS registry,
       (SELECT count(*) FROM job_events) AS job_events, (SELECT count(*) FROM comparison_results) AS comparisons`,
  );
  assertEquals(counts, { simulations: 1, events: 2, registers: 1, registry: 2, job_events: 2, comparisons: 1 });
});

check(
  "a run whose answers are lost at every commit leaves the rows of one without a fault, each once",
  async (server) => {
    const text = Deno.readTextFileSync(new URL("../../examples/payments/02-gridlock.yaml", import.meta.url));
    const { config, dictionary, behaviours } = await loadPaymentsScenario(text, "g.yaml");
    const counts = async (isFaulty: boolean) => {
      await using database = await server.createDatabase({ migrated: true });
      const url = new URL(database.url);
      await using proxy = new CuttingProxy(Number(url.port));
      url.port = String(proxy.port);
      await using connection = openPostgres({ url: url.href, max: 1 });
      if (isFaulty) proxy.cutAfter("COMMIT");
      const store = new PostgresSimulations(connection);
      const start = { simulationId: "s", file: "", document: dictionary, config, reference: false, fullReplay: true };
      const recorder = await PaymentsRecorder.start(store, start);
      let ticks = 0;
      const onTick = (...[line, engine]: Parameters<NonNullable<RunOptions["onTick"]>>) => {
        ticks++;
        recorder.tick(line, engine, 0);
      };
      const run = await runPaymentsStepwise(config, { behaviours, onTick }, (logs) => {
        recorder.afterTick(logs);
        if (isFaulty && ticks === 3) proxy.cutAfter("COMMIT");
        // Written in the middle, as a long run is.
        return ticks === 3 ? recorder.keep(logs) : undefined;
      });
      if (isFaulty) proxy.cutAfter("COMMIT");
      await recorder.finish(run, { ticks, seconds: 1, lsmReleases: 0, totalCost: 0, database: "" });
      assertEquals(proxy.cuts, isFaulty ? 3 : 0);
      const tables = [
        "simulation_events",
        "simulation_ticks",
        "simulation_positions",
        "transactions",
        "simulation_runs",
      ];
      const more = ["daily_agent_metrics", "policy_snapshots", "policy_decisions", "tick_agent_states"];
      const found = [];
      for (const table of [...tables, ...more]) {
        const [row] = await connection.rows(`SELECT count(*)::int AS rows FROM ${table}`);
        found.push([table, row?.["rows"]]);
      }
      return [ticks, ...found];
    };
    const whole = await counts(false);
    assertEquals(await counts(true), whole);
    for (const row of whole.slice(1)) assert(Array.isArray(row) && Number(row[1]) > 0, String(row));
  },
);

const REGISTER = { event_type: "StateRegisterSet", tick: 0, agent_id: "A", register_key: "k", new_value: 1 };

check(
  "refusing connections for a while is waited for; at last it is told, and that it may be tried again",
  async (server) => {
    await using database = await server.createDatabase({ migrated: true });
    const started = Promise.withResolvers<void>();
    const failures: string[] = [];
    await using patient = openPostgres({
      url: database.url,
      retries: 20,
      onRetry: (attempt, { message }) => {
        failures.push(message);
        if (attempt === 2) server.start().then(started.resolve, started.reject);
      },
    });
    await using registry = new PostgresRegistryStore(patient);
    await using impatient = openPostgres({ url: database.url, retries: 0 });
    await impatient.rows("SELECT 1");
    await server.stop();
    for (let i = 0; i < 2; i++) {
      const error = await assertRejects(() => impatient.rows("SELECT 1"), StoreError);
      assertEquals(error.where.retryable, true);
      assertMatch(
        error.message,
        /^(?:Cannot reach database test_\d+ on 127\.0\.0\.1:\d+: )(?:nothing answers|the connection)/,
      );
    }
    await registry.upsert([entryOf("grid_1"), entryOf("grid_2")]);
    await started.promise;
    assert(failures.length >= 2);
    assertMatch(failures[0] ?? "", /nothing answers there; start the server, or correct BILANCIO_DATABASE_URL$/);
    assertEquals((await registry.listRuns("")).length, 2);
    assertEquals((await impatient.rows("SELECT count(*) AS n FROM run_registry"))[0], { n: 2 });
  },
);

check("a connection that an administrator ends is made again", async (server) => {
  await using database = await server.createDatabase();
  await using connection = openPostgres({ url: database.url, max: 1 });
  await using admin = openPostgres({ url: database.url, max: 1 });
  const [row = {}] = await connection.rows("SELECT pg_backend_pid() AS pid");
  await admin.rows("SELECT pg_terminate_backend($1::integer)", [Number(row["pid"])]);
  const [again = {}] = await connection.rows("SELECT pg_backend_pid() AS pid");
  assert(again["pid"] !== row["pid"]);
});

check("two writers of the same rows, in opposite order, both end and leave each row once", async (server) => {
  await using database = await server.createDatabase({ migrated: true });
  const entries = Array.from({ length: 300 }, (_, i) => entryOf(`grid_${i}`, { experimentId: "one" }));
  const write = async (rows: readonly (typeof entries)[number][], seed: string) => {
    await using connection = openPostgres({ url: database.url });
    await using store = new PostgresRegistryStore(connection);
    for (let round = 0; round < 10; round++) {
      await store.upsert(rows.map((row) => ({ ...row, metrics: { writer: seed, round } })));
    }
  };
  await Promise.all([write(entries, "a"), write(entries.toReversed(), "b")]);
  await using connection = openPostgres({ url: database.url });
  await using store = new PostgresRegistryStore(connection);
  const rows = await store.listRuns("one");
  assertEquals(new Set(rows.map(({ runId }) => runId)).size, 300);
  assertEquals(rows.length, 300);
  assertEquals(new Set(rows.map(({ metrics }) => metrics["round"])), new Set([9]));
  assertEquals(await connection.rows("SELECT count(*) AS n FROM sweeps"), [{ n: 1 }]);
});

check(
  "of two that begin the same simulation one wins, and the same sweep and event of two count once",
  async (server) => {
    await using database = await server.createDatabase({ migrated: true });
    await using one = openPostgres({ url: database.url });
    await using two = openPostgres({ url: database.url });
    const started = await Promise.allSettled(
      [one, two].map((connection) => new PostgresSimulations(connection).persistSimulationStart("s", {})),
    );
    assertEquals(started.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (const result of started) if (result.status === "rejected") assertInstanceOf(result.reason, Conflict);

    await new PostgresJobStore(one).saveJob(jobOf("amber-hill"));
    await Promise.all(
      [one, two].map((connection) => new PostgresJobStore(connection).saveEvent(eventOf("amber-hill"))),
    );
    assertEquals((await new PostgresJobStore(one).getEvents("amber-hill")).length, 1);

    const record = {
      ...{ name: "s", sweepType: "ring", config: {}, summary: null, pairsTotal: null, pairsCompleted: null },
      comparisons: Array.from({ length: 50 }, (_, i) => ({ kappa: `${i}` })),
      registry: Array.from({ length: 50 }, (_, i) => ({ branch: "", entry: entryOf(`grid_${i}`) })),
    };
    const saved = await Promise.all([one, two].map((connection) => new PostgresSweeps(connection).saveSweep(record)));
    const sum = (part: "sweep" | "comparisons" | "registry") => saved.reduce((n, each) => n + each[part].inserted, 0);
    assertEquals([sum("sweep"), sum("comparisons"), sum("registry")], [1, 50, 50]);
  },
);

check("a row that is there already is a conflict", async (server) => {
  await using database = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: database.url });
  const sql = "INSERT INTO sweeps (name, sweep_type) VALUES ('s', 'ring')";
  await connection.run(sql);
  await assertRejects(() => connection.run(sql), Conflict, "holds such a row already");
});

check("a transaction in which a failure was ignored is taken back, and says so", async (server) => {
  await using database = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: database.url, max: 1 });
  const work = connection.transaction(async (session) => {
    await session.run("INSERT INTO sweeps (name, sweep_type) VALUES ('s', 'ring')");
    await session.run("SELECT 1 / 0").catch(() => {});
  });
  await assertRejects(() => work, StoreError, "was taken back: a statement in it had failed");
  assertEquals(await connection.rows("SELECT * FROM sweeps"), []);
});

check("a connection that was closed by its owner says so", async (server) => {
  const connection = openPostgres({ url: server.url });
  await connection.rows("SELECT 1");
  await connection[Symbol.asyncDispose]();
  await assertRejects(() => connection.rows("SELECT 1"), StoreError, "was closed by its owner");
});

check("a statement that takes too long is ended, and the connection goes on", async (server) => {
  await using database = await server.createDatabase();
  await using connection = openPostgres({ url: database.url, max: 1, statementTimeoutMs: 100 });
  const error = await assertRejects(() => connection.rows("SELECT pg_sleep(60)"), StoreError);
  assertMatch(error.message, /took longer than the statement timeout allows; ask for less, or allow more$/);
  assertEquals(error.where.retryable, true);
  assertEquals(await connection.rows("SELECT 1 AS one"), [{ one: 1 }]);
});

check("a wrong password, an unknown user and too many connections are told without naming a secret", async (server) => {
  await using database = await server.createDatabase();
  await using owner = openPostgres({ url: database.url });
  await owner.run("CREATE ROLE guarded LOGIN PASSWORD 'richtig-42' CONNECTION LIMIT 1");
  {
    await using connection = openPostgres({ url: server.urlOf(database, "guarded", "richtig-42"), max: 1 });
    assertEquals(await connection.rows("SELECT current_user::text AS name"), [{ name: "guarded" }]);
    await using second = openPostgres({ url: server.urlOf(database, "guarded", "richtig-42"), max: 1, retries: 1 });
    const crowded = await assertRejects(() => second.rows("SELECT 1"), StoreError, "too many connections");
    assertEquals(crowded.where.retryable, true);
  }
  for (const password of ["geheim-falsch", ""]) {
    let retries = 0;
    const url = server.urlOf(database, "guarded", password);
    await using connection = openPostgres({ url, max: 1, onRetry: () => retries++ });
    const error = await assertRejects(() => connection.rows("SELECT 1"), StoreError);
    assertMatch(error.message, /^The database \S+ on \S+ does not accept the user or the password; correct BILANCIO_/);
    assertEquals([error.where.retryable, retries], [false, 0], "trying again would lock the account");
    assert(!Deno.inspect(error).includes("geheim"), Deno.inspect(error));
  }
  await using stranger = openPostgres({ url: server.urlOf(database, "nobody-here"), max: 1 });
  await assertRejects(() => stranger.rows("SELECT 1"), StoreError, "does not accept the user");
});

check("a missing database, a missing schema and a user who may only read are told with what to do", async (server) => {
  await using database = await server.createDatabase();
  const missing = new URL(database.url);
  missing.pathname = "/no-such";
  await using nowhere = openPostgres({ url: missing.href, max: 1 });
  await assertRejects(() => nowhere.rows("SELECT 1"), NotFound, "There is no database no-such on 127.0.0.1");

  await using owner = openPostgres({ url: database.url });
  const bare = await assertRejects(() => new PostgresRegistryStore(owner).upsert(entryOf("grid_1")), StoreError);
  assertMatch(bare.message, /has no table sweeps; bilancio migrate makes the missing tables$/);
  await assertRejects(() => new PostgresJobStore(owner).listJobs(), StoreError, "bilancio migrate");
  await migrate(owner);

  await owner.run(
    "CREATE ROLE reader LOGIN; GRANT SELECT ON jobs TO reader; CREATE POLICY r ON jobs TO reader USING (true)",
  );
  await using reader = openPostgres({ url: server.urlOf(database, "reader"), max: 1 });
  assertEquals(await new PostgresJobStore(reader).listJobs(), []);
  const error = await assertRejects(() => new PostgresJobStore(reader).saveJob(jobOf("amber-hill")), StoreError);
  assertMatch(error.message, /^The user may not do that in the database .*; use the owner's BILANCIO_DATABASE_URL$/);
  await owner.run("DROP POLICY r ON jobs; REVOKE ALL ON jobs FROM reader; DROP ROLE reader");
});

check("a server that does not speak Postgres, or says nothing, is given up in time", async () => {
  const open: Deno.Conn[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) open.push(connection);
  })();
  {
    const url = `postgresql://me@127.0.0.1:${listener.addr.port}/lab`;
    await using connection = openPostgres({ url, retries: 0, connectTimeoutSeconds: 1 });
    const error = await assertRejects(() => connection.rows("SELECT 1"), StoreError);
    assertMatch(error.message, /did not answer in time; check the network, or correct BILANCIO_DATABASE_URL$/);
  }
  listener.close();
  await accepting;
  for (const connection of open) connection.close();
});

/** Makes a certificate for `localhost` that nobody signed; false where there is no program for it. */
async function selfSigned(directory: string): Promise<boolean> {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", `${directory}/key.pem`, "-out", `${directory}/certificate.pem`];
  try {
    const { success } = await new Deno.Command("openssl", {
      args: ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false; // no such program
  }
}

check(
  "encryption is as asked for: a server without it and a certificate that nobody signed are told",
  async (server) => {
    const asked = (mode: string) => ({ url: `${server.url}?sslmode=${mode}`, max: 1, retries: 0 });
    const isEncrypted = async (mode: string) => {
      await using connection = openPostgres(asked(mode));
      const [row = {}] = await connection.rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
      return row["ssl"];
    };
    for (const mode of ["require", "verify-full"]) {
      const error = await assertRejects(() => isEncrypted(mode), StoreError);
      assertMatch(
        error.message,
        /^The server of the database \S+ on \S+ does not encrypt connections; add sslmode=disable/,
      );
    }
    assertEquals(await isEncrypted("prefer"), false);

    const directory = Deno.makeTempDirSync({ prefix: "bilancio-test-" });
    try {
      if (!await selfSigned(directory)) return;
      await using owner = openPostgres({ url: server.url, max: 1 });
      const [place = {}] = await owner.rows("SELECT current_setting('data_directory') AS path");
      const { uid, gid } = Deno.statSync(String(place["path"]));
      Deno.chmodSync(directory, 0o755);
      Deno.chmodSync(`${directory}/key.pem`, 0o600);
      if (uid !== null && gid !== null) Deno.chownSync(`${directory}/key.pem`, uid, gid);
      await owner.run(`ALTER SYSTEM SET ssl_key_file = '${directory}/key.pem'`);
      await owner.run(`ALTER SYSTEM SET ssl_cert_file = '${directory}/certificate.pem'`);
      await owner.run("ALTER SYSTEM SET ssl = on");
      await server.restart();
      for (const mode of ["prefer", "require"]) assertEquals([mode, await isEncrypted(mode)], [mode, true]);
      assertEquals(await isEncrypted("disable"), false);
      const error = await assertRejects(() => isEncrypted("verify-full"), StoreError);
      assertMatch(
        error.message,
        /^The certificate of the database \S+ on \S+ is refused: .*; check it, or use sslmode=req/,
      );
      await owner.run("ALTER SYSTEM RESET ALL");
      await server.restart();
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
);

check("a server is also reached through its Unix socket", async (server) => {
  await using owner = openPostgres({ url: server.url, max: 1 });
  const [row = {}] = await owner.rows("SELECT current_setting('unix_socket_directories') AS path");
  await using connection = openPostgres({
    url: `${server.url}?host=${encodeURIComponent(String(row["path"]))}`,
    max: 1,
  });
  const rows = await connection.rows("SELECT inet_server_addr() AS address, current_database()::text AS name");
  assertEquals(rows, [{ address: null, name: "postgres" }]);
  assertEquals(connection.place, "database postgres on this machine");
});
