import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NotFound, StoreError, UsageError } from "../../../src/core/errors.ts";
import type { CloudMetrics, CloudReader, MetricsQuery } from "../../../src/experiments/contracts.ts";
import { RestCloudReader } from "../../../src/stores/cloud/rest_reader.ts";
import { openPostgres, type PostgresConnection } from "../../../src/stores/postgres/connection.ts";
import { migrate } from "../../../src/stores/postgres/migrations.ts";
import { PostgresRecords } from "../../../src/stores/postgres/records.ts";
import { startPostgres, type TestDatabase, type TestPostgres } from "../../support/postgres.ts";
import { ANON_KEY, startPostgrest, type TestRest } from "../../support/postgrest.ts";
import { jobOf, runOf } from "../../jobs/written_jobs.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** A database with the role of a hosted one, and its REST interface. */
class Hosted implements AsyncDisposable {
  private constructor(
    readonly database: TestDatabase,
    readonly connection: PostgresConnection,
    readonly records: PostgresRecords,
    readonly rest: TestRest,
    readonly reader: RestCloudReader,
  ) {}

  static async start(mostRows?: number): Promise<Hosted> {
    const database = await server.createDatabase();
    const connection = openPostgres({ url: database.url, max: 4 });
    await connection.run(
      "DO $$ BEGIN CREATE ROLE anon; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    await migrate(connection);
    const rest = startPostgrest(connection, mostRows === undefined ? {} : { mostRows });
    const reader = new RestCloudReader({ url: rest.url, anonKey: ANON_KEY, retryDelayMs: 1, timeoutMs: 10_000 });
    return new Hosted(database, connection, new PostgresRecords(connection), rest, reader);
  }

  async fill(): Promise<void> {
    const { records } = this;
    for (const [i, jobId] of ["amber-hill", "birch-hill", "cedar-hill"].entries()) {
      await records.saveJob(jobOf(jobId, {
        createdAt: `2026-01-0${i + 1}T00:00:00.000001Z`,
        status: i === 1 ? "failed" : "completed",
        notes: 'a "note" ρ',
        config: { ...jobOf(jobId).config, kappas: ["0.5", "2.461880538986429760000000001"] },
      }));
      const runs = Array.from({ length: 5 }, (_, n) =>
        runOf(jobId, `grid_${n}`, {
          kappa: ["0.5", "1", "2.461880538986429760000000001"][n % 3] ?? "1",
          regime: n % 2 === 0 ? "passive" : "active",
          status: n === 4 ? "failed" : "completed",
          completedAt: `2026-01-01T00:00:0${9 - n}.000000Z`,
        }));
      await records.saveRuns(runs);
      await records.saveMetrics(
        runs.slice(0, 4).map((run, n): CloudMetrics => ({
          runId: run.runId,
          jobId,
          deltaTotal: n === 3 ? null : `0.${n}000000000000000000000000001`,
          phiTotal: "0.25",
          nDefaults: n,
          nClears: null,
          timeToStability: 3,
          tradingEffect: null,
          totalTrades: null,
          totalTradeVolume: null,
          rawMetrics: { delta_total: `0.${n}`, odd: 'x"y' },
        })),
      );
      await records.logEvent({
        jobId,
        eventType: "created",
        timestamp: "2026-01-01T00:00:00.000001Z",
        details: { note: "=1+1" },
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest[Symbol.asyncDispose]();
    await this.connection[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }
}

/** What a reader says to everything. */
async function everything(reader: CloudReader): Promise<unknown[]> {
  const queries: MetricsQuery[] = [
    {},
    { jobId: "birch-hill" },
    { minDelta: "0.1" },
    { minDelta: "0.1000000000000000000000000001", maxDelta: "0.2" },
    { regime: "active" },
    { kappas: ["0.50", "2.461880538986429760000000001"] },
    { kappas: [] },
    { limit: 2, offset: 1 },
  ];
  return [
    await reader.listJobs(),
    await reader.listJobs({ status: "failed" }),
    await reader.listJobs({ limit: 1, offset: 1 }),
    await reader.getJob("birch-hill"),
    await reader.getJob("no-such"),
    await reader.getEvents("birch-hill"),
    await reader.getRun("birch-hill", "grid_2"),
    await reader.getRun("birch-hill", "grid_9"),
    await reader.listRuns("birch-hill"),
    await reader.listRuns("birch-hill", { status: "completed", limit: 2, offset: 1 }),
    ...await Promise.all(queries.map((query) => reader.queryMetrics(query))),
  ];
}

Deno.test("the REST interface says the same as the database, digit for digit", async () => {
  await using hosted = await Hosted.start();
  await hosted.fill();
  const [viaRest, direct] = [await everything(hosted.reader), await everything(hosted.records)];
  // One of them may write a time without its zeros.
  const same = (answers: unknown[]) => JSON.stringify(answers).replaceAll(/(\d\d:\d\d:\d\d)\.(?:000){1,2}Z/g, "$1Z");
  for (const [i, answer] of viaRest.entries()) assertEquals(same([answer]), same([direct[i]]), `answer ${i}`);
  const [measured] = await hosted.reader.queryMetrics({ jobId: "amber-hill", minDelta: "0.2" });
  assertEquals(measured?.run.kappa, "2.461880538986429760000000001");
});

Deno.test("long lists come page by page, also where the service gives fewer rows than asked for", async () => {
  await using hosted = await Hosted.start(2);
  await hosted.fill();
  assertEquals(
    (await hosted.reader.listRuns("amber-hill")).map(({ runId }) => runId),
    [0, 1, 2, 3, 4].map((n) => `grid_${n}`),
  );
  assertEquals((await hosted.reader.queryMetrics({})).length, 12);
  assertEquals((await hosted.reader.queryMetrics({ limit: 5 })).length, 5);
});

/** What breaks out of a carelessly built filter. */
const HOSTILE = [
  "x&status=eq.failed",
  "x&select=*",
  "x)&or=(status.eq.failed",
  "eq.x,or(id.gt.0)",
  "*",
  "x'; DROP TABLE jobs; --",
  'x","y',
  "x\\",
  "x%26status%3Deq.failed",
  "not.is.null",
  "in.(a,b)",
  "../runs",
  "x#y",
  "=HYPERLINK(1)",
  "ρ→日本\u0000".replace("\u0000", ""),
  " ",
];

Deno.test("no id, arm, status or number of a caller becomes a condition of its own", async () => {
  await using hosted = await Hosted.start();
  await hosted.fill();
  const { reader, rest } = hosted;
  for (const text of HOSTILE) {
    rest.requests.length = 0;
    assertEquals(await reader.getJob(text), null);
    assertEquals(await reader.getRun("amber-hill", text), null);
    assertEquals(await reader.listRuns(text), []);
    assertEquals(await reader.getEvents(text), []);
    assertEquals(await reader.queryMetrics({ regime: text }), []);
    for (const query of [{ minDelta: text }, { kappas: [text, "0.5"] }]) {
      await assertRejects(() => reader.queryMetrics(query), StoreError, "refuses the question with status 400");
    }
    const names = new Set(rest.requests.flatMap((url) => [...url.searchParams.keys()]));
    const expected = ["select", "order", "job_id", "run_id", "runs.regime", "delta_total", "runs.kappa"];
    assertEquals([...names.difference(new Set(expected))], []);
    for (const url of rest.requests) {
      assert(/^\/rest\/v1\/(jobs|runs|job_events|metrics)$/.test(url.pathname), url.pathname);
    }
  }
  // An id that really is such a text is found.
  await hosted.records.saveRuns(HOSTILE.slice(0, 9).map((runId) => runOf("amber-hill", runId)));
  for (const runId of HOSTILE.slice(0, 9)) assertEquals((await reader.getRun("amber-hill", runId))?.runId, runId);
});

Deno.test("a key that is wrong is refused without being shown", async () => {
  await using hosted = await Hosted.start();
  const key = "wrong-key-Zq81";
  const reader = new RestCloudReader({ url: hosted.rest.url, anonKey: key });
  const error = await assertRejects(
    () => reader.listJobs(),
    StoreError,
    "refuses the key (Invalid API key); check BILANCIO_SUPABASE_ANON_KEY",
  );
  assert(!error.message.includes(key));
});

Deno.test("every way in which a service fails is one sentence, without the key, and passing failures are tried again", async () => {
  await using hosted = await Hosted.start();
  await hosted.fill();
  const { reader, rest } = hosted;
  const echo = (status: number) => (request: Request) =>
    Response.json({ message: `no\u001b[2J: ${request.headers.get("apikey")}` }, { status });
  const cases = [
    [403, StoreError, "does not let this key read"],
    [404, NotFound, "has no such table"],
    [400, StoreError, "refuses the question with status 400"],
    [301, StoreError, "is elsewhere"],
  ] as const;
  for (const [status, kind, sentence] of cases) {
    rest.script.push(status === 301 ? () => Response.redirect("http://127.0.0.1:1/", 301) : echo(status));
    const error = await assertRejects(() => reader.listJobs(), kind, sentence);
    assert(!error.message.includes(ANON_KEY) && !error.message.includes("\u001b"), error.message);
    assertEquals(rest.script.length, 0);
  }
  for (const status of [500, 503, 429]) {
    rest.script.push(echo(status), echo(status));
    assertEquals((await reader.listJobs()).length, 3);
    rest.script.push(echo(status), echo(status), echo(status));
    const error = await assertRejects(() => reader.listJobs(), StoreError);
    assert(!error.message.includes(ANON_KEY), error.message);
  }
  rest.script.push(() => new Response("<html>sign in</html>"));
  await assertRejects(() => reader.listJobs(), StoreError, "answers something that is no JSON");
  for (const odd of [{}, [1], [{ job_id: 7 }], null]) {
    rest.script.push(() => Response.json(odd));
    await assertRejects(() => reader.listJobs(), StoreError, "answers rows of jobs of another form");
  }
  rest.script.push(() => new Response(null, { status: 416 }));
  assertEquals(await reader.listJobs({ offset: 10 }), []);
});

Deno.test("a service that gives no answer, or is not there, is said so", async () => {
  await using hosted = await Hosted.start();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = new RestCloudReader({ url: hosted.rest.url, anonKey: ANON_KEY, timeoutMs: 50, attempts: 1 });
  hosted.rest.script.push(async () => {
    await promise;
    return new Response("[]");
  });
  await assertRejects(() => slow.listJobs(), StoreError, "gives no answer within 0.05 s");
  resolve();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const absent = new RestCloudReader({
    url: `http://127.0.0.1:${port}`,
    anonKey: ANON_KEY,
    attempts: 2,
    retryDelayMs: 1,
  });
  await assertRejects(() => absent.listJobs(), StoreError, `The REST interface at 127.0.0.1:${port} cannot be reached`);
});

Deno.test("a database without our tables says what to do", async () => {
  await using database = await server.createDatabase();
  await using connection = openPostgres({ url: database.url });
  await using rest = startPostgrest(connection);
  const reader = new RestCloudReader({ url: rest.url, anonKey: ANON_KEY });
  await assertRejects(() => reader.listJobs(), NotFound, "run bilancio migrate");
});

Deno.test("an address or a key that cannot be one is refused, and not shown", () => {
  for (const url of ["ftp://x", "https://user:secret@host", "nonsense secret"]) {
    const error = assertThrows(() => new RestCloudReader({ url, anonKey: "k" }), UsageError, "BILANCIO_SUPABASE_URL");
    assert(!error.message.includes("secret"));
  }
  const error = assertThrows(
    () => new RestCloudReader({ url: "https://h", anonKey: "secret\nkey" }),
    UsageError,
    "ANON_KEY",
  );
  assert(!error.message.includes("secret"));
});
