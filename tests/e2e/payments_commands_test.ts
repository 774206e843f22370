/**
 * The commands of the payments model as a user starts them: outputs, filters, files and exit statuses (spec 08 10, 12).
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { GOLDEN, recorded } from "../conformance/golden.ts";
import { difference, eventDifference, recordedJson, recordedLines } from "../conformance/payments_recordings.ts";
import { bilancio, Folder, ROOT } from "./program.ts";

/** Two banks and the payments of an ordinary day; North waits for South's money (examples/payments/01). */
const SCENARIO = Deno.readTextFileSync(`${ROOT}/examples/payments/01-two-banks.yaml`);
const BIG_SEED = SCENARIO.replace("rng_seed: 1 }", "rng_seed: 18446744073709551615 }");

function lines(text: string): Record<string, unknown>[] {
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("payments run prints one line of JSON with the recorded keys", async () => {
  using folder = new Folder();
  folder.write("case.yaml", BIG_SEED);
  const { code, out, error } = await bilancio(folder.path, "payments", "run", "case.yaml");
  assertEquals([code, error], [0, ""]);
  assertStringIncludes(out, '"seed":18446744073709551615,');
  const [summary = {}, ...more] = lines(out);
  assertEquals(more, []);
  assertEquals(Object.keys(summary), ["simulation", "metrics", "agents", "costs", "performance"]);
  assertEquals(summary["metrics"], {
    total_arrivals: 3,
    total_settlements: 2,
    total_lsm_releases: 0,
    settlement_rate: 2 / 3,
  });
  assertEquals(summary["agents"], [
    { id: "NORTH", final_balance: 1000, queue1_size: 0 },
    { id: "SOUTH", final_balance: 8000, queue1_size: 0 },
  ]);
  assertEquals(folder.names(), ["case.yaml"]);
});

Deno.test("payments run --stream prints a line for each tick and no other", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  const { code, out } = await bilancio(folder.path, "payments", "run", "case.yaml", "--stream");
  assertEquals(code, 0);
  const ticks = lines(out);
  assertEquals(ticks.length, 10);
  assertEquals(Object.keys(ticks[0] ?? {}), ["tick", "arrivals", "settlements", "lsm_releases", "costs"]);
  assertEquals(ticks.map((line) => line["settlements"]), [0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
});

Deno.test("payments run --event-stream shows the filtered events and an indented object", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  const filters = ["--filter-event-type", "Arrival, EndOfDay", "--filter-tick-range", "3-9"];
  const { code, out, error } = await bilancio(
    folder.path,
    "payments",
    "run",
    "case.yaml",
    "--event-stream",
    ...filters,
  );
  assertEquals(code, 0);
  assertEquals(error.trim().split("\n").map((line) => line.split(" ").slice(0, 3).join(" ")), [
    "[Tick 3] Arrival",
    "[Tick 5] Arrival",
    "[Tick 9] EndOfDay",
  ]);
  assertMatch(out, /^\{\n {2}"total_arrivals": 3,/);
  assertEquals(Object.keys(JSON.parse(out)), [
    "total_arrivals",
    "total_settlements",
    "total_lsm_releases",
    "total_costs",
    "settlement_rate",
    "duration_seconds",
    "ticks_per_second",
  ]);
});

Deno.test("payments run --verbose tells ticks and days on standard error", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  const { code, out, error } = await bilancio(
    folder.path,
    "payments",
    "run",
    "case.yaml",
    "--verbose",
    "--filter-agent",
    "SOUTH",
  );
  assertEquals([code, lines(out).length], [0, 1]);
  assertStringIncludes(error, "Tick 3: 0 arrivals, 2 settlements");
  assertStringIncludes(error, "End of day 0: 3 arrivals, 2 settlements, 0 released");
  assertStringIncludes(error, "  RtgsImmediateSettlement ");
  assert(!error.includes("  QueuedRtgs "), "an event of NORTH alone is filtered");
});

Deno.test("payments run writes events, the final object and a page, and runs scripts", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  const submission = {
    sender: "SOUTH",
    receiver: "NORTH",
    amount: 500,
    deadline_tick: 9,
    priority: 5,
    divisible: false,
  };
  folder.write(
    "script.json",
    JSON.stringify([
      { before_tick: 2, op: "submit_transaction", args: submission },
      { before_tick: 4, op: "checkpoint", args: {} },
      { before_tick: 4, op: "post_collateral", args: { agent_id: "NOBODY", amount: 5 } },
    ]),
  );
  const files = ["--export-events", "out/e.jsonl", "--export-final", "out/f.json", "--html", "out/p.html"];
  const run = await bilancio(folder.path, "payments", "run", "case.yaml", "--script", "script.json", ...files);
  assertEquals([run.code, run.error], [0, ""]);
  const final = JSON.parse(folder.read("out/f.json"));
  const events = lines(folder.read("out/e.jsonl"));
  assertEquals(events.length, final.n_events);
  assertEquals(Object.keys(events[0] ?? {}).slice(0, 3), ["event_type", "tick", "tx_id"]);
  assertEquals(final.script_results.map((entry: { index: number }) => entry.index), [0, 1, 2]);
  assertEquals(final.script_results[2].result.success, false);
  assertEquals(final.restored_at_event.length, 1);
  assertEquals(final.system_metrics.total_arrivals, 4);
  assertMatch(folder.read("out/p.html"), /^<!doctype html>/i);
});

