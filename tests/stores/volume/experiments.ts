/** Experiments for tests of volumes. */
import { type Plan, planText } from "../../../src/experiments/plan.ts";
import { FileRegistryStore } from "../../../src/stores/files/registry_store.ts";
import { SweepDirectory } from "../../../src/stores/files/sweep_directory.ts";
import { Place } from "../places.ts";
import { entryOf } from "../registry_suite.ts";

/** How a test opens a sweep. */
export const SWEEP = { name: "sweep ring", startedAt: "2026-01-02T03:04:05Z" };

/** A plan with two runs. */
export function planOf(kind = "ring", runs = ["grid_0", "grid_1"]): Plan {
  return {
    header: { format: 1, kind, model: "ring", engine: "1", reference: false, settings: { kappas: runs } },
    runs: runs.map((runId, i) => ({ runId, phase: "grid", label: null, parameters: {}, seed: i, source: {} })),
  };
}

/** A directory of experiments that goes when the test ends. */
export class TestVolume extends Place {
  /** A sweep made by the stores of sweeps themselves, with `ended` of its two runs. */
  async ring(id: string, ended = 2): Promise<void> {
    const plan = planOf();
    await using directory = await SweepDirectory.open(`${this.path}/${id}`, plan, SWEEP);
    await directory.registry.upsert(plan.runs.slice(0, ended).map(({ runId }) => entryOf(runId)));
    Deno.mkdirSync(`${this.path}/${id}/aggregate`);
    this.write(`${id}/aggregate/results.csv`, "run_id\n");
  }

  /** A balanced sweep with one run in each arm. */
  async paired(id: string): Promise<void> {
    this.write(`${id}/plan.jsonl`, planText(planOf("balanced", ["balanced_passive_0", "balanced_active_0"])));
    for (const arm of ["passive", "active"]) {
      await using registry = new FileRegistryStore(`${this.path}/${id}/${arm}`);
      await registry.upsert(entryOf(`balanced_${arm}_0`));
    }
    this.write(`${id}/aggregate/.lock`, "");
  }

  /** Makes everything in an experiment look as if it was written some days ago. */
  age(id: string, days: number): void {
    const time = new Date(Date.now() - days * 86_400_000);
    for (const name of this.names(id)) Deno.utimeSync(`${this.path}/${name}`, time, time);
  }
}
