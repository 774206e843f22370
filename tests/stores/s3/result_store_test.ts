import { assertEquals, assertRejects } from "@std/assert";
import { InvalidReference, StoreError } from "../../../src/core/errors.ts";
import { openS3 } from "../../../src/stores/s3/connection.ts";
import { S3ResultStore } from "../../../src/stores/s3/result_store.ts";
import { FaultProxy, s3Error } from "../../support/fault_proxy.ts";
import { below, startS3 } from "../../support/s3.ts";
import { resultOf, resultSuite } from "../result_suite.ts";

resultSuite("S3ResultStore", async () => {
  const server = await startS3();
  const storage = openS3(server.options);
  return {
    open: () => new S3ResultStore(storage),
    async [Symbol.asyncDispose]() {
      await storage[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
});

Deno.test("a run's objects lie under the experiment, and links to them are typed", async () => {
  await using server = await startS3();
  await using storage = openS3(below(server, "lab"));
  const store = new S3ResultStore(storage);
  const artifacts = [{ name: "run.html", content: "<p>" }, { name: "events.jsonl", content: "{}" }];
  const saved = await store.saveRun("castle-river-mountain", resultOf("grid_1"), artifacts);
  assertEquals((await Array.fromAsync(storage.listObjects())).map(({ key }) => key), [
    "castle-river-mountain/runs/grid_1/events.jsonl",
    "castle-river-mountain/runs/grid_1/result.json",
    "castle-river-mountain/runs/grid_1/run.html",
  ]);
  assertEquals((await storage.headObject(saved.artifacts["run_html"] ?? ""))?.contentType, "text/html; charset=utf-8");
});

Deno.test("a run is not there before its result is, and a name that the result has is refused", async () => {
  await using server = await startS3();
  await using proxy = new FaultProxy(server.endpoint);
  await using storage = openS3({ ...server.options, endpoint: proxy.endpoint });
  const store = new S3ResultStore(storage);
  const artifacts = [{ name: "events.jsonl", content: "1" }];
  proxy.fail(s3Error(403, "AccessDenied"), ({ method, target }) => method === "PUT" && /result\.json/.test(target));
  await assertRejects(() => store.saveRun("", resultOf("a"), artifacts), StoreError, "may not do this");
  assertEquals(await store.loadRun("", "a"), null);
  await store.saveRun("", resultOf("a"), artifacts);
  proxy.fail(s3Error(403, "AccessDenied"), ({ method, target }) => method === "PUT" && /events\.jsonl/.test(target));
  await assertRejects(() => store.saveRun("", resultOf("a"), artifacts), StoreError);
  assertEquals(await store.loadRun("", "a"), null, "half of a new attempt does not pass for the old one");
  const taken = [{ name: "result.json", content: "{}" }];
  await assertRejects(() => store.saveRun("", resultOf("a"), taken), InvalidReference, "the result has that name");
});
