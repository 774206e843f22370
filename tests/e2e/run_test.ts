import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { bilancio, deno, Folder, ROOT } from "./program.ts";

const JAM = `${ROOT}examples/scenarios/03-ring-that-jams.yaml`;
const CASCADE = `${ROOT}examples/scenarios/04-default-cascade.yaml`;

Deno.test("bilancio run prints the days, the end and the share paid; a default that stops the run is exit 0", async () => {
  using folder = new Folder();
  const { code, out, error } = await bilancio(folder.path, "run", JAM);
  assertEquals([code, error], [0, ""]);
  assertMatch(out, /^A ring that jams: 5 agents, \d+ events\n/);
  assertMatch(out, /\nday +due +settled +defaults\n/);
  assertMatch(out, /\nStopped on day 1 by H4: /);
  assertStringIncludes(out, "phi 0.25, not: delta 0.75");
  assertEquals(folder.names(), []);
});

Deno.test("bilancio run writes every file it is asked for, relative to the caller", async () => {
  using folder = new Folder();
  const flags = [
    "--export-events",
    "a/e.jsonl",
    "--export-balances",
    "b.csv",
    "--metrics-dir",
    "m",
    "--html",
    "r.html",
  ];
  const { code, out } = await bilancio(folder.path, "run", CASCADE, ...flags);
  assertEquals(code, 0);
  assertEquals(folder.names(), [
    "a/e.jsonl",
    "b.csv",
    "m/debtor_shares.csv",
    "m/intraday.csv",
    "m/metrics.csv",
    "m/metrics.html",
    "m/metrics.json",
    "r.html",
  ]);
  assertStringIncludes(out, "Written: b.csv");
  const kinds = folder.read("a/e.jsonl").trim().split("\n").map((line) => JSON.parse(line).kind);
  assertEquals(kinds.filter((kind) => kind === "AgentDefaulted").length, 3);
  assertMatch(folder.read("b.csv"), /^agent_id,/);
  assertMatch(folder.read("m/metrics.csv"), /^G_t,HHIplus_t,M_t,/);
  assertMatch(folder.read("r.html"), /^<!doctype html>/i);
});

Deno.test("bilancio run --json prints one object", async () => {
  using folder = new Folder();
  const { code, out } = await bilancio(folder.path, "run", CASCADE, "--json", "--export-events", "e.jsonl");
  assertEquals(code, 0);
  assertEquals(out.trim().split("\n").length, 1);
  const object = JSON.parse(out);
  assertEquals(object.status, "stable");
  assertEquals(object.defaulted, ["F1", "F2", "F3"]);
  assertEquals(object.n_defaults, 3);
  assertEquals(object.files, ["e.jsonl"]);
  assertEquals(object.by_day[1], { day: 1, due: "300", settled: "0", deliveries: 0, defaults: 3 });
});

Deno.test("bilancio run: flags win over the scenario", async () => {
  using folder = new Folder();
  const status = async (...flags: string[]) =>
    JSON.parse((await bilancio(folder.path, "run", CASCADE, "--json", ...flags)).out);
  assertEquals((await status("--default-handling", "fail-fast")).status, "stopped");
  assertEquals((await status("--max-days", "1")).days, 1);
  assertEquals((await status("--quiet-days", "4")).days, 4);
});

Deno.test("bilancio run writes the exports that the scenario names, relative to the caller", async () => {
  using folder = new Folder();
  const text = Deno.readTextFileSync(CASCADE);
  folder.write(
    "s.yaml",
    text.replace("run:\n", "run:\n  export: { balances_csv: out/b.csv, events_jsonl: out/e.jsonl }\n"),
  );
  assertEquals((await bilancio(folder.path, "run", "s.yaml")).code, 0);
  assertEquals(folder.names(), ["out/b.csv", "out/e.jsonl", "s.yaml"]);
  assertEquals((await bilancio(folder.path, "run", "s.yaml", "--export-events", "mine.jsonl")).code, 0);
  assertEquals(folder.read("mine.jsonl"), folder.read("out/e.jsonl"));
});

