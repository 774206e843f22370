/** The task `sync` and its permissions: it does its work with them, and nothing else. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startS3 } from "../support/s3.ts";
import { ringSweep } from "../support/synced_sweeps.ts";
import { denoWith, storageVariables, syncScript } from "./online.ts";
import { Folder, ROOT } from "./program.ts";

interface Configuration {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  readonly permissions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
const CONFIGURATION: Configuration = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** A sweep below `out/` of the checkout, which goes with the test. */
class SweepInOut implements Disposable {
  readonly name = `test-${crypto.randomUUID()}`;
  readonly path = `out/${this.name}`;

  constructor() {
    Deno.mkdirSync(`${ROOT}out`, { recursive: true });
  }

  static async make(): Promise<SweepInOut> {
    const sweep = new SweepInOut();
    await ringSweep(`${ROOT}out`, sweep.name);
    return sweep;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(`${ROOT}${this.path}`, { recursive: true });
  }
}

Deno.test("the task sync uses the set sync, which can neither write, nor start programs, nor load libraries", () => {
  const command = CONFIGURATION.tasks["sync"]?.command ?? "";
  assertMatch(command, /^deno run -q --no-prompt --v8-flags=\S+ -P=sync tasks\/sync\.ts -C "\$INIT_CWD"$/);
  const set = CONFIGURATION.permissions["sync"] ?? {};
  assertEquals(Object.keys(set).sort(), ["env", "net", "read"]);
  assertEquals(set["read"], ["./out", "./.env", "./bilancio.yaml"]);
  assert(!JSON.stringify(set["net"]).includes("true"));
  assert(!JSON.stringify(set["env"]).includes('*"'));
});

Deno.test("the task does its work under its set: records and files reach local servers, twice the same", async () => {
  using sweep = await SweepInOut.make();
  await using database = await server.createDatabase({ migrated: true });
  await using s3 = await startS3();
  const variables = { BILANCIO_DATABASE_URL: database.url, ...storageVariables(s3) };
  const first = await syncScript(variables, `${ROOT}${sweep.path}`, "--full");
  assertEquals([first.code, first.error], [0, ""]);
  assertStringIncludes(first.out, "success: 6 runs added\n");
  const second = await denoWith(variables, "task", "-q", "sync", sweep.path, "--full");
  assertEquals([second.code, second.error], [0, ""]);
  assertEquals(second.out.match(/success: nothing new/g)?.length, 2, second.out);
  await using connection = openPostgres({ url: database.url });
  assertEquals(await connection.rows("SELECT name FROM sweeps"), [{ name: sweep.name }]);
});

Deno.test("under the set of the task sync everything else is denied", async () => {
  Deno.mkdirSync(`${ROOT}out`, { recursive: true });
  const { code, out, error } = await denoWith(
    {},
    ...["run", "-q", "--no-prompt", "-P=sync", "tests/e2e/sync_probe.ts"],
  );
  assertEquals(code, 0, error);
  const outcome: Record<string, string> = JSON.parse(out);
  const { "list out/": list, "read its settings": settings, "reach this machine": local, ...others } = outcome;
  assertEquals([list, settings, local], ["allowed", "allowed", "allowed"]);
  assertEquals(Object.entries(others).filter(([, state]) => state !== "denied"), []);
  assertEquals(Object.keys(others).length, 17);
});

Deno.test("a database on a host that is not listed: the sentence says which host to add where, and no password", async () => {
  using sweep = await SweepInOut.make();
  const variables = { BILANCIO_DATABASE_URL: "postgresql://me:very-secret@db.example.org:5433/x" };
  const { code, out, error } = await syncScript(variables, `${ROOT}${sweep.path}`);
  assertEquals([code, out], [2, ""]);
  assertEquals(
    error,
    'The permissions of this task do not let it reach db.example.org:5433. Add "db.example.org:5433" to ' +
      "permissions.sync.net in deno.json for deno task sync, or start it with deno task -q online, which may reach " +
      "every host.\n",
  );
});

Deno.test("a storage on a host that is not listed is refused in the same way", async () => {
  using sweep = await SweepInOut.make();
  const variables = {
    BILANCIO_S3_ENDPOINT: "https://minio.example.org",
    BILANCIO_S3_ACCESS_KEY_ID: "KEY",
    BILANCIO_S3_SECRET_ACCESS_KEY: "very-secret",
  };
  const { code, error } = await syncScript(variables, `${ROOT}${sweep.path}`, "--full");
  assertEquals(code, 2);
  assertStringIncludes(error, 'Add "minio.example.org:443" to permissions.sync.net in deno.json');
});

Deno.test("a sweep outside of out/ is refused by name", async () => {
  using folder = new Folder();
  const directory = await ringSweep(folder.path);
  const { code, out, error } = await syncScript({ BILANCIO_DATABASE_URL: "postgresql://me@127.0.0.1:1/x" }, directory);
  assertEquals([code, out], [1, ""]);
  assertStringIncludes(error, directory);
  assertMatch(error, /permission/);
});

const LISTED = ["abc.supabase.co:5432", "aws-0-eu.pooler.supabase.com:6543", "id.r2.cloudflarestorage.com:443"];

Deno.test("the hosts of Supabase, R2 and AWS are covered by the set", async () => {
  const script = `console.log(Deno.args.map((host) => Deno.permissions.querySync({ name: "net", host }).state).join())`;
  using folder = new Folder();
  const file = folder.write("hosts.ts", script);
  const hosts = [...LISTED, "bucket.s3.eu-central-1.amazonaws.com:443", "example.org:443"];
  const { out } = await denoWith({}, "run", "-q", "--no-prompt", "-c", "deno.json", "-P=sync", file, ...hosts);
  assertEquals(out, "granted,granted,granted,granted,prompt\n");
});
