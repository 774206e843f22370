/**
 * Time of one run of the balance-sheet engine: rings of several sizes over 10 days with expulsion, amounts of 28 digits
 * and amounts that passed through doubles. Prints a table; the generator is not in the times.
 *
 * Run: `deno run bench/engine.ts`
 */
import { CORRECTED } from "../src/ring/behaviours.ts";
import { simulateRing } from "../src/ring/engine/simulate.ts";
import { compileRing } from "../src/ring/generator/compile.ts";
import { ringSpecFromText } from "../src/ring/generator/spec.ts";
import type { Scenario } from "../src/ring/scenario/types.ts";

const DAYS = 10;

function ring(nAgents: number, kappa: string, throughDoubles: boolean): Scenario {
  const spec = ringSpecFromText({
    namePrefix: "bench",
    nAgents,
    kappa,
    qTotal: String(nAgents * 100),
    mu: "0.5",
    maturityDays: DAYS,
    defaultHandling: "expel-agent",
  });
  return compileRing(spec, { ...CORRECTED, sweepAmountsAreDoubles: throughDoubles }, { throughDoubles }).scenario;
}

/** Middle of the times of several rounds, in milliseconds; each round repeats the run for about 50 ms. */
function medianTime(run: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    let count = 0;
    const start = performance.now();
    do {
      run();
      count++;
    } while (performance.now() - start < 50);
    times.push((performance.now() - start) / count);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? NaN;
}

console.log("agents  kappa  amounts    days  events  defaults  ms per run  us per payable");
for (const throughDoubles of [true, false]) {
  for (
    const [agents, kappa] of [[5, "1"], [20, "0.5"], [100, "0.5"], [100, "2"], [1000, "0.5"], [10_000, "0.5"]] as const
  ) {
    const scenario = ring(agents, kappa, throughDoubles);
    const outcome = simulateRing(scenario);
    for (let i = 0; i < 2000 / agents; i++) simulateRing(scenario);
    const time = medianTime(() => simulateRing(scenario));
    const cells = [
      String(agents).padStart(6),
      kappa.padStart(5),
      (throughDoubles ? "doubles" : "28 digits").padEnd(9),
      String(outcome.days.length).padStart(5),
      String(outcome.log.length).padStart(6),
      String(outcome.log.table("AgentDefaulted")?.length ?? 0).padStart(8),
      time.toFixed(3).padStart(10),
      (time * 1000 / agents).toFixed(2).padStart(14),
    ];
    console.log(cells.join("  "));
  }
}