Deno.test("payments run replaces ticks and seed", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  const { out } = await bilancio(folder.path, "payments", "run", "case.yaml", "--ticks", "4", "--seed", "9");
  const { simulation } = JSON.parse(out);
  assertEquals([simulation.ticks_executed, simulation.seed], [4, 9]);
});

Deno.test("payments run --run-ticks stops early or goes on past the last day", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  const ticks = async (count: string) => {
    const files = ["--export-final", "f.json", "--html", "p.html"];
    const { code, out } = await bilancio(folder.path, "payments", "run", "case.yaml", "--run-ticks", count, ...files);
    const { ticks, daily_agent_metrics } = JSON.parse(folder.read("f.json"));
    assertStringIncludes(folder.read("p.html"), `${count} of ${count} ticks`);
    return [code, JSON.parse(out).simulation.ticks_executed, ticks, daily_agent_metrics.length];
  };
  assertEquals(await ticks("7"), [0, 7, 7, 1]);
  assertEquals(await ticks("23"), [0, 23, 23, 3], "three days, the third not finished");
});

recorded("the recording overrun, which goes past its last day, is repeated from the command line", async () => {
  using folder = new Folder();
  const input = join(GOLDEN, "rtgs", "overrun", "engine_input.json");
  const { ticks } = recordedJson("rtgs", "overrun", "final.json");
  const files = ["--export-events", "e.jsonl", "--export-final", "f.json"];
  const flags = ["--reference", "--run-ticks", String(ticks), ...files];
  const run = await bilancio(folder.path, "payments", "run", input, ...flags);
  assertEquals([run.code, run.error], [0, ""]);
  const events = recordedLines("rtgs", "overrun", "events.jsonl.gz");
  assertEquals(eventDifference(lines(folder.read("e.jsonl")), events), undefined);
  assertEquals(difference(JSON.parse(folder.read("f.json")), recordedJson("rtgs", "overrun", "final.json")), undefined);
});

Deno.test("a run that stops in a tick writes its files, says where, and exits with 1", async () => {
  using folder = new Folder();
  const event = "\n  - { type: CollateralAdjustment, agent: NORTH, delta: -5, schedule: { tick: 4 } }\n";
  folder.write("case.yaml", SCENARIO.trimEnd() + event);
  const run = await bilancio(folder.path, "payments", "run", "case.yaml", "--export-final", "f.json");
  assertEquals([run.code, run.out], [1, ""]);
  assertMatch(
    run.error,
    /^Tick 4: Tick execution failed: .*Credit limit cannot go negative \(current: 0, delta: -5\)\n$/,
  );
  assertEquals(JSON.parse(folder.read("f.json")).error.tick, 4);
});

const MISUSES: readonly (readonly [what: string, args: readonly string[], code: number, message: RegExp])[] = [
  ["a file that is not there", ["none.yaml"], 2, /no scenario file none\.yaml/],
  ["another suffix", ["case.txt"], 1, /should end in \.yaml, \.yml or \.json/],
  ["two ways of showing events", ["case.yaml", "--verbose", "--event-stream"], 1, /exclude each other/],
  ["a filter without events to show", ["case.yaml", "--filter-tx", "x"], 1, /give one of those, too/],
  ["a range of no ticks", ["case.yaml", "--event-stream", "--filter-tick-range", "a-b"], 1, /"a" is no number/],
  ["an unknown flag", ["case.yaml", "--nonsense"], 2, /no option --nonsense/],
  ["a seed past 64 bits", ["case.yaml", "--seed", "18446744073709551616"], 2, /from 0 to 2\^64 - 1/],
  ["a broken file", ["bad.yaml"], 1, /simulation: Field required[\s\S]*agnets: Unknown key/],
];

for (const [what, args, code, message] of MISUSES) {
  Deno.test(`payments run refuses ${what}: exit ${code}`, async () => {
    using folder = new Folder();
    folder.write("case.yaml", SCENARIO);
    folder.write("case.txt", SCENARIO);
    folder.write("bad.yaml", "agnets: []\nagents: [{ id: A, opening_balance: 1 }]\n");
    const finished = await bilancio(folder.path, "payments", "run", ...args);
    assertEquals([finished.code, finished.out], [code, ""], finished.error);
    assertMatch(finished.error, message);
    assert(!/\n\s+at /.test(finished.error), "no stack");
  });
}

