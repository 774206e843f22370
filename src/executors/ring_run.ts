/**
 * One run of the ring model from request to product: generate or read the scenario, simulate, measure, and make the
 * files as text. The same function serves every executor; it touches nothing outside.
 *
 * @module
 */
import type { Artifact, RunRequest, Values } from "../experiments/contracts.ts";
import { behavioursFromText, checkedRingSource } from "../experiments/ring_source.ts";
import { runMetrics, type SweepMetrics, sweepMetrics } from "../ring/analytics/run_metrics.ts";
import { simulateRing } from "../ring/engine/simulate.ts";
import { compileRing } from "../ring/generator/compile.ts";
import { ringSpecFromText } from "../ring/generator/spec.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { marketValues } from "./market_product.ts";
import { errorText, type RunControl, type RunProduct } from "./run_product.ts";

/** What was made from the source of a request. */
interface Prepared {
  readonly scenario: Scenario;
  readonly parameters: Values;
  /** Whether the tables of a dealer market are kept. */
  readonly detailed: boolean;
}

/**
 * Computes a run of the ring model. What is wrong with the parameters or the scenario makes a failed run; a run that a
 * default stops is completed, as spec 03 5.2 has it. Metrics: the summary of spec 02 4 (exact texts, null for none),
 * `time_to_stability` (days), `n_defaults`, and with dealers the figures of spec 02 10.1. Parameters: `S1` and `L0` of a
 * generated ring.
 *
 * @throws the reason of the signal when it is aborted.
 */
export async function executeRing(request: RunRequest, control: RunControl): Promise<RunProduct> {
  const start = performance.now();
  let prepared: Prepared | undefined;
  try {
    prepared = await prepare(request);
    const outcome = simulateRing(prepared.scenario, {
      checkInvariants: "none",
      ...(control.signal === undefined ? {} : { signal: control.signal }),
      ...(control.onTime === undefined ? {} : { onTime: control.onTime }),
    });
    if (control.onOutcome !== undefined) {
      const seconds = (performance.now() - start) / 1000;
      const { runId, source } = request;
      control.onOutcome({ runId, source, scenario: prepared.scenario, outcome, seconds });
    }
    const { behaviours } = prepared.scenario.run;
    if (control.keep !== "all") {
      return completed(request, prepared, outcome, sweepMetrics(outcome, behaviours), [], start);
    }
    const metrics = runMetrics(outcome, behaviours);
    const { runArtifacts } = await artifactsModule();
    const artifacts = await runArtifacts(prepared.scenario, outcome, metrics, {
      runId: request.runId,
      detailed: prepared.detailed,
    });
    return completed(request, prepared, outcome, metrics, artifacts, start);
  } catch (error) {
    if (control.signal?.aborted) throw error;
    return await failed(request, control, prepared, error, start);
  }
}

async function prepare(request: RunRequest): Promise<Prepared> {
  const source = checkedRingSource(request.source);
  if ("scenario" in source) {
    const { parseScenario } = await import("../ring/scenario/parse.ts");
    return { scenario: parseScenario(source.scenario).scenario, parameters: {}, detailed: true };
  }
  const behaviours = behavioursFromText(source.behaviours);
  const { scenario, s1, l0 } = compileRing(ringSpecFromText(source.spec), behaviours, { throughDoubles: true });
  return {
    scenario,
    parameters: { S1: s1.toString(), L0: l0.toString() },
    detailed: source.detailedLogging ?? false,
  };
}

function completed(
  request: RunRequest,
  prepared: Prepared,
  outcome: RingOutcome,
  metrics: SweepMetrics,
  artifacts: readonly Artifact[],
  start: number,
): RunProduct {
  const { summary } = metrics;
  return {
    result: {
      runId: request.runId,
      status: "completed",
      parameters: { ...request.parameters, ...prepared.parameters },
      metrics: {
        phi_total: summary.phi_total?.toString() ?? null,
        delta_total: summary.delta_total?.toString() ?? null,
        max_G_t: summary.max_G_t?.toString() ?? null,
        alpha_1: summary.alpha_1?.toString() ?? null,
        Mpeak_1: summary.Mpeak_1?.toString() ?? null,
        v_1: summary.v_1?.toString() ?? null,
        HHIplus_1: summary.HHIplus_1?.toString() ?? null,
        time_to_stability: metrics.time_to_stability,
        n_defaults: defaults(outcome),
        ...(outcome.market === undefined ? {} : marketValues(outcome.market)),
      },
      artifacts: {},
      error: null,
      executionTimeMs: Math.trunc(performance.now() - start),
    },
    artifacts,
  };
}

/** Agents that defaulted; under fail-fast the one that stopped the run. */
function defaults({ log, stop }: RingOutcome): number {
  const expelled = log.table("AgentDefaulted")?.length ?? 0;
  return expelled === 0 && stop.error?.where.rule === "default" ? 1 : expelled;
}

async function failed(
  request: RunRequest,
  control: RunControl,
  prepared: Prepared | undefined,
  error: unknown,
  start: number,
): Promise<RunProduct> {
  const text = errorText(error);
  return {
    result: {
      runId: request.runId,
      status: "failed",
      parameters: { ...request.parameters, ...prepared?.parameters },
      metrics: {},
      artifacts: {},
      error: text,
      executionTimeMs: Math.trunc(performance.now() - start),
    },
    artifacts: control.keep === "none"
      ? []
      : (await artifactsModule()).failureArtifacts(request.runId, prepared?.scenario, text),
  };
}

let artifacts: Promise<typeof import("./ring_artifacts.ts")> | undefined;

/** Pages and files are loaded when the first run needs them. */
function artifactsModule(): Promise<typeof import("./ring_artifacts.ts")> {
  return artifacts ??= import("./ring_artifacts.ts");
}
