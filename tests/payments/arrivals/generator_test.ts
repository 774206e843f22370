import { assert, assertEquals, assertThrows } from "@std/assert";
import { AmountOverflow } from "../../../src/core/errors.ts";
import { ArrivalGenerator } from "../../../src/payments/arrivals/generator.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import type { AgentConfig, ArrivalBand, ArrivalConfig, EngineConfig } from "../../../src/payments/config.ts";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { agent, system } from "../engine/setting.ts";

/** A stream of payments; nothing is random but the numbers of payments and receivers. */
function stream(settings: Partial<ArrivalConfig> = {}): ArrivalConfig {
  return {
    ratePerTick: 1,
    amountDistribution: { type: "Uniform", min: 1000, max: 5000 },
    counterpartyWeights: new Map(),
    deadlineRange: [2, 5],
    priorityDistribution: { type: "Fixed", value: 5 },
    divisible: false,
    ...settings,
  };
}

function band(settings: Partial<ArrivalBand> = {}): ArrivalBand {
  return {
    ratePerTick: 1,
    amountDistribution: { type: "Uniform", min: 100, max: 100 },
    counterpartyWeights: new Map(),
    deadlineOffsetMin: 1,
    deadlineOffsetMax: 1,
    divisible: false,
    ...settings,
  };
}

/** `tick sender receiver amount deadline priority` */
type Line = string;

class Stage {
  readonly generator: ArrivalGenerator;
  readonly ids: readonly string[];
  constructor(config: EngineConfig, behaviours: Behaviours = REFERENCE) {
    this.generator = new ArrivalGenerator(config, behaviours);
    this.ids = config.agents.map(({ id }) => id).sort();
  }

  tick(tick: number): Line[] {
    const lines: Line[] = [];
    this.ids.forEach((id, number) => {
      this.generator.generate(number, tick, (receiver, amount, deadline, priority) => {
        lines.push([tick, id, this.ids[receiver], amount, deadline, priority].join(" "));
      });
    });
    return lines;
  }

  ticks(count: number): Line[] {
    return Array.from({ length: count }, (_, tick) => this.tick(tick)).flat();
  }
}

/** spec 06 2.7 */
function plainSystem(order: readonly string[], behaviour: Partial<ArrivalConfig> = {}): EngineConfig {
  const agents = order.map((id) => agent(id, id === "B" ? { arrivalConfig: stream(behaviour) } : {}));
  return system(agents, { rngSeed: 12345n });
}

Deno.test("seed 12345 generates the payments of the worked example", () => {
  const stage = new Stage(plainSystem(["B", "A", "C"]));
  assertEquals(stage.ticks(3), ["0 B C 1662 5 5", "0 B C 2262 3 5", "1 B C 1554 6 5", "2 B A 4207 4 5"]);
  assertEquals(stage.generator.randomState, 8774851117549653640n);
});

Deno.test("another order of the configuration changes the receivers and nothing else", () => {
  const stage = new Stage(plainSystem(["B", "C", "A"]));
  assertEquals(stage.ticks(3), ["0 B A 1662 5 5", "0 B A 2262 3 5", "1 B A 1554 6 5", "2 B C 4207 4 5"]);
});

/** spec 06 2.8 */
function bandedSystem(): EngineConfig {
  const urgent = band({
    ratePerTick: 0.5,
    amountDistribution: { type: "Normal", mean: 50000, stdDev: 10000 },
    deadlineOffsetMax: 2,
  });
  const low = band({
    amountDistribution: { type: "Exponential", lambda: 0.001 },
    deadlineOffsetMin: 3,
    deadlineOffsetMax: 6,
  });
  const arrivalConfig = stream({
    ratePerTick: 1.2,
    amountDistribution: { type: "LogNormal", mean: 100000, stdDev: 50000 },
    counterpartyWeights: new Map([["BANK_B", 2], ["BANK_C", 1]]),
    deadlineRange: [5, 15],
    priorityDistribution: { type: "Categorical", values: [0, 5, 9], weights: [0.2, 0.5, 0.3] },
  });
  const agents = [
    agent("BANK_B", { arrivalBands: { urgent, low } }),
    agent("BANK_A", { arrivalConfig }),
    agent("BANK_C"),
  ];
  return system(agents, { rngSeed: 42n, numDays: 1, deadlineCapAtEod: true });
}

Deno.test("seed 42 generates the payments of the worked example with bands, weights and a cap", () => {
  const stage = new Stage(bandedSystem());
  assertEquals(stage.ticks(3), [
    "0 BANK_A BANK_C 121266 7 5",
    "1 BANK_A BANK_B 146317 10 5",
    "2 BANK_A BANK_B 65746 10 5",
    "2 BANK_A BANK_B 82002 10 5",
    "2 BANK_B BANK_A 459 6 0",
    "2 BANK_B BANK_A 649 5 2",
  ]);
  assertEquals(stage.generator.randomState, 5617458559033557610n);
});

