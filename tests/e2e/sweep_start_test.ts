/** What a sweep does before its first run, and what it does when it is started again. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bilancio, Folder, programArguments, ROOT } from "./program.ts";

/** Two small runs. */
const SMALL = ["--kappas", "0.5,1", "--concentrations", "1", "--mus", "0"];

function sweep(folder: Folder, ...flags: string[]) {
  return bilancio(folder.path, "sweep", "ring", ...flags);
}

function runs(folder: Folder): string[] {
  return folder.names().filter((name) => /^s\/runs\/[^/]+\/run\.html$/.test(name));
}

const IMPOSSIBLE: readonly (readonly [string, RegExp])[] = [
  ["--n-agents 1", /^--n-agents expects a whole number from 3 to 1,000,000, but got 1\.\n$/],
  ["--mus 0,2", /^--mus expects numbers from 0 to 1, but got 2\.\n$/],
  ["--kappas 1,0", /^--kappas expects numbers above 0, but got 0\.\n$/],
  ["--concentrations=-1", /^--concentrations expects numbers above 0, .* but got -1\.\n$/],
  ["--monotonicities 1.5", /^--monotonicities expects numbers from -1 to 1, but got 1\.5\.\n$/],
  ["--maturity-days 0", /^--maturity-days expects a whole number of at least 1, but got 0\.\n$/],
  ["--q-total 0", /^--q-total expects a number above 0, but got 0\.0\.\n$/],
  ["--liquidity-agent H99", /^--liquidity-agent expects an agent of the ring, H1 to H5, but got H99\.\n$/],
  ["--kappa-min 3 --kappa-max 1", /^--kappa-min expects .* --kappa-max, which is 1\.0, but got 3\.0\.\n$/],
  [
    "--frontier-low 5 --frontier-high 1",
    /^--frontier-low expects .* --frontier-high, which is 1\.0, but got 5\.0\.\n$/,
  ],
  [
    "--base-seed 9007199254740991",
    /^--base-seed expects a whole number up to 9007199254740990, as each of 2 runs .*, but got 9007199254740991\.\n$/,
  ],
  ["--lhs 3000000", /^This sweep would have 3,000,002 runs, and 1,000,000 is the most: .*\n$/],
];

for (const [flags, message] of IMPOSSIBLE) {
  Deno.test(`sweep ring ${flags} is refused in one sentence, before anything is made: exit 2`, async () => {
    using folder = new Folder();
    const { code, out, error } = await sweep(folder, ...SMALL, "--out-dir", "s", ...flags.split(" "));
    assertEquals([code, out], [2, ""]);
    assertMatch(error, message);
    assertEquals(folder.names(), []);
  });
}

Deno.test("a value of the sweep file that no run can accept is refused by its key: exit 1, nothing made", async () => {
  using folder = new Folder();
  folder.write("c.yaml", "grid: { kappas: [1], concentrations: [1], mus: [3] }\n");
  const { code, error } = await sweep(folder, "--config", "c.yaml", "--out-dir", "s");
  assertEquals([code, error], [
    1,
    "Invalid sweep configuration c.yaml:\n  - grid -> mus: expects numbers from 0 to 1 (got 3)\n",
  ]);
  assertEquals(folder.names(), ["c.yaml"]);
});

Deno.test("two agents fail in their run, as spec 03 17.15 has it; the corrected command works in the same directory", async () => {
  using folder = new Folder();
  const first = await sweep(folder, ...SMALL, "--out-dir", "s", "--n-agents", "2", "--quiet");
  assertEquals(first.code, 1);
  assertStringIncludes(folder.read("s/registry/experiments.csv"), ",failed,");
  const second = await sweep(folder, ...SMALL, "--out-dir", "s", "--n-agents", "3", "--quiet");
  assertEquals(second.code, 0);
  assertMatch(
    second.error,
    /^warning: No run of the other sweep in \S+ was completed; its files are kept as \*\.previous\n$/,
  );
  assertStringIncludes(folder.read("s/registry/experiments.csv.previous"), ",failed,");
  assertEquals(folder.read("s/registry/experiments.csv").match(/,completed,/g)?.length, 2);
  const third = await sweep(folder, ...SMALL, "--out-dir", "s", "--n-agents", "4");
  assertEquals(third.code, 1);
  assertStringIncludes(third.error, "n-agents: 3 -> 4");
});

