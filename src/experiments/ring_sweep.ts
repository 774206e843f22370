/**
 * The ring sweep: grid, Latin hypercube and frontier over one seed counter. Source: spec 03 section 5, spec 09 section 5.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { ringHeader } from "./ring_header.ts";
import type { RingSpecText } from "../ring/generator/spec.ts";
import type { RunResult, Values } from "./contracts.ts";
import { DEALER_COLUMNS } from "./dealer_columns.ts";
import { ENGINE_VERSION } from "./engine_version.ts";
import { frontierSteps } from "./frontier.ts";
import type { Plan, PlanHeader, PlannedRun, PlanSetting } from "./plan.ts";
import type { RingSweepSettings } from "./ring_settings.ts";
import { type BehavioursText, behavioursText, type RingSpecSource } from "./ring_source.ts";
import { RunIds } from "./run_ids.ts";
import { gridPoints, hypercubePoints, type Point } from "./samplers.ts";
import { type RunColumns, type SweepOutcome, type SweepPorts, SweepRunner } from "./sweep_runner.ts";

/** What a ring run adds to its registry row: exactly the columns of spec 03 5.3. */
export const RING_COLUMNS: RunColumns = {
  model: "ring",
  parameters: ["S1", "L0"],
  metrics: ["phi_total", "delta_total", "time_to_stability"],
  artifacts: ["scenario_yaml", "events_jsonl", "balances_csv", "metrics_csv", "metrics_html", "run_html"],
};

/** What else `results.csv` shows of a run (spec 03 8.4): without its files it has no other place. */
const SUMMARY_METRICS = ["max_G_t", "alpha_1", "Mpeak_1", "v_1", "HHIplus_1"];

/** The columns of spec 03 5.3, and behind them the summary, unless all is to be as in the reference. */
function ringColumns({ header }: Plan, { artifacts = "all" }: SweepPorts): RunColumns {
  if (header.reference && artifacts === "all") return RING_COLUMNS;
  const dealers = header.settings["dealer"] === undefined ? [] : Object.keys(DEALER_COLUMNS);
  return { ...RING_COLUMNS, metrics: [...RING_COLUMNS.metrics, ...SUMMARY_METRICS, ...dealers] };
}

/** The plan of a ring sweep: the runs of the grid, then those of the hypercube. The frontier adds its own later. */
export function planRingSweep(settings: RingSweepSettings): Plan {
  const planner = new RingPlanner(settings);
  const runs: PlannedRun[] = [];
  if (settings.grid) {
    for (const point of gridPoints(settings)) runs.push(planner.next("grid", null, point));
  }
  for (const point of hypercubePoints(settings.lhs, hypercubeRanges(settings), planner.seed)) {
    runs.push(planner.next("lhs", null, point));
  }
  return { header: ringPlanHeader(settings), runs };
}

/**
 * Makes a ring sweep: the runs of the plan that are missing, then the frontier. A run that fails is a row of the
 * registry; the sweep goes on.
 *
 * @throws {StoreError} when results or the registry cannot be written.
 */
export async function runRingSweep(settings: RingSweepSettings, plan: Plan, ports: SweepPorts): Promise<SweepOutcome> {
  const runner = await SweepRunner.start(ports, ringColumns(plan, ports));
  await runner.make(plan.runs);
  if (settings.frontier) await runFrontier(settings, new RingPlanner(settings, plan.runs), runner, ports);
  return await runner.finish();
}

/** Cells in the order concentration, mu, monotonicity, one after the other: each seed depends on the runs before. */
async function runFrontier(
  settings: RingSweepSettings,
  planner: RingPlanner,
  runner: SweepRunner,
  ports: SweepPorts,
): Promise<void> {
  const search = {
    low: settings.frontierLow,
    high: settings.frontierHigh,
    tolerance: settings.frontierTolerance,
    maxIterations: settings.frontierIterations,
  };
  // One kappa stands for all: the search finds its own.
  for (const cell of gridPoints({ ...settings, kappas: [search.low] })) {
    const steps = frontierSteps(search);
    let step = steps.next();
    while (step.done !== true) {
      if (runner.isStopped) return;
      const run = planner.next("frontier", step.value.label, { ...cell, kappa: step.value.kappa });
      await ports.appendToPlan?.([run]);
      let metrics = runner.metricsBefore(run.runId);
      await runner.make([run], (result: RunResult) => metrics = result.metrics);
      // Cut short: the search takes it up again at this step next time.
      if (metrics === null) return;
      step = steps.next(deltaOf(metrics));
    }
  }
}

function deltaOf(metrics: Values): Decimal | null {
  const delta = metrics["delta_total"];
  return delta === undefined || delta === null ? null : Decimal.parse(String(delta)) ?? null;
}

