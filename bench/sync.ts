/**
 * What the cloud costs a user, with servers that the benchmark starts itself:
 *
 * 1. sweeps with `--persist --persist-to postgres` against the same sweeps without, as whole processes;
 * 2. a sync of 200 runs with their files, records included, against every file as a plain object, many at once;
 * 3. rows and bytes per run, for the cost table of docs/cloud.md.
 *
 *     deno run -A bench/sync.ts [REPETITIONS]
 *
 * @module
 */
import { folderEntries } from "../src/stores/archive/folder.ts";
import { openPostgres, type PostgresConnection } from "../src/stores/postgres/connection.ts";
import { migrate } from "../src/stores/postgres/migrations.ts";
import { openS3 } from "../src/stores/s3/connection.ts";
import { inTurn } from "../src/stores/s3/in_turn.ts";
import type { ObjectStorage } from "../src/stores/s3/objects.ts";
import { syncSweep } from "../src/sync/sync_sweep.ts";
import { startPostgres } from "../tests/support/postgres.ts";

const REPETITIONS = Number(Deno.args[0] ?? 5);
const PLAIN_AT_ONCE = 16;
const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname);

const SWEEPS: Readonly<Record<string, readonly string[]>> = {
  "ring, 125 runs, all files": ["sweep", "ring"],
  "ring, 20,000 runs, no files": ["sweep", "ring", "--no-grid", "--lhs", "20000", "--artifacts", "none"],
  "ring, 4,000 runs of 50 agents, pool": [
    ...["sweep", "ring", "--no-grid", "--lhs", "4000", "--n-agents", "50", "--maturity-days", "10"],
    ...["--artifacts", "none", "--executor", "pool"],
  ],
  "balanced, 60 pairs, all files": ["sweep", "balanced", "--config", `${ROOT}examples/sweeps/balanced.yaml`],
};

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
}

