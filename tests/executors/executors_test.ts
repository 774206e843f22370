import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { LocalExecutor } from "../../src/executors/local.ts";
import { PoolExecutor } from "../../src/executors/pool.ts";
import { messageFromWorker, messageToWorker, ProductPacker, unpacked } from "../../src/executors/pool_protocol.ts";
import { executorSuite } from "./executor_suite.ts";
import { oddRequest, oddRun } from "./odd_run.ts";

const ODD_WORKER = new URL("./odd_worker.ts", import.meta.url);

executorSuite("LocalExecutor", (results) => new LocalExecutor(oddRun, results));
executorSuite("PoolExecutor", (results) => new PoolExecutor({ workers: 2, results, script: ODD_WORKER }));

Deno.test("LocalExecutor: an abort ends a run at its next day", async () => {
  await using executor = new LocalExecutor(oddRun, null);
  const stop = new AbortController();
  const onProgress = (_: string, day: number) => day === 5 && stop.abort();
  const results = executor.executeMany([oddRequest("a", "stays"), oddRequest("b")], {
    signal: stop.signal,
    onProgress,
  });
  for await (const result of results) assert(false, result.runId);
});

Deno.test("PoolExecutor: an abort ends runs on their workers at their next day", async () => {
  await using executor = new PoolExecutor({ workers: 2, script: ODD_WORKER });
  const stop = new AbortController();
  const requests = [oddRequest("a", "stays"), oddRequest("b", "stays"), oddRequest("c", "stays")];
  const results = executor.executeMany(requests, { signal: stop.signal, onProgress: () => stop.abort() });
  for await (const result of results) assert(false, result.runId);
  assertEquals((await executor.execute(oddRequest("d"))).status, "completed");
});

Deno.test("PoolExecutor: a worker that dies loses no run, and only the run that kills it fails, after three attempts", async () => {
  await using executor = new PoolExecutor({ workers: 2, script: ODD_WORKER });
  const requests = Array.from({ length: 60 }, (_, i) => oddRequest(`r${i}`, i === 20 || i === 41 ? "dies" : "well"));
  const failed: string[] = [];
  const seen = new Set<string>();
  for await (const result of executor.executeMany(requests)) {
    assert(!seen.has(result.runId), `${result.runId} came twice`);
    seen.add(result.runId);
    if (result.status !== "failed") continue;
    failed.push(result.runId);
    assertMatch(result.error ?? "", /^WorkerDied: its worker died 3 times: .*took its worker along/);
    assertEquals(result.parameters, { what: "dies" });
  }
  assertEquals(seen.size, 60);
  assertEquals(failed.sort(), ["r20", "r41"]);
});

Deno.test("PoolExecutor: a worker that gives no sign of life is replaced", async () => {
  await using executor = new PoolExecutor({ workers: 1, script: ODD_WORKER, attempts: 2, lease: 150 });
  const statuses: Record<string, string | null> = {};
  for await (const result of executor.executeMany([oddRequest("a"), oddRequest("b", "hangs"), oddRequest("c")])) {
    statuses[result.runId] = result.error;
  }
  assertEquals(statuses["a"], null);
  assertEquals(statuses["c"], null);
  assertMatch(statuses["b"] ?? "", /its worker died 2 times: it gave no sign of life for 150 ms/);
});

Deno.test("PoolExecutor: workers that do not start are an error, not a wait for ever", async () => {
  await using executor = new PoolExecutor({ workers: 2, script: new URL("./broken_worker.ts", import.meta.url) });
  await assertRejects(
    () => executor.execute(oddRequest("a")),
    Error,
    "Error: broken on purpose",
  );
});

Deno.test("PoolExecutor: several executions at once share the workers and do not mix their results", async () => {
  await using executor = new PoolExecutor({ workers: 2, script: ODD_WORKER });
  const executions = ["a", "b", "c"].map(async (letter) => {
    const ids: string[] = [];
    const requests = Array.from({ length: 100 }, (_, i) => oddRequest(`${letter}${i}`));
    for await (const result of executor.executeMany(requests)) ids.push(result.runId);
    return ids;
  });
  for (const [i, ids] of (await Promise.all(executions)).entries()) {
    assertEquals(ids.length, 100);
    assert(ids.every((id) => id.startsWith("abc"[i] ?? "")));
  }
});

Deno.test("products come out of a message as they went in", () => {
  const packer = new ProductPacker();
  const products = ["", "ρ→日本𝄞", "x".repeat(10_000)].map((content, i) => ({
    result: oddRun(oddRequest(`r${i}`), { keep: "none" }).result,
    artifacts: [{ name: "a.csv", content }, { name: "b.bin", content: new Uint8Array([i, 255]) }],
  }));
  for (const product of products) packer.add(product);
  const { runs, bytes } = packer.take();
  const back = unpacked(runs, bytes);
  assertEquals(back.map((product) => product.result), products.map((product) => product.result));
  for (const [i, { artifacts }] of back.entries()) {
    const [text, binary] = artifacts;
    assert(text?.content instanceof Uint8Array && binary?.content instanceof Uint8Array);
    assertEquals(new TextDecoder().decode(text.content), products[i]?.artifacts[0]?.content);
    assertEquals([...binary.content], [i, 255]);
  }
});

Deno.test("what is no message of the protocol is refused", async () => {
  for (const value of [null, {}, { type: "results", runs: [{}], bytes: new Uint8Array(0), busy: 1 }, { type: "day" }]) {
    await assertRejects(() => Promise.resolve().then(() => messageFromWorker(value)), TypeError);
  }
  for (const value of [1, { type: "start" }, { type: "batch", epoch: 1, keep: "some", requests: [] }]) {
    await assertRejects(() => Promise.resolve().then(() => messageToWorker(value)), TypeError);
  }
});