Deno.test("bilancio run writes the complete scenario of a generator file that asks for it, and it gives the same run", async () => {
  using folder = new Folder();
  const text = Deno.readTextFileSync(`${ROOT}examples/scenarios/08-generated-ring.yaml`);
  folder.write("g.yaml", text.replace("emit_yaml: false", "emit_yaml: true\n  out_dir: made"));
  assertEquals((await bilancio(folder.path, "run", "g.yaml", "--export-events", "a.jsonl")).code, 0);
  const made = "made/generated_ring_n_10_kappa_0_3_c_1_mu_0_5.yaml";
  assert(folder.names().includes(made), folder.names().join());
  assertEquals((await bilancio(folder.path, "run", made, "--export-events", "b.jsonl")).code, 0);
  assertEquals(folder.read("a.jsonl"), folder.read("b.jsonl"));
});

Deno.test("bilancio run never replaces the file that it reads, however the path is spelled", async () => {
  using folder = new Folder();
  const text = Deno.readTextFileSync(`${ROOT}examples/scenarios/08-generated-ring.yaml`)
    .replace("emit_yaml: false", "emit_yaml: true");
  const name = "generated_ring_n_10_kappa_0_3_c_1_mu_0_5.yaml";
  folder.write(name, text);
  const made = await bilancio(folder.path, "run", name);
  assertEquals(made.code, 0);
  assertStringIncludes(made.error, `it would replace ${name}`);
  const page = await bilancio(folder.path, "run", name, "--html", `here/../${name}`);
  assertEquals([page.code, page.error], [
    2,
    `here/../${name} is named for two files of this command; give each its own.\n`,
  ]);
  assertEquals(folder.read(name), text);
});

Deno.test("bilancio run --agents names an agent that the scenario does not have", async () => {
  using folder = new Folder();
  const { code, error } = await bilancio(folder.path, "run", CASCADE, "--agents", "F1,F9");
  assertEquals([code, error], [1, "--agents: the scenario has no agent F9 (did you mean F1?).\n"]);
});

Deno.test("bilancio run writes to a device without replacing it", async () => {
  using folder = new Folder();
  const { code } = await bilancio(folder.path, "run", CASCADE, "--export-events", "/dev/null");
  assertEquals(code, 0);
  assertEquals(Deno.statSync("/dev/null").isFile, false);
});

Deno.test("bilancio run --reference reads unknown keys with a warning", async () => {
  using folder = new Folder();
  folder.write("s.yaml", `${Deno.readTextFileSync(CASCADE)}\nflavour: mild\n`);
  assertEquals((await bilancio(folder.path, "run", "s.yaml")).code, 1);
  const { code, error } = await bilancio(folder.path, "run", "s.yaml", "--reference");
  assertEquals(code, 0);
  assertMatch(error, /^warning: flavour/);
});

Deno.test("bilancio validate says what a file holds and writes nothing", async () => {
  using folder = new Folder();
  folder.write("g.yaml", Deno.readTextFileSync(`${ROOT}examples/scenarios/08-generated-ring.yaml`));
  const { code, out } = await bilancio(folder.path, "validate", "g.yaml");
  assertEquals(code, 0);
  assertStringIncludes(out, "g.yaml is valid: Generated ring (n=10");
  assertStringIncludes(out, "1 central_bank, 10 household");
  assertEquals(folder.names(), ["g.yaml"]);
});

Deno.test("bilancio validate --json lists every problem with its path", async () => {
  using folder = new Folder();
  folder.write("s.yaml", "name: x\nagents: [{ id: A, kind: dealer, name: a }]\nrun: { max_days: 0 }\n");
  const { code, out } = await bilancio(folder.path, "validate", "s.yaml", "--json");
  assertEquals(code, 1);
  const { valid, problems } = JSON.parse(out);
  assertEquals(valid, false);
  assertEquals(problems.map((problem: { path: unknown[] }) => problem.path.join(".")), [
    "agents.0.kind",
    "run.max_days",
  ]);
});

Deno.test("bilancio validate finds what only setting the scenario up shows", async () => {
  using folder = new Folder();
  const text = Deno.readTextFileSync(CASCADE);
  folder.write(
    "s.yaml",
    text.replace(
      "initial_actions:\n",
      "initial_actions:\n  - transfer_cash: { from_agent: F1, to_agent: F2, amount: 9 }\n",
    ),
  );
  const { code, error } = await bilancio(folder.path, "validate", "s.yaml");
  assertEquals(code, 1);
  assertStringIncludes(error, "insufficient cash");
  const json = await bilancio(folder.path, "validate", "s.yaml", "--json");
  assertEquals([json.code, JSON.parse(json.out).valid], [1, false]);
});

