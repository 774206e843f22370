import { assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "../../src/core/errors.ts";
import { loadBalancedConfig, loadComparisonConfig } from "../../src/experiments/paired_config.ts";
import { balancedSettings, comparisonSettings } from "../../src/experiments/paired_settings.ts";

const BALANCED_FILE = `
version: 1
type: balanced
out_dir: out/mine
grid: { kappas: [0.50, 1], mus: [0], monotonicities: [-1, 1], outside_mid_ratios: [0.9] }
runner:
  n_agents: 12
  maturity_days: 6
  q_total: 1200
  liquidity_mode: single_at
  liquidity_agent: H2
  base_seed: 7
  name_prefix: Mine
  default_handling: expel-agent
  risk_assessment_config: { base_risk_premium: 0.05, use_issuer_specific: true }
balanced: { face_value: 10, vbt_share_per_bucket: 0.2, dealer_share_per_bucket: 0.1, vbt_share: 0.4, rollover_enabled: false }
`;

Deno.test("every key of a balanced file reaches the settings", () => {
  const { overrides, outDir, warnings } = loadBalancedConfig(BALANCED_FILE, "b.yaml");
  const settings = balancedSettings({}, overrides);
  assertEquals([outDir, warnings], ["out/mine", []]);
  assertEquals(settings.kappas.map(String), ["0.50", "1"]);
  assertEquals(settings.concentrations.length, 5);
  assertEquals(settings.monotonicities.map(String), ["-1", "1"]);
  assertEquals(settings.outsideMidRatios.map(String), ["0.9"]);
  assertEquals([settings.nAgents, settings.maturityDays, String(settings.qTotal)], [12, 6, "1200"]);
  assertEquals([settings.liquidityMode, settings.liquidityAgent], ["single_at", "H2"]);
  assertEquals([settings.baseSeed, settings.namePrefix, settings.defaultHandling], [7, "Mine", "expel-agent"]);
  assertEquals([String(settings.risk.baseRiskPremium), settings.risk.useIssuerSpecific], ["0.05", true]);
  assertEquals(String(settings.risk.buyPremiumMultiplier), "2.0");
  assertEquals([settings.faceValue, settings.vbtSharePerBucket, settings.dealerSharePerBucket].map(String), [
    "10",
    "0.2",
    "0.1",
  ]);
  assertEquals([String(settings.vbtShare), settings.rolloverEnabled], ["0.4", false]);
});

Deno.test("a comparison file has its own section", () => {
  const { overrides } = loadComparisonConfig(
    "type: comparison\ncomparison: {dealer_ticket_size: 2, dealer_share: 0.1, detailed_logging: true}",
    "c.yaml",
  );
  const settings = comparisonSettings({}, overrides);
  assertEquals([String(settings.ticketSize), String(settings.dealerShare), String(settings.vbtShare)], [
    "2",
    "0.1",
    "0.5",
  ]);
  assertEquals(settings.detailedLogging, true);
});

/** The problems of a balanced file, as `path: message`. */
function problems(text: string): string[] {
  const error = assertThrows(() => loadBalancedConfig(text, "b.yaml"), ValidationError);
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

Deno.test("what is wrong is said with its key: unknown keys with the nearest, values with their rule", () => {
  assertEquals(problems("grid: {outside_mid_ratio: [1]}"), [
    "grid.outside_mid_ratio: Unknown key (did you mean outside_mid_ratios?)",
  ]);
  assertEquals(problems("grid: {outside_mid_ratios: [0]}\nbalanced: {face_value: 0}"), [
    "grid.outside_mid_ratios.0: Value error, outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
    "balanced.face_value: Value error, face_value must be positive",
  ]);
  assertEquals(problems("runner: {risk_assessment_config: {lookback_window: 0}}"), [
    "runner.risk_assessment_config.lookback_window: Value error, lookback_window must be positive",
  ]);
  assertEquals(problems("version: 2"), ["version: Value error, Unsupported sweep config version: 2"]);
  assertEquals(problems("type: comparison"), ["type: Input should be 'balanced'"]);
});

Deno.test("a file that is no mapping is refused; as in the reference unknown keys are warned of", () => {
  assertThrows(() => loadBalancedConfig("[1]", "b.yaml"), ValidationError, "must be a YAML mapping");
  const { warnings } = loadBalancedConfig("lhs: {count: 3}", "b.yaml", { reference: true });
  assertEquals(warnings.map(({ path }) => path.join(".")), ["lhs"]);
});
