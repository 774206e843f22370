/**
 * What every job store must do, whatever it is built on: call {@linkcode jobSuite} with a way to open one.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotFound } from "../../src/core/errors.ts";
import { canonicalScalar } from "../../src/experiments/canonical.ts";
import type { Job, JobEvent, JobStore } from "../../src/experiments/contracts.ts";

/** A place for jobs that outlives a store: opening it again finds what was there. */
export interface JobPlace extends AsyncDisposable {
  open(): JobStore;
}

/** How a store may differ from another one. */
export interface JobSuiteOptions {
  /** Whether a job comes back with the run ids it was saved with; otherwise they follow from rows of runs. */
  readonly keepsRunIds?: boolean;
}

/** A job with everything in it. */
export function jobOf(jobId: string, change: Partial<Job> = {}): Job {
  return {
    jobId,
    createdAt: "2026-01-31T10:20:30.125Z",
    completedAt: null,
    status: "pending",
    description: "Ring sweep (n=5, cloud=False)",
    config: {
      sweepType: "ring",
      nAgents: 5,
      maturityDays: 3,
      kappas: ["0.50", "1", "2.461880538986429760000000000"],
      concentrations: ["1"],
      mus: ["0", "0.5"],
      outsideMidRatios: ["1"],
      seeds: [42, 43],
      cloud: false,
    },
    runIds: [],
    totalRuns: null,
    completedRuns: 0,
    failedRuns: 0,
    error: null,
    notes: null,
    volumeExperimentId: null,
    ...change,
  };
}

/** A job as stores may give it back: decimals by value, times as instants. */
function essence(job: Job, keepsRunIds: boolean): unknown {
  const byValue = (texts: readonly string[]) => texts.map(canonicalScalar);
  const { config } = job;
  return {
    ...job,
    createdAt: Date.parse(job.createdAt),
    completedAt: job.completedAt === null ? null : Date.parse(job.completedAt),
    runIds: keepsRunIds ? job.runIds : [],
    config: {
      ...config,
      kappas: byValue(config.kappas),
      concentrations: byValue(config.concentrations),
      mus: byValue(config.mus),
      outsideMidRatios: byValue(config.outsideMidRatios),
    },
  };
}

/** An event of a job. */
export function eventOf(jobId: string, change: Partial<JobEvent> = {}): JobEvent {
  return {
    jobId,
    eventType: "progress",
    timestamp: "2026-01-31T10:20:31.000Z",
    details: { run_id: "grid_1" },
    ...change,
  };
}

