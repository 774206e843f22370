/**
 * A real sweep of small rings in a directory, with its job: how a command puts the two together.
 *
 * @module
 */
import { Decimal } from "../../src/core/decimal.ts";
import type { CloudStorageClient } from "../../src/experiments/contracts.ts";
import { type RingSweepOverrides, ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { planRingSweep, runRingSweep } from "../../src/experiments/ring_sweep.ts";
import type { SweepOutcome } from "../../src/experiments/sweep_runner.ts";
import { LocalExecutor } from "../../src/executors/local.ts";
import { executeRing } from "../../src/executors/ring_run.ts";
import { jobConfigOf } from "../../src/jobs/job_config.ts";
import { JobManager } from "../../src/jobs/job_manager.ts";
import { SweepDirectory } from "../../src/stores/files/sweep_directory.ts";

const decimals = (...texts: string[]): Decimal[] => texts.map((text) => Decimal.parse(text) ?? Decimal.ZERO);

/** Eight small runs. */
export const RINGS: RingSweepOverrides = {
  kappas: decimals("0.25", "0.5", "1", "2"),
  concentrations: decimals("1"),
  mus: decimals("0", "0.5"),
};

/** What a test may want to be different. */
export interface JobSweepOptions {
  readonly jobId?: string;
  readonly cloud?: CloudStorageClient;
  readonly overrides?: RingSweepOverrides;
  readonly onRun?: (manager: JobManager, count: number) => void | Promise<void>;
  readonly warn?: (sentence: string) => void;
}

/** Makes the sweep, or goes on with it. */
export async function sweepWithJob(path: string, options: JobSweepOptions = {}): Promise<SweepOutcome> {
  const { jobId, cloud, overrides = RINGS, onRun, warn } = options;
  const settings = ringSweepSettings(overrides);
  const plan = planRingSweep(settings);
  const startedAt = new Date().toISOString();
  await using directory = await SweepDirectory.open(path, plan, { name: "sweep ring", startedAt });
  await using manager = await JobManager.open({
    directory: path,
    config: jobConfigOf(plan.header),
    jobId,
    cloud,
    ...(warn === undefined ? {} : { warn }),
  });
  await manager.start(plan.runs.length, await directory.registry.query("", { status: "completed" }));
  await using inner = new LocalExecutor(executeRing, directory.results);
  let count = 0;
  const outcome = await runRingSweep(settings, plan, {
    executor: {
      execute: (request, more) => inner.execute(request, more),
      // Between two runs a test may do something to the world.
      async *executeMany(requests, more) {
        for await (const result of inner.executeMany(requests, more)) {
          yield result;
          await onRun?.(manager, ++count);
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    registry: directory.registry,
    onRun: (_run, result) => manager.progress(result),
    stop: manager.cancelled,
  });
  await manager.finish(outcome);
  return outcome;
}
