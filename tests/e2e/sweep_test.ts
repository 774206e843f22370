import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bilancio, Folder, programArguments, ROOT } from "./program.ts";

/** Six small runs. */
const SMALL = ["--kappas", "0.5,1", "--concentrations", "1", "--mus", "0,0.5,1"];

function sweep(folder: Folder, ...flags: string[]) {
  return bilancio(folder.path, "sweep", "ring", ...flags);
}

Deno.test("bilancio sweep ring writes the registry, the runs and the aggregates, and says where", async () => {
  using folder = new Folder();
  const { code, out } = await sweep(folder, ...SMALL, "--out-dir", "s");
  assertEquals(code, 0);
  assertMatch(out, /^Done: 6 runs completed, of 6 \(job [a-z]+-[a-z]+-[a-z]+\)\n/m);
  assertMatch(out, /\nkappa \(cash per debt\) +runs +mean +median +min +max\n0\.5 +3 /);
  assertStringIncludes(out, "Dashboard  s/aggregate/dashboard.html\n");
  const registry = folder.read("s/registry/experiments.csv").trim().split(/\r?\n/);
  assertEquals(registry.length, 7);
  assertMatch(registry[0] ?? "", /^run_id,experiment_id,phase,status,error,seed,n_agents,kappa,/);
  const id = registry[1]?.split(",")[0];
  for (const name of ["scenario.yaml", "run.html", "out/events.jsonl", "out/balances.csv", "out/metrics.csv"]) {
    assert(folder.names().includes(`s/runs/${id}/${name}`), name);
  }
  const results = folder.read("s/aggregate/results.csv").trim().split(/\r?\n/);
  assertEquals(results.length, 7);
  assertMatch(results[1] ?? "", new RegExp(`^${id},grid,42,5,0\\.5,1,0,0,.*,\\.\\./runs/${id}/out/metrics\\.csv$`));
});

Deno.test("the links of the dashboard lead to the pages of the runs", async () => {
  using folder = new Folder();
  await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet");
  const page = folder.read("s/aggregate/dashboard.html");
  const links = [...page.matchAll(/href="(\.\.\/runs\/[^"]+)"/g)].map((match) => match[1] ?? "");
  assertEquals(new Set(links).size, 6);
  for (const link of links) assert(Deno.statSync(`${folder.path}/s/aggregate/${link}`).isFile);
});

Deno.test("the same sweep again runs nothing; a different one in the same directory is refused by its difference", async () => {
  using folder = new Folder();
  await sweep(folder, ...SMALL, "--out-dir", "s");
  const before = folder.read("s/registry/experiments.csv");
  const again = await sweep(folder, ...SMALL, "--out-dir", "s");
  assertEquals(again.code, 0);
  assertStringIncludes(again.out, "Done: 0 runs completed, 6 there before, of 6");
  assertEquals(folder.read("s/registry/experiments.csv"), before);

  const other = await sweep(folder, ...SMALL, "--out-dir", "s", "--base-seed", "7");
  assertEquals([other.code, other.out], [1, ""]);
  assertStringIncludes(other.error, "base-seed: 42 -> 7");

  const forced = await sweep(folder, ...SMALL, "--out-dir", "s", "--base-seed", "7", "--force");
  assertEquals(forced.code, 0);
  assertStringIncludes(forced.out, "Dashboard  s-2/aggregate/dashboard.html");
  assertEquals(folder.read("s/registry/experiments.csv"), before);
});

Deno.test("--resume without a sweep to resume is an error", async () => {
  using folder = new Folder();
  const { code, error } = await sweep(folder, ...SMALL, "--out-dir", "s", "--resume");
  assertEquals(code, 1);
  assertStringIncludes(error, "There is no sweep to resume in");
  assertEquals(folder.names(), []);
});

Deno.test("--json prints one object per run and one for the sweep", async () => {
  using folder = new Folder();
  const { code, out, error } = await sweep(folder, ...SMALL, "--out-dir", "s", "--json");
  assertEquals([code, error], [0, ""]);
  const objects = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(objects.length, 7);
  assertEquals(objects[0].status, "completed");
  assertEquals(objects[0].parameters.kappa, "0.5");
  assertEquals([objects[6].sweep, objects[6].runs, objects[6].failed], ["s", 6, 0]);
});

