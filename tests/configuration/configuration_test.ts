import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { StoreError, UsageError, ValidationError } from "../../src/core/errors.ts";
import { type Environment, readConfiguration } from "../../src/configuration/configuration.ts";
import { SETTING_NAMES, settingOf, VARIABLES } from "../../src/configuration/settings.ts";
import {
  databaseUrl,
  objectStorageOptions,
  requiredDatabaseUrl,
  requiredObjectStorageOptions,
  requiredSupabaseOptions,
  supabaseOptions,
  volume,
  workers,
} from "../../src/configuration/views.ts";
import { deno, Folder, ROOT } from "../e2e/program.ts";

function environment(variables: Readonly<Record<string, string>> = {}): Environment {
  return { get: (name) => variables[name], isVisible: () => true };
}

/** A working directory and a home, each with the files that a test writes. */
class Places implements Disposable {
  readonly work = new Folder();
  readonly home = new Folder();

  constructor(files: { env?: string; yaml?: string; home?: string } = {}) {
    if (files.env !== undefined) this.work.write(".env", files.env);
    if (files.yaml !== undefined) this.work.write("bilancio.yaml", files.yaml);
    if (files.home !== undefined) {
      Deno.mkdirSync(`${this.home.path}/.bilancio`);
      this.home.write(".bilancio/config.yaml", files.home);
    }
  }

  read(variables: Readonly<Record<string, string>> = {}, flags = {}) {
    return readConfiguration({
      flags,
      directory: this.work.path,
      home: this.home.path,
      env: environment(variables),
    });
  }

  [Symbol.dispose](): void {
    this.work[Symbol.dispose]();
    this.home[Symbol.dispose]();
  }
}

Deno.test("the first hit wins: flag, environment, .env, bilancio.yaml, ~/.bilancio/config.yaml", async () => {
  using places = new Places({
    env: "# ours\nBILANCIO_VOLUME=from-dotenv\n",
    yaml: "volume: from-yaml\n",
    home: "volume: from-home\n",
  });
  const found = async (variables = {}, flags = {}) => (await places.read(variables, flags)).setting("volume");
  assertEquals(await found({ BILANCIO_VOLUME: "from-env" }, { volume: "from-flag" }), {
    value: "from-flag",
    source: "flag --volume",
  });
  assertEquals(await found({ BILANCIO_VOLUME: "from-env" }), {
    value: "from-env",
    source: "environment BILANCIO_VOLUME",
  });
  assertEquals(await found(), { value: "from-dotenv", source: ".env line 2" });
  Deno.removeSync(`${places.work.path}/.env`);
  assertEquals(await found(), { value: "from-yaml", source: "bilancio.yaml volume" });
  Deno.removeSync(`${places.work.path}/bilancio.yaml`);
  assertEquals(await found(), { value: "from-home", source: "~/.bilancio/config.yaml volume" });
  Deno.removeSync(`${places.home.path}/.bilancio/config.yaml`);
  assertEquals(await found(), undefined);
});

Deno.test("an empty variable counts as none, so that a file can still say something", async () => {
  using places = new Places({ yaml: "workers: 3\n" });
  assertEquals(workers(await places.read({ BILANCIO_WORKERS: "" })), 3);
});

Deno.test("object storage is known by BILANCIO_S3_* and BILANCIO_R2_* names alike", async () => {
  using places = new Places();
  for (const prefix of ["BILANCIO_S3_", "BILANCIO_R2_"]) {
    const options = objectStorageOptions(
      await places.read({
        [`${prefix}ENDPOINT`]: "https://store.example",
        [`${prefix}ACCESS_KEY_ID`]: "id",
        [`${prefix}SECRET_ACCESS_KEY`]: "secret",
        [`${prefix}BUCKET`]: "studies",
        [`${prefix}REGION`]: "eu-west-1",
        [`${prefix}SESSION_TOKEN`]: "token",
        [`${prefix}PREFIX`]: "lab/2026/",
      }),
    );
    assertEquals(options, {
      endpoint: "https://store.example",
      region: "eu-west-1",
      bucket: "studies",
      accessKeyId: "id",
      secretAccessKey: "secret",
      sessionToken: "token",
      prefix: "lab/2026",
    });
  }
});

Deno.test("an R2 account gives the endpoint; whichever of account and endpoint comes from the stronger place counts", async () => {
  using places = new Places({
    yaml: "s3: {access_key_id: id, secret_access_key: secret, endpoint: 'http://own:9000'}\n",
  });
  assertEquals(objectStorageOptions(await places.read())?.endpoint, "http://own:9000");
  assertEquals(
    objectStorageOptions(await places.read({ BILANCIO_R2_ACCOUNT_ID: "abc123" }))?.endpoint,
    "https://abc123.r2.cloudflarestorage.com",
  );
});

