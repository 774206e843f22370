import { assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "../../src/core/errors.ts";
import { ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { planRingSweep } from "../../src/experiments/ring_sweep.ts";
import { loadSweepConfig, parseSweepConfig } from "../../src/experiments/sweep_config.ts";

/** What is wrong with a file, one line each. */
function problems(text: string, options = {}): string[] {
  const error = assertThrows(() => loadSweepConfig(text, "sweep.yaml", options), ValidationError);
  return error.issues.map((issue) => [issue.path.join("."), issue.message].join(": "));
}

Deno.test("a file overrides what it names, with the numbers as they are written", () => {
  const { overrides, outDir, warnings } = loadSweepConfig(
    `
version: 1
out_dir: out/mine
grid: { kappas: [0.50, 1, 1.0], concentrations: [1], mus: ["0.25"] }
lhs: { count: 4, kappa_range: [0.1, 2], concentration_range: [1, 5], mu_range: [0, 1] }
runner: { n_agents: 7, q_total: 2000, liquidity_mode: uniform, dealer_enabled: false, risk_assessment_enabled: true }
`,
    "sweep.yaml",
  );
  assertEquals(outDir, "out/mine");
  assertEquals(overrides.kappas?.map(String), ["0.50", "1", "1.0"]);
  assertEquals(overrides.mus?.map(String), ["0.25"]);
  assertEquals([overrides.grid, overrides.monotonicities], [true, undefined]);
  assertEquals([overrides.lhs, String(overrides.kappaMin), String(overrides.kappaMax)], [4, "0.1", "2"]);
  assertEquals([overrides.nAgents, String(overrides.qTotal), overrides.liquidityMode], [7, "2000", "uniform"]);
  assertEquals([overrides.frontier, overrides.frontierLow, overrides.baseSeed], [undefined, undefined, undefined]);
  assertEquals(warnings, []);
});

Deno.test("lists of a grid that is off still count; bounds of a frontier that is off do not", () => {
  const { overrides } = loadSweepConfig(
    "grid: { enabled: false, mus: [1] }\nfrontier: { enabled: false, kappa_low: 3 }",
    "sweep.yaml",
  );
  assertEquals([overrides.grid, overrides.mus?.map(String)], [false, ["1"]]);
  assertEquals([overrides.frontier, overrides.frontierLow], [false, undefined]);
});

Deno.test("all problems of spec 03 17.20 are listed at once", () => {
  const text = "grid: {enabled: true}\nlhs: {count: 3}\nfrontier: {enabled: true, kappa_low: 1}";
  assertEquals(problems(text), [
    "grid: Value error, grid.kappas must be provided when grid.enabled is true",
    "grid: Value error, grid.concentrations must be provided when grid.enabled is true",
    "grid: Value error, grid.mus must be provided when grid.enabled is true",
    "lhs: Value error, lhs.kappa_range must contain exactly two values when lhs.count > 0",
    "lhs: Value error, lhs.concentration_range must contain exactly two values when lhs.count > 0",
    "lhs: Value error, lhs.mu_range must contain exactly two values when lhs.count > 0",
    "frontier: Value error, frontier fields missing when frontier.enabled is true: kappa_high, tolerance, max_iterations",
  ]);
});

Deno.test("wrong kinds, versions and words are refused with their paths", () => {
  assertEquals(problems("version: 2"), ["version: Value error, Unsupported sweep config version: 2"]);
  assertEquals(problems("grid: {kappas: [a], concentrations: [1], mus: [0]}"), [
    "grid.kappas.0: Input should be a valid decimal",
  ]);
  assertEquals(problems("runner: {n_agents: 2.5, liquidity_mode: everywhere}"), [
    "runner.n_agents: Input should be a valid integer, got a number with a fractional part",
    "runner.liquidity_mode: Input should be 'single_at' or 'uniform'",
  ]);
});

Deno.test("an unknown key is refused with the nearest known one; files of the reference get a warning", () => {
  const text = "runner: {n_agent: 5}";
  assertEquals(problems(text), ["runner.n_agent: Unknown key (did you mean n_agents?)"]);
  const { warnings } = loadSweepConfig(text, "sweep.yaml", { reference: true });
  assertEquals(warnings.map((warning) => warning.path.join(".")), ["runner.n_agent"]);
});

Deno.test("dealers of a file reach the runs, their risk settings too", () => {
  const { overrides, warnings } = loadSweepConfig(
    `runner:
  dealer_enabled: true
  dealer_config: {ticket_size: 2, dealer_share: 0.1}
  risk_assessment_config: {base_risk_premium: 0.05, lookback_window: 7}
`,
    "s.yaml",
  );
  const { dealer } = overrides;
  assertEquals([dealer?.enabled, dealer?.ticketSize, dealer?.dealerShare, dealer?.vbtShare], [
    true,
    "2",
    "0.1",
    "0.50",
  ]);
  const { riskAssessment } = dealer ?? {};
  assertEquals([riskAssessment?.enabled, riskAssessment?.baseRiskPremium, riskAssessment?.lookbackWindow], [
    true,
    "0.05",
    7,
  ]);
  assertEquals(warnings, []);
  const [planned] = planRingSweep(ringSweepSettings({}, overrides)).runs;
  assertEquals(planned?.parameters["dealer_enabled"], true);
  const off = loadSweepConfig("runner: {dealer_enabled: true, risk_assessment_enabled: false}", "s.yaml");
  assertEquals(off.overrides.dealer?.riskAssessment?.enabled, false);
});

Deno.test("what is wrong with dealers is said with its key; settings of dealers that are off are warned of", () => {
  assertEquals(problems("runner: {dealer_enabled: true, dealer_config: {ticket_size: 0, dealer_shaer: 1}}"), [
    "runner.dealer_config.dealer_shaer: Unknown key (did you mean dealer_share?)",
    "runner.dealer_config.ticket_size: Value error, ticket_size must be positive",
  ]);
  assertEquals(problems("runner: {dealer_enabled: true, risk_assessment_config: {lookback_window: 0}}"), [
    "runner.risk_assessment_config.lookback_window: Value error, lookback_window must be positive",
  ]);
  const idle = loadSweepConfig("runner: {dealer_config: {ticket_size: 2}}", "s.yaml");
  assertEquals(idle.overrides.dealer, undefined);
  assertEquals(idle.warnings.map(({ path }) => path.join(".")), ["runner.dealer_config"]);
});

Deno.test("a file that is no mapping is refused", () => {
  for (const source of [null, [], "text", 1]) {
    assertThrows(() => parseSweepConfig(source), ValidationError, "Sweep configuration must be a YAML mapping");
  }
});