Deno.test("--quiet prints nothing", async () => {
  using folder = new Folder();
  assertEquals(await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet"), { code: 0, out: "", error: "" });
});

Deno.test("--artifacts none keeps the numbers and no files of runs; results.csv has every run", async () => {
  using folder = new Folder();
  assertEquals((await sweep(folder, ...SMALL, "--out-dir", "s", "--artifacts", "none", "--quiet")).code, 0);
  assertEquals(folder.names().filter((name) => name.startsWith("s/runs/")), []);
  assertEquals(folder.read("s/aggregate/results.csv").trim().split(/\r?\n/).length, 7);
});

for (const mode of [[], ["--reference"]]) {
  Deno.test(`results.csv does not depend on whether files are kept ${mode.join(" ")}`, async () => {
    using folder = new Folder();
    const results: string[] = [];
    for (const artifacts of ["all", "failed", "none"]) {
      const flags = [...SMALL, ...mode, "--artifacts", artifacts, "--quiet"];
      assertEquals((await sweep(folder, ...flags, "--out-dir", artifacts)).code, 0);
      // Without the last cell, the path of a file.
      results.push(folder.read(`${artifacts}/aggregate/results.csv`).replace(/,[^,\r\n]*(?=\r?$)/gm, ""));
    }
    assertEquals(results[1], results[0]);
    assertEquals(results[2], results[0]);
    const cells = results[0]?.split(/\r?\n/)[1]?.split(",") ?? [];
    assert(cells.slice(10, 17).every((cell) => cell !== ""), cells.join());
    const header = (name: string) =>
      folder.read(`${name}/registry/experiments.csv`).split(/\r?\n/)[0]?.split(",") ?? [];
    assertEquals(header("all").slice(0, 26).at(-1), "run_html");
    assertEquals(header("all").length, mode.length > 0 ? 26 : 31);
    assertEquals(header("none").slice(0, 26), header("all").slice(0, 26));
  });
}

Deno.test("a run that fails is a row with its error; the others are made, and the exit status says so", async () => {
  using folder = new Folder();
  const { code, out, error } = await sweep(folder, ...SMALL, "--out-dir", "s", "--n-agents", "2");
  assertEquals(code, 1);
  assertMatch(error, /6 runs failed. The first was grid_[0-9a-f]{12}: .*greater than or equal to 3 \(got 2\)\n$/);
  assertStringIncludes(out, "0 runs completed, 6 failed, of 6");
  assertStringIncludes(folder.read("s/registry/experiments.csv"), "Input should be greater than or equal to 3");
});

Deno.test("local and pool give the same files but for times and the job", async () => {
  using folder = new Folder();
  const flags = [...SMALL, "--quiet", "--n-agents", "8"];
  assertEquals((await sweep(folder, ...flags, "--out-dir", "a")).code, 0);
  assertEquals((await sweep(folder, ...flags, "--out-dir", "b", "--executor", "pool", "--workers", "2")).code, 0);
  const names = (prefix: string) =>
    folder.names().filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  assertEquals(names("a/"), names("b/"));
  for (const name of names("a/").filter((name) => !/result\.json$|journal|\.lock$|^job_manifest/.test(name))) {
    assertEquals(folder.read(`a/${name}`), folder.read(`b/${name}`), name);
  }
});

Deno.test("the sweep files of examples/ run, and find what their comments ask", async () => {
  using folder = new Folder();
  const run = async (name: string) => {
    const flags = ["--config", `${ROOT}examples/sweeps/${name}`, "--artifacts", "none", "--json", "--out-dir", name];
    const { code, out, error } = await sweep(folder, ...flags);
    assertEquals(code, 0, error);
    return JSON.parse(out.trim().split("\n").at(-1) ?? "");
  };
  const grid = await run("grid.yaml");
  assertEquals([grid.runs, grid.failed], [54, 0]);
  const means = grid.delta_by_kappa.map((group: { delta: { mean: number } }) => group.delta.mean);
  assertEquals(means, means.toSorted((a: number, b: number) => b - a), "more cash, fewer misses");
  const frontier = await run("lhs_frontier.yaml");
  assert(frontier.runs > 24 && frontier.failed === 0, JSON.stringify(frontier.runs));
});

Deno.test("a flag wins over the sweep file", async () => {
  using folder = new Folder();
  folder.write("c.yaml", "grid: { kappas: [1, 2], concentrations: [1], mus: [0] }\nrunner: { n_agents: 4 }\n");
  const { out } = await sweep(folder, "--config", "c.yaml", "--kappas", "3", "--out-dir", "s", "--json");
  const [run] = out.split("\n").map((line) => line === "" ? null : JSON.parse(line));
  assertEquals([run.parameters.kappa, run.parameters.n_agents], ["3", 4]);
});

Deno.test("a sweep file with mistakes: all of them, exit 1, nothing written", async () => {
  using folder = new Folder();
  folder.write("c.yaml", "grid: { kapas: [1] }\nlhs: { count: 3 }\n");
  const { code, error } = await sweep(folder, "--config", "c.yaml", "--out-dir", "s");
  assertEquals(code, 1);
  assertStringIncludes(error, "Invalid sweep configuration");
  assertStringIncludes(error, "kappas");
  assertStringIncludes(error, "lhs.kappa_range must contain exactly two values");
  assertEquals(folder.names(), ["c.yaml"]);
});

Deno.test("an output directory that cannot be used: one sentence, exit 1", async () => {
  using folder = new Folder();
  folder.write("file", "kept");
  const { code, error } = await sweep(folder, ...SMALL, "--out-dir", "file");
  assertEquals(code, 1);
  assertMatch(error, /^Cannot write \S+: a part of the path is a file, not a directory\n$/);
  assertEquals(folder.names(), ["file"]);
});

Deno.test("contradicting flags are refused before anything is written: exit 2", async () => {
  using folder = new Folder();
  for (
    const [flags, message] of [
      [["--resume", "--force"], "--resume goes on with a sweep and --force starts over: give one of them.\n"],
      [["--no-grid"], "Nothing to run: the grid is off, --lhs is 0 and the frontier is off.\n"],
      [["--job-id", "Seven"], '--job-id expects words such as castle-river-mountain, but got "Seven".\n'],
      [
        ["--cloud"],
        "--cloud (runs on other machines) comes with a later version. --executor pool uses all cores of this machine; " +
        "--persist-to postgres keeps job, runs and measures in a database; --cloud-sync sends the sweep at its end.\n",
      ],
      [["--full"], "--full says what --cloud-sync sends; give --cloud-sync, too.\n"],
    ] as const
  ) {
    assertEquals(await sweep(folder, ...flags, "--out-dir", "s"), { code: 2, out: "", error: message });
  }
  assertEquals(folder.names(), []);
});

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `${signal} finishes the runs in flight, writes the registry and exits ${status}; the same command goes on`,
    ignore: Deno.build.os === "windows",
    async fn() {
      using folder = new Folder();
      const flags = ["--no-grid", "--lhs", "4000", "--n-agents", "20", "--artifacts", "none", "--out-dir", "s"];
      const child = new Deno.Command(Deno.execPath(), {
        args: [...programArguments(folder.path), "sweep", "ring", ...flags, "--json"],
        cwd: ROOT,
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let out = "";
      let isTold = false;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        out += chunk;
        if (!isTold && out.split("\n").length > 20) {
          isTold = true;
          child.kill(signal);
        }
      }
      assertEquals((await child.status).code, status);
      const last = JSON.parse(out.trim().split("\n").at(-1) ?? "");
      assertEquals(last.interrupted, true);
      assert(last.completed >= 20 && last.completed < 4000, String(last.completed));
      const rows = folder.read("s/registry/experiments.csv").split(/\r?\n/);
      assertEquals(rows.filter((row) => row.includes(",completed,")).length, last.completed);

      const again = await sweep(folder, ...flags, "--json");
      assertEquals(again.code, 0, again.error);
      const end = JSON.parse(again.out.trim().split("\n").at(-1) ?? "");
      assertEquals([end.skipped, end.completed], [last.completed, 4000 - last.completed]);
    },
  });
}

