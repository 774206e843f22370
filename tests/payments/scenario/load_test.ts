import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { NotFound, ValidationError } from "../../../src/core/errors.ts";
import { CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { type LoadOptions, loadPaymentsScenario, readPaymentsScenario } from "../../../src/payments/scenario/load.ts";

type Source = Readonly<Record<string, unknown>>;

/** A valid file with changes. */
function file(changes: Source = {}, first: Source = {}): Source {
  return {
    simulation: { ticks_per_day: 10, num_days: 1, rng_seed: 7 },
    agents: [{ id: "A", opening_balance: 100, ...first }, { id: "B", opening_balance: 0 }],
    ...changes,
  };
}

/** The problems of a source as `path: message`. */
function problems(source: unknown, options: LoadOptions = {}): string[] {
  const error = assertThrows(() => readPaymentsScenario(source, options), ValidationError);
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const ARRIVALS = {
  rate_per_tick: 1,
  amount_distribution: { min: 1, max: 5 },
  counterparty_weights: { B: 1 },
  deadline_range: [1, 5],
};

Deno.test("every default of a file is filled in", () => {
  const { config, behaviours, warnings } = readPaymentsScenario(file());
  assertEquals([behaviours, warnings], [CORRECTED, []]);
  assertEquals(config.agents[1], {
    id: "B",
    openingBalance: 0,
    unsecuredCap: 0,
    policy: { type: "Fifo" },
    arrivalConfig: undefined,
    arrivalBands: undefined,
    postedCollateral: undefined,
    collateralHaircut: undefined,
    maxCollateralCapacity: undefined,
    limits: undefined,
    liquidityPool: undefined,
    liquidityAllocationFraction: undefined,
  });
  assertEquals(config.lsm, { enableBilateral: true, enableCycles: true, maxCycleLength: 4, maxCyclesPerTick: 10 });
  assertEquals([config.eodRushThreshold, config.queue1Ordering, config.dailyLiquidityReallocation], [
    0.8,
    "fifo",
    true,
  ]);
  assertEquals(config.costRates.eodPenalty, { mode: "fixed", amount: 10_000 });
  assertEquals(config.scenarioEvents, undefined);
});

Deno.test("all problems of a file are listed at once, each with its place", () => {
  const source = file({ lsm_config: { max_cycle_length: 2 }, agnets: [] }, {
    unsecured_cap: -1,
    policy: { type: "Fifi" },
  });
  assertEquals(problems(source), [
    "agents.0.unsecured_cap: Input should be greater than or equal to 0",
    "agents.0.policy.type: Input should be one of Fifo, Deadline, LiquidityAware, LiquiditySplitting, MockSplitting, " +
    "FromJson, Inline, InlineJson (did you mean Fifo?)",
    "lsm_config.max_cycle_length: Input should be greater than or equal to 3",
    "agnets: Unknown key (did you mean agents?)",
  ]);
});

Deno.test("without a type the alternative that fits best is taken", () => {
  const policies = [{}, { urgency_threshold: 3 }, { target_buffer: 5, urgency_threshold: 3 }, { num_splits: 2 }];
  const types = policies.map((policy) => readPaymentsScenario(file({}, { policy })).config.agents[0]?.policy.type);
  assertEquals(types, ["Fifo", "Deadline", "LiquidityAware", "MockSplitting"]);
  const amounts = [
    { mean: 100, std_dev: 5 },
    { mean: 100.5, std_dev: 5 },
    { min: 1, max: 2 },
    { lambda: 0.5 },
    { min: 1, max: 2, mean: 3, std_dev: 1 },
  ].map((amount_distribution) => {
    const arrival_config = { ...ARRIVALS, amount_distribution };
    const read = readPaymentsScenario(file({}, { arrival_config }), { reference: true });
    return read.config.agents[0]?.arrivalConfig?.amountDistribution.type;
  });
  assertEquals(amounts, ["Normal", "LogNormal", "Uniform", "Exponential", "Normal"]);
});

Deno.test("events and schedules are told apart by their keys", () => {
  const schedule = { tick: 1 };
  const transfer = { from_agent: "A", to_agent: "B", amount: 5 };
  const scenario_events = [
    { ...transfer, schedule },
    { ...transfer, priority: 3, schedule },
    { ...transfer, type: "ScheduledSettlement", schedule },
    { multiplier: 2, schedule },
    { multiplier: 2, agent: "A", schedule },
    { agent: "A", delta: -5, schedule: { start_tick: 1, interval: 2 } },
  ];
  const { config } = readPaymentsScenario(file({ scenario_events }));
  assertEquals(config.scenarioEvents?.map(({ type }) => type), [
    "DirectTransfer",
    "CustomTransactionArrival",
    "ScheduledSettlement",
    "GlobalArrivalRateChange",
    "AgentArrivalRateChange",
    "CollateralAdjustment",
  ]);
  assertEquals(config.scenarioEvents?.at(-1)?.schedule, { type: "Repeating", startTick: 1, interval: 2 });
  const both = { tick: 1, start_tick: 1, interval: 2 };
  const repeating = readPaymentsScenario(file({ scenario_events: [{ ...transfer, schedule: both }] }), {
    reference: true,
  });
  assertEquals(repeating.config.scenarioEvents?.[0]?.schedule.type, "Repeating");
});

Deno.test("numbers are read as the reference converts them", async () => {
  const yaml = (balance: string, more = "") =>
    `simulation: { ticks_per_day: "12", num_days: 2.0, rng_seed: 18446744073709551615 }\n` +
    `agents: [{ id: A, opening_balance: ${balance} }, { id: B, opening_balance: 1 }]\n${more}`;
  const balance = async (text: string) =>
    (await loadPaymentsScenario(yaml(text), "x.yaml")).config.agents[0]?.openingBalance;
  assertEquals(await balance("1.0e+6"), 1_000_000);
  assertEquals(await balance('" 1_000 "'), 1000);
  assertEquals(await balance("1e6"), 1_000_000, "YAML 1.2: a number, though text to the reference");
  assertEquals(await balance("true"), 1);
  for (
    const [wrong, message] of [
      ['"1e6"', "unable to parse string as an integer"],
      ["1.5", "got a number with a fractional part"],
      ["[]", "Input should be a valid integer"],
      ["9007199254740993", "should not pass 2^53"],
    ] as const
  ) {
    const error = await assertRejects(() => loadPaymentsScenario(yaml(wrong), "x.yaml"), ValidationError);
    assertStringIncludes(error.message, message);
  }
  const { config } = await loadPaymentsScenario(yaml("1", "deferred_crediting: yes"), "x.yaml");
  assertEquals([config.rngSeed, config.deferredCrediting], [18446744073709551615n, true]);
});

Deno.test("filesDropValidatedKeys: collateral, limits and settings of the engine count by default", () => {
  const limits = { bilateral_limits: { B: 50 }, multilateral_limit: 80 };
  const source = file({ priority_mode: true, eod_rush_threshold: 0.5, queue1_ordering: "PriorityDeadline" }, {
    posted_collateral: 5,
    collateral_haircut: 0.1,
    limits,
    liquidity_pool: 5,
  });
  const ours = readPaymentsScenario(source, { reference: false });
  const [agent] = ours.config.agents;
  assertEquals([agent?.postedCollateral, agent?.collateralHaircut], [5, 0.1]);
  assertEquals(agent?.limits, { bilateralLimits: new Map([["B", 50]]), multilateralLimit: 80 });
  const { priorityMode, eodRushThreshold, queue1Ordering } = ours.config;
  assertEquals([priorityMode, eodRushThreshold, queue1Ordering], [true, 0.5, "priority_deadline"]);

  const theirs = readPaymentsScenario(source, { reference: true });
  const [dropped] = JSON.parse(JSON.stringify(theirs.dictionary["agent_configs"]));
  assertEquals(Object.keys(dropped).sort(), ["id", "liquidity_pool", "opening_balance", "policy", "unsecured_cap"]);
  assertEquals(theirs.config.priorityMode, false);
  assertEquals(theirs.warnings.map(({ path }) => path[0]), ["priority_mode", "eod_rush_threshold", "queue1_ordering"]);
});

Deno.test("an unknown key is refused by name, and a warning for the reference", () => {
  const source = file({ cost_model: {} }, { bilateral_limits: {} });
  assertEquals(problems(source).map((problem) => problem.split(":")[0]), ["agents.0.bilateral_limits", "cost_model"]);
  const { warnings } = readPaymentsScenario(source, { reference: true });
  assertEquals(warnings.map(({ path }) => path.join(".")), ["agents.0.bilateral_limits", "cost_model"]);
});

Deno.test("unknown keys never change what the reference makes of a file", () => {
  const plain = readPaymentsScenario(file(), { reference: true }).dictionary;
  const more = readPaymentsScenario(file({ x: 1 }, { y: [2], policy: { type: "Fifo", params: {} } }), {
    reference: true,
  });
  assertEquals(more.dictionary, plain);
});

Deno.test("names that no agent has are problems, in bands and limits too", () => {
  const band = { ...ARRIVALS, deadline_offset_min: 1, deadline_offset_max: 2, counterparty_weights: { QUEBEC: 1 } };
  const { deadline_range: _, ...low } = band;
  const source = file({
    scenario_events: [{ type: "DirectTransfer", from_agent: "A", to_agent: "Y", amount: 1, schedule: { tick: 0 } }],
  }, { arrival_bands: { low }, limits: { bilateral_limits: { ZULU: 5 } } });
  assertEquals(problems(source), [
    ": Value error, Scenario event 0 references unknown to_agent: Y",
    "agents.0.arrival_bands.low.counterparty_weights.QUEBEC: no agent has the id QUEBEC",
    "agents.0.limits.bilateral_limits.ZULU: no agent has the id ZULU",
  ]);
});

Deno.test("of the two names of the end-of-day penalty a file may use one; the reference takes the long one", () => {
  const source = file({ cost_rates: { eod_penalty: 6, eod_penalty_per_transaction: 5 } });
  assertEquals(problems(source).length, 1);
  const { config } = readPaymentsScenario(source, { reference: true });
  assertEquals(config.costRates.eodPenalty, { mode: "fixed", amount: 5 });
});

Deno.test("a file chooses the reference's behaviours, all or one by one; its caller has the last word", () => {
  const simulation = { ticks_per_day: 10, num_days: 1, rng_seed: 7, reference: true };
  assertEquals(readPaymentsScenario(file({ simulation })).behaviours, REFERENCE);
  assertEquals(readPaymentsScenario(file({ simulation }), { reference: false }).behaviours, CORRECTED);
  const one = { ...simulation, reference: false, behaviours: { boostWraps: true } };
  assertEquals(readPaymentsScenario(file({ simulation: one })).behaviours, { ...CORRECTED, boostWraps: true });
  const unknown = { ...simulation, behaviours: { boostWrap: true } };
  assertEquals(problems(file({ simulation: unknown })), [
    "simulation.behaviours.boostWrap: Unknown behaviour (did you mean boostWraps?); docs/behaviours.md lists them",
  ]);
});

Deno.test("ticks and seed of the caller replace those of the scenario", () => {
  const { config } = readPaymentsScenario(file(), { ticks: 3, seed: 9n });
  assertEquals([config.ticksPerDay, config.numDays, config.rngSeed], [3, 1, 9n]);
});

const POLICY = {
  version: "1.0",
  policy_id: "é",
  parameters: {},
  payment_tree: { type: "action", node_id: "a", action: "Release" },
};

Deno.test("policies come from files, maps and texts", () => {
  const json = JSON.stringify(POLICY);
  const policy = (given: Source, readPolicy?: (path: string) => string) => {
    const read = readPaymentsScenario(file({}, { policy: given }), readPolicy === undefined ? {} : { readPolicy });
    return read.config.agents[0]?.policy;
  };
  assertEquals(policy({ json_path: "p.json" }, (path) => json.replace("1.0", path)), {
    type: "FromJson",
    json: json.replace("1.0", "p.json"),
  });
  assertEquals(policy({ json_string: json }), { type: "FromJson", json });
  assertEquals(policy({ decision_trees: POLICY }), {
    type: "FromJson",
    json: '{"version": "1.0", "policy_id": "\\u00e9", "parameters": {}, "payment_tree": ' +
      '{"type": "action", "node_id": "a", "action": "Release"}}',
  });
});

Deno.test("a policy file that is missing or broken is a problem of its agent", () => {
  const source = file({}, { policy: { type: "FromJson", json_path: "p.json" } });
  const missing = () => {
    throw new NotFound("Policy JSON file not found: p.json (tried x/p.json)");
  };
  assertEquals(problems(source, { readPolicy: missing }), [
    "agents.0.policy.json_path: Policy JSON file not found: p.json (tried x/p.json)",
  ]);
  const [broken = ""] = problems(source, { readPolicy: () => "{" });
  assertStringIncludes(broken, "agents.0.policy.json_path: Invalid JSON in policy file p.json: ");
  const [unread = ""] = problems(source);
  assertStringIncludes(unread, "files are not read here");
});

Deno.test("an invalid policy is refused with every problem, line and column, before anything runs", () => {
  const payment_tree = { type: "action", node_id: "a", action: "Hold", parameters: { reason: { field: "nothing" } } };
  const json = JSON.stringify({ ...POLICY, payment_tree }, null, 1);
  const found = problems(file({}, { policy: { json_string: json } }));
  assert(found.length > 0);
  assertStringIncludes(found[0] ?? "", "agents.0.policy: ");
  assertStringIncludes(found[0] ?? "", " at line ");
});

Deno.test("jsonTextEscapesToggles: toggles hold for policies given as text by default", () => {
  const policy = { type: "InlineJson", json_string: JSON.stringify(POLICY) };
  const source = file({ policy_feature_toggles: { exclude: ["PaymentAction"] } }, { policy });
  assertEquals(problems(source, { reference: false }), [
    "agents.0.policy: Agent A: Policy uses forbidden categories: PaymentAction. Excluded categories: PaymentAction.",
  ]);
  assertEquals(readPaymentsScenario(source, { reference: true }).toggles, {
    include: undefined,
    exclude: ["PaymentAction"],
  });
  const inline = file({ policy_feature_toggles: { include: ["NodeType"] } }, {
    policy: { type: "Inline", decision_trees: POLICY },
  });
  assertEquals(problems(inline, { reference: true }), [
    "agents.0.policy: Agent A: Policy uses forbidden categories: PaymentAction. Allowed categories: NodeType.",
  ]);
});

Deno.test("what is no map is refused in a sentence", () => {
  for (const source of [null, [], "text", 5]) assertEquals(problems(source).length, 1);
  assertThrows(() => readPaymentsScenario(file({ cost_rates: null })), ValidationError, "CostRates");
});

Deno.test("an engine dictionary is told by its agent_configs", async () => {
  const dictionary = {
    ticks_per_day: 5,
    num_days: 1,
    rng_seed: 1,
    agent_configs: [{ id: "A", opening_balance: 1, unsecured_cap: 0, policy: { type: "Fifo" } }],
  };
  const { config } = await loadPaymentsScenario(JSON.stringify(dictionary), "engine.json");
  assertEquals(config.agents[0]?.id, "A");
  const seeded = JSON.stringify(dictionary).replace('"rng_seed":1', '"rng_seed":18446744073709551615');
  assertEquals((await loadPaymentsScenario(seeded, "engine.json")).config.rngSeed, 18446744073709551615n);
  const twice = JSON.stringify(dictionary).replace('"num_days":1', '"num_days":1,"num_days":2');
  await assertRejects(() => loadPaymentsScenario(twice, "engine.json"), ValidationError, "stands twice");
  await assertRejects(() => loadPaymentsScenario("{", "engine.json"), ValidationError, "line 1, column 2");
});

Deno.test("a dictionary lists all its problems, and raises the first for the reference", () => {
  const dictionary = {
    ticks_per_day: 5,
    num_days: 0,
    rng_seed: -1,
    agent_configs: [
      { id: "A", opening_balance: 1.5, unsecured_cap: 0, policy: { type: "Fifo" } },
      { id: "A", opening_balance: 1, unsecured_cap: -1, policy: { type: "Fancy" }, colour: "red" },
    ],
  };
  assertEquals(problems(dictionary), [
    "rng_seed: can't convert negative int to unsigned",
    "agent_configs.0.opening_balance: 'float' object cannot be interpreted as an integer",
    "agent_configs.1.policy.type: Unknown policy type: Fancy",
    "agent_configs.1.colour: Unknown key; known here: id, opening_balance, policy, arrival_config, arrival_bands, " +
    "unsecured_cap, collateral_haircut, posted_collateral, max_collateral_capacity, limits, liquidity_pool, " +
    "liquidity_allocation_fraction",
  ]);
  const first = assertThrows(() => readPaymentsScenario(dictionary, { reference: true }), PaymentsError);
  assertEquals([first.kind, first.message], ["OverflowError", "can't convert negative int to unsigned"]);
  const [a, b] = dictionary.agent_configs;
  const readable = {
    ...dictionary,
    rng_seed: 1,
    agent_configs: [{ ...a, opening_balance: 1 }, { ...b, policy: { type: "Fifo" }, colour: undefined }],
  };
  assertEquals(problems(readable), [
    "num_days: num_days must be > 0",
    "agent_configs.1.id: Duplicate agent ID: A",
    "agent_configs.1.unsecured_cap: unsecured_cap must be non-negative, got -1",
  ]);
});

Deno.test("of the two names of the end-of-day penalty the reference takes the short one of a dictionary", () => {
  const agent_configs = [{ id: "A", opening_balance: 1, unsecured_cap: 0, policy: { type: "Fifo" } }];
  const cost_rates = { eod_penalty: 6, eod_penalty_per_transaction: 5 };
  const dictionary = { ticks_per_day: 1, num_days: 1, rng_seed: 0, agent_configs, cost_rates };
  const { config } = readPaymentsScenario(dictionary, { reference: true });
  assertEquals(problems(dictionary), [
    "cost_rates.eod_penalty_per_transaction: another name of eod_penalty, which is given, too; give one of them",
  ]);
  assertEquals(config.costRates.eodPenalty, { mode: "fixed", amount: 6 });
});
