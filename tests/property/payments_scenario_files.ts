/** Random scenario files of the payments model, as a user would write them, for properties of what is recorded. */
import fc from "fast-check";

const IDS = ["A", "B", "C", "D"];

/** Counts in registers, posts collateral, and splits, holds or releases. */
const BUSY = {
  version: "1.0",
  policy_id: "busy",
  bank_tree: {
    type: "action",
    node_id: "b",
    action: "AddState",
    parameters: { key: { value: "bank_state_count" }, value: { value: 1 } },
  },
  strategic_collateral_tree: {
    type: "action",
    node_id: "s",
    action: "PostCollateral",
    parameters: { amount: { value: 10 }, reason: { value: "UrgentLiquidityNeed" } },
  },
  payment_tree: {
    type: "condition",
    node_id: "p",
    condition: { op: ">", left: { field: "remaining_amount" }, right: { value: 400 } },
    on_true: { type: "action", node_id: "p1", action: "Split", parameters: { num_splits: { value: 2 } } },
    on_false: {
      type: "condition",
      node_id: "p2",
      condition: { op: ">", left: { field: "ticks_to_deadline" }, right: { value: 3 } },
      on_true: { type: "action", node_id: "p3", action: "Hold" },
      on_false: { type: "action", node_id: "p4", action: "Release" },
    },
  },
};

const policy = fc.constantFrom(
  { type: "Fifo" },
  { type: "LiquidityAware", target_buffer: 100, urgency_threshold: 2 },
  { type: "InlineJson", json_string: JSON.stringify(BUSY) },
);

const agents = fc.array(
  fc.record({
    opening_balance: fc.integer({ min: 0, max: 900 }),
    unsecured_cap: fc.integer({ min: 0, max: 500 }),
    max_collateral_capacity: fc.constant(100),
    policy,
    rate: fc.constantFrom(0.3, 1, 2),
  }),
  { minLength: 2, maxLength: IDS.length },
).map((given) =>
  given.map(({ rate, ...agent }, i, all) => ({
    id: IDS[i],
    ...agent,
    arrival_config: {
      rate_per_tick: rate,
      amount_distribution: { type: "Uniform", min: 10, max: 700 },
      counterparty_weights: { [IDS[(i + 1) % all.length] ?? "A"]: 1 },
      deadline_range: [1, 5],
      priority: 5,
    },
  }))
);

/** Scenario files with two to four banks over one to three days. */
export const scenarioFiles: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record({
  ticks_per_day: fc.integer({ min: 1, max: 6 }),
  num_days: fc.integer({ min: 1, max: 3 }),
  rng_seed: fc.nat(1_000_000),
  agents,
}).map(({ agents, ...simulation }) => ({
  simulation,
  agents,
  cost_rates: {
    delay_cost_per_tick_per_cent: 0.01,
    eod_penalty_per_transaction: 70,
    deadline_penalty: 30,
    overdraft_bps_per_tick: 5,
    collateral_cost_per_tick_bps: 2,
  },
}));