Deno.test("bilancio export gives the registry, the metrics and the events of a sweep as tables", async () => {
  using folder = new Folder();
  await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet");
  const csv = await bilancio(folder.path, "export", "registry", "s");
  assertEquals(csv.code, 0);
  assertEquals(csv.out.trim().split("\n").length, 7);
  const registry = JSON.parse((await bilancio(folder.path, "export", "registry", "s", "--format", "json")).out);
  assertEquals(registry.length, 6);
  assertEquals(registry[0].status, "completed");
  const metrics = await bilancio(folder.path, "export", "metrics", "s", "--out", "m.csv");
  assertMatch(metrics.error, /^Written: m\.csv \(\d+ rows\)\n$/);
  assertMatch(folder.read("m.csv"), /^run_id,G_t,HHIplus_t,/);
  const typed = JSON.parse((await bilancio(folder.path, "export", "metrics", "s", "--format", "json")).out);
  assertEquals([typeof typed[0].S_t, typeof typed[0].notes], ["number", "string"]);
  const events = JSON.parse((await bilancio(folder.path, "export", "events", "s", "--format", "json")).out);
  assertEquals(new Set(events.map((event: { run_id: string }) => event.run_id)).size, 6);
  assertEquals(events[0].kind, "CashMinted");
});

Deno.test("a column of an exported registry has one type in all rows, failed ones included", async () => {
  using folder = new Folder();
  await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet", "--kappas", "0.5,1,2", "--artifacts", "none");
  // A row without results, as an interrupted sweep leaves it.
  folder.write(
    "s/registry/journal.jsonl",
    `${folder.read("s/registry/journal.jsonl")}${
      JSON.stringify({
        run_id: "grid_x",
        experiment_id: "",
        status: "failed",
        parameters: { kappa: 3 },
        metrics: {},
        artifact_paths: {},
        error: "x",
      })
    }\n`,
  );
  const { out } = await bilancio(folder.path, "export", "registry", "s", "--format", "json");
  const rows: Record<string, unknown>[] = JSON.parse(out);
  assertEquals(rows.length, 10);
  const columns = Object.keys(rows[0] ?? {});
  for (const row of rows) assertEquals(Object.keys(row), columns);
  for (const column of columns) {
    const types = new Set(
      rows.map((row) => row[column]).filter((value) => value !== null).map((value) => typeof value),
    );
    assert(types.size <= 1, `${column}: ${[...types]}`);
  }
  const [first = {}, last = {}] = [rows[0], rows.at(-1)];
  assertEquals([first.kappa, first.mu, first.seed, first.dealer_enabled], ["0.5", "0", 42, false]);
  assertEquals([last.kappa, last.seed, last.phi_total, last.error], ["3", null, null, "x"]);
});

