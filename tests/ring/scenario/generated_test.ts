/** Scenario files that name a generator. */
import { assert, assertEquals } from "@std/assert";
import { CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import { loadScenarioText, type ParsedScenario, type ParseOptions } from "../../../src/ring/scenario/parse.ts";
import { problemsOf, warningPlaces } from "./small_files.ts";

const HEAD = "generator: ring_explorer_v1\nname_prefix: Ring\nparams: {n_agents: 3, kappa: 0.5, Q_total: 90}\n";

function load(rest: string, options?: ParseOptions): ParsedScenario {
  return loadScenarioText(HEAD + rest, "ring.yaml", options);
}

Deno.test("a generator file gives the generated scenario, and says what was asked for", () => {
  const { scenario, generated, warnings } = load("compile: {emit_yaml: false, out_dir: rings}");
  assertEquals(warnings, []);
  assertEquals(scenario.name, "Ring (n=3, kappa=0.5, c=1, mu=0)");
  assertEquals(scenario.initialActions.length, 6);
  assert(generated !== null);
  assertEquals([generated.emitYaml, generated.outDir], [false, "rings"]);
  assertEquals([generated.spec.seed, generated.s1.toNumber(), generated.l0.toNumber()], [42, 90, 45]);
  assertEquals(scenario.run.behaviours, CORRECTED);
});

const BESIDE = `description: mine
initial_actions: [{mint_cash: {to: H2, amount: 5, alias: GIFT}}]
scheduled_actions: [{day: 2, action: {mint_cash: {to: H1, amount: 7}}}]
dealer: {enabled: true}
balanced_dealer: {enabled: true}
run: {max_days: 3, default_handling: expel-agent, show: {events: table}}
`;

Deno.test("what stands beside the generator is laid over the generated scenario", () => {
  const { scenario, warnings } = load(BESIDE);
  assertEquals(warnings, []);
  assertEquals(scenario.description, "mine");
  assertEquals(scenario.initialActions.length, 7);
  const last = scenario.initialActions[6];
  assert(last?.type === "mint_cash");
  assertEquals(last.alias, "GIFT");
  assertEquals(scenario.scheduledActions.map(({ day }) => day), [2]);
  assertEquals([scenario.dealer?.enabled, scenario.balancedDealer?.enabled], [true, true]);
  const { maxDays, quietDays, defaultHandling, show, export: files } = scenario.run;
  assertEquals([maxDays, quietDays, defaultHandling], [3, 2, "expel-agent"]);
  assertEquals(show, { balances: ["H1", "H2", "H3"], events: "table" });
  assertEquals(files.balancesCsv, "out/balances.csv");
});

Deno.test("the reference ignores what stands beside the generator, with a warning each", () => {
  const parsed = load(BESIDE, { reference: true });
  assertEquals(parsed.scenario.initialActions.length, 6);
  assertEquals(parsed.scenario.dealer, null);
  assertEquals(parsed.scenario.run.maxDays, 30);
  assertEquals(warningPlaces(parsed), [
    "description",
    "initial_actions",
    "scheduled_actions",
    "dealer",
    "balanced_dealer",
    "run.max_days",
    "run.default_handling",
    "run.show",
  ]);
});

Deno.test("a generator file chooses the reference's behaviours in its run section", () => {
  const parsed = load("run: {reference: true, behaviours: {pastDueNeverSettles: false}, max_days: 4}");
  assertEquals(parsed.scenario.run.behaviours, { ...REFERENCE, pastDueNeverSettles: false });
  assertEquals(warningPlaces(parsed), ["run.max_days"]);
  assertEquals(problemsOf(() => load("run: {reference: true, behaviours: {nonsense: 1}}")).length, 1);
});

Deno.test("what stands beside the generator is checked like any scenario", () => {
  assertEquals(
    problemsOf(() => load("initial_actions: [{mint_cash: {to: H4, amount: 5}}]\nscheduled_actions: []")),
    ["initial_actions -> 0 -> mint_cash -> to: There is no agent 'H4' (did you mean H1?)"],
  );
  assertEquals(
    problemsOf(() => load("initial_actions: [{mint_cash: {to: H1, amount: 0}}]\nrun: {max_days: none}\nagents: []")),
    [
      "agents: Unknown key; known here: version, generator, name_prefix, params, compile, description, initial_actions, scheduled_actions, dealer, balanced_dealer, run",
      "initial_actions -> 0 -> mint_cash -> amount: Value error, Amount must be positive",
      "run -> max_days: Input should be a valid integer, unable to parse string as an integer",
    ],
  );
});

Deno.test("an unknown key of the generator is refused with the nearest, and only warned of for the reference", () => {
  const text = HEAD.replace("kappa", "kapa: 1, kappa");
  assertEquals(problemsOf(() => loadScenarioText(text, "ring.yaml")), [
    "params -> kapa: Unknown key (did you mean kappa?)",
  ]);
  assertEquals(warningPlaces(loadScenarioText(text, "ring.yaml", { reference: true })), ["params.kapa"]);
});

Deno.test("an allocation without what its mode needs is refused at its place", () => {
  const place = "ring_explorer_v1 -> params -> liquidity -> allocation: Value error, liquidity.allocation";
  const allocation = (text: string) =>
    problemsOf(() => loadScenarioText(HEAD.replace("kappa", `liquidity: {allocation: {${text}}}, kappa`), "ring.yaml"));
  assertEquals(allocation("mode: single_at"), [`${place}.agent is required for single_at mode`]);
  assertEquals(allocation("mode: vector"), [`${place}.vector is required for vector mode`]);
  assertEquals(allocation("mode: vector, vector: [1, 0, 2]"), [`${place}.vector must contain positive values`]);
});

Deno.test("the payment order of a generator file reaches the scenario, unknown methods are refused", () => {
  const text = (method: string) =>
    HEAD.replace("kappa", `policy_overrides: {mop_rank: {household: [${method}]}}, kappa`);
  assertEquals(loadScenarioText(text("cash"), "ring.yaml").scenario.mopRank, { household: ["cash"] });
  assertEquals(problemsOf(() => loadScenarioText(text("csh"), "ring.yaml")), [
    "ring_explorer_v1 -> params -> policy_overrides -> mop_rank -> household -> 0: " +
    "Unknown payment method 'csh' (did you mean cash?)",
  ]);
});

Deno.test("a seed may have any size and sign", () => {
  const seeded = (seed: string) =>
    loadScenarioText(HEAD.replace("kappa", `seed: ${seed}, kappa`), "ring.yaml").generated?.spec.seed;
  assertEquals(seeded("-7"), -7);
  assertEquals(seeded("123456789012345678901234567890"), 123456789012345678901234567890n);
  assertEquals(problemsOf(() => seeded("0.5")).length, 1);
});

Deno.test("a name prefix in quotes stays text though it looks like a number", () => {
  const text = HEAD.replace("name_prefix: Ring", 'name_prefix: "2024"');
  assertEquals(loadScenarioText(text, "ring.yaml").scenario.name.split(" ")[0], "2024");
});
