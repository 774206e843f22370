/** Random systems of banks for the properties of the payments engine. */
import fc from "fast-check";
import {
  type AgentConfig,
  type AmountDistribution,
  DEFAULT_LSM,
  type EngineConfig,
  type ScenarioEvent,
} from "../../src/payments/config.ts";
import { action, agent, document, system, when } from "../payments/engine/setting.ts";

const IDS = ["A", "B", "C", "D", "E"];

const amounts: fc.Arbitrary<AmountDistribution> = fc.oneof(
  fc.record({ type: fc.constant("Uniform" as const), min: fc.constant(1), max: fc.integer({ min: 1, max: 2000 }) }),
  fc.record({ type: fc.constant("Normal" as const), mean: fc.integer({ min: 1, max: 900 }), stdDev: fc.constant(300) }),
);

const RESUBMIT = document({
  payment_tree: when("is_in_queue2", "==", 1, action("ResubmitToRtgs", { rtgs_priority: "Urgent" }), action("Release")),
});

const MOODY = document({
  bank_tree: when(
    "queue1_total_value",
    ">",
    1500,
    action("SetReleaseBudget", { max_value_to_release: 1200, max_per_counterparty: 700 }, "B1"),
    action("AddState", { key: "bank_state_calm", value: 1 }, "B2"),
  ),
  strategic_collateral_tree: when(
    "queue1_liquidity_gap",
    ">",
    0,
    action("PostCollateral", {
      amount: {
        compute: { op: "min", values: [{ field: "queue1_liquidity_gap" }, { field: "remaining_collateral_capacity" }] },
      },
      auto_withdraw_after_ticks: 3,
    }, "S1"),
    action("HoldCollateral", {}, "S2"),
  ),
  payment_tree: when(
    "ticks_to_deadline",
    "<",
    0,
    action("Drop"),
    when("effective_liquidity", ">=", 300, action("Release"), action("Hold", { reason: "LowPriority" })),
  ),
});

const policies: fc.Arbitrary<AgentConfig["policy"]> = fc.oneof(
  fc.constantFrom<AgentConfig["policy"]>(
    { type: "Fifo" },
    { type: "Deadline", urgencyThreshold: 3 },
    { type: "LiquidityAware", targetBuffer: 200, urgencyThreshold: 3 },
    RESUBMIT,
    MOODY,
  ),
  fc.integer({ min: 2, max: 4 }).map((parts) => document({ payment_tree: action("Split", { num_splits: parts }) })),
);

const agents: fc.Arbitrary<AgentConfig[]> = fc.array(
  fc.record({
    openingBalance: fc.integer({ min: -300, max: 3000 }),
    unsecuredCap: fc.integer({ min: 0, max: 1500 }),
    policy: policies,
    postedCollateral: fc.option(fc.integer({ min: 0, max: 800 }), { nil: undefined }),
    liquidityPool: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
    multilateralLimit: fc.option(fc.integer({ min: 500, max: 4000 }), { nil: undefined }),
    ratePerTick: fc.constantFrom(0, 0.5, 2),
    amountDistribution: amounts,
  }),
  { minLength: 2, maxLength: IDS.length },
).map((settings) =>
  settings.map(({ ratePerTick, amountDistribution, multilateralLimit, ...rest }, i) => {
    const limits = multilateralLimit === undefined
      ? undefined
      : { multilateralLimit, bilateralLimits: new Map([["A", multilateralLimit]]) };
    return agent(IDS[i] ?? "", {
      ...rest,
      limits,
      // Amounts start at 10 cents so that a split always has cents for all parts.
      arrivalConfig: {
        ratePerTick,
        amountDistribution: amountDistribution.type === "Uniform"
          ? { ...amountDistribution, min: 10, max: amountDistribution.max + 10 }
          : amountDistribution,
        counterpartyWeights: new Map(),
        deadlineRange: [1, 6],
        priorityDistribution: { type: "Uniform", min: 1, max: 10 },
        divisible: false,
      },
    });
  })
);

const events: fc.Arbitrary<ScenarioEvent[]> = fc.array(
  fc.record({
    type: fc.constantFrom("DirectTransfer" as const, "ScheduledSettlement" as const),
    fromAgent: fc.constantFrom("A", "B"),
    toAgent: fc.constantFrom("A", "B"),
    amount: fc.integer({ min: 1, max: 400 }),
    schedule: fc.record({ type: fc.constant("OneTime" as const), tick: fc.integer({ min: 0, max: 12 }) }),
  }),
  { maxLength: 3 },
);

/** Every other system is poor, and all its payments are alike: much waits, and offsets and cycles need no money. */
function impoverished(agents: readonly AgentConfig[]): AgentConfig[] {
  return agents.map((each) => ({
    ...each,
    openingBalance: each.openingBalance % 50,
    unsecuredCap: 0,
    liquidityPool: undefined,
    postedCollateral: undefined,
    arrivalConfig: each.arrivalConfig && {
      ...each.arrivalConfig,
      ratePerTick: 0.7,
      amountDistribution: { type: "Uniform", min: 500, max: 500 },
    },
  }));
}

/** Systems with two to five banks over two or three days. */
export const systems: fc.Arbitrary<EngineConfig> = fc.record({
  agents,
  poor: fc.boolean(),
  scenarioEvents: events,
  rngSeed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  ticksPerDay: fc.integer({ min: 1, max: 7 }),
  numDays: fc.integer({ min: 2, max: 3 }),
  enableBilateral: fc.boolean(),
  enableCycles: fc.boolean(),
  maxCyclesPerTick: fc.integer({ min: 1, max: 5 }),
  deferredCrediting: fc.boolean(),
  priorityMode: fc.boolean(),
  queue1Ordering: fc.constantFrom("fifo" as const, "priority_deadline" as const),
  escalation: fc.boolean(),
}).map(({ agents, poor, enableBilateral, enableCycles, maxCyclesPerTick, escalation, ...settings }) =>
  system(poor ? impoverished(agents) : agents, {
    ...settings,
    lsm: { ...DEFAULT_LSM, maxCycleLength: 5, maxCyclesPerTick, enableBilateral, enableCycles },
    priorityEscalation: { enabled: escalation, curve: "linear", startEscalatingAtTicks: 4, maxBoost: 3 },
    costs: {
      overdraftBpsPerTick: 3,
      delayCostPerTickPerCent: 0.003,
      collateralCostPerTickBps: 2,
      liquidityCostPerTickBps: 5,
      eodPenalty: { mode: "rate", bpsPerEvent: 20 },
      deadlinePenalty: { mode: "fixed", amount: 25 },
      splitFrictionCost: 4,
    },
  })
);
