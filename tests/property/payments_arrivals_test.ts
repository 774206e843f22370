/** What holds for generated payments in any system (spec 06 14, invariants 1, 3, 4 and 16). */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ArrivalGenerator } from "../../src/payments/arrivals/generator.ts";
import { CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import type {
  AgentConfig,
  AmountDistribution,
  ArrivalBand,
  ArrivalConfig,
  EngineConfig,
  PriorityDistribution,
} from "../../src/payments/config.ts";
import { PaymentsEngine } from "../../src/payments/engine/engine.ts";
import { agent, HOLD, system } from "../payments/engine/setting.ts";

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const amounts: fc.Arbitrary<AmountDistribution> = fc.oneof(
  fc.record({ type: fc.constant("Normal" as const), mean: fc.nat(10_000), stdDev: fc.integer({ min: 1, max: 5000 }) }),
  fc.record({ type: fc.constant("LogNormal" as const), mean: double(-1, 10_000), stdDev: double(0.1, 5000) }),
  fc.record({ type: fc.constant("Exponential" as const), lambda: double(1e-6, 2) }),
  fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat(1000)).map(([min, width]) => {
    return { type: "Uniform" as const, min, max: min + width };
  }),
);

const priorities: fc.Arbitrary<PriorityDistribution> = fc.oneof(
  fc.record({ type: fc.constant("Fixed" as const), value: fc.nat(10) }),
  fc.tuple(fc.nat(10), fc.nat(10)).map(([a, b]) => {
    return { type: "Uniform" as const, min: Math.min(a, b), max: Math.max(a, b) };
  }),
  fc.array(fc.tuple(fc.nat(10), double(0, 3)), { minLength: 1, maxLength: 4 }).map((pairs) => {
    return {
      type: "Categorical" as const,
      values: pairs.map(([value]) => value),
      weights: pairs.map(([, weight]) => weight),
    };
  }),
);

const IDS = ["A", "B", "C", "D"];
const weights = fc.dictionary(fc.constantFrom(...IDS), double(0, 3)).map((given) => new Map(Object.entries(given)));
const window = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(20)).map(([min, width]) => [min, min + width] as const);
const rate = fc.oneof(fc.constant(0), double(0.01, 4));

const configs: fc.Arbitrary<ArrivalConfig> = fc.record({
  ratePerTick: rate,
  amountDistribution: amounts,
  counterpartyWeights: weights,
  deadlineRange: window,
  priorityDistribution: priorities,
  divisible: fc.boolean(),
});

const bands: fc.Arbitrary<ArrivalBand> = fc.record({
  ratePerTick: rate,
  amountDistribution: amounts,
  counterpartyWeights: weights,
  window,
  divisible: fc.boolean(),
}).map(({ window: [deadlineOffsetMin, deadlineOffsetMax], ...band }) => ({
  ...band,
  deadlineOffsetMin,
  deadlineOffsetMax,
}));

const agents: fc.Arbitrary<AgentConfig[]> = fc.tuple(
  fc.shuffledSubarray(IDS, { minLength: 2 }),
  fc.array(fc.oneof(configs, fc.tuple(bands, bands), fc.constant(undefined)), { minLength: 4, maxLength: 4 }),
).map(([ids, streams]) =>
  ids.map((id, i) => {
    const stream = streams[i];
    if (stream === undefined) return agent(id);
    return Array.isArray(stream)
      ? agent(id, { arrivalBands: { urgent: stream[0], low: stream[1] } })
      : agent(id, { arrivalConfig: stream });
  })
);

const systems: fc.Arbitrary<EngineConfig> = fc.record({
  agents,
  rngSeed: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  ticksPerDay: fc.integer({ min: 1, max: 8 }),
  numDays: fc.integer({ min: 1, max: 3 }),
  deadlineCapAtEod: fc.boolean(),
}).map(({ agents, ...settings }) => system(agents, settings));

Deno.test("property: generated payments are positive, to another, due in time, with a priority from 0 to 10", () => {
  fc.assert(fc.property(systems, (config) => {
    const end = config.numDays * config.ticksPerDay;
    const ids = config.agents.map(({ id }) => id).sort();
    const banded = new Set(config.agents.filter((each) => each.arrivalBands !== undefined).map(({ id }) => id));
    for (const behaviours of [REFERENCE, CORRECTED]) {
      const generator = new ArrivalGenerator(config, behaviours);
      for (let tick = 0; tick < end + 2; tick++) {
        ids.forEach((id, number) => {
          const before = generator.randomState;
          let drew = false;
          generator.generate(number, tick, (receiver, amount, deadline, priority) => {
            drew = true;
            assert(Number.isSafeInteger(amount) && amount >= 1);
            assert(receiver !== number && receiver >= 0 && receiver < ids.length);
            assert(deadline > tick && deadline <= Math.max(end, tick + 1));
            assert(Number.isInteger(priority) && priority >= 0 && priority <= 10);
            if (behaviours === REFERENCE && !banded.has(id)) assert(priority > 0);
          });
          const isIdle = ratesOf(config, id).every((each) => each === 0);
          assertEquals(generator.randomState === before, isIdle);
          assert(!drew || !isIdle);
        });
      }
    }
  }));
});

function ratesOf(config: EngineConfig, id: string): number[] {
  const found = config.agents.find((each) => each.id === id);
  const streams = [found?.arrivalConfig, found?.arrivalBands?.urgent, found?.arrivalBands?.low];
  return streams.flatMap((stream) => stream === undefined ? [] : [stream.ratePerTick]);
}

Deno.test("property: policies, balances and costs change no draw", () => {
  fc.assert(fc.property(systems, fc.nat(5000), (config, balance) => {
    const other: EngineConfig = {
      ...config,
      costRates: { ...config.costRates, delayCostPerTickPerCent: 0.5, overdraftBpsPerTick: 3 },
      agents: config.agents.map((each, i) => ({
        ...each,
        openingBalance: balance,
        ...(i === 0 ? { policy: HOLD } : {}),
      })),
    };
    const [one, two] = [new PaymentsEngine(config), new PaymentsEngine(other)];
    for (let tick = 0; tick < config.numDays * config.ticksPerDay; tick++) {
      assertEquals(one.tick().numArrivals, two.tick().numArrivals);
      assertEquals(one.randomState, two.randomState);
    }
  }));
});

Deno.test("property: a repeating event comes at its start and every interval after it, in the order of the list", () => {
  fc.assert(fc.property(fc.nat(12), fc.integer({ min: 1, max: 6 }), (startTick, interval) => {
    const event = (amount: number) =>
      ({
        type: "DirectTransfer",
        schedule: { type: "Repeating", startTick, interval },
        fromAgent: "A",
        toAgent: "B",
        amount,
      }) as const;
    const engine = new PaymentsEngine(system([agent("A"), agent("B")], { scenarioEvents: [event(2), event(1)] }));
    for (let tick = 0; tick < 20; tick++) engine.tick();
    const { log } = engine;
    const seen: string[] = [];
    for (let number = 0; number < log.length; number++) {
      if (log.kind(number) !== "ScenarioEventExecuted") continue;
      const amount = /"amount":(\d)/.exec(String(log.object(number)["details_json"]))?.[1];
      seen.push(`${log.time(number)}:${amount}`);
    }
    const due = Array.from({ length: 20 }, (_, tick) => tick).filter((tick) => {
      return tick >= startTick && (tick - startTick) % interval === 0;
    });
    assertEquals(seen, due.flatMap((tick) => [`${tick}:2`, `${tick}:1`]));
  }));
});
