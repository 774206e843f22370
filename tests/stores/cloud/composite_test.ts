import { assertEquals, assertRejects } from "@std/assert";
import { InvalidReference, UsageError } from "../../../src/core/errors.ts";
import { CompositeStorageClient } from "../../../src/stores/cloud/composite.ts";
import { openPostgres } from "../../../src/stores/postgres/connection.ts";
import { PostgresRecords } from "../../../src/stores/postgres/records.ts";
import { openS3 } from "../../../src/stores/s3/connection.ts";
import { jobOf, resultOf, runOf } from "../../jobs/written_jobs.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { startS3 } from "../../support/s3.ts";
import { cloudMetricsOf } from "../../../src/jobs/cloud_rows.ts";

let server: TestPostgres;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

Deno.test("a composite keeps records in the database and artifacts in the bucket", async () => {
  await using database = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: database.url });
  await using s3 = await startS3();
  await using objects = openS3(s3.options);
  await using cloud = new CompositeStorageClient({ records: new PostgresRecords(connection), objects });
  const jobId = "castle-river-mountain";
  const metrics = cloudMetricsOf(jobId, resultOf("grid_1"));
  for (const _twice of [1, 2]) {
    await cloud.saveJob(jobOf(jobId));
    await cloud.updateStatus(jobId, { status: "completed", completedRuns: 1 });
    await cloud.logEvent({ jobId, eventType: "created", timestamp: "2026-01-01T00:00:00Z", details: {} });
    await cloud.saveRuns([runOf(jobId, "grid_1")]);
    await cloud.saveMetrics(metrics === null ? [] : [metrics]);
  }
  assertEquals((await cloud.listJobs()).length, 1);
  assertEquals((await cloud.getJob(jobId))?.runIds, ["grid_1"]);
  assertEquals((await cloud.getEvents(jobId)).length, 1);
  assertEquals((await cloud.listRuns(jobId)).length, 1);
  assertEquals((await cloud.getRun(jobId, "grid_1"))?.kappa, "0.5");
  assertEquals((await cloud.queryMetrics({ minDelta: "0.2" })).map(({ metrics }) => metrics.deltaTotal), ["0.25"]);
  const reference = await cloud.uploadArtifact(jobId, "grid_1", { name: "events.jsonl", content: '{"a": 1}\n' });
  assertEquals(reference, "castle-river-mountain/runs/grid_1/events.jsonl");
  const response = await fetch(await cloud.getArtifactUrl(reference, 60));
  assertEquals(await response.text(), '{"a": 1}\n');
});

Deno.test("a composite says which half is missing", async () => {
  await using none = new CompositeStorageClient({});
  await assertRejects(() => none.listJobs(), UsageError, "Set BILANCIO_DATABASE_URL");
  await assertRejects(() => none.saveRuns([]), UsageError, "Set BILANCIO_DATABASE_URL");
  await assertRejects(
    () => none.uploadArtifact("a-b", "grid_1", { name: "x.csv", content: "" }),
    UsageError,
    "Set BILANCIO_S3_ACCESS_KEY_ID",
  );
  await assertRejects(() => none.getArtifactUrl("a-b/runs/r/x.csv"), UsageError, "object storage");
});

Deno.test("names and references that leave their place, and links that never end, are refused", async () => {
  const objects = {
    putObject: () => Promise.reject(new Error("was asked")),
    presign: () => Promise.reject(new Error("was asked")),
  };
  await using cloud = new CompositeStorageClient({ objects });
  for (const hostile of ["..", "a/b", "", "x\0", "a\\b"]) {
    const artifact = { name: "x.csv", content: "" };
    await assertRejects(() => cloud.uploadArtifact(hostile, "r", artifact), InvalidReference);
    await assertRejects(() => cloud.uploadArtifact("a-b", hostile, artifact), InvalidReference);
    await assertRejects(() => cloud.uploadArtifact("a-b", "r", { name: hostile, content: "" }), InvalidReference);
  }
  for (const reference of ["../x", "/x", "a//b", "a/../b", ""]) {
    await assertRejects(() => cloud.getArtifactUrl(reference), InvalidReference);
  }
  for (const seconds of [0, -1, 1.5, 604_801, NaN]) {
    await assertRejects(() => cloud.getArtifactUrl("a/b", seconds), UsageError, "from 1 to 604800 seconds");
  }
});
