/** Files of runs through the cloud, and names that mean something to a shell, a key or a spreadsheet, from end to end. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { openPostgres, type PostgresConnection } from "../../src/stores/postgres/connection.ts";
import { assertSameDirectory } from "../stores/archive/sweeps.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { StrictS3 } from "../support/strict_s3.ts";
import { command, type Said } from "../support/synced_sweeps.ts";
import { jsonLines, storageVariables } from "./online.ts";
import { Folder } from "./program.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** A folder whose `.env` names a database and a storage of its own. */
class Cloud implements AsyncDisposable {
  private constructor(
    readonly folder: Folder,
    readonly database: PostgresConnection,
    readonly s3: StrictS3,
    readonly all: AsyncDisposableStack,
  ) {}

  static async open(): Promise<Cloud> {
    await using all = new AsyncDisposableStack();
    const folder = all.use(new Folder());
    const { url } = all.use(await server.createDatabase({ migrated: true }));
    const s3 = all.use(new StrictS3());
    const database = all.use(openPostgres({ url }));
    const variables = Object.entries({ BILANCIO_DATABASE_URL: url, ...storageVariables(s3) });
    folder.write(".env", variables.map(([name, value]) => `${name}="${value}"\n`).join(""));
    return new Cloud(folder, database, s3, all.move());
  }

  /** Runs a command that has to succeed without a word on standard error. */
  async does(...args: string[]): Promise<string> {
    const { code, out, error } = await this.says(...args);
    assertEquals([code, error], [0, ""], args.join(" "));
    return out;
  }

  says(...args: string[]): Promise<Said> {
    return command(this.folder.path, ...args);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.all.disposeAsync();
  }
}

const POINTS = ["--kappas", "0.5,1", "--concentrations", "1", "--mus", "0", "--outside-mid-ratios", "0.9"];
const SWEEP = ["sweep", "balanced", ...POINTS, "--n-agents", "6", "--maturity-days", "3", "--quiet", "--out-dir"];
const JOB = "castle-river-mountain";

/** The runs of a job as JSON. */
async function runIds(cloud: Cloud): Promise<string[]> {
  const runs: { runId: string }[] = JSON.parse(await cloud.does("jobs", "runs", JOB, "--json"));
  return runs.map(({ runId }) => runId);
}

Deno.test("artifacts download --cloud gives the files of a synced job that it gives from the sweep's directory", async () => {
  await using cloud = await Cloud.open();
  const { folder } = cloud;
  const sweep = await cloud.says(...SWEEP, "out/pairs", "--persist", "--job-id", JOB, "--cloud-sync", "--full");
  assertEquals(sweep.code, 0, sweep.error);
  const download = ["artifacts", "download", JOB];
  const local = JSON.parse(await cloud.does(...download, "--output", "here", "--json"));
  const there = JSON.parse(await cloud.does(...download, "--cloud", "--output", "there", "--json"));
  assert(local.files.length > 4 * 8, `${local.files.length} files`);
  const inOrder = (files: { path: string }[]) => files.toSorted((a, b) => a.path < b.path ? -1 : 1);
  assertEquals(inOrder(there.files), inOrder(local.files));
  assertEquals(there.bytes, local.bytes);
  Deno.removeSync(`${folder.path}/here/SHA256SUMS`);
  Deno.removeSync(`${folder.path}/there/SHA256SUMS`);
  assertSameDirectory(`${folder.path}/there`, `${folder.path}/here`);

  const [runId = ""] = await runIds(cloud);
  assertMatch(
    await cloud.does(...download, "--cloud", "--run", runId, "--output", "one"),
    /^\d+ files \(\S+ [kM]B\) in one, checksums in SHA256SUMS\n$/,
  );
  assertEquals([...Deno.readDirSync(`${folder.path}/one`)].map(({ name }) => name).sort(), ["SHA256SUMS", runId]);
  assertSameDirectory(`${folder.path}/one/${runId}`, `${folder.path}/here/${runId}`);
  const unknown = await cloud.says(...download, "--cloud", "--run", "nope");
  assertEquals(unknown.code, 1);
  assertEquals(
    unknown.error,
    `Job ${JOB} has no run "nope" in s3://strict-tests/pairs. See: bilancio jobs runs ${JOB}\n`,
  );
  const other = await cloud.says(...download, "--cloud", "--sweep", "other", "--output", "x");
  assertStringIncludes(other.error, `has no finished sweep "other" of job ${JOB}; leave out --sweep to look for it`);

  // The sweep goes on with its job, as it does after an interruption: the job still knows where its files are.
  assertEquals((await cloud.says(...SWEEP, "out/pairs", "--persist")).code, 0);
  assertEquals(await cloud.database.rows("SELECT volume_experiment_id AS name FROM jobs"), [{ name: "pairs" }]);
  await cloud.database.run("DROP TABLE jobs CASCADE");
  const searched = await cloud.says(...download, "--cloud", "--run", runId, "--output", "two");
  assertEquals(searched.code, 0, "without a database that knows it is looked for");
  assertMatch(searched.error, /^warning: .*; looking for the sweep in the storage without it\n$/);
  assertSameDirectory(`${folder.path}/two/${runId}`, `${folder.path}/here/${runId}`);
});

