import { assertEquals } from "@std/assert";
import type { CloudRun, MeasuredCloudRun } from "../../src/experiments/contracts.ts";
import { compareJobs } from "../../src/jobs/compare.ts";
import { cloudMetricsOf } from "../../src/jobs/cloud_rows.ts";
import { resultOf, runOf } from "./written_jobs.ts";

function measured(jobId: string, runId: string, delta: string | null, more: Partial<CloudRun> = {}): MeasuredCloudRun {
  const metrics = cloudMetricsOf(jobId, resultOf(runId));
  if (metrics === null) throw new Error("a completed run has measures");
  return { run: runOf(jobId, runId, more), metrics: { ...metrics, deltaTotal: delta } };
}

Deno.test("means over seeds are compared at common points, 1 and 1.0 being one", () => {
  const a = [
    measured("a-a", "1", "0.2", { kappa: "1" }),
    measured("a-a", "2", "0.4", { kappa: "1.0", seed: 43 }),
    measured("a-a", "3", "0.5", { kappa: "2" }),
    measured("a-a", "4", "0.9", { kappa: "3" }),
  ];
  const b = [
    measured("b-b", "1", "0.1", { kappa: "1.00" }),
    measured("b-b", "3", "0.7", { kappa: "2" }),
    measured("b-b", "5", "0.7", { kappa: "2", regime: "active" }),
  ];
  const { points, overall, onlyA, onlyB } = compareJobs(a, b);
  assertEquals(points.map(({ point, runsA, runsB }) => [point.kappa, runsA, runsB]), [["1", 2, 1], ["2", 1, 1]]);
  assertEquals(points[0]?.measures.deltaTotal, { a: 0.30000000000000004, b: 0.1, difference: -0.20000000000000004 });
  assertEquals([onlyA, onlyB], [1, 1]);
  const { deltaTotal, phiTotal } = overall;
  assertEquals([deltaTotal?.points, deltaTotal?.mean.toFixed(12)], [2, (0).toFixed(12).replace("0.", "-0.")]);
  assertEquals(deltaTotal?.deviation?.toFixed(9), Math.sqrt(0.08).toFixed(9));
  assertEquals(phiTotal, { points: 2, mean: 0, deviation: 0 });
});

Deno.test("a missing measure leaves a gap, not a nought, and jobs without a common point compare to nothing", () => {
  const { points, overall } = compareJobs([measured("a-a", "1", null)], [measured("b-b", "1", "0.5")]);
  assertEquals(points[0]?.measures.deltaTotal, { a: null, b: 0.5, difference: null });
  assertEquals(overall.deltaTotal, null);
  assertEquals(overall.phiTotal, { points: 1, mean: 0, deviation: null });
  assertEquals(compareJobs([], [measured("b-b", "1", "0.5")]), {
    points: [],
    overall: { deltaTotal: null, phiTotal: null, timeToStability: null },
    onlyA: 0,
    onlyB: 1,
  });
});
