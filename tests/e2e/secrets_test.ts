/**
 * Secrets appear in no log, error, manifest or page (issue 6): every command that knows one, with right credentials, with
 * refused ones, with servers that are away and with settings that cannot be right, always with `--debug`.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { ANON_KEY, startPostgrest } from "../support/postgrest.ts";
import { StrictS3 } from "../support/strict_s3.ts";
import { denoWith, storageVariables, type Variables } from "./online.ts";
import { type Finished, Folder, ROOT } from "./program.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const JOB = "castle-river-mountain";
const OTHER = "amber-hill";
const EXPERIMENT = "examples/payments/experiments/scripted.yaml";

/** Of everything that is secret, right or wrong: texts that stand nowhere else. */
const PASSWORD = "Zq1passwordqZ";
const WRONG_PASSWORD = "Zq2wrongqZ";
const LLM_KEY = "Zq3llmqZ";
const WRONG_LLM_KEY = "Zq4llmqZ";
const WRONG_S3 = { key: "ZQ5ACCESSQZ", secret: "Zq6secretqZ", token: "Zq7tokenqZ" } as const;
const WRONG_ANON = "Zq8anonqZ";
const RIGHT_S3 = { key: "STRICTKEY", secret: "strict-secret" } as const;
const SECRETS = [
  ...[PASSWORD, WRONG_PASSWORD, LLM_KEY, WRONG_LLM_KEY, WRONG_ANON, ANON_KEY, RIGHT_S3.secret, RIGHT_S3.key],
  ...Object.values(WRONG_S3),
];

/** Commands that read. */
const READING: readonly string[][] = [
  ["config"],
  ["config", "--json"],
  ["jobs", "ls"],
  ["jobs", "list", "--cloud"],
  ["jobs", "get", JOB, "--cloud"],
  ["jobs", "show", JOB, "--cloud", "--json"],
  ["jobs", "runs", JOB, "--cloud"],
  ["jobs", "metrics", JOB, "--cloud"],
  ["jobs", "compare", JOB, OTHER, "--cloud"],
  ["metrics", "query", "--cloud", "--format", "json"],
  ["artifacts", "download", JOB, "--cloud", "--output", "out/files"],
  ["cloud", "list-sweeps", "--json"],
];

/** A sweep of one run; the directory follows. */
const SMALL_SWEEP = "sweep ring --kappas 1 --concentrations 1 --mus 0 --n-agents 4 --out-dir".split(" ");

/** Commands that write. */
const WRITING: readonly string[][] = [
  ["migrate"],
  [...SMALL_SWEEP, "out/s", "--persist", "--persist-to", "both", "--cloud-sync", "--full", "--job-id", JOB],
  [...SMALL_SWEEP, "out/t", "--persist", "--json", "--job-id", OTHER],
  ["cloud", "sync", "out/s", "--full", "--json"],
  ["cloud", "sync", "out/s", "--full"],
  ["cloud", "push"],
  ["jobs", "cancel", JOB, "--cloud"],
  ["artifacts", "upload", OTHER, "--file", "run.html"],
  ["payments", "experiment", "run", `${ROOT}${EXPERIMENT}`, "--proposer", "llm", "--db", "records", "--run-id", "x"],
];

/** Commands that come last: they take away what the others need. */
const ENDING: readonly string[][] = [
  ["cloud", "download", "s", "out/back"],
  ["volume", "ls"],
  ["volume", "cleanup", "--older-than", "0", "--dry-run"],
  ["volume", "rm", "s", "--yes"],
  ["cloud", "prune", "--older-than", "0", "--dry-run"],
  ["cloud", "prune", "--older-than", "0", "--yes"],
];

const ALL = [...WRITING, ...READING, ...ENDING];

async function run(folder: Folder, variables: Variables, commands: readonly (readonly string[])[]): Promise<Finished> {
  const task = JSON.stringify({ directory: folder.path, commands });
  return await denoWith(variables, "run", "-q", "--no-prompt", "-P=test", "tests/e2e/secrets_child.ts", task);
}

/** Which commands ended well, as they were typed. */
function successes({ out }: Finished, commands: readonly (readonly string[])[]): string[] {
  const statuses = [...out.matchAll(/^\$ (\d+)$[^]*?^status (\d+)$/gm)].map(([, , status]) => status);
  assertEquals(statuses.length, commands.length, out);
  return commands.filter((_, i) => statuses[i] === "0").map((command) => command.join(" "));
}