/** Registers the suite. */
export function jobSuite(
  name: string,
  makePlace: () => Promise<JobPlace>,
  { keepsRunIds = true }: JobSuiteOptions = {},
): void {
  const check = (sentence: string, body: (place: JobPlace) => Promise<void>): void => {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using place = await makePlace();
      await body(place);
    });
  };
  const assertSameJobs = (actual: readonly (Job | null)[], expected: readonly Job[]) =>
    assertEquals(
      actual.map((job) => job === null ? null : essence(job, keepsRunIds)),
      expected.map((job) => essence(job, keepsRunIds)),
    );
  const id = "castle-river-mountain";

  check("a new store has no jobs and no events, and reading it makes none", async (place) => {
    await using store = place.open();
    assertEquals(await store.getJob(id), null);
    assertEquals(await store.listJobs(), []);
    assertEquals(await store.getEvents(id), []);
  });

  check("a job comes back, from the same store and from the next one", async (place) => {
    const job = jobOf(id, {
      status: "failed",
      completedAt: "2026-01-31T11:00:00.000Z",
      description: 'a, "b"\r\n=HYPERLINK("x") ρ → 日本',
      runIds: ["grid_2", "grid_1"],
      totalRuns: 3,
      completedRuns: 2,
      failedRuns: 1,
      error: "StoreError: it's full",
      notes: "\\ ' ; -- ",
      volumeExperimentId: "grid-2026",
    });
    {
      await using store = place.open();
      await store.saveJob(job);
      assertSameJobs([await store.getJob(id)], [job]);
    }
    await using store = place.open();
    assertSameJobs([await store.getJob(id)], [job]);
  });

  check("saving a job again replaces it, and saving the same changes nothing", async (place) => {
    await using store = place.open();
    await store.saveJob(jobOf(id));
    const changed = jobOf(id, { status: "running", totalRuns: 8, notes: "now with notes" });
    await store.saveJob(changed);
    assertSameJobs([await store.getJob(id)], [changed]);
    const before = await store.getJob(id);
    await store.saveJob(changed);
    assertEquals(await store.getJob(id), before);
    assertEquals((await store.listJobs()).length, 1);
  });

  check("jobs are listed by their age, the newest first, by status and a page at a time", async (place) => {
    await using store = place.open();
    const words = ["amber", "birch", "cedar", "delta", "ember"];
    for (const [i, word] of words.entries()) {
      await store.saveJob(
        jobOf(`${word}-hill`, {
          createdAt: `2026-02-0${i + 1}T00:00:00.000Z`,
          status: i % 2 === 0 ? "completed" : "cancelled",
        }),
      );
    }
    const ids = async (query: Parameters<JobStore["listJobs"]>[0]) =>
      (await store.listJobs(query)).map((job) => job.jobId);
    assertEquals(await ids({}), ["ember-hill", "delta-hill", "cedar-hill", "birch-hill", "amber-hill"]);
    assertEquals(await ids({ limit: 2, offset: 1 }), ["delta-hill", "cedar-hill"]);
    assertEquals(await ids({ status: "cancelled" }), ["delta-hill", "birch-hill"]);
    assertEquals(await ids({ status: "completed", limit: 1, offset: 2 }), ["amber-hill"]);
    assertEquals(await ids({ status: "failed" }), []);
    assertEquals(await ids({ offset: 10 }), []);
  });

  check("updateStatus() changes what it names and leaves the rest", async (place) => {
    await using store = place.open();
    await store.saveJob(jobOf(id, { notes: "mine" }));
    await store.updateStatus(id, { status: "running", totalRuns: 4 });
    await store.updateStatus(id, { status: "running", completedRuns: 3, failedRuns: 1 });
    const end = { status: "failed", completedAt: "2026-01-31T12:00:00.000Z", error: "one failed" } as const;
    await store.updateStatus(id, end);
    const expected = jobOf(id, { ...end, totalRuns: 4, completedRuns: 3, failedRuns: 1, notes: "mine" });
    assertSameJobs([await store.getJob(id)], [expected]);
    await store.updateStatus(id, end);
    assertSameJobs([await store.getJob(id)], [expected]);
  });

  check("a job that is not there can neither be updated nor have events", async (place) => {
    await using store = place.open();
    await assertRejects(() => store.updateStatus(id, { status: "running" }), NotFound, id);
    await assertRejects(() => store.saveEvent(eventOf(id)), NotFound, id);
  });

  check("events come back with the oldest first, whatever the order in which they came", async (place) => {
    const events = [
      eventOf(id, {
        eventType: "created",
        timestamp: "2026-01-31T10:20:30.000Z",
        details: { config: { kappas: ["0.50"] } },
      }),
      eventOf(id, { eventType: "started", timestamp: "2026-01-31T10:20:30.500Z", details: {} }),
      eventOf(id, { details: { run_id: "grid_1", note: 'it\'s → "fine"', metrics: { delta_total: "0.25", n: 3 } } }),
      eventOf(id, { eventType: "completed", timestamp: "2026-01-31T10:21:00.000Z", details: { summary: null } }),
    ];
    {
      await using store = place.open();
      await store.saveJob(jobOf(id));
      await store.saveJob(jobOf("other-job"));
      for (const event of events.toReversed()) await store.saveEvent(event);
    }
    await using store = place.open();
    const essenceOf = (event: JobEvent) => ({ ...event, timestamp: Date.parse(event.timestamp) });
    assertEquals((await store.getEvents(id)).map(essenceOf), events.map(essenceOf));
    assertEquals(await store.getEvents("other-job"), []);
  });

  check("sending an event again changes nothing, and events that differ in anything are kept", async (place) => {
    await using store = place.open();
    await store.saveJob(jobOf(id));
    const events = [
      eventOf(id),
      eventOf(id, { details: { run_id: "grid_2" } }),
      eventOf(id, { timestamp: "2026-01-31T10:20:31.001Z" }),
      eventOf(id, { eventType: "started" }),
    ];
    for (const event of [...events, ...events]) await store.saveEvent(event);
    assertEquals((await store.getEvents(id)).length, 4);
  });

  check("many calls at once are all kept", async (place) => {
    await using store = place.open();
    await store.saveJob(jobOf(id));
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.saveEvent(eventOf(id, { details: { run_id: `r_${i}` } }))),
    );
    const found = new Set((await store.getEvents(id)).map(({ details }) => details["run_id"]));
    assertEquals(found.size, 50);
    assert(found.has("r_49"));
  });
}