Deno.test("zeroPriorityBecomesFive: a drawn priority of 0 stays 0 by default", () => {
  const priorities = (behaviours: Behaviours) =>
    new Stage(bandedSystem(), behaviours).ticks(3)
      .filter((line) => line.includes("BANK_A BANK")).map((line) => line.split(" ").at(-1));
  assertEquals(priorities(CORRECTED), ["5", "5", "5", "0"]);
  assertEquals(priorities(REFERENCE), ["5", "5", "5", "5"]);
});

/** Amounts of the specification's table by seed (spec 06 1.3). */
const AMOUNTS: readonly (readonly [ArrivalConfig["amountDistribution"], readonly number[], readonly number[]])[] = [
  [{ type: "Uniform", min: 1000, max: 5000 }, [4477, 3673, 3382], [4695, 4750, 1792]],
  [{ type: "Normal", mean: 100000, stdDev: 20000 }, [100404, 96038, 110111], [105921, 112888, 107522]],
  [{ type: "LogNormal", mean: 100000, stdDev: 50000 }, [90300, 81453, 113569], [102867, 121266, 106831]],
  [{ type: "Exponential", lambda: 0.0001 }, [5190, 2835, 25696], [10815, 2456, 2355]],
];

for (const [distribution, first, second] of AMOUNTS) {
  Deno.test(`${distribution.type} amounts are those of the specification`, async () => {
    const { amountDraw } = await import("../../../src/payments/arrivals/amounts.ts");
    const { XorShift64Star } = await import("../../../src/payments/random.ts");
    for (const [seed, wanted] of [[12345n, first], [42n, second]] as const) {
      const random = new XorShift64Star(seed);
      const draw = amountDraw(distribution);
      assertEquals([draw(random), draw(random), draw(random)], wanted);
    }
  });
}

Deno.test("receivers and weights are those of the specification", async () => {
  const { Receivers } = await import("../../../src/payments/arrivals/receivers.ts");
  const { XorShift64Star } = await import("../../../src/payments/random.ts");
  const roster = { ids: ["B", "A", "C"], numbers: Int32Array.of(1, 0, 2) };
  const letters = (seed: bigint, weights: readonly (readonly [string, number])[]) => {
    const random = new XorShift64Star(seed);
    const receivers = new Receivers(roster, 0, new Map(weights));
    return Array.from({ length: 6 }, () => "ABC"[receivers.draw(random)]).join("");
  };
  assertEquals([letters(12345n, []), letters(42n, [])], ["AAACCC", "AAACAC"]);
  assertEquals([letters(12345n, [["A", 1], ["C", 3]]), letters(42n, [["C", 3]])], ["CCACAA", "CCCCCC"]);
  assertEquals(letters(42n, [["A", 0], ["C", 0]]), "AAAAAA");
  assertEquals(letters(42n, [["C", NaN]]), "CCCCCC");
});

Deno.test("a lonely agent cannot pay: the run stops at its first payment, after the amount", () => {
  const stage = new Stage(system([agent("A", { arrivalConfig: stream() })], { rngSeed: 12345n }));
  assertThrows(() => stage.tick(0), PaymentsError, "Cannot generate transaction: no valid receivers");
});

function pair(settings: Partial<ArrivalConfig>, more: Partial<EngineConfig> = {}): EngineConfig {
  return system([agent("A", { arrivalConfig: stream(settings) }), agent("B")], { rngSeed: 12345n, ...more });
}

Deno.test("arrivalsCappedIntoNextDay: the cap of the reference is one tick later than the day's last", () => {
  const config = pair({ deadlineRange: [50, 50], ratePerTick: 5 }, { deadlineCapAtEod: true, numDays: 20 });
  const deadlines = (behaviours: Behaviours, tick: number) =>
    new Set(new Stage(config, behaviours).tick(tick).map((line) => line.split(" ")[4]));
  assertEquals([deadlines(REFERENCE, 1), deadlines(REFERENCE, 10)], [new Set(["10"]), new Set(["20"])]);
  assertEquals([deadlines(CORRECTED, 1), deadlines(CORRECTED, 10)], [new Set(["9"]), new Set(["19"])]);
  assertEquals(deadlines(CORRECTED, 9), new Set(["10"]), "never before the next tick");
});

Deno.test("emptyAmountsStop: a uniform amount of 0 is 1 by default and stops the reference", () => {
  const config = pair({ amountDistribution: { type: "Uniform", min: 0, max: 0 }, ratePerTick: 5 });
  assertThrows(() => new Stage(config, REFERENCE).ticks(3), PaymentsError, "amount must be positive");
  const amounts = new Set(new Stage(config, CORRECTED).ticks(3).map((line) => line.split(" ")[3]));
  assertEquals(amounts, new Set(["1"]));
});

Deno.test("largeRatesSaturate: 3,000 payments per tick are about 3,000 by default and 750 in the reference", () => {
  const config = pair({ ratePerTick: 3000 });
  const count = (behaviours: Behaviours) => new Stage(config, behaviours).tick(0).length;
  assert(count(REFERENCE) < 800, String(count(REFERENCE)));
  assert(Math.abs(count(CORRECTED) - 3000) < 300, String(count(CORRECTED)));
  assertThrows(() => new Stage(pair({ ratePerTick: 1e9 }), CORRECTED).tick(0), PaymentsError, "too large");
});