/** No secret in what was said and in what was written. */
function assertSilent(finished: Finished, folder: Folder): void {
  const places: [string, string][] = [["standard output", finished.out], ["standard error", finished.error]];
  // Bytes as characters, so that files of every kind are looked into.
  const latin = new TextDecoder("latin1");
  for (const name of folder.names()) places.push([name, latin.decode(Deno.readFileSync(`${folder.path}/${name}`))]);
  for (const [place, text] of places) assertWithout(place, text);
}

function assertWithout(place: string, text: string): void {
  for (const secret of SECRETS) {
    const at = text.indexOf(secret);
    assert(at < 0, `${place} tells ${secret}: ${text.slice(Math.max(0, at - 200), at + 50)}`);
    for (const written of [encodeURIComponent(secret), btoa(secret)]) {
      assert(!text.includes(written), `${place} tells ${secret} as ${written}`);
    }
  }
}

/** No secret in the rows of a database. */
async function assertSilentRows(url: string): Promise<void> {
  await using database = openPostgres({ url });
  const tables = await database.rows(
    "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
  );
  for (const { table_name } of tables) {
    const rows = await database.rows(`SELECT t::text AS row FROM "${table_name}" t`);
    assertWithout(`the table ${table_name}`, rows.map(({ row }) => String(row)).join("\n"));
  }
}

/** No secret in the objects of a storage, packed ones included, nor in what is kept with them. */
function assertSilentObjects(s3: StrictS3): void {
  for (const [key, { bytes, headers }] of s3.objects) {
    const content = key.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    assertWithout(
      `the object ${key}`,
      `${key} ${JSON.stringify(headers)} ${new TextDecoder("latin1").decode(content)}`,
    );
  }
}

/** An endpoint that knows one key, and repeats what it was given when it refuses it, as careless ones do. */
function languageModel(): { readonly url: string } & AsyncDisposable {
  const policy = '{"payment_tree": {"type": "action", "action": "Release"}, "parameters": {}}';
  const running = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const given = request.headers.get("authorization") ?? "";
    if (given !== `Bearer ${LLM_KEY}`) {
      return Response.json({ error: { message: `bad key ${given}` } }, { status: 401 });
    }
    return Response.json({ choices: [{ message: { content: policy } }] });
  });
  return { url: `http://127.0.0.1:${running.addr.port}/v1`, [Symbol.asyncDispose]: () => running.shutdown() };
}

/** A port of this machine at which nobody listens. */
function deadPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** PGlite takes everybody in. */
function checksPasswords(): boolean {
  return server.kind === "server";
}