/** Runs the program and returns how long its processors worked, in milliseconds, which other processes disturb less. */
async function program(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<number> {
  const { success, stderr } = await new Deno.Command("bash", {
    args: [
      ...["-c", 'time "$@"', "bash", Deno.execPath(), "run", "-q", "--v8-flags=--max-semi-space-size=4"],
      ...["-P=cloud", "src/cli/main.ts", ...args],
    ],
    cwd: ROOT,
    env: { TIMEFORMAT: "worked %U %S", ...variables },
    stdout: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (!success) throw new Error(said);
  const [, user = "0", system = "0"] = /worked ([\d.]+) ([\d.]+)\n$/.exec(said) ?? [];
  return 1000 * (Number(user) + Number(system));
}

/** Times of one kind of sweep in milliseconds: until it ended, and of its processors. */
class Times {
  readonly whole: number[] = [];
  readonly work: number[] = [];

  async measure(run: () => Promise<number>): Promise<void> {
    const start = performance.now();
    this.work.push(await run());
    this.whole.push(performance.now() - start);
  }
}

async function persisted(place: string, url: string): Promise<void> {
  const heads = ["without", "--persist", "", "CPU", "--persist", ""];
  console.log(`sweep, median of ${REPETITIONS}`.padEnd(40), ...heads.map((head) => head.padStart(10)));
  for (const [name, sweep] of Object.entries(SWEEPS)) {
    const [without, kept] = [new Times(), new Times()];
    for (let i = 0; i < REPETITIONS; i++) {
      for (const [times, flags] of [[without, []], [kept, ["--persist", "--persist-to", "postgres"]]] as const) {
        const directory = `${place}/${crypto.randomUUID()}`;
        await times.measure(() =>
          program({ BILANCIO_DATABASE_URL: url }, ...sweep, "--quiet", "--out-dir", directory, ...flags)
        );
      }
    }
    const cells = (["whole", "work"] as const).flatMap((kind) => {
      const [before, after] = [median(without[kind]), median(kept[kind])];
      const more = (after / before - 1) * 100;
      return [`${before.toFixed(0)} ms`, `${after.toFixed(0)} ms`, `${more >= 0 ? "+" : ""}${more.toFixed(0)} %`];
    });
    console.log(`  ${name}`.padEnd(40), ...cells.map((cell) => cell.padStart(10)));
  }
}

async function synced(place: string, database: PostgresConnection, storage: ObjectStorage): Promise<void> {
  const folder = `${place}/study`;
  const flags = ["--no-grid", "--lhs", "200", "--n-agents", "50", "--maturity-days", "10", "--quiet"];
  await program({}, "sweep", "ring", ...flags, "--out-dir", folder);
  const files = folderEntries(folder).filter(({ isDirectory }) => !isDirectory);
  const size = files.reduce((sum, { size }) => sum + size, 0);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`\nsync of 200 runs: ${files.length} files, ${megabytes(size)}`);
  await storage.putObject("warm", "up");
  await database.rows("SELECT 1");
  const plain: number[] = [];
  const sync: number[] = [];
  for (let i = 0; i < 3; i++) {
    plain.push(
      await timed(() =>
        inTurn(PLAIN_AT_ONCE, files, async ({ name }) => {
          await storage.putObject(`plain-${i}/${name}`, await Deno.readFile(`${folder}/${name}`));
        })
      ),
    );
    sync.push(await timed(() => syncSweep(folder, { name: `study-${i}`, full: true, database, storage })));
  }
  const ratio = median(sync) / median(plain);
  console.log(
    `  every file as an object, ${PLAIN_AT_ONCE} at once`.padEnd(44),
    `${median(plain).toFixed(0)} ms`.padStart(10),
  );
  console.log(
    "  sync --full, records included".padEnd(44),
    `${median(sync).toFixed(0)} ms`.padStart(10),
    `${ratio.toFixed(2)}x`.padStart(7),
  );
  const again = await timed(() => syncSweep(folder, { name: "study-0", full: true, database, storage }));
  console.log("  again, nothing changed".padEnd(44), `${again.toFixed(0)} ms`.padStart(10));
  const stored = (await Array.fromAsync(storage.listObjects("study-0/"))).reduce((sum, { size }) => sum + size, 0);
  console.log(
    `\nstored per run of 50 agents: ${(stored / 200 / 1000).toFixed(1)} kB of objects (${
      megabytes(size / 200)
    } on disk)`,
  );
}

/** Bytes of a table with its indexes, per row. */
async function rowSizes(database: PostgresConnection): Promise<void> {
  console.log("\nin the database, bytes per row with indexes");
  for (const table of ["runs", "metrics", "run_registry", "comparison_results", "jobs", "job_events"]) {
    await database.run(`VACUUM FULL ANALYZE ${table}`);
    const [row = {}] = await database.rows(
      `SELECT count(*) AS rows, pg_total_relation_size('${table}') AS bytes FROM ${table}`,
    );
    const [rows, bytes] = [Number(row["rows"]), Number(row["bytes"])];
    console.log(`  ${table}`.padEnd(44), `${rows} rows`.padStart(14), `${(bytes / rows).toFixed(0)} B`.padStart(10));
  }
}

/** An S3 server in a process of its own, below a directory. */
async function startStorage(directory: string): Promise<{ endpoint: string; child: Deno.ChildProcess }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}bench/s3.ts`, "serve", directory],
    stdout: "piped",
    stdin: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { endpoint: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, child };
}

const place = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
const { endpoint, child } = await startStorage(`${place}/s3`);
try {
  await using server = await startPostgres();
  await using database = openPostgres({ url: server.url });
  await migrate(database);
  const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
  await using storage = openS3({ endpoint, region: "us-east-1", bucket: "bench", ...keys });
  await persisted(place, server.url);
  await synced(place, database, storage);
  await program({ BILANCIO_DATABASE_URL: server.url }, "cloud", "sync", aBalancedSweep(place), "--quiet");
  await rowSizes(database);
} finally {
  child.kill();
  await child.status;
  Deno.removeSync(place, { recursive: true });
}

/** One of the balanced sweeps that were measured. */
function aBalancedSweep(place: string): string {
  const found = [...Deno.readDirSync(place)].map(({ name }) => `${place}/${name}`)
    .find((path) => [...Deno.readDirSync(path)].some(({ name }) => name === "passive"));
  if (found === undefined) throw new Error("no balanced sweep was made");
  return found;
}