Deno.test("bilancio analyze computes the same metrics from the files of a run", async () => {
  using folder = new Folder();
  const flags = [
    "--export-events",
    "x_events.jsonl",
    "--export-balances",
    "b.csv",
    "--metrics-dir",
    "m",
    "--reference",
  ];
  assertEquals((await bilancio(folder.path, "run", CASCADE, ...flags)).code, 0);
  const { code, out } = await bilancio(
    folder.path,
    ...["analyze", "--events", "x_events.jsonl", "--balances", "b.csv", "--intraday-csv", "i.csv", "--html", "p.html"],
  );
  assertEquals(code, 0);
  assertStringIncludes(out, "x_metrics_day.csv");
  assertEquals(folder.read("x_metrics_day.csv"), folder.read("m/metrics.csv"));
  assertEquals(folder.read("x_ds.csv"), folder.read("m/debtor_shares.csv"));
  assertEquals(folder.read("i.csv"), folder.read("m/intraday.csv"));
  assertStringIncludes(folder.read("p.html"), "Events: x_events.jsonl | Balances: b.csv");
});

Deno.test("bilancio analyze --days reads 5-1 as 1-5 (spec 02 9.4)", async () => {
  using folder = new Folder();
  const days = async (spec: string) => {
    const { code, error } = await bilancio(folder.path, "analyze", "--events", "e.jsonl", "--days", spec);
    assertEquals([code, error], [0, ""]);
    return folder.read("e_metrics_day.csv");
  };
  const event = (day: number) =>
    `{"kind":"PayableCreated","day":0,"debtor":"A","creditor":"B","amount":${day},"due_day":${day}}\n`;
  folder.write("e.jsonl", [1, 2, 5, 6].map(event).join(""));
  const forward = await days("1-5");
  assertEquals(await days("5-1"), forward);
  assertEquals(forward.trim().split(/\r?\n/).length, 6);
});

Deno.test("bilancio analyze refuses balances that are not there, except as the reference", async () => {
  using folder = new Folder();
  await bilancio(folder.path, "run", CASCADE, "--export-events", "e.jsonl");
  const { code, error } = await bilancio(folder.path, "analyze", "--events", "e.jsonl", "--balances", "none.csv");
  assertEquals([code, error], [2, "There is no balances file none.csv.\n"]);
  const flags = ["--events", "e.jsonl", "--balances", "none.csv", "--reference"];
  assertEquals((await bilancio(folder.path, "analyze", ...flags)).code, 0);
});

Deno.test("bilancio analyze says so when nothing was due, and writes nothing", async () => {
  using folder = new Folder();
  folder.write("e.jsonl", '{"kind": "PhaseA", "day": 0, "phase": "simulation"}\n');
  const { code, out } = await bilancio(folder.path, "analyze", "--events", "e.jsonl");
  assertEquals([code, out], [0, "Nothing was due: there are no days to analyse.\n"]);
  assertEquals(folder.names(), ["e.jsonl"]);
});

Deno.test("the task bilancio takes relative paths from the caller's directory", async () => {
  const folder = `${ROOT}examples/scenarios`;
  const { code, out } = await deno(["task", "-q", "bilancio", "run", "01-two-firms.yaml", "--json"], folder);
  assertEquals(code, 0);
  assertEquals(JSON.parse(out).scenario, "Two firms and one payment");
});

Deno.test("bilancio --help answers within 100 ms", async () => {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    const { code, out } = await bilancio("", "--help");
    times.push(performance.now() - started);
    assertEquals(code, 0);
    assertStringIncludes(out, "Commands:");
  }
  assertLess(Math.min(...times), 100, `times in ms: ${times.map(Math.round).join(", ")}`);
});

Deno.test("bilancio without a command shows its help on standard error: exit 2", async () => {
  const { code, out, error } = await bilancio("");
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(error, "Usage: bilancio");
});

Deno.test("--debug shows where an error came from", async () => {
  using folder = new Folder();
  const { code, error } = await bilancio(folder.path, "run", "nowhere.yaml", "--debug");
  assertEquals(code, 2);
  assertMatch(error, /UsageError: There is no scenario file nowhere\.yaml\.\n\s+at /);
});
