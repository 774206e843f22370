/**
 * The paired sweep: makes both runs of every pair, on whatever executor, and records them in the registries of the two
 * arms. Pairs are put together afterwards, from what the registries say (`comparison.ts`). Source: spec 03 6 and 7.
 *
 * @module
 */
import { DEALER_COLUMNS } from "./dealer_columns.ts";
import type { Plan } from "./plan.ts";
import { RING_COLUMNS } from "./ring_sweep.ts";
import { type RunColumns, type SweepOutcome, type SweepPorts, SweepRunner } from "./sweep_runner.ts";

/**
 * Makes the runs of the plan that are missing, pair after pair. A run that fails is a row of the registry; the sweep
 * goes on.
 *
 * @throws {StoreError} when results or the registry cannot be written.
 */
export async function runPairedSweep(plan: Plan, ports: SweepPorts): Promise<SweepOutcome> {
  const runner = await SweepRunner.start(ports, pairedColumns(plan, ports));
  await runner.make(plan.runs);
  return await runner.finish();
}

/** The columns of spec 03 5.3; beyond them, unless all is to be as in the reference, what the aggregates need. */
function pairedColumns({ header }: Plan, { artifacts = "all" }: SweepPorts): RunColumns {
  const dealer = Object.keys(DEALER_COLUMNS);
  if (!header.reference) return { ...RING_COLUMNS, metrics: [...RING_COLUMNS.metrics, ...dealer] };
  return {
    ...RING_COLUMNS,
    unrecorded: ["regime", "outside_mid_ratio"],
    // Without its files a run has no other place for what the dealers made of it.
    metrics: artifacts === "all" ? RING_COLUMNS.metrics : [...RING_COLUMNS.metrics, ...dealer],
  };
}
