/**
 * How long `jobs ls` takes with many jobs in a directory, and what a job costs a sweep. Prints a table.
 *
 * @module
 */
import { JobManager } from "../src/jobs/job_manager.ts";
import { LocalReader } from "../src/jobs/local_reader.ts";
import { manifestText } from "../src/stores/files/job_manifest.ts";
import type { Job, JobConfig } from "../src/experiments/contracts.ts";

const JOBS = 10_000;
const RUNS = 125;

const CONFIG: JobConfig = {
  sweepType: "ring",
  nAgents: 5,
  maturityDays: 3,
  kappas: ["0.25", "0.5", "1", "2", "4"],
  concentrations: ["0.2", "0.5", "1", "2", "5"],
  mus: ["0", "0.25", "0.5", "0.75", "1"],
  outsideMidRatios: ["1"],
  seeds: [42],
  cloud: false,
};

function jobOf(number: number): Job {
  const letters = [...String(number)].map((digit) => "abcdefghij"[Number(digit)]).join("");
  return {
    jobId: `castle-river-${letters}`,
    createdAt: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
    completedAt: new Date(Date.UTC(2026, 0, 1) + number * 60_000 + 30_000).toISOString(),
    status: "completed",
    description: "Ring sweep (n=5, cloud=False)",
    config: CONFIG,
    runIds: Array.from({ length: RUNS }, (_, run) => `grid_${String(run).padStart(12, "0")}`),
    totalRuns: RUNS,
    completedRuns: RUNS,
    failedRuns: 0,
    error: null,
    notes: null,
    volumeExperimentId: null,
  };
}

const root = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
try {
  for (let i = 0; i < JOBS; i++) {
    Deno.mkdirSync(`${root}/jobs/s${i}`, { recursive: true });
    Deno.writeTextFileSync(
      `${root}/jobs/s${i}/job_manifest.json`,
      manifestText({ job: jobOf(i), events: [], written: {} }),
    );
  }
  console.log("what                                                 time");
  const show = (what: string, milliseconds: number) => console.log(`${what.padEnd(50)} ${milliseconds.toFixed(1)} ms`);
  for (const round of ["first", "second"]) {
    const start = performance.now();
    await using reader = new LocalReader(`${root}/jobs`);
    const jobs = await reader.listJobs({ limit: 20 });
    show(`jobs ls, ${JOBS} jobs of ${RUNS} runs, ${round} time`, performance.now() - start);
    if (jobs[0]?.jobId !== jobOf(JOBS - 1).jobId) throw new Error("the newest job is not first");
  }
  const start = performance.now();
  await using manager = await JobManager.open({ directory: `${root}/sweep`, config: CONFIG });
  await manager.start(20_000);
  for (let i = 0; i < 20_000; i++) {
    manager.progress({
      runId: `grid_${i}`,
      status: "completed",
      parameters: {},
      metrics: {},
      artifacts: {},
      error: null,
      executionTimeMs: 1,
    });
  }
  await manager.complete();
  show("the job of a sweep of 20,000 runs, all of it", performance.now() - start);
} finally {
  Deno.removeSync(root, { recursive: true });
}
