/** The schema of a Postgres and who may do what with it (spec 09 3.3). */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { StoreError } from "../../../src/core/errors.ts";
import { openPostgres, type PostgresConnection } from "../../../src/stores/postgres/connection.ts";
import { migrate, pendingMigrations } from "../../../src/stores/postgres/migrations.ts";
import { MIGRATIONS } from "../../../src/stores/postgres/migration_texts.ts";
import { textIn } from "../../../src/stores/postgres/values.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { deno, Folder, ROOT } from "../../e2e/program.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const NAMES = MIGRATIONS.map(({ version, name }) => ({ version, name }));

/** Runs a body with connections to a fresh, empty database. */
async function onFresh(
  body: (connection: PostgresConnection, url: string) => Promise<void>,
  of: TestPostgres = server,
) {
  await using database = await of.createDatabase();
  await using connection = openPostgres({ url: database.url });
  await body(connection, database.url);
}

Deno.test("migrate() makes the schema; again it changes nothing", () =>
  onFresh(async (connection) => {
    assertEquals(await pendingMigrations(connection), NAMES);
    assertEquals(await connection.rows("SELECT to_regclass('jobs') AS jobs"), [{ jobs: null }]);
    assertEquals(await migrate(connection), NAMES);
    assertEquals(await pendingMigrations(connection), []);
    assertEquals(await migrate(connection), []);
    const rows = await connection.rows(
      "SELECT version, name, length(checksum) AS n FROM bilancio_migrations ORDER BY 1",
    );
    assertEquals(rows, NAMES.map((migration) => ({ ...migration, n: 64 })));
  }));

/** The columns of spec 09 3.3, with the names that Postgres has for their types. */
const TABLES: Readonly<Record<string, string>> = {
  jobs:
    "job_id text, created_at timestamptz, completed_at timestamptz, status text, description text, sweep_type text, " +
    "n_agents int4, maturity_days int4, kappas _numeric, concentrations _numeric, mus _numeric, " +
    "outside_mid_ratios _numeric, seeds _int4, cloud bool, total_runs int4, completed_runs int4, failed_runs int4, " +
    "error text, notes text, volume_experiment_id text",
  runs: "run_id text, job_id text, created_at timestamptz, completed_at timestamptz, status text, kappa numeric, " +
    "concentration numeric, mu numeric, monotonicity numeric, outside_mid_ratio numeric, seed int4, regime text, " +
    "parameters jsonb, execution_time_ms int4, worker text, attempt int4, error text, scenario_yaml_url text, " +
    "events_jsonl_url text, balances_csv_url text, run_html_url text, metrics_html_url text, artifacts jsonb",
  metrics: "run_id text, job_id text, delta_total numeric, phi_total numeric, n_defaults int4, n_clears int4, " +
    "time_to_stability int4, trading_effect numeric, total_trades int4, total_trade_volume numeric, raw_metrics jsonb, " +
    "created_at timestamptz",
  job_events: "job_id text, event_type text, timestamp timestamptz, details jsonb",
  sweeps: "sweep_id uuid, name text, sweep_type text, created_at timestamptz, config jsonb, summary jsonb, " +
    "pairs_total int4, pairs_completed int4",
  comparison_results:
    "id uuid, sweep_id uuid, kappa numeric, concentration numeric, mu numeric, monotonicity numeric, " +
    "seed int4, face_value numeric, outside_mid_ratio numeric, delta_passive numeric, phi_passive numeric, " +
    "passive_run_id text, passive_status text, delta_active numeric, phi_active numeric, active_run_id text, " +
    "active_status text, trading_effect numeric, trading_relief_ratio numeric, dealer_total_pnl numeric, " +
    "dealer_total_return numeric, total_trades int4, extra jsonb",
  run_registry: "run_id text, sweep_id uuid, branch text, parameters jsonb, metrics jsonb, status text, " +
    "created_at timestamptz",
};