Deno.test("invertedWindowsStop: a window scaled past its end is kept open by default", () => {
  const scaled = (behaviours: Behaviours) => {
    const stage = new Stage(pair({ deadlineRange: [5, 10], ratePerTick: 5 }, { numDays: 9 }), behaviours);
    stage.generator.scaleDeadlines(3, undefined);
    return stage;
  };
  assertThrows(() => scaled(REFERENCE).ticks(3), PaymentsError, "min must be less than max");
  assertEquals(new Set(scaled(CORRECTED).tick(0).map((line) => line.split(" ")[4])), new Set(["15"]));
});

Deno.test("rates: changes of all replace each other, changes of one compound and move the base", () => {
  const { generator } = new Stage(pair({ ratePerTick: 2 }));
  generator.scaleAllRates(1.5);
  assertEquals(generator.rate(0), 3);
  assertEquals(generator.scaleRate(0, 2), { oldRate: 3, newRate: 6 });
  generator.scaleAllRates(1.5);
  assertEquals(generator.rate(0), 9);
  assertEquals([generator.scaleRate(1, 2), generator.rate(1)], [undefined, undefined]);
});

Deno.test("bandsIgnoreScenarioEvents: by default scenario events reach agents with bands", () => {
  const agents: AgentConfig[] = [
    agent("A", { arrivalBands: { urgent: band({ ratePerTick: 1 }), low: band({ ratePerTick: 3 }) } }),
    agent("B"),
  ];
  const reference = new Stage(system(agents), REFERENCE).generator;
  assertEquals(reference.scaleRate(0, 2), undefined);
  const { generator } = new Stage(system(agents), CORRECTED);
  assertEquals(generator.scaleRate(0, 2), { oldRate: 4, newRate: 8 });
  generator.scaleAllRates(0);
  assertEquals(new Stage(system(agents), CORRECTED).tick(0).length > 0, true);
  let count = 0;
  generator.generate(0, 0, () => count++);
  assertEquals(count, 0);
});

Deno.test("weightsNeverRebalanced: by default the other weights make room for the new one", () => {
  const weights = new Map([["B", 0.25], ["C", 0.25], ["D", 0.5]]);
  const config = system([
    agent("A", { arrivalConfig: stream({ counterpartyWeights: weights }) }),
    ..."BCD".split("").map((id) => agent(id)),
  ]);
  const after = (behaviours: Behaviours, weight: number) => {
    const { generator } = new Stage(config, behaviours);
    generator.setWeight(0, "D", weight, true);
    const [[state]] = JSON.parse(JSON.stringify(generator.save()));
    return Object.fromEntries(state.weights);
  };
  assertEquals(after(REFERENCE, 0.8), { B: 0.25, C: 0.25, D: 0.8 });
  const rebalanced = after(CORRECTED, 0.8);
  assertEquals(Object.values(rebalanced).map((weight) => Number(weight).toFixed(12)), [
    "0.100000000000",
    "0.100000000000",
    "0.800000000000",
  ]);
  assertEquals(after(CORRECTED, 1), { B: 0, C: 0, D: 1 });
});

Deno.test("a saved generator goes on as if it had not stopped, with everything that events changed", () => {
  const config = pair({ ratePerTick: 2, counterpartyWeights: new Map([["B", 1]]) }, { numDays: 9 });
  const whole = new Stage(config, CORRECTED);
  const change = (stage: Stage) => {
    stage.generator.scaleRate(0, 1.5);
    stage.generator.scaleDeadlines(undefined, 4);
    stage.generator.setWeight(0, "B", 0.5);
  };
  whole.ticks(5);
  change(whole);
  const state: unknown = JSON.parse(JSON.stringify(whole.generator.save()));
  const resumed = new ArrivalGenerator(config, CORRECTED, whole.generator.randomState);
  resumed.restore(state);
  const lines: string[] = [];
  for (let tick = 5; tick < 9; tick++) {
    resumed.generate(0, tick, (_, amount, deadline, priority) => {
      lines.push([tick, "A", "B", amount, deadline, priority].join(" "));
    });
  }
  assertEquals(lines, [5, 6, 7, 8].flatMap((tick) => whole.tick(tick)));
  assertThrows(() => resumed.restore([[{ rate: "much" }]]), Error, "expected a number");
  assertThrows(() => resumed.restore([]), Error, "not those of the configuration");
});

Deno.test("an amount past 2^53 is refused, not rounded", () => {
  const config = pair({ amountDistribution: { type: "LogNormal", mean: 1e17, stdDev: 1 }, ratePerTick: 5 });
  assertThrows(() => new Stage(config).ticks(3), AmountOverflow);
});

Deno.test("agents without streams generate nothing, and a system of them is not active", () => {
  assertEquals(new Stage(system([agent("A"), agent("B")])).generator.active, false);
  const { generator } = new Stage(bandedSystem());
  assertEquals(generator.active, true);
  generator.dropBands();
  let count = 0;
  for (let tick = 0; tick < 10; tick++) generator.generate(1, tick, () => count++);
  assertEquals(count, 0);
});
