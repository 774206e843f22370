import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InvalidReference } from "../../src/core/errors.ts";
import type { JobStore } from "../../src/experiments/contracts.ts";
import { DuckDbJobStore } from "../../src/stores/duckdb/job_store.ts";
import { FileJobStore, readManifest } from "../../src/stores/files/job_store.ts";
import { Folder } from "../e2e/program.ts";
import { eventOf, jobOf, type JobPlace, jobSuite } from "./job_suite.ts";
import { Place } from "./places.ts";

/** A directory of its own. */
class JobsPlace implements JobPlace {
  readonly #place = new Place();
  readonly #open: (path: string) => JobStore;

  constructor(open: (path: string) => JobStore) {
    this.#open = open;
  }

  open(): JobStore {
    return this.#open(this.#place.path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#place[Symbol.dispose]();
    return Promise.resolve();
  }
}

jobSuite("jobs as files", () => Promise.resolve(new JobsPlace((path) => new FileJobStore(path))));
jobSuite(
  "jobs on DuckDB",
  () => Promise.resolve(new JobsPlace((path) => new DuckDbJobStore(`${path}/jobs.duckdb`))),
);

/** A manifest as the reference writes it: four words, no zone, no fields of ours. */
const REFERENCE = {
  job_id: "castle-river-drop-down-yellow",
  created_at: "2025-01-12T10:30:45",
  status: "completed",
  description: "Ring sweep (n=5, cloud=True)",
  config: {
    sweep_type: "ring",
    n_agents: 5,
    kappas: ["0.25", "0.5"],
    concentrations: ["1"],
    mus: ["0"],
    cloud: true,
  },
  run_ids: ["grid_1", "grid_2"],
  modal_call_ids: { grid_1: "fc-1" },
  completed_at: "2025-01-12T10:31:45.250000",
  error: null,
  notes: null,
  events: [
    { job_id: "castle-river-drop-down-yellow", event_type: "created", timestamp: "2025-01-12T10:30:45", details: {} },
  ],
};

Deno.test("manifests of the reference are read: four words, times without a zone, missing keys", async () => {
  using folder = new Folder();
  const place = `${folder.path}/sweep/castle-river-drop-down-yellow`;
  Deno.mkdirSync(`${folder.path}/sweep/registry`, { recursive: true });
  folder.write("sweep/registry/experiments.csv", "run_id,status\r\n");
  Deno.mkdirSync(place);
  Deno.writeTextFileSync(`${place}/job_manifest.json`, JSON.stringify(REFERENCE));
  await using store = new FileJobStore(folder.path);
  const [job] = await store.listJobs();
  assertEquals([job?.jobId, job?.createdAt, job?.completedAt], [
    REFERENCE.job_id,
    "2025-01-12T10:30:45Z",
    "2025-01-12T10:31:45.250000Z",
  ]);
  assertEquals([job?.config.maturityDays, job?.config.seeds, job?.config.outsideMidRatios], [5, [42], ["1"]]);
  assertEquals([job?.completedRuns, job?.failedRuns, job?.totalRuns], [2, 0, null]);
  assertEquals((await store.getEvents(REFERENCE.job_id)).length, 1);
});

Deno.test("what a manifest of the reference says beyond ours stays when it changes", async () => {
  using folder = new Folder();
  folder.write("job_manifest.json", JSON.stringify(REFERENCE));
  await using store = new FileJobStore(folder.path);
  await store.updateStatus(REFERENCE.job_id, { status: "cancelled" });
  const written = JSON.parse(folder.read("job_manifest.json"));
  assertEquals(written.modal_call_ids, { grid_1: "fc-1" });
  assertEquals(Object.keys(written).slice(0, 11), Object.keys(REFERENCE).slice(0, 10).concat("total_runs"));
  assertEquals(written.status, "cancelled");
});

Deno.test("a torn or foreign manifest is told, and hides no other job", async () => {
  using folder = new Folder();
  await using store = new FileJobStore(folder.path);
  await store.saveJob(jobOf("alpha-beta"));
  const broken: [string, string][] = [
    ["torn", '{"job_id": "x-y", "crea'],
    ["foreign", "[]"],
    ["status", JSON.stringify({ ...REFERENCE, status: "sleeping" })],
    ["counts", JSON.stringify({ ...REFERENCE, total_runs: -1 })],
    ["events", JSON.stringify({ ...REFERENCE, events: [{ event_type: "odd" }] })],
    ["empty", ""],
  ];
  for (const [name, text] of broken) {
    Deno.mkdirSync(`${folder.path}/${name}`);
    folder.write(`${name}/job_manifest.json`, text);
  }
  assertEquals((await store.listJobs()).map(({ jobId }) => jobId), ["alpha-beta"]);
  const problems = store.problems();
  assertEquals(problems.length, broken.length);
  for (const problem of problems) assertMatch(problem, /^[^\n]*job_manifest\.json: [^\n]+$/);
});

Deno.test("sweeps are found three folders deep, and not inside a sweep", async () => {
  using folder = new Folder();
  for (const place of ["a", "b/c", "b/d/e", "b/d/e2/too/deep", "a/inner", "runs/x", ".hidden/y"]) {
    Deno.mkdirSync(`${folder.path}/${place}`, { recursive: true });
    const jobId = place.replace(/[^a-z]/g, "-").replace(/^-+/, "") + "-job";
    folder.write(`${place}/job_manifest.json`, JSON.stringify({ ...REFERENCE, job_id: jobId }));
  }
  await using store = new FileJobStore(folder.path);
  assertEquals((await store.listJobs()).map(({ jobId }) => jobId), ["a-job", "b-c-job", "b-d-e-job"]);
  assertEquals(store.directoryOf("b-c-job"), `${folder.path}/b/c`);
  assertEquals(store.directoryOf("too-deep"), null);
});

Deno.test("a job keeps its place when it is saved again, and a new one gets the folder of its experiment", async () => {
  using folder = new Folder();
  await using store = new FileJobStore(folder.path);
  await store.saveJob(jobOf("alpha-beta", { volumeExperimentId: "first" }));
  await store.saveEvent(eventOf("alpha-beta"));
  await using next = new FileJobStore(folder.path);
  await next.saveJob(jobOf("alpha-beta", { status: "running" }));
  assertEquals(folder.names(), ["first/job_manifest.json"]);
  assertEquals(readManifest(`${folder.path}/first`)?.events.length, 1);
  for (const hostile of ["../up", "a/b", "", "..", "x\0y"]) {
    await assertRejects(() => store.saveJob(jobOf(hostile)), InvalidReference);
  }
  assertEquals(folder.names(), ["first/job_manifest.json"]);
});

Deno.test("a database of something else that has a table of jobs is refused, not changed", async () => {
  using folder = new Folder();
  const path = `${folder.path}/theirs.duckdb`;
  const { Database } = await import("../../src/stores/duckdb/driver.ts");
  {
    await using database = await Database.open(path);
    await database.run("CREATE TABLE jobs (id INTEGER); INSERT INTO jobs VALUES (7)");
  }
  {
    await using store = new DuckDbJobStore(path);
    const error = await assertRejects(
      () => store.saveJob(jobOf("alpha-beta")),
      Error,
      "is a database of something else",
    );
    assert(error.message.includes("jobs"));
  }
  await using database = await Database.open(path);
  assertEquals(await database.rows("SELECT * FROM jobs"), [{ id: 7 }]);
});