Deno.test("artifacts upload sends single files, once; links open them, and download brings them back", async () => {
  await using cloud = await Cloud.open();
  const { folder, s3 } = cloud;
  assertEquals((await cloud.says(...SWEEP, "out/pairs", "--job-id", JOB)).code, 0);
  const [runId = "", other = ""] = await runIds(cloud);
  const none = await cloud.says("artifacts", "download", JOB, "--cloud");
  assertEquals(none.code, 1);
  assertEquals(
    none.error,
    `Job ${JOB} has no files in s3://strict-tests. Files get there with bilancio cloud sync DIR --full, or with ` +
      "bilancio artifacts upload.\n",
  );
  const upload = ["artifacts", "upload", JOB, "--run", runId, "--file", "run.html,events.jsonl"];
  assertMatch(await cloud.does(...upload), /^2 files \(\S+ [kM]?B\) sent to s3:\/\/strict-tests\n$/);
  assertEquals(await cloud.does(...upload), "Nothing new: 2 files there before in s3://strict-tests\n");
  assertEquals([...s3.objects.keys()].sort(), [
    `${JOB}/job_manifest.json`,
    `${JOB}/runs/${runId}/events.jsonl`,
    `${JOB}/runs/${runId}/run.html`,
  ]);
  const linked = JSON.parse(await cloud.does(...upload, "--link", "1", "--json"));
  assertEquals(linked.files.map(({ isNew }: { isNew: boolean }) => isNew), [false, false]);
  const page = await fetch(linked.files[1].link);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(await page.text(), folder.read(`${armOf(folder, runId)}/runs/${runId}/run.html`));

  await cloud.does("artifacts", "download", JOB, "--cloud", "--output", "back");
  assertEquals(folder.names().filter((name) => name.startsWith("back/")), [
    "back/SHA256SUMS",
    `back/${runId}/events.jsonl`,
    `back/${runId}/run.html`,
  ]);
  await cloud.does("artifacts", "upload", JOB, "--run", other, "--quiet");
  const wrong = await cloud.says("artifacts", "upload", JOB, "--file", "nothing.txt");
  assertEquals(wrong.code, 1);
  assertMatch(wrong.error, /^No run has a file nothing\.txt\. There are: balances\.csv, /);
});

/** The arm of a run, from the folder. */
function armOf(folder: Folder, runId: string): string {
  const arm = ["passive", "active"].find((arm) =>
    folder.names().some((name) => name.includes(`${arm}/runs/${runId}/`))
  );
  return `out/pairs/${arm}`;
}

const NAMES = ['=HYPERLINK("x","y")', "größe 'und' 日本 ✓", "+1;DROP TABLE sweeps--", "-rf %41&?#"];

