import { assertEquals, assertStringIncludes } from "@std/assert";
import { scenarioFile } from "../../../src/payments/scenario/file.ts";
import { agent } from "../../../src/payments/scenario/file_agents.ts";
import { arrivalConfig } from "../../../src/payments/scenario/file_arrivals.ts";
import { costRates } from "../../../src/payments/scenario/file_costs.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";

const PAGE = Deno.readTextFileSync(new URL("../../../docs/payments-files.md", import.meta.url));

Deno.test("the scenario of docs/payments-files.md is valid, with the defaults that it shows", async () => {
  const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const { config, warnings } = await loadPaymentsScenario(yaml, "docs.yaml");
  assertEquals([config.agents.length, warnings], [2, []]);
  const bare = "simulation: { ticks_per_day: 1, num_days: 1, rng_seed: 0 }\nagents: [{ id: A, opening_balance: 0 }]\n";
  const { config: defaults } = await loadPaymentsScenario(bare, "bare.yaml");
  assertEquals([config.costRates, config.lsm], [defaults.costRates, defaults.lsm]);
});

Deno.test("docs/payments-files.md names every key of a scenario file", () => {
  const internal = new Set(["divisible", "cost_feature_toggles"]);
  for (const { shape } of [scenarioFile, agent, arrivalConfig, costRates]) {
    for (const key of Object.keys(shape)) if (!internal.has(key)) assertStringIncludes(PAGE, key);
  }
});
