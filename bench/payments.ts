/**
 * The payments engine against the recorded times of the reference's compiled engine, and its growth with the number of
 * banks. Recordings at BILANCIO_GOLDEN, else beside the repository.
 *
 *     deno run -A bench/payments.ts [REPETITIONS]
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { CORRECTED, REFERENCE } from "../src/payments/behaviours.ts";
import { DEFAULT_AGENT, DEFAULT_SYSTEM, type EngineConfig } from "../src/payments/config.ts";
import { PaymentsEngine } from "../src/payments/engine/engine.ts";
import { loadPaymentsScenario } from "../src/payments/scenario/load.ts";

const REPETITIONS = Number(Deno.args[0] ?? 3);
const GOLDEN = Deno.env.get("BILANCIO_GOLDEN") ?? fromFileUrl(new URL("../../shared/golden", import.meta.url));

/** A recorded case, seconds of the reference, and the goal: so many times as fast, or so many seconds. */
const CASES: readonly (readonly [path: string, reference: number | undefined, goal: string])[] = [
  ["rtgs/example_crisis_resolution_10day/engine_input.json", 2.78, "30 times"],
  ["rtgs/example_advanced_policy_crisis/engine_input.json", 0.069, "3 times"],
  ["rtgs/example_target2_lsm_features_test/engine_input.json", 0.186, "3 times"],
  ["rtgs/example_test_minimal_eod/engine_input.json", 0.007, ""],
  ["rtgs/example_test_near_deadline/engine_input.json", 0.023, ""],
  ["rtgs-scale/target2_crisis_25day/engine_input.json", 1538, "3 s"],
  ["rtgs-scale/banks-10/scenario.yaml", 0.107, ""],
  ["rtgs-scale/banks-50/scenario.yaml", 1.98, "10 times"],
  ["rtgs-scale/banks-200/scenario.yaml", 105, "3 s"],
];

/** Runs all ticks; the tick loop alone is timed, as in the recordings. */
function timed(config: EngineConfig, behaviours = REFERENCE): { seconds: number; engine: PaymentsEngine } {
  const engine = new PaymentsEngine(config, behaviours);
  const ticks = config.ticksPerDay * config.numDays;
  const start = performance.now();
  for (let tick = 0; tick < ticks; tick++) engine.tick();
  return { seconds: (performance.now() - start) / 1000, engine };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

console.log("case                                    first s   median s   reference s    times   goal      events");
for (const [path, reference, goal] of CASES) {
  let text: string;
  try {
    text = Deno.readTextFileSync(join(GOLDEN, path));
  } catch {
    console.log(`${path}: the recording is missing`);
    continue;
  }
  const { config } = await loadPaymentsScenario(text, path, { reference: true });
  const runs = Array.from({ length: REPETITIONS + 1 }, () => timed(config));
  const [first] = runs;
  const seconds = median(runs.slice(1).map((run) => run.seconds));
  console.log([
    (path.split("/")[1] ?? "").padEnd(38),
    (first?.seconds ?? NaN).toFixed(4).padStart(8),
    seconds.toFixed(4).padStart(10),
    String(reference ?? "").padStart(13),
    (reference === undefined ? "" : (reference / seconds).toFixed(0)).padStart(8),
    `  ${goal.padEnd(9)}`,
    String(first?.engine.log.length ?? 0).padStart(8),
  ].join(" "));
}

/** Banks that pay each other often and are short of money, so that much passes through the central queue. */
function busy(banks: number, paymentsPerTick: number, ticks: number): EngineConfig {
  return {
    ...DEFAULT_SYSTEM,
    ticksPerDay: ticks,
    numDays: 1,
    rngSeed: 7n,
    agents: Array.from({ length: banks }, (_, i) => ({
      ...DEFAULT_AGENT,
      id: `B${String(i).padStart(4, "0")}`,
      openingBalance: 120_000,
      unsecuredCap: 60_000,
      arrivalConfig: {
        ratePerTick: paymentsPerTick / banks,
        amountDistribution: { type: "LogNormal", mean: 20_000, stdDev: 20_000 },
        counterpartyWeights: new Map(),
        deadlineRange: [5, 40],
        priorityDistribution: { type: "Uniform", min: 1, max: 10 },
        divisible: false,
      },
    })),
  };
}

console.log("\nLSM on, money short             payments   settled   queued   seconds   us/settled       MB");
timed(busy(50, 250, 100), CORRECTED); // warm
for (const [banks, perTick] of [[10, 50], [50, 250], [200, 1000], [1000, 5000]] as const) {
  const config = busy(banks, perTick, 100);
  const { seconds, engine } = timed(config, CORRECTED);
  const { total_arrivals: payments, total_settlements: settled } = engine.systemMetrics();
  console.log([
    `${banks} banks, 100 ticks`.padEnd(30),
    String(payments).padStart(9),
    String(settled).padStart(9),
    String(engine.queue2Length).padStart(8),
    seconds.toFixed(3).padStart(9),
    (seconds * 1e6 / settled).toFixed(2).padStart(12),
    (Deno.memoryUsage().rss / 1e6).toFixed(0).padStart(8),
  ].join(" "));
}