async function passwordRole(url: string): Promise<void> {
  await using database = openPostgres({ url });
  await database.run(
    `DO $$ BEGIN CREATE ROLE guarded LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  );
  await database.run(`ALTER ROLE guarded SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
}

Deno.test("with right credentials every command works, and no secret is said, written, sent as a row or as an object", async () => {
  using folder = new Folder();
  await using database = await server.createDatabase();
  if (checksPasswords()) await passwordRole(database.url);
  await using s3 = new StrictS3();
  await using model = languageModel();
  const url = checksPasswords() ? server.urlOf(database, "guarded", PASSWORD) : database.url;
  const commands = [
    // Pruning would take away the rows and objects that are looked into; what `volume rm` takes away comes back.
    ...ALL.filter(([, word]) => word !== "prune"),
    ["cloud", "sync", "out/s", "--full"],
    ["migrate", "--database-url", url],
  ];
  const finished = await run(folder, {
    ...storageVariables(s3),
    BILANCIO_DATABASE_URL: url,
    BILANCIO_VOLUME: `s3://${s3.bucket}`,
    BILANCIO_LLM_BASE_URL: model.url,
    BILANCIO_LLM_KEY: LLM_KEY,
    BILANCIO_LLM_MODEL: "tiny",
  }, commands);
  assertEquals(finished.code, 0, finished.error);
  const done = successes(finished, commands);
  const failed = commands.map((command) => command.join(" ")).filter((command) => !done.includes(command));
  // A job that has ended cannot be cancelled.
  assertEquals(failed, [`jobs cancel ${JOB} --cloud`], finished.error);
  assertStringIncludes(finished.out, "********");
  assertSilent(finished, folder);
  await assertSilentRows(database.url);
  assert(s3.objects.has("s/runs.tar.gz") && s3.objects.has(`${OTHER}/job_manifest.json`));
  assertSilentObjects(s3);
});

Deno.test("with refused credentials every command says so without the credentials, and the outbox has none", async () => {
  using folder = new Folder();
  await using database = await server.createDatabase({ migrated: true });
  if (checksPasswords()) await passwordRole(database.url);
  await using s3 = new StrictS3();
  await using model = languageModel();
  const finished = await run(folder, {
    ...storageVariables(s3),
    // Where no server checks passwords: a role that is not there.
    BILANCIO_DATABASE_URL: server.urlOf(database, checksPasswords() ? "guarded" : "nobody", WRONG_PASSWORD),
    BILANCIO_S3_ACCESS_KEY_ID: RIGHT_S3.key,
    BILANCIO_S3_SECRET_ACCESS_KEY: WRONG_S3.secret,
    BILANCIO_VOLUME: `s3://${s3.bucket}`,
    BILANCIO_LLM_BASE_URL: model.url,
    BILANCIO_LLM_KEY: WRONG_LLM_KEY,
    BILANCIO_LLM_MODEL: "tiny",
  }, ALL);
  assertEquals(finished.code, 0, finished.error);
  if (checksPasswords()) {
    assertEquals(successes(finished, ALL).filter((command) => / --cloud|^cloud|^volume|^migrate/.test(command)), []);
    assert(folder.names().includes("out/t/outbox.jsonl"), "what could not be sent waits");
  }
  assertStringIncludes(finished.error, "does not accept the credentials");
  assertStringIncludes(finished.error + finished.out, "bad key");
  assertSilent(finished, folder);
});

Deno.test("with servers that are away, and through the REST interface, no command tells what it would have shown them", async () => {
  using folder = new Folder();
  await using database = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: database.url });
  await connection.run(
    "DO $$ BEGIN CREATE ROLE anon; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
  );
  await using rest = startPostgrest(connection);
  const away = `127.0.0.1:${deadPort()}`;
  const storage: Variables = {
    BILANCIO_S3_ENDPOINT: `http://${away}`,
    BILANCIO_S3_ACCESS_KEY_ID: WRONG_S3.key,
    BILANCIO_S3_SECRET_ACCESS_KEY: WRONG_S3.secret,
    BILANCIO_S3_SESSION_TOKEN: WRONG_S3.token,
  };
  const reading = READING.filter(([word]) => word === "jobs" || word === "metrics" || word === "config");
  const finished = await Promise.all([
    run(folder, {
      ...storage,
      BILANCIO_DATABASE_URL: `postgres://me:${WRONG_PASSWORD}@${away}/lab?connect_timeout=1`,
    }, [["config"], ["cloud", "list-sweeps"]]),
    run(folder, storage, [["config"], ["artifacts", "download", JOB, "--cloud"]]),
    run(folder, { BILANCIO_SUPABASE_URL: rest.url, BILANCIO_SUPABASE_ANON_KEY: ANON_KEY }, reading),
    run(folder, { BILANCIO_SUPABASE_URL: rest.url, BILANCIO_SUPABASE_ANON_KEY: WRONG_ANON }, reading),
    run(folder, {
      ...storage,
      BILANCIO_DATABASE_URL: `postgress//me:${WRONG_PASSWORD}@`,
      BILANCIO_S3_SECRET_ACCESS_KEY: `${WRONG_S3.secret} x`,
      BILANCIO_SUPABASE_URL: `ftp://me:${WRONG_ANON}@x`,
      BILANCIO_SUPABASE_ANON_KEY: `${WRONG_ANON} x`,
      BILANCIO_LLM_BASE_URL: `http://me:${WRONG_LLM_KEY}@${away}/v1`,
      BILANCIO_LLM_KEY: `${WRONG_LLM_KEY}\n`,
      BILANCIO_LLM_MODEL: "tiny",
    }, ALL.filter(([word]) => word !== "sweep")),
  ]);
  for (const [i, one] of finished.entries()) {
    assertEquals(one.code, 0, one.error);
    assertStringIncludes(one.out, "SETTING", `run ${i} shows the settings`);
    assertSilent(one, folder);
  }
  assert(rest.requests.length > 0);
});
