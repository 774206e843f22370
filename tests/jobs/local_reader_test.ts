import { assertEquals, assertRejects } from "@std/assert";
import { NotFound, UsageError } from "../../src/core/errors.ts";
import { LocalReader } from "../../src/jobs/local_reader.ts";
import { Folder } from "../e2e/program.ts";
import { sweepWithJob } from "../support/job_sweep.ts";

Deno.test("measures are found by bounds compared exactly, by kappa by value, by job; sweeps without a job count too", async () => {
  using folder = new Folder();
  await sweepWithJob(`${folder.path}/with`, { jobId: "alpha-beta" });
  await sweepWithJob(`${folder.path}/without`, { jobId: "gamma-delta" });
  Deno.removeSync(`${folder.path}/without/job_manifest.json`);
  await using reader = new LocalReader(folder.path);
  const all = await reader.queryMetrics({});
  assertEquals(all.length, 16);
  assertEquals(new Set(all.map(({ run }) => run.jobId)), new Set(["alpha-beta", ""]));
  const deltas = all.map(({ metrics }) => Number(metrics.deltaTotal));
  assertEquals(deltas, deltas.toSorted((a, b) => a - b));
  const [first] = await reader.queryMetrics({ jobId: "alpha-beta", kappas: ["0.50", "2.0"], limit: 1 });
  const exactly = first?.metrics.deltaTotal ?? "";
  assertEquals((await reader.queryMetrics({ jobId: "alpha-beta", minDelta: exactly, maxDelta: exactly })).length, 1);
  assertEquals(
    (await reader.queryMetrics({ jobId: "alpha-beta", maxDelta: exactly, kappas: ["0.5", "2"], offset: 1 })).length,
    0,
  );
  assertEquals((await reader.queryMetrics({ kappas: ["0.5"] })).length, 4);
  assertEquals((await reader.queryMetrics({ kappas: [] })).length, 0);
  assertEquals((await reader.queryMetrics({ regime: "active" })).length, 0);
  assertEquals((await reader.queryMetrics({ limit: 3, offset: 2 })).length, 3);
  await assertRejects(() => reader.queryMetrics({ minDelta: "much" }), UsageError, "A bound of delta is a number");
  await assertRejects(() => reader.queryMetrics({ jobId: "no-such" }), NotFound, "Job not found: no-such");
});

Deno.test("runs of a job come from its registry, a page at a time, and by status", async () => {
  using folder = new Folder();
  await sweepWithJob(`${folder.path}/with`, { jobId: "alpha-beta" });
  await using reader = new LocalReader(folder.path);
  const runs = await reader.listRuns("alpha-beta");
  assertEquals([runs.length, runs[0]?.status, runs[0]?.kappa], [8, "completed", "0.25"]);
  assertEquals(await reader.listRuns("alpha-beta", { limit: 2, offset: 3 }), runs.slice(3, 5));
  assertEquals(await reader.listRuns("alpha-beta", { status: "failed" }), []);
  assertEquals((await reader.getRun("alpha-beta", runs[2]?.runId ?? ""))?.mu, runs[2]?.mu);
  assertEquals(await reader.getRun("alpha-beta", "nope"), null);
  assertEquals(await reader.listRuns("no-such"), []);
});
