/**
 * What every executor must do, whatever it runs on: call {@linkcode executorSuite} with a way to make one that runs
 * `odd_run.ts`.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ResultStore, RunResult, SimulationExecutor } from "../../src/experiments/contracts.ts";
import { FileResultStore } from "../../src/stores/files/result_store.ts";
import { Place } from "../stores/places.ts";
import { oddRequest } from "./odd_run.ts";

async function all(results: AsyncIterable<RunResult>): Promise<RunResult[]> {
  const list: RunResult[] = [];
  for await (const result of results) list.push(result);
  return list.sort((a, b) => a.runId < b.runId ? -1 : 1);
}

/** Registers the suite. */
export function executorSuite(name: string, make: (results: ResultStore | null) => SimulationExecutor): void {
  Deno.test(`${name}: a run gives its result`, async () => {
    await using executor = make(null);
    const result = await executor.execute(oddRequest("a"));
    assertEquals([result.runId, result.status, result.metrics], ["a", "completed", { days: 3 }]);
  });

  Deno.test(`${name}: a failing run is a result with class, message and parameters, and the others go on`, async () => {
    await using executor = make(null);
    const results = await all(executor.executeMany([oddRequest("a"), oddRequest("b", "throws"), oddRequest("c")]));
    assertEquals(results.map((result) => result.status), ["completed", "failed", "completed"]);
    assertEquals(results[1]?.error, "RangeError: this run is odd");
    assertEquals(results[1]?.parameters, { what: "throws" });
  });

  Deno.test(`${name}: every request has exactly one result, also of an asynchronous source`, async () => {
    await using executor = make(null);
    const ids = Array.from({ length: 500 }, (_, i) => `r${1000 + i}`);
    assertEquals((await all(executor.executeMany(ids.map((id) => oddRequest(id))))).map((run) => run.runId), ids);
    async function* slowly() {
      for (const id of ids) {
        await Promise.resolve();
        yield oddRequest(id);
      }
    }
    assertEquals((await all(executor.executeMany(slowly()))).map((run) => run.runId), ids);
    assertEquals(await all(executor.executeMany([])), []);
  });

  Deno.test(`${name}: artifacts are kept as asked for, each run's own`, async () => {
    for (const artifacts of ["all", "failed", "none"] as const) {
      using place = new Place();
      await using executor = make(new FileResultStore(place.path));
      const requests = Array.from({ length: 40 }, (_, i) => oddRequest(`r${i}`, i === 7 ? "throws" : "well"));
      await all(executor.executeMany(requests, { artifacts }));
      const kept = place.names().filter((path) => path.endsWith("result.json"));
      assertEquals(kept.length, { all: 40, failed: 1, none: 0 }[artifacts]);
      if (artifacts === "all") assertEquals(place.read("runs/r31/out/events.jsonl"), "r31 ρ\n");
    }
  });

  Deno.test(`${name}: days are reported`, async () => {
    await using executor = make(null);
    const days: string[] = [];
    await executor.execute(oddRequest("a", "well", 100_000), {
      onProgress: (runId, day) => days.push(`${runId} ${day}`),
    });
    assert(days.length > 0);
    assert(days.every((day) => /^a \d+$/.test(day)));
  });

  Deno.test(`${name}: an abort stops what waits at once; what was done before is delivered`, async () => {
    await using executor = make(null);
    const stop = new AbortController();
    let asked = 0;
    function* endless() {
      while (true) yield oddRequest(`r${asked++}`);
    }
    let delivered = 0;
    for await (const _ of executor.executeMany(endless(), { signal: stop.signal })) {
      if (++delivered === 10) stop.abort();
    }
    assert(delivered >= 10 && delivered <= asked);
    await assertRejects(() => executor.execute(oddRequest("a"), { signal: stop.signal }), DOMException);
    assertEquals((await executor.execute(oddRequest("b"))).status, "completed");
  });

  Deno.test(`${name}: a caller that leaves early ends the source`, async () => {
    await using executor = make(null);
    let ended = false;
    function* requests() {
      try {
        for (let i = 0; i < 10_000; i++) yield oddRequest(`r${i}`);
      } finally {
        ended = true;
      }
    }
    for await (const _ of executor.executeMany(requests())) break;
    assert(ended);
  });

  Deno.test(`${name}: a store that fails ends the execution with its error`, async () => {
    using place = new Place();
    place.write("runs", "a file where the runs should go");
    await using executor = make(new FileResultStore(place.path));
    await assertRejects(() => all(executor.executeMany([oddRequest("a"), oddRequest("b")])), Error, "Cannot write");
  });
}
