/** The commands about policy experiments as a user starts them. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { bilancio, deno, Folder, ROOT } from "./program.ts";

const EXAMPLES = `${ROOT}examples/payments/experiments`;

function experiment(folder: Folder, ...args: string[]) {
  return bilancio(folder.path, "payments", "experiment", ...args);
}

Deno.test("every example experiment runs, is recorded, and replays as it ran", async () => {
  using folder = new Folder();
  for (const name of ["liquidity-search", "patience-search", "scripted"]) {
    const file = `${EXAMPLES}/${name}.yaml`;
    const ran = await experiment(folder, "run", file, "--db", "records", "--run-id", name, "--html", `${name}.html`);
    assertEquals([ran.code, ran.error], [0, ""], name);
    const replayed = await experiment(folder, "replay", name, "--db", "records");
    assertEquals(replayed, ran, "replay prints what run printed");
    assertStringIncludes(folder.read(`${name}.html`), "<svg");
    const verbose = await experiment(folder, "replay", name, "--db", "records", "--verbose");
    assert(verbose.out.length > replayed.out.length);
  }
  const results = await experiment(folder, "results", "--db", "records", "--json");
  assertEquals(JSON.parse(results.out).length, 3);
  const some = await experiment(folder, "results", "--db", "records", "--experiment", "scripted");
  assertStringIncludes(some.out, "scripted");
  assert(!some.out.includes("patience"));
});

Deno.test("the same file twice gives the same experiment, --verbose and --json are replayed too", async () => {
  using folder = new Folder();
  const file = `${EXAMPLES}/scripted.yaml`;
  const first = await experiment(folder, "run", file, "--json", "--db", "a", "--run-id", "x");
  const second = await experiment(folder, "run", file, "--json", "--db", "b", "--run-id", "x", "--persist-bootstrap");
  assertEquals(first.out, second.out);
  assertStringIncludes(first.error, "iteration 1: cost");
  assertEquals((await experiment(folder, "replay", "x", "--db", "a", "--json")).out, first.out);
  const verbose = await experiment(folder, "run", file, "--verbose", "--db", "c", "--run-id", "x");
  assertEquals((await experiment(folder, "replay", "x", "--db", "c", "--verbose")).out, verbose.out);
  const seeded = await experiment(folder, "run", file, "--json", "--seed", "9");
  assertNotEquals(JSON.parse(seeded.out).history, JSON.parse(first.out).history);
});

Deno.test("an experiment in a database replays as it ran; without native code the message says which task to use", async () => {
  using folder = new Folder();
  const recording = (...args: string[]) => {
    const program = ["run", "-q", "--no-prompt", "-P=recording", "src/cli/main.ts", "-C", folder.path];
    return deno([...program, "payments", "experiment", ...args]);
  };
  const file = `${EXAMPLES}/scripted.yaml`;
  const ran = await recording("run", file, "--db", "results/x.db", "--run-id", "x");
  assertEquals([ran.code, ran.error], [0, ""]);
  assertEquals(await recording("replay", "x", "--db", "results/x.db"), ran);
  const json = await recording("results", "--db", "results/x.db", "--json");
  assertEquals(JSON.parse(json.out)[0].best_cost, 1346);
  const unallowed = await experiment(folder, "replay", "x", "--db", "results/x.db");
  assertEquals(unallowed.code, 1);
  assertStringIncludes(unallowed.error, "deno task record");
  const absent = await recording("results");
  assertEquals([absent.code, absent.error], [
    1,
    "There is no database results/experiments.db; name another place with --db\n",
  ]);
});

Deno.test("charts are one page, or one SVG file each", async () => {
  using folder = new Folder();
  await experiment(folder, "run", `${EXAMPLES}/scripted.yaml`, "--db", "records", "--run-id", "x");
  const page = await experiment(folder, "charts", "x", "--db", "records");
  assertEquals([page.code, page.out], [0, "x.html\n"]);
  const files = await experiment(folder, "charts", "x", "--db", "records", "--out", "charts");
  assertEquals(
    files.out,
    "charts/costs.svg\ncharts/improvements.svg\ncharts/parameter-initial_liquidity_fraction.svg\n",
  );
  assertStringIncludes(folder.read("charts/costs.svg"), 'xmlns="http://www.w3.org/2000/svg"');
});

Deno.test("experiment files are listed and checked; what is wrong is a sentence", async () => {
  using folder = new Folder();
  const listed = await experiment(folder, "list", EXAMPLES, "--json");
  const names = JSON.parse(listed.out).map(({ name }: { name: string }) => name);
  assertEquals(names, ["liquidity-search", "patience-search", "scripted"]);
  for (const name of names) assertEquals((await experiment(folder, "validate", `${EXAMPLES}/${name}.yaml`)).code, 0);
  folder.write("name.yaml", "name: x\n");
  const bare = await experiment(folder, "validate", "name.yaml");
  assertEquals(bare.code, 1);
  for (const field of ["scenario", "evaluation", "convergence", "llm", "optimized_agents"]) {
    assertStringIncludes(bare.error, `'${field}'`);
  }
  const json = await experiment(folder, "validate", "name.yaml", "--json");
  assertEquals([json.code, JSON.parse(json.out).valid], [1, false]);
  assertEquals((await experiment(folder, "validate", "none.yaml")).code, 2);
});

Deno.test("the template is a valid experiment, and info shows what a file asks for", async () => {
  using folder = new Folder();
  const printed = await experiment(folder, "template");
  const written = await experiment(folder, "template", "--out", "new/mine.yaml");
  assertEquals([written.code, written.out, folder.read("new/mine.yaml")], [0, "new/mine.yaml\n", printed.out]);
  const again = await experiment(folder, "template", "--out", "new/mine.yaml");
  assertEquals([again.code, again.error], [1, "new/mine.yaml is there already; it is not overwritten.\n"]);
  assertEquals((await experiment(folder, "validate", "new/mine.yaml")).error, "");
  // What is commented out is valid, too.
  folder.write("all.yaml", printed.out.replaceAll(/^# (?=initial|llm|prompt|output| {2})/gm, ""));
  assertEquals((await experiment(folder, "validate", "all.yaml")).code, 0);
  const shown = JSON.parse((await experiment(folder, "info", "all.yaml", "--json")).out);
  assertEquals([shown.llm.model, shown.output.verbose, shown.convergence.max_iterations], ["openai:gpt-5", true, 50]);
  const text = await experiment(folder, "info", "new/mine.yaml");
  assertStringIncludes(text.out, "  min_settlement_rate             0.95\n");
  assertStringIncludes(text.out, "  allowed_actions                 payment_tree: Release, Hold\n");
});

Deno.test("the verbose flags show their events, and output.verbose false shows the result alone", async () => {
  using folder = new Folder();
  const text = Deno.readTextFileSync(`${EXAMPLES}/scripted.yaml`).replace("two-banks", `${EXAMPLES}/two-banks`);
  folder.write("loud.yaml", text);
  const kinds = async (...flags: string[]) => {
    const { out } = await experiment(folder, "run", "loud.yaml", ...flags);
    return new Set([...out.matchAll(/^ {2}([a-z_]+) \{/gm)].map(([, kind]) => kind));
  };
  assertEquals(await kinds(), new Set());
  assertEquals(await kinds("--verbose-llm"), new Set(["llm_interaction", "llm_stats"]));
  assertEquals(
    await kinds("--verbose-bootstrap", "--verbose-metrics"),
    new Set(["context_simulation_complete", "bootstrap_evaluation", "evaluation", "iteration_metrics"]),
  );
  folder.write("quiet.yaml", `${text}\noutput: { directory: ., database: records, verbose: false }\n`);
  const quiet = await experiment(folder, "run", "quiet.yaml", "--run-id", "q");
  assert(quiet.out.startsWith("q: 7 iterations"), quiet.out);
  assertEquals(await experiment(folder, "replay", "q", "--db", "records"), quiet);
});

Deno.test("a run that cannot be says why, and a dry run opens nothing", async () => {
  using folder = new Folder();
  const text = Deno.readTextFileSync(`${EXAMPLES}/scripted.yaml`);
  folder.write("x.yaml", text);
  const dry = await experiment(folder, "run", "x.yaml", "--dry-run");
  assertEquals([dry.code, dry.out], [0, "x.yaml is valid\n"]);
  const lost = await experiment(folder, "run", "x.yaml");
  assertEquals([lost.code, lost.error], [1, "Scenario file not found: two-banks.yaml\n"]);
  folder.write("two-banks.yaml", Deno.readTextFileSync(`${EXAMPLES}/two-banks.yaml`));
  folder.write("y.yaml", text.replace("[NORTH, SOUTH]", "[NORTH, EAST]").replace("SOUTH:", "EAST:"));
  const stranger = await experiment(folder, "run", "y.yaml");
  assertStringIncludes(stranger.error, "The scenario has no agent EAST; it has NORTH, SOUTH");
  await experiment(folder, "run", "x.yaml", "--db", "records", "--run-id", "x");
  const again = await experiment(folder, "run", "x.yaml", "--db", "records", "--run-id", "x");
  assertEquals(again.code, 1);
  assertStringIncludes(again.error, "is recorded there already");
  const unknown = await experiment(folder, "replay", "xx", "--db", "records");
  assertStringIncludes(unknown.error, "No experiment xx is recorded in records (did you mean x?)");
  const crossed = await experiment(folder, "replay", "x", "--db", "records", "--audit", "--start", "3", "--end", "2");
  assertEquals([crossed.code, crossed.error], [
    1,
    "--start 3 and --end 2: no range of iterations, which count from 0\n",
  ]);
  const evolution = (...args: string[]) => experiment(folder, "policy-evolution", ...args, "--db", "records");
  assertEquals((await evolution("x", "--start", "3", "--end", "2")).code, 1);
  assertEquals((await evolution("y")).code, 1);
  assertEquals((await evolution("x", "--agent", "WEST")).out, "{}\n");
  const steps = JSON.parse((await evolution("x", "--agent", "NORTH", "--start", "-4", "--end", "2", "--llm")).out);
  assertEquals(Object.keys(steps.NORTH), ["iteration_1", "iteration_2"]);
  assertEquals(Object.keys(steps.NORTH.iteration_1), ["policy", "diff", "llm", "cost", "accepted"]);
  const compact = await evolution("x", "--compact");
  assertEquals(compact.out.split("\n").length, 2);
  assertEquals(JSON.parse(compact.out).NORTH.iteration_2.llm, undefined);
});

Deno.test("a language model is asked through the environment, and only with the permissions of its task", async () => {
  using folder = new Folder();
  const keys: (string | null)[] = [];
  const answer =
    '{"payment_tree": {"type": "action", "action": "Release"}, "parameters": {"initial_liquidity_fraction": 0.4}}';
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    keys.push(request.headers.get("authorization"));
    return Response.json({ choices: [{ message: { content: answer } }] });
  });
  const run = async (permissions: string, env: Record<string, string>) => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-prompt", permissions, "src/cli/main.ts", "-C", folder.path, "payments", "experiment"]
        .concat(
          ["run", `${EXAMPLES}/scripted.yaml`, "--proposer", "llm", "--db", "records", "--run-id", "x", "--json"],
        ),
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
  };
  const env = {
    BILANCIO_LLM_BASE_URL: `http://127.0.0.1:${server.addr.port}/v1`,
    BILANCIO_LLM_KEY: "sk-secret",
    BILANCIO_LLM_MODEL: "tiny",
  };
  const nowhere = await run("-P=experiment", {});
  assertEquals(nowhere.code, 2);
  assertStringIncludes(nowhere.error, "BILANCIO_LLM_BASE_URL");
  const unallowed = await run("-P=bilancio", env);
  assertEquals([unallowed.code, keys.length], [2, 0]);
  assertStringIncludes(unallowed.error, "deno task experiment");
  const ran = await run("-P=experiment", env);
  assertEquals(ran.code, 0, ran.error);
  assertStringIncludes(ran.error, "proposals by openai:tiny");
  assert(keys.length > 0 && keys.every((key) => key === "Bearer sk-secret"));
  assert(!folder.read("records/x.jsonl").includes("sk-secret"), "the key is nowhere in the records");
  const audit = await experiment(folder, "replay", "x", "--db", "records", "--audit", "--end", "0");
  assertStringIncludes(audit.out, "== iteration 1, NORTH: openai:tiny");
  assertStringIncludes(audit.out, "You are the treasurer");
});

Deno.test("the group of commands has a help, and a wrong word in it is a sentence", async () => {
  using folder = new Folder();
  const help = await experiment(folder, "--help");
  assertEquals([help.code, help.out.match(/^ {2}bilancio payments experiment/gm)?.length], [0, 9]);
  assertEquals(await experiment(folder, "rn"), {
    code: 2,
    out: "",
    error:
      'bilancio payments experiment takes one of run, validate, info, template, list, replay, policy-evolution, results, charts, not "rn" ' +
      "(did you mean run?). See: bilancio --help\n",
  });
  const near = await bilancio(folder.path, "payments", "experimen");
  assertStringIncludes(near.error, 'experiment, not "experimen" (did you mean experiment?)');
});