Deno.test("a sweep with a name of any signs goes from its directory to the cloud, its list, and back, with the same name", async () => {
  await using cloud = await Cloud.open();
  const { folder } = cloud;
  const words = ["amber", "birch", "cedar", "delta"];
  for (const [i, name] of NAMES.entries()) {
    const flags = ["--name-prefix", name, "--persist", "--job-id", `${words[i]}-hill`, "--cloud-sync", "--full"];
    const { code, error } = await cloud.says(...SWEEP, `out/${name}`, ...flags);
    assertEquals(code, 0, error);
  }
  const listed = jsonLines(await cloud.does("cloud", "list-sweeps", "--json"));
  assertEquals(listed.map(({ name }) => String(name)).sort(), NAMES.toSorted());
  const table = await cloud.does("cloud", "list-sweeps");
  for (const [i, name] of NAMES.entries()) {
    assert(table.includes(`\n${name} `), table);
    assertStringIncludes(await cloud.does("cloud", "sync", `out/${name}`, "--full"), "success: nothing new\n");
    await cloud.does("cloud", "download", "--quiet", "--", name, `back/${i}`);
    assertSameDirectory(`${folder.path}/back/${i}`, `${folder.path}/out/${name}`);
    await cloud.does("artifacts", "download", `${words[i]}-hill`, "--cloud", "--sweep", name, "--output", `runs/${i}`);
    const [run = ""] = folder.names().filter((file) =>
      file.startsWith(`runs/${i}/`) && file.endsWith("/scenario.yaml")
    );
    const scenario = Object(parse(folder.read(run)));
    assert(String(Reflect.get(scenario, "name")).startsWith(`${name} (`), folder.read(run).slice(0, 200));
  }
  for (const place of [[], ["--cloud"]]) {
    const csv = await cloud.does("metrics", "query", ...place, "--format", "csv");
    const lines = csv.trimEnd().split("\r\n");
    assertEquals(lines.length, 1 + 4 * NAMES.length);
    for (const cell of lines.flatMap((line) => line.split(","))) assert(!/^"?[=+@]|^"?-[^\d.]/.test(cell), cell);
  }
  for (const name of NAMES) {
    await cloud.does("cloud", "prune", `--pattern=${name.replace("?", "[?]")}`, "--yes", "--json");
  }
  assertEquals(await cloud.does("cloud", "list-sweeps", "--json"), "");
});

Deno.test("runs with names of any signs, as somebody else's registry may have them, stay texts or are refused", async () => {
  await using cloud = await Cloud.open();
  const { folder } = cloud;
  const ids = ['=HYPERLINK("http://x")', "@SUM(A1)", "../../up", "ρ 'x'"];
  const rows = ids.map((id, i) => `"${id.replaceAll('"', '""')}",,grid,completed,,${i},4,1,1,0,0.5`);
  Deno.mkdirSync(`${folder.path}/out/foreign/registry`, { recursive: true });
  folder.write(
    "out/foreign/registry/experiments.csv",
    ["run_id,experiment_id,phase,status,error,seed,n_agents,kappa,concentration,mu,delta_total", ...rows, ""].join(
      "\r\n",
    ),
  );
  const csv = await cloud.does("metrics", "query", "--format", "csv");
  assertEquals(
    csv.split("\r\n").slice(1, -1).map((line) => line.split(",").slice(1, 2)[0]).sort(),
    [
      `"'=HYPERLINK(""http://x"")"`,
      "'@SUM(A1)",
      "../../up",
      "ρ 'x'",
    ].sort(),
  );
  const json: { run_id: string }[] = JSON.parse(await cloud.does("metrics", "query", "--format", "json"));
  assertEquals(json.map(({ run_id }) => run_id).sort(), ids.toSorted());
  const sync = await cloud.says("cloud", "sync", "out/foreign");
  assertEquals(sync.code, 1);
  assertStringIncludes(sync.error, "Invalid run id");
  assertEquals(await cloud.database.rows("SELECT 1 FROM sweeps"), []);
});

Deno.test("a name that a sweep cannot have is told before anything is sent or written", async () => {
  await using cloud = await Cloud.open();
  assertEquals((await cloud.says("sweep", "ring", "--kappas", "1", "--quiet", "--out-dir", "out/s")).code, 0);
  for (const name of ["a/b", "../up", "a\\b", ""]) {
    const { code, error } = await cloud.says("cloud", "sync", "out/s", "--full", `--name=${name}`);
    assertEquals([code, cloud.s3.objects.size], [2, 0], error);
    const download = await cloud.says("cloud", "download", name, "back");
    assert(download.code > 0 && !download.error.includes("defect"), download.error);
  }
  assertEquals(cloud.folder.names().filter((file) => file.startsWith("back")), []);
});
