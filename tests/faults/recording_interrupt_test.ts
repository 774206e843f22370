/** Ctrl-C while something is recorded: whole ticks and runs stay, the exit status is 130, and the work can be resumed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Database, type Row } from "../../src/stores/duckdb/driver.ts";
import { openParts } from "../../src/stores/duckdb/parts.ts";
import { program } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";

const MAIN = fromFileUrl(new URL("../../src/cli/main.ts", import.meta.url));
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));
const EXAMPLES = fromFileUrl(new URL("../../examples/payments/", import.meta.url));

interface Stopped {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Starts the program in a process of its own, and stops it as Ctrl-C does once it has printed so many lines. */
async function stoppedAfter(lines: number, directory: string, ...args: string[]): Promise<Stopped> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-check", "--config", CONFIG, MAIN, "-C", directory, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const error = new Response(child.stderr).text();
  let out = "";
  let isTold = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    out += chunk;
    if (isTold || out.split("\n").length <= lines) continue;
    isTold = true;
    child.kill("SIGINT");
  }
  return { code: (await child.status).code, out, error: await error };
}

async function rowsOf(path: string): Promise<Row[][]> {
  await using database = await Database.open(path, { readOnly: true });
  const all: Row[][] = [];
  for (
    const question of [
      "SELECT simulation_id, status, total_arrivals, total_cost_cents FROM simulations",
      "SELECT * EXCLUDE (event_timestamp, created_at) FROM simulation_events ORDER BY event_timestamp",
      ...["transactions", "daily_agent_metrics", "agent_queue_snapshots", "ticks"].map((table) =>
        `FROM ${table} ORDER BY ALL`
      ),
    ]
  ) all.push(await database.rows(question));
  return all;
}

Deno.test({
  name: "Ctrl-C during payments run --persist: whole ticks stay, the status is interrupted, exit 130, db resume works",
  ignore: Deno.build.os === "windows",
  async fn() {
    using place = new Place();
    place.write(
      "p.yaml",
      Deno.readTextFileSync(`${EXAMPLES}02-gridlock.yaml`).replace(/num_days: \d+/, "num_days: 2000"),
    );
    const run = (db: string) => ["payments", "run", "p.yaml", "--persist", db, "--simulation-id", "s", "--stream"];
    const whole = await program(place.path, ...run("whole.duckdb"));
    assertEquals(whole.code, 0, whole.error);
    const stopped = await stoppedAfter(30, place.path, ...run("stopped.duckdb"));
    assertEquals(stopped.code, 130, stopped.error);
    assertEquals(
      stopped.error,
      "Stopping: the ticks so far are recorded.\nInterrupted: s is recorded so far; bilancio db resume s --db " +
        "stopped.duckdb completes it, bilancio db delete s --db stopped.duckdb removes it.\n",
    );
    const shown = stopped.out.trimEnd().split("\n");
    assert(whole.out.startsWith(stopped.out) && stopped.out.length < whole.out.length, "it was too fast");

    const ticks = await (async () => {
      await using database = await Database.open(`${place.path}/stopped.duckdb`, { readOnly: true });
      const [row] = await database.rows(
        `SELECT status, (SELECT count(*) FROM simulation_ticks) AS ticks, (SELECT max(tick) + 1 FROM simulation_ticks) AS next,
           (SELECT max(end_event) FROM simulation_ticks) AS noted, (SELECT count(*) FROM simulation_events) AS events,
         FROM simulations`,
      );
      assertEquals([row?.["status"], row?.["events"], row?.["ticks"]], ["running", row?.["noted"], row?.["next"]]);
      return Number(row?.["ticks"]);
    })();
    // Everything that was shown is recorded.
    assertEquals(ticks, shown.length);
    const other = ["--persist", "stopped.duckdb", "--simulation-id", "other"];
    const next = await program(place.path, "payments", "run", "p.yaml", "--ticks", "1", ...other);
    assertStringIncludes(next.error, "the recording of s was interrupted; bilancio db resume s");
    assertEquals((await program(place.path, "db", "delete", "other", "--db", "stopped.duckdb")).code, 0);

    const resumed = await program(place.path, "db", "resume", "s", "--db", "stopped.duckdb");
    assertEquals([resumed.code, resumed.error], [0, ""]);
    assertEquals(await rowsOf(`${place.path}/stopped.duckdb`), await rowsOf(`${place.path}/whole.duckdb`));
  },
});

for (const executor of ["local", "pool"]) {
  Deno.test({
    name:
      `Ctrl-C during sweep --persist: what is reported is recorded, exit 130, --resume records the rest (${executor})`,
    ignore: Deno.build.os === "windows",
    async fn() {
      using place = new Place();
      const runs = 1500;
      const sweep = ["sweep", "ring", "--no-grid", "--lhs", String(runs), "--n-agents", "20", "--artifacts", "none"];
      const flags = [...sweep, "--out-dir", "s", "--persist", "--persist-to", "duckdb", "--executor", executor];
      const stopped = await stoppedAfter(20, place.path, ...flags, "--workers", "2", "--json");
      assertEquals(stopped.code, 130, stopped.error);
      const last = JSON.parse(stopped.out.trimEnd().split("\n").at(-1) ?? "");
      assertEquals(last.interrupted, true);
      assert(last.completed >= 20 && last.completed < runs, String(last.completed));
      const completed = () =>
        place.read("s/registry/experiments.csv").split(/\r?\n/).filter((row) => row.includes(",completed,"))
          .map((row) => row.split(",")[0] ?? "").toSorted();
      assertEquals(completed().length, last.completed);
      assertEquals(await recordedRuns(place), completed());
      const resumed = await program(place.path, ...flags, "--resume", "--quiet");
      assertEquals(resumed.code, 0, resumed.error);
      assertEquals(completed().length, runs);
      assertEquals(await recordedRuns(place), completed());
    },
  });
}

/** The runs that are recorded to their end, each once. */
async function recordedRuns(place: Place): Promise<string[]> {
  await using parts = await openParts(`${place.path}/s/recordings`);
  const rows = await parts.rows("SELECT simulation_id, status FROM simulations ORDER BY simulation_id");
  assertEquals(rows.filter((row) => row["status"] !== "completed"), []);
  return rows.map((row) => String(row["simulation_id"]));
}