Deno.test("object storage has defaults: the bucket bilancio-artifacts, region auto at an endpoint, us-east-1 at AWS", async () => {
  using places = new Places();
  const keys = { BILANCIO_S3_ACCESS_KEY_ID: "id", BILANCIO_S3_SECRET_ACCESS_KEY: "secret" };
  assertEquals(objectStorageOptions(await places.read(keys)), {
    region: "us-east-1",
    bucket: "bilancio-artifacts",
    accessKeyId: "id",
    secretAccessKey: "secret",
  });
  const own = await places.read({ ...keys, BILANCIO_S3_ENDPOINT: "http://127.0.0.1:9000" });
  assertEquals(objectStorageOptions(own)?.region, "auto");
});

Deno.test("what is missing is said with the variables that would supply it", async () => {
  using places = new Places();
  const none = await places.read();
  assertEquals(databaseUrl(none), undefined);
  assertEquals(supabaseOptions(none), undefined);
  assertEquals(objectStorageOptions(none), undefined);
  assertEquals(volume(none), undefined);
  assertThrows(() => requiredDatabaseUrl(none), UsageError, "Set BILANCIO_DATABASE_URL");
  assertThrows(
    () => requiredSupabaseOptions(none),
    UsageError,
    "Set BILANCIO_SUPABASE_URL and BILANCIO_SUPABASE_ANON_KEY",
  );
  assertThrows(() => requiredObjectStorageOptions(none), UsageError, "Set BILANCIO_S3_ACCESS_KEY_ID");
  const half = await places.read({ BILANCIO_R2_ACCESS_KEY_ID: "id" });
  assertThrows(() => objectStorageOptions(half), UsageError, "BILANCIO_S3_SECRET_ACCESS_KEY");
});

Deno.test("a volume is a directory of the caller, of the user's home, or a prefix in a bucket", async () => {
  using places = new Places();
  const of = async (place: string) => volume(await places.read({ BILANCIO_VOLUME: place }));
  assertEquals(await of("./shared"), { kind: "directory", path: `${places.work.path}/shared` });
  assertEquals(await of("/srv/shared"), { kind: "directory", path: "/srv/shared" });
  assertEquals(await of("~/shared"), { kind: "directory", path: `${places.home.path}/shared` });
  assertEquals(await of("s3://studies/lab/one/"), { kind: "objects", bucket: "studies", prefix: "lab/one" });
  assertEquals(await of("s3://studies"), { kind: "objects", bucket: "studies", prefix: "" });
  for (const bad of ["s3://", "s3://UPPER/x", "s3://b/x", "http://host/x", "s3://studies/../x"]) {
    await assertRejects(() => of(bad), UsageError, "expects a directory or s3://bucket/prefix");
  }
});

Deno.test("a bad value is refused when it is used, naming its place, and never earlier", async () => {
  using places = new Places({
    env: "BILANCIO_WORKERS=many\n",
    yaml: "s3:\n  bucket: 'No Bucket'\n  access_key_id: id\n  secret_access_key: s\n",
  });
  const configuration = await places.read();
  assertThrows(
    () => workers(configuration),
    UsageError,
    '.env line 1: BILANCIO_WORKERS expects a whole number from 1 to 1024, but is "many".',
  );
  assertThrows(
    () => objectStorageOptions(configuration),
    UsageError,
    "bilancio.yaml s3.bucket: BILANCIO_S3_BUCKET expects a bucket",
  );
  for (
    const [value, allowed] of [["0", false], ["1", true], ["1024", true], ["1025", false], ["1.5", false]] as const
  ) {
    const read = await places.read({ BILANCIO_WORKERS: value });
    if (allowed) assertEquals(workers(read), Number(value));
    else {
      assertThrows(
        () => workers(read),
        UsageError,
        `BILANCIO_WORKERS expects a whole number from 1 to 1024, but is "${value}".`,
      );
    }
  }
});

Deno.test("a bad address or key is refused without showing it", async () => {
  using places = new Places();
  for (const name of SETTING_NAMES) {
    const { secret, variables } = settingOf(name);
    if (secret === undefined || name === "volume") continue;
    const configuration = await places.read({ [variables[0] ?? ""]: "very secret words" });
    const error = assertThrows(() => configuration.setting(name), UsageError, "is not shown");
    assert(!error.message.includes("secret words"), error.message);
  }
});

