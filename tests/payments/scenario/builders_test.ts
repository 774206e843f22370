import { assertEquals, assertThrows } from "@std/assert";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { collateralSettings, liquiditySettings, ScenarioAgents } from "../../../src/payments/scenario/builders.ts";

Deno.test("a scenario's agents are found by id, converted as the reference does", () => {
  const agents = new ScenarioAgents({
    agents: [
      { id: "A", opening_balance: 1000.9, unsecured_cap: " 1_000 " },
      { id: "B" },
      { id: "A", opening_balance: "5", liquidity_pool: 7, max_collateral_capacity: null },
    ],
  });
  assertEquals(agents.ids, ["A", "B"]);
  assertEquals(agents.agent("A"), { openingBalance: 5, creditLimit: 0, maxCollateralCapacity: null, liquidityPool: 7 });
  assertEquals(agents.agent("B").openingBalance, 0);
  const error = assertThrows(() => agents.agent("C"), PaymentsError);
  assertEquals([error.kind, error.message], ["KeyError", "Agent 'C' not found in scenario config"]);
});

Deno.test("what is no integer is refused with the reference's class", () => {
  const kinds = ["1000.5", null, "x"].map((opening_balance) => {
    const agents = new ScenarioAgents({ agents: [{ id: "A", opening_balance }] });
    return assertThrows(() => agents.agent("A"), PaymentsError).kind;
  });
  assertEquals(kinds, ["ValueError", "TypeError", "ValueError"]);
  assertEquals(assertThrows(() => new ScenarioAgents({ agents: [{}] }), PaymentsError).kind, "KeyError");
});

Deno.test("the share of the pool comes from the parameters, then the policy, then 0.5", () => {
  const agent = { opening_balance: 3, liquidity_pool: 10 };
  const fraction = (policy: Readonly<Record<string, unknown>>) =>
    liquiditySettings(policy, agent).liquidityAllocationFraction;
  assertEquals(fraction({ parameters: { initial_liquidity_fraction: 0.25 }, initial_liquidity_fraction: 1 }), 0.25);
  assertEquals(fraction({ parameters: { initial_liquidity_fraction: null }, initial_liquidity_fraction: 0.75 }), 0.75);
  assertEquals(fraction({}), 0.5);
  assertEquals(liquiditySettings({}, { opening_balance: null, liquidity_pool: null }), { openingBalance: 0 });
});

Deno.test("a share of collateral has no default", () => {
  assertEquals(collateralSettings({}, { max_collateral_capacity: 9 }), { maxCollateralCapacity: 9 });
  assertEquals(collateralSettings({ parameters: { initial_collateral_fraction: 1 } }, {}), {
    initialCollateralFraction: 1,
  });
});