Deno.test("an empty filter counts as none", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  assertEquals((await bilancio(folder.path, "payments", "run", "case.yaml", "--filter-tx", "")).code, 0);
});

Deno.test("payments validate says what a file holds, or all that is wrong", async () => {
  using folder = new Folder();
  folder.write("case.yaml", SCENARIO);
  folder.write(
    "bad.yaml",
    SCENARIO.replace("amount: 8000", "amount: 0").replace("NORTH, opening_balance", "N, opening_balance"),
  );
  const good = await bilancio(folder.path, "payments", "validate", "case.yaml");
  assertEquals(good.code, 0);
  assertMatch(good.out, /case\.yaml is valid\n {2}banks +2\n {2}policies +2 Fifo\n {2}days +1 of 10 ticks/);
  const bad = await bilancio(folder.path, "payments", "validate", "bad.yaml", "--json");
  assertEquals([bad.code, bad.error], [1, ""]);
  const answer = JSON.parse(bad.out);
  assertEquals([answer.valid, answer.problems[0].path], [false, ["scenario_events", 0, "amount"]]);
});

Deno.test("payments checkpoint saves a run and goes on with it to the same end", async () => {
  using folder = new Folder();
  folder.write("case.yaml", Deno.readTextFileSync(`${ROOT}/examples/payments/03-liquidity-saving.yaml`));
  const call = (...args: string[]) => bilancio(folder.path, "payments", ...args);
  await call("run", "case.yaml", "--export-events", "whole.jsonl", "--export-final", "whole.json");
  const saved = await call(
    "checkpoint",
    "case.yaml",
    "--at",
    "40",
    "--save",
    "state.json",
    "--export-events",
    "a.jsonl",
  );
  assertEquals([saved.code, saved.error, JSON.parse(saved.out).tick], [0, "", 40]);
  const rest = await call(
    "checkpoint",
    "case.yaml",
    "--load",
    "state.json",
    "--export-events",
    "b.jsonl",
    "--export-final",
    "rest.json",
  );
  assertEquals([rest.code, rest.error, JSON.parse(rest.out).tick], [0, "", 100]);
  assertEquals(folder.read("a.jsonl") + folder.read("b.jsonl"), folder.read("whole.jsonl"));
  const { agents, system_metrics } = JSON.parse(folder.read("rest.json"));
  const whole = JSON.parse(folder.read("whole.json"));
  assertEquals([agents, system_metrics], [whole.agents, whole.system_metrics]);

  folder.write("case.yaml", folder.read("case.yaml").replace("opening_balance: 30000", "opening_balance: 30001"));
  const other = await call("checkpoint", "case.yaml", "--load", "state.json", "--export-final", "no.json");
  assertEquals(other.code, 1);
  assertStringIncludes(other.error, "Config mismatch");
  assertEquals((await call("checkpoint", "case.yaml")).code, 2);
});

const POLICY = `{
  "version": "1.0",
  "policy_id": "wait",
  "payment_tree": { "type": "action", "node_id": "a", "action": "Hold" }
}`;

Deno.test("payments policy points into the document, and exits with 1 for a bad one", async () => {
  using folder = new Folder();
  folder.write("good.json", POLICY);
  folder.write("bad.json", POLICY.replace('"Hold"', '"Hold", "parameters": { "reason": { "field": "nothing" } }'));
  folder.write("empty.json", " \n");
  folder.write("toggles.yaml", `${SCENARIO}\npolicy_feature_toggles: { exclude: [PaymentAction] }\n`);
  const call = async (...args: string[]) => {
    const { code, out } = await bilancio(folder.path, "payments", "policy", ...args, "--format", "json");
    return { code, answer: JSON.parse(out) };
  };
  const good = await call("good.json", "--functional-tests");
  assertEquals([good.code, good.answer.valid, good.answer.policy_id], [0, true, "wait"]);
  assertEquals(good.answer.functional_tests.results.map((test: { name: string }) => test.name), [
    "load_policy",
    "execute_policy",
    "valid_state",
  ]);
  const bad = await call("bad.json");
  assertEquals([bad.code, bad.answer.valid, bad.answer.errors[0].line], [1, false, 4]);
  const text = await bilancio(folder.path, "payments", "policy", "bad.json");
  assertMatch(text.out, /^bad\.json:4:\d+: /);
  const types = [(await call("none.json")).answer, (await call("empty.json")).answer].map(({ errors }) =>
    errors[0].type
  );
  assertEquals(types, ["FileNotFound", "EmptyFile"]);
  const forbidden = await call("good.json", "--scenario", "toggles.yaml");
  assertEquals([forbidden.code, forbidden.answer.forbidden_categories], [1, ["PaymentAction"]]);
  assertEquals((await call("good.json", "--scenario", "none.yaml")).answer.errors[0].type, "ScenarioLoadError");
});
