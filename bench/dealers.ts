/**
 * Time of one run with a dealer market: balanced economies (rollover over 30 days, amounts as the sweeps make them) and
 * plain rings, with the engine's default and the reference's behaviours, figures of the market included. Prints a table.
 *
 * Run: `deno run bench/dealers.ts`
 */
import { Decimal } from "../src/core/decimal.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../src/ring/behaviours.ts";
import { sweepMetrics } from "../src/ring/analytics/run_metrics.ts";
import { simulateRing } from "../src/ring/engine/simulate.ts";
import { compileRing } from "../src/ring/generator/compile.ts";
import { ringSpecFromText } from "../src/ring/generator/spec.ts";
import type { Action, DealerSettings, Scenario } from "../src/ring/scenario/types.ts";

const DAYS = 10;

function decimal(text: string): Decimal {
  return Decimal.parse(text) ?? Decimal.ZERO;
}

function dealer(ticketSize: string, dealerShare: string): DealerSettings {
  const bucket = (name: string, tauMin: number, tauMax: number, spread: string) => ({
    name,
    tauMin,
    tauMax,
    mid: decimal("1.0"),
    spread: decimal(spread),
  });
  return {
    enabled: true,
    ticketSize: decimal(ticketSize),
    buckets: [bucket("short", 1, 3, "0.20"), bucket("mid", 4, 8, "0.30"), bucket("long", 9, 999, "0.40")],
    dealerShare: decimal(dealerShare),
    vbtShare: decimal("0.50"),
    orderFlow: null,
    traderPolicy: null,
    riskAssessment: null,
    seed: null,
  };
}

function ring(nAgents: number, behaviours: Behaviours): Scenario {
  const spec = ringSpecFromText({
    namePrefix: "bench",
    nAgents,
    kappa: "0.5",
    qTotal: String(nAgents * 100),
    mu: "0.5",
    maturityDays: DAYS,
    defaultHandling: "expel-agent",
  });
  const { scenario } = compileRing(spec, behaviours, { throughDoubles: true });
  return { ...scenario, dealer: dealer("1", "0.25") };
}

/** The economy of spec 04 13.2: a ring whose debts are also owed to six big households. */
function balanced(nAgents: number, behaviours: Behaviours): Scenario {
  const scenario = ring(nAgents, behaviours);
  const holders = ["vbt_short", "dealer_short", "vbt_mid", "dealer_mid", "vbt_long", "dealer_long"];
  const debts = scenario.initialActions.filter((action) => action.type === "create_payable");
  const extra = debts.flatMap((action): Action[] => {
    if (action.type !== "create_payable") return [];
    const bucket = action.dueDay <= 3 ? "short" : action.dueDay <= 8 ? "mid" : "long";
    return (["vbt", "dealer"] as const).map((kind) => ({
      ...action,
      to: `${kind}_${bucket}`,
      alias: `${action.alias}_${kind}`,
      amount: action.amount.times(decimal(kind === "vbt" ? "0.25" : "0.125")),
    }));
  });
  const cash = holders.map((to): Action => ({
    type: "mint_cash",
    to,
    amount: decimal(String(nAgents * 5)),
    alias: null,
  }));
  return {
    ...scenario,
    agents: [...scenario.agents, ...holders.map((id) => ({ id, kind: "household" as const, name: id }))],
    initialActions: [...scenario.initialActions, ...extra, ...cash],
    dealer: dealer("20", "0"),
    run: { ...scenario.run, rolloverEnabled: true, maxDays: 30, show: { ...scenario.run.show, balances: null } },
  };
}

/** Middle of the times of several rounds, in milliseconds; each round repeats the run for about 50 ms. */
function medianTime(run: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
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

console.log("economy   behaviours  agents  days  events  trades  ms per run  us per event");
for (const [name, make] of [["balanced", balanced], ["ring", ring]] as const) {
  for (const [label, behaviours] of [["corrected", CORRECTED], ["reference", REFERENCE]] as const) {
    for (const agents of [30, 100, 300, 1000, 3000]) {
      const scenario = make(agents, behaviours);
      const run = () => {
        const outcome = simulateRing(scenario, { checkInvariants: "none" });
        outcome.market?.metrics();
        sweepMetrics(outcome, behaviours);
        return outcome;
      };
      const outcome = run();
      for (let i = 0; i < 600 / agents; i++) run();
      const time = medianTime(run);
      const cells = [
        name.padEnd(8),
        label.padEnd(10),
        String(agents).padStart(6),
        String(outcome.days.length).padStart(4),
        String(outcome.log.length).padStart(6),
        String(outcome.market?.trades.length ?? 0).padStart(6),
        time.toFixed(2).padStart(10),
        (time * 1000 / outcome.log.length).toFixed(2).padStart(12),
      ];
      console.log(cells.join("  "));
    }
  }
}