Deno.test("keys that nobody knows are named with the nearest known one; other programs' variables are left alone", async () => {
  using places = new Places({
    env: "BILANCIO_DATABSE_URL=postgres://u:secret@h/d\nDATABASE_URL=theirs\nBILANCIO_TEST_X=1\n",
    yaml: "s3:\n  bucke: x\nwrkers: 2\n",
  });
  assertEquals((await places.read()).warnings, [
    ".env line 1: bilancio has no setting BILANCIO_DATABSE_URL (did you mean BILANCIO_DATABASE_URL?)",
    "bilancio.yaml s3.bucke: bilancio has no such setting (did you mean s3_bucket?)",
    "bilancio.yaml wrkers: bilancio has no such setting (did you mean workers?)",
  ]);
});

Deno.test("YAML takes keys, variables and groups; numbers keep their value, secrets must be quoted", async () => {
  using places = new Places({ yaml: "BILANCIO_S3_BUCKET: one-bucket\nllm:\n  model: small\nworkers: 7\nvolume:\n" });
  const configuration = await places.read();
  assertEquals(configuration.setting("s3_bucket")?.value, "one-bucket");
  assertEquals(configuration.setting("llm_model"), { value: "small", source: "bilancio.yaml llm.model" });
  assertEquals(workers(configuration), 7);
  assertEquals(configuration.setting("volume"), undefined);
  places.work.write("bilancio.yaml", "s3:\n  secret_access_key: 0123456789\n");
  await assertRejects(() => places.read(), UsageError, "bilancio.yaml s3.secret_access_key expects a text in quotes");
  places.work.write("bilancio.yaml", "volume: [a, b]\n");
  await assertRejects(() => places.read(), UsageError, "not a list");
  places.work.write("bilancio.yaml", "- a\n");
  await assertRejects(() => places.read(), UsageError, "bilancio.yaml expects keys with values");
  places.work.write("bilancio.yaml", "a: [\n");
  await assertRejects(() => places.read(), ValidationError, "bilancio.yaml");
  places.work.write("bilancio.yaml", "# nothing\n");
  assertEquals((await places.read()).warnings, []);
});

Deno.test("files that cannot be read as text are one sentence", async () => {
  using places = new Places();
  Deno.writeFileSync(`${places.work.path}/.env`, new Uint8Array([0xff, 0xfe, 0]));
  await assertRejects(() => places.read(), StoreError, ".env is no UTF-8 text");
  places.work.write(".env", "x".repeat(1024 * 1024 + 1));
  await assertRejects(() => places.read(), StoreError, "more than 1 MB");
  Deno.removeSync(`${places.work.path}/.env`);
  Deno.mkdirSync(`${places.work.path}/.env`);
  assertEquals((await places.read()).warnings, []);
});

Deno.test("only known names are read, one by one", async () => {
  using places = new Places();
  const asked: string[] = [];
  const env: Environment = {
    isVisible: () => true,
    get(name) {
      asked.push(name);
      return undefined;
    },
  };
  await readConfiguration({ directory: places.work.path, env });
  assertEquals(asked.sort(), [...VARIABLES.keys()].sort());
});

Deno.test("under narrow permissions what may not be seen counts as absent, and the message about it says so", async () => {
  using places = new Places({ env: "BILANCIO_VOLUME=unseen\n", home: "workers: 5\n" });
  const script = `
    import { processConfiguration } from "./src/configuration/configuration.ts";
    import { requiredDatabaseUrl, workers } from "./src/configuration/views.ts";
    const configuration = await processConfiguration(${JSON.stringify(places.work.path)});
    console.log(workers(configuration), configuration.setting("volume"), configuration.hidden.variables.length > 20);
    try { requiredDatabaseUrl(configuration); } catch (error) { console.log(error.message); }`;
  using folder = new Folder();
  const file = folder.write("narrow.ts", script.replaceAll('"./src', `"${new URL("../../src", import.meta.url)}`));
  const { out, error, code } = await deno(
    [
      "run",
      "-q",
      "--no-prompt",
      `--config=${ROOT}deno.json`,
      "--allow-env=BILANCIO_WORKERS",
      `--allow-read=${ROOT}`,
      file,
    ],
  );
  assertEquals([code, error], [0, ""]);
  const [first = "", second = ""] = out.split("\n");
  assertStringIncludes(first, "undefined undefined true");
  assertStringIncludes(second, "Set BILANCIO_DATABASE_URL");
  assertStringIncludes(second, "This task may not see BILANCIO_DATABASE_URL, .env, bilancio.yaml");
});
