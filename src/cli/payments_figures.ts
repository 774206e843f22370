/**
 * The figures of a payments run as it goes on, and the object that it prints at the end (spec 08 10.1).
 *
 * @module
 */
import type { PaymentsEngine } from "../payments/engine/engine.ts";

export { SavingCounter } from "../payments/saving_counter.ts";

/** What is shown of a run: the engine has it, and a recorded run gives it back. */
export interface ShownRun {
  readonly config: { readonly ticksPerDay: number };
  readonly agentIds: readonly string[];
  positions(): readonly Readonly<Pick<ReturnType<PaymentsEngine["positions"]>[number], ShownPosition>>[];
  systemMetrics(): Pick<
    ReturnType<PaymentsEngine["systemMetrics"]>,
    "total_arrivals" | "total_settlements" | "settlement_rate"
  >;
}

type ShownPosition = "balance" | "postedCollateral" | "queue1Length";

/** What is measured of a run besides its result. */
export interface RunFigures {
  /** Where the run is recorded; missing when it is not. */
  readonly recorded?: { readonly simulationId: string; readonly database: string };
  /** The ticks that a replay of a part shows. */
  readonly replayed?: { readonly range: string; readonly ticks: number };
  readonly file: string;
  readonly seed: bigint;
  readonly ticks: number;
  readonly seconds: number;
  readonly lsmReleases: number;
  /** Sum of the ticks' costs, in cents. */
  readonly totalCost: number;
}

/** The numbers over the whole run, for both forms of the summary. */
function totals(engine: ShownRun, { lsmReleases }: RunFigures): Record<string, unknown> {
  const { total_arrivals, total_settlements, settlement_rate } = engine.systemMetrics();
  return { total_arrivals, total_settlements, total_lsm_releases: lsmReleases, settlement_rate };
}

function speed({ ticks, seconds }: RunFigures): number {
  return rounded(seconds > 0 ? ticks / seconds : 0, 2);
}

/** The line that `payments run` prints. */
export function summaryLine(engine: ShownRun, figures: RunFigures): string {
  const positions = engine.positions();
  const summary = {
    simulation: {
      config_file: figures.file,
      seed: "SEED",
      ticks_executed: figures.ticks,
      duration_seconds: rounded(figures.seconds, 3),
      ticks_per_second: speed(figures),
      ...(figures.recorded === undefined
        ? {}
        : { simulation_id: figures.recorded.simulationId, database: figures.recorded.database }),
      ...(figures.replayed === undefined
        ? {}
        : { replay_range: figures.replayed.range, ticks_replayed: figures.replayed.ticks }),
    },
    metrics: totals(engine, figures),
    agents: engine.agentIds.map((id, agent) => ({
      id,
      final_balance: positions[agent]?.balance ?? 0,
      queue1_size: positions[agent]?.queue1Length ?? 0,
    })),
    costs: { total_cost: figures.totalCost },
    performance: { ticks_per_second: speed(figures) },
  };
  // A seed needs 64 bits, which a plain number does not have.
  return `${JSON.stringify(summary).replace('"seed":"SEED"', () => `"seed":${figures.seed}`)}\n`;
}

/** The object behind `--event-stream`, indented. */
export function streamSummary(engine: ShownRun, figures: RunFigures): string {
  const { settlement_rate, ...counts } = totals(engine, figures);
  const summary = {
    ...counts,
    total_costs: figures.totalCost,
    settlement_rate,
    duration_seconds: rounded(figures.seconds, 3),
    ticks_per_second: speed(figures),
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