Deno.test("the tables have the columns of the specification", () =>
  onFresh(async (connection) => {
    await migrate(connection);
    for (const [table, columns] of Object.entries(TABLES)) {
      const rows = await connection.rows(
        "SELECT column_name::text AS name, udt_name::text AS type FROM information_schema.columns WHERE table_name = $1",
        [table],
      );
      const found = rows.map((row) => `${textIn(row, "name")} ${textIn(row, "type")}`);
      assertEquals([table, columns.split(", ").filter((column) => !found.includes(column))], [table, []]);
    }
    const defaults = await connection.rows(
      `INSERT INTO jobs (job_id, sweep_type, n_agents, kappas, concentrations, mus)
       VALUES ('a-b', 'ring', 5, '{0.50}', '{1}', '{0}')
       RETURNING status, maturity_days, outside_mid_ratios, seeds, cloud, kappas`,
    );
    assertEquals(defaults, [
      { status: "pending", maturity_days: 5, outside_mid_ratios: ["1"], seeds: [42], cloud: false, kappas: ["0.50"] },
    ]);
    const error = await assertRejects(() => connection.run("UPDATE jobs SET status = 'done'"), StoreError);
    assertMatch(error.message, /refuses a value: .*jobs_valid_status/);
  }));

Deno.test("two processes may migrate at once: each migration is applied once", () =>
  onFresh(async (_, url) => {
    await using one = openPostgres({ url });
    await using two = openPostgres({ url });
    const applied = (await Promise.all([migrate(one), migrate(two)])).flat();
    assertEquals(applied.toSorted((a, b) => a.version - b.version), NAMES);
  }));

Deno.test("a migration that fails leaves nothing, and those before it stay", () =>
  onFresh(async (connection) => {
    const broken = [...MIGRATIONS.slice(0, 1), {
      version: 2,
      name: "broken",
      sql: "CREATE TABLE half (id integer); SELECT 1 / 0",
    }];
    await assertRejects(() => migrate(connection, broken), StoreError, "division by zero");
    const [row] = await connection.rows("SELECT to_regclass('half') AS half, to_regclass('jobs')::text AS jobs");
    assertEquals(row, { half: null, jobs: "jobs" });
    assertEquals(
      (await migrate(connection)).map(({ version }) => version),
      NAMES.slice(1).map(({ version }) => version),
    );
  }));

Deno.test("a released migration that was edited is refused, and so is a database of a newer program", () =>
  onFresh(async (connection) => {
    await migrate(connection);
    const edited = MIGRATIONS.map((migration, i) => i === 1 ? { ...migration, sql: `${migration.sql} ` } : migration);
    await assertRejects(() => migrate(connection, edited), StoreError, "a released migration may not be edited");
    await assertRejects(() => pendingMigrations(connection, edited), StoreError, "may not be edited");
    const windows = MIGRATIONS.map((migration) => ({ ...migration, sql: migration.sql.replaceAll("\n", "\r\n") }));
    assertEquals(await migrate(connection, windows), []);
    const error = await assertRejects(() => migrate(connection, MIGRATIONS.slice(0, 2)), StoreError);
    assertMatch(
      error.message,
      /migrated by a newer bilancio \(schema 3, this one knows 2\): use that one; nothing was/,
    );
  }));

const asRole = (connection: PostgresConnection, role: string, sql: string) =>
  connection.transaction(async (session) => {
    await session.run(`SET LOCAL ROLE ${role}`);
    return await session.rows(sql);
  });

