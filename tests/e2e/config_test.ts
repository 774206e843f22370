import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { deno, type Finished, Folder } from "./program.ts";

/** Runs `bilancio config` under the permissions of a task, with a home of its own. */
async function config(
  folder: Folder,
  set: string,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Finished> {
  const script = `
    const { main } = await import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)});
    Deno.exit(await main(["-C", ${JSON.stringify(folder.path)}, "config", ...Deno.args]));`;
  using place = new Folder();
  const file = place.write("start.ts", script);
  const variables = { HOME: folder.path, ...env };
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    const configuration = new URL("../../deno.json", import.meta.url).pathname;
    // The cache of Deno stays where it is, whatever home the program sees.
    return await deno(["run", "-q", "--no-prompt", `--config=${configuration}`, `-P=${set}`, file, ...args]);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("bilancio config shows every setting, where it came from, and no secret", async () => {
  using folder = new Folder();
  folder.write(".env", "BILANCIO_S3_SECRET_ACCESS_KEY='Zq1secretqZ'\nBILANCIO_WOKERS=3\n");
  folder.write("bilancio.yaml", "s3:\n  bucket: studies\n  endpoint: https://store.example\n");
  Deno.mkdirSync(`${folder.path}/.bilancio`);
  folder.write(".bilancio/config.yaml", "s3_bucket: unused-bucket\nvolume: s3://studies/volume\n");
  const denoDirectory = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const env = { DENO_DIR: denoDirectory, BILANCIO_DATABASE_URL: "postgres://me:Zq2passwordqZ@db.example:5432/lab" };
  const { code, out, error } = await config(folder, "cloud", env);
  assertEquals(code, 0, error);
  assertMatch(out, /^SETTING +VALUE +FROM\n/);
  assertMatch(
    out,
    /BILANCIO_DATABASE_URL +postgres:\/\/me:\*{8}@db\.example:5432\/lab +environment BILANCIO_DATABASE_URL\n/,
  );
  assertMatch(out, /BILANCIO_S3_SECRET_ACCESS_KEY +\*{8} +\.env line 1\n/);
  assertMatch(out, /BILANCIO_S3_BUCKET +studies +bilancio\.yaml s3\.bucket\n/);
  assertMatch(out, /BILANCIO_VOLUME +s3:\/\/studies\/volume +~\/\.bilancio\/config\.yaml volume\n/);
  assertMatch(out, /BILANCIO_S3_REGION +-\n/);
  assertEquals(
    error,
    "warning: .env line 2: bilancio has no setting BILANCIO_WOKERS (did you mean BILANCIO_WORKERS?)\n",
  );
  assert(!/Zq/.test(out + error));
  const json = JSON.parse((await config(folder, "cloud", env, "--json")).out);
  assertEquals(json.settings.find(({ name }: { name: string }) => name === "s3_bucket"), {
    name: "s3_bucket",
    variable: "BILANCIO_S3_BUCKET",
    value: "studies",
    source: "bilancio.yaml s3.bucket",
    problem: null,
  });
});

Deno.test("bilancio config says what is wrong with a value and exits with 1", async () => {
  using folder = new Folder();
  folder.write("bilancio.yaml", "workers: many\n");
  const denoDirectory = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const { code, out, error } = await config(folder, "cloud", { DENO_DIR: denoDirectory });
  assertEquals(code, 1);
  assertMatch(out, /BILANCIO_WORKERS +\(wrong\)\n/);
  assertEquals(
    error,
    'bilancio.yaml workers: BILANCIO_WORKERS expects a whole number from 1 to 1024, but is "many".\n',
  );
});

Deno.test("under a task that sees less, bilancio config says that something is hidden", async () => {
  using folder = new Folder();
  const denoDirectory = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const { code, error } = await config(folder, "bilancio", { DENO_DIR: denoDirectory });
  assertEquals(code, 0);
  assertStringIncludes(error, "deno task -q online config sees them");
});