/** Turns points into runs; every run takes the next seed. */
class RingPlanner {
  /** What all runs have in common, for the generator and for the registry. */
  readonly #spec: Omit<RingSpecText, "kappa">;
  readonly #behaviours: BehavioursText;
  readonly #shared: Values;
  readonly #ids: RunIds;
  /** The seed of the next run. */
  seed: number;

  /** @param before runs of the plan so far */
  constructor(settings: RingSweepSettings, before: readonly PlannedRun[] = []) {
    this.#spec = commonSpec(settings);
    this.#behaviours = behavioursText(settings.behaviours);
    this.#shared = {
      maturity_days: settings.maturityDays,
      Q_total: settings.qTotal.toString(),
      default_handling: settings.defaultHandling,
      dealer_enabled: settings.dealer !== null,
    };
    this.#ids = new RunIds("ring", { spec: this.#spec, behaviours: this.#behaviours });
    this.seed = settings.baseSeed + before.length;
  }

  next(phase: string, label: string | null, point: Point): PlannedRun {
    const seed = this.seed++;
    const values = {
      kappa: point.kappa.toString(),
      concentration: point.concentration.toString(),
      mu: point.mu.toString(),
      monotonicity: point.monotonicity.toString(),
    };
    const source: RingSpecSource = { spec: { ...this.#spec, seed, ...values }, behaviours: this.#behaviours };
    return {
      runId: this.#ids.next(phase, label, { seed, ...values }),
      phase,
      label,
      // As spec 03 5.2 step 2 has them.
      parameters: { phase, seed, n_agents: this.#spec.nAgents ?? null, ...values, ...this.#shared },
      seed,
      source,
    };
  }
}

function commonSpec(settings: RingSweepSettings): Omit<RingSpecText, "kappa"> {
  const { liquidityMode, liquidityAgent } = settings;
  return {
    namePrefix: settings.namePrefix,
    nAgents: settings.nAgents,
    qTotal: settings.qTotal.toString(),
    allocation: liquidityMode === "single_at"
      ? { mode: "single_at", agent: liquidityAgent ?? "" }
      : { mode: liquidityMode },
    maturityDays: settings.maturityDays,
    defaultHandling: settings.defaultHandling,
    ...(settings.dealer === null ? {} : { dealer: settings.dealer }),
  };
}

function hypercubeRanges(settings: RingSweepSettings): Parameters<typeof hypercubePoints>[1] {
  return {
    kappa: [settings.kappaMin, settings.kappaMax],
    concentration: [settings.concentrationMin, settings.concentrationMax],
    mu: [settings.muMin, settings.muMax],
    monotonicity: [settings.monotonicityMin, settings.monotonicityMax],
  };
}

/** What the sweep depends on, by the names of the flags; settings of a phase that is off do not count. */
function ringPlanHeader(settings: RingSweepSettings): PlanHeader {
  const list = (values: readonly Decimal[]): PlanSetting => values.map(String);
  const cells = settings.grid || settings.frontier;
  const behaviours = behavioursText(settings.behaviours);
  return {
    format: 1,
    kind: "ring",
    model: "ring",
    engine: ENGINE_VERSION,
    reference: behaviours === "reference",
    settings: {
      ...(settings.grid ? { kappas: list(settings.kappas) } : {}),
      ...(cells
        ? {
          concentrations: list(settings.concentrations),
          mus: list(settings.mus),
          monotonicities: list(settings.monotonicities),
        }
        : {}),
      grid: settings.grid,
      lhs: settings.lhs,
      ...(settings.lhs > 0 ? rangeSettings(settings) : {}),
      frontier: settings.frontier,
      ...(settings.frontier ? frontierSettings(settings) : {}),
      ...ringHeader(settings),
      ...(settings.dealer === null ? {} : { dealer: JSON.stringify(settings.dealer) }),
      ...(typeof behaviours === "string" ? {} : { behaviours }),
    },
  };
}

function rangeSettings(settings: RingSweepSettings): Record<string, PlanSetting> {
  return {
    "kappa-min": settings.kappaMin.toString(),
    "kappa-max": settings.kappaMax.toString(),
    "c-min": settings.concentrationMin.toString(),
    "c-max": settings.concentrationMax.toString(),
    "mu-min": settings.muMin.toString(),
    "mu-max": settings.muMax.toString(),
    "monotonicity-min": settings.monotonicityMin.toString(),
    "monotonicity-max": settings.monotonicityMax.toString(),
  };
}

function frontierSettings(settings: RingSweepSettings): Record<string, PlanSetting> {
  return {
    "frontier-low": settings.frontierLow.toString(),
    "frontier-high": settings.frontierHigh.toString(),
    "frontier-tolerance": settings.frontierTolerance.toString(),
    "frontier-iterations": settings.frontierIterations,
  };
}