Deno.test("anon and authenticated can read every table and write none; service_role writes; others see nothing", {
  ignore: !hasPostgres(),
}, async () => {
  // Roles belong to a whole cluster.
  await using database = await server.createDatabase();
  await using connection = openPostgres({ url: database.url });
  await connection.run(
    `CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role; CREATE ROLE stranger;
     ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
     ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
     CREATE TABLE of_somebody_else (id integer)`,
  );
  await migrate(connection);
  await connection.run(
    "INSERT INTO jobs (job_id, sweep_type, n_agents, kappas, concentrations, mus) VALUES ('a-b', 'ring', 5, '{1}', '{1}', '{0}')",
  );
  const tables = (await connection.rows(
    `SELECT relname::text AS name, relrowsecurity AS secured FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY relname`,
  )).filter(({ name }) => name !== "of_somebody_else");
  assert(tables.length >= 20);
  for (const row of tables) {
    const table = textIn(row, "name");
    assertEquals([table, row["secured"]], [table, true]);
    for (const role of ["anon", "authenticated"]) {
      const [counted] = await asRole(connection, role, `SELECT count(*) AS n FROM ${table}`);
      const [all] = await connection.rows(`SELECT count(*) AS n FROM ${table}`);
      assertEquals([table, counted], [table, all]);
      for (
        const sql of [
          `INSERT INTO ${table} DEFAULT VALUES`,
          `UPDATE ${table} SET ${await firstColumn(connection, table)} = NULL`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table} CASCADE`,
          `CREATE POLICY mine ON ${table} USING (true)`,
          `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
          `DROP TABLE ${table} CASCADE`,
        ]
      ) {
        const error = await assertRejects(() => asRole(connection, role, sql), Error, undefined, `${role}: ${sql}`);
        assertMatch(error.message, /may not do that|must be owner|permission denied/i, sql);
      }
    }
    const error = await assertRejects(() => asRole(connection, "stranger", `SELECT * FROM ${table}`), StoreError);
    assertStringIncludes(error.message, "may not do that");
  }
  const sequences = await connection.rows("SELECT relname::text AS name FROM pg_class WHERE relkind = 'S'");
  assert(sequences.length >= 5);
  for (const row of sequences) {
    const sql = `SELECT nextval('${textIn(row, "name")}')`;
    await assertRejects(() => asRole(connection, "anon", sql), StoreError, "may not do that", sql);
  }
  await asRole(
    connection,
    "service_role",
    "INSERT INTO job_events (job_id, event_type) SELECT job_id, 'created' FROM jobs RETURNING id",
  );
  assertEquals(await connection.rows("SELECT job_id FROM job_events"), [{ job_id: "a-b" }]);
  const [other] = await connection.rows(
    "SELECT relrowsecurity AS secured FROM pg_class WHERE relname = 'of_somebody_else'",
  );
  assertEquals(other, { secured: false }, "tables of others are left alone");
  await connection.run("ALTER TABLE jobs DISABLE ROW LEVEL SECURITY; GRANT INSERT ON jobs TO anon");
  await migrate(connection);
  const [again] = await connection.rows(
    "SELECT relrowsecurity AS secured, has_table_privilege('anon', 'jobs', 'INSERT') AS writable FROM pg_class WHERE relname = 'jobs'",
  );
  assertEquals(again, { secured: true, writable: false }, "every migration sets the rights again");
});

async function firstColumn(connection: PostgresConnection, table: string): Promise<string> {
  const [row = {}] = await connection.rows(
    "SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER' " +
      "AND is_identity = 'NO' ORDER BY ordinal_position LIMIT 1",
    [table],
  );
  return `"${textIn(row, "name")}"`;
}

Deno.test("bilancio migrate needs the network and its variables alone, and never prints a password", async () => {
  await using database = await server.createDatabase();
  using folder = new Folder();
  const url = new URL(database.url);
  url.password = "geheim-123";
  const run = (...args: string[]) =>
    deno(
      [
        ...["run", "-q", "--no-prompt", `--allow-read=${ROOT},${folder.path}`, `--allow-net=127.0.0.1:${url.port}`],
        ...["--allow-env=BILANCIO_DATABASE_URL", "--ignore-env=PGAPPNAME,PGTARGETSESSIONATTRS,HOME"],
        ...["src/cli/main.ts", "-C", folder.path, "migrate", ...args],
      ],
      ROOT,
      { BILANCIO_DATABASE_URL: url.href },
    );
  const dry = await run("--dry-run");
  assertEquals([dry.code, dry.error], [0, ""]);
  assertMatch(dry.out, /^Would apply to the database \S+ on 127\.0\.0\.1:\d+:\n {2}0001 jobs\n {2}0002 sweeps\n/);
  const done = await run("--json");
  assertEquals([done.code, done.error], [0, ""]);
  assertEquals(JSON.parse(done.out).migrations, NAMES);
  const again = await run();
  assertMatch(again.out, /^The database \S+ on 127\.0\.0\.1:\d+ is up to date\n$/);
  const wrong = await run("--database-url", "postgresql://me:geheim-123@:5432/x?ssl=1");
  assertEquals(wrong.code, 2);
  for (const { out, error } of [dry, done, again, wrong]) assert(!`${out}${error}`.includes("geheim"), out + error);
});