Deno.test("an empty list means no runs: a results.csv with its header, a warning, exit 0 (spec 03 17.15)", async () => {
  using folder = new Folder();
  const { code, error } = await sweep(folder, "--kappas", "", "--out-dir", "s", "--quiet");
  assertEquals([code, error], [0, "warning: nothing to run: --kappas is empty\n"]);
  assertMatch(folder.read("s/aggregate/results.csv"), /^run_id,phase,.*,metrics_csv\r?\n$/);
  assertStringIncludes(folder.read("s/aggregate/dashboard.html"), "No run has a result yet");
  assertEquals(folder.read("s/registry/experiments.csv").trim().split("\n").length, 1);
});

Deno.test("--artifacts all makes the runs again that were made without files, and says so", async () => {
  using folder = new Folder();
  await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet", "--artifacts", "none");
  const silent = await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet");
  assertEquals([silent.error, runs(folder).length], ["", 0]);
  const results = folder.read("s/aggregate/results.csv").replace(/,[^,\n]*$/gm, "");
  const asked = await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet", "--artifacts", "all");
  assertEquals([asked.code, asked.error], [0, "warning: 2 completed runs without files made again\n"]);
  assertEquals(runs(folder).length, 2);
  assertEquals(folder.read("s/aggregate/results.csv").replace(/,[^,\n]*$/gm, ""), results);
  const again = await sweep(folder, ...SMALL, "--out-dir", "s", "--artifacts", "all", "--json");
  assertEquals([again.error, JSON.parse(again.out).skipped], ["", 2]);
});

Deno.test("a start notices that the files of completed runs were deleted", async () => {
  using folder = new Folder();
  await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet");
  const [first = ""] = runs(folder);
  Deno.removeSync(`${folder.path}/${first.replace("/run.html", "")}`, { recursive: true });
  const none = await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet", "--artifacts", "none");
  const gone = "warning: the files of 1 completed run are gone; --artifacts all makes them again\n";
  assertEquals([none.code, none.error, runs(folder).length], [0, gone, 1]);
  const all = await sweep(folder, ...SMALL, "--out-dir", "s", "--quiet");
  assertEquals([all.error, runs(folder).length], ["warning: 1 completed run without files made again\n", 2]);
});

Deno.test("two sweeps that start in one second without --out-dir get a directory each", async () => {
  using folder = new Folder();
  const ended = await Promise.all([1, 2, 3].map(() => sweep(folder, ...SMALL, "--quiet")));
  assertEquals(ended.map(({ code, error }) => [code, error]), [[0, ""], [0, ""], [0, ""]]);
  const made = folder.names().filter((name) => /^out\/experiments\/\d{8}_\d{6}_ring(-\d)?\/plan\.jsonl$/.test(name));
  assertEquals(made.length, 3);
});

Deno.test({
  name: "a reader who goes away (| head -1) is an interrupt: what is done is recorded, and the next start is clean",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = new Folder();
    const flags = ["--no-grid", "--lhs", "3000", "--artifacts", "none", "--out-dir", "s", "--json"];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...programArguments(folder.path), "sweep", "ring", ...flags],
      cwd: ROOT,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const [{ code }, error] = await Promise.all([child.status, new Response(child.stderr).text()]);
    assertEquals([code, error], [141, ""]);
    const done = folder.read("s/registry/experiments.csv").match(/,completed,/g)?.length ?? 0;
    assert(done > 0 && done < 3000, String(done));
    assertEquals(folder.read("s/registry/.lock"), "");
    const again = await sweep(folder, ...flags);
    assertEquals([again.code, again.error], [0, ""]);
    const end = JSON.parse(again.out.trim().split("\n").at(-1) ?? "");
    assertEquals([end.skipped, end.completed], [done, 3000 - done]);
  },
});