for (const format of ["csv", "json"]) {
  Deno.test(`an export as ${format} names the files that are missing and writes the others: exit 1`, async () => {
    using folder = new Folder();
    await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet");
    const ids = folder.read("s/registry/experiments.csv").trim().split(/\r?\n/).slice(1).map((row) =>
      row.split(",")[0]
    );
    Deno.removeSync(`${folder.path}/s/runs/${ids[1]}/out/events.jsonl`);
    const { code, error } = await bilancio(folder.path, "export", "events", "s", "--format", format, "--out", "e");
    assertEquals(code, 1);
    assertMatch(
      error,
      new RegExp(`^Written: e \\(\\d+ rows\\)\\nMissing in s, and left out: runs/${ids[1]}/out/events.jsonl\\n$`),
    );
    const found = new Set(folder.read("e").match(/grid_[0-9a-f]{12}/g));
    assertEquals(found, new Set(ids.filter((id) => id !== ids[1])));
    assertEquals(folder.names().filter((name) => name.startsWith(".")), []);
  });
}

Deno.test("bilancio export says so when there is no sweep, or its files were not kept", async () => {
  using folder = new Folder();
  const none = await bilancio(folder.path, "export", "registry", "nowhere");
  assertEquals([none.code, none.error], [1, "nowhere holds no sweep: there is no registry/experiments.csv in it.\n"]);
  await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet", "--artifacts", "none");
  const lost = await bilancio(folder.path, "export", "events", "s");
  assertEquals([lost.code, lost.error], [
    1,
    "No run kept events_jsonl: the sweep was made with --artifacts failed or none.\n",
  ]);
});
