/**
 * What every registry store must do, whatever it is built on: call {@linkcode registrySuite} with a way to open one.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidReference } from "../../src/core/errors.ts";
import type { RegistryEntry, RegistryStore } from "../../src/experiments/contracts.ts";
import { canonicalScalar, completedKey } from "../../src/experiments/canonical.ts";

/** A place for a registry that outlives a store: opening it again finds what was there. */
export interface RegistryPlace extends AsyncDisposable {
  open(): RegistryStore;
}

/** A row with everything in it. */
export function entryOf(runId: string, change: Partial<RegistryEntry> = {}): RegistryEntry {
  return {
    runId,
    experimentId: "",
    status: "completed",
    parameters: { phase: "grid", seed: 42, kappa: "0.50", concentration: "1", dealer_enabled: false },
    metrics: { phi_total: "0.25", delta_total: "0.7500", time_to_stability: 3 },
    artifactPaths: { events_jsonl: `runs/${runId}/out/events.jsonl` },
    error: null,
    ...change,
  };
}

/** A row as stores may give it back: numbers by value, nothing that is null, no sizes. */
function essence({ artifactSizes: _, ...entry }: RegistryEntry): unknown {
  const known = (values: RegistryEntry["parameters"]) =>
    Object.entries(values).filter(([, value]) => value !== null)
      .map(([name, value]) => `${name}=${canonicalScalar(value)}`).sort();
  return { ...entry, parameters: known(entry.parameters), metrics: known(entry.metrics) };
}

function assertSameRows(actual: readonly RegistryEntry[], expected: readonly RegistryEntry[]): void {
  assertEquals(actual.map(essence), expected.map(essence));
}

/** Registers the suite. */
export function registrySuite(name: string, makePlace: () => Promise<RegistryPlace>): void {
  const check = (sentence: string, body: (place: RegistryPlace) => Promise<void>): void => {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using place = await makePlace();
      await body(place);
    });
  };

  check("a new registry is empty and reading it makes nothing", async (place) => {
    await using store = place.open();
    assertEquals(await store.listRuns(""), []);
    assertEquals(await store.get("", "grid_1"), null);
    assertEquals((await store.getCompletedKeys("", ["seed"])).size, 0);
  });

  check("a row comes back, from the same store and from the next one", async (place) => {
    const entry = entryOf("grid_1");
    {
      await using store = place.open();
      await store.upsert(entry);
      assertSameRows(await store.listRuns(""), [entry]);
    }
    await using store = place.open();
    assertSameRows(await store.listRuns(""), [entry]);
    const again = await store.get("", "grid_1");
    assert(again !== null);
    assertSameRows([again], [entry]);
  });

  check("texts that are hard to write come back: commas, quotes, line ends, other scripts", async (place) => {
    const entry = entryOf("grid_1", {
      status: "failed",
      error: 'Generator validation failed:\n  - a, "b"\r\n  - ρ → 日本',
      parameters: { phase: "a,b", note: 'say "hi"', empty_like: " " },
      metrics: {},
      artifactPaths: {},
    });
    {
      await using store = place.open();
      await store.upsert([entry, entryOf("grid_2")]);
    }
    await using store = place.open();
    assertSameRows(await store.listRuns(""), [entry, entryOf("grid_2")]);
  });

  check("a decimal keeps its exact text", async (place) => {
    const kappa = "2.461880538986429760000000000";
    {
      await using store = place.open();
      await store.upsert(entryOf("lhs_1", { parameters: { kappa, monotonicity: "0E-29" } }));
    }
    await using store = place.open();
    assertEquals((await store.get("", "lhs_1"))?.parameters, { kappa, monotonicity: "0E-29" });
  });

  check("an upsert replaces the whole row and keeps its place", async (place) => {
    await using store = place.open();
    const running = entryOf("grid_1", { status: "running", metrics: {}, artifactPaths: {} });
    await store.upsert([running, entryOf("grid_2")]);
    await store.upsert(entryOf("grid_1"));
    assertSameRows(await store.listRuns(""), [entryOf("grid_1"), entryOf("grid_2")]);
    await store.upsert(running);
    assertSameRows(await store.listRuns(""), [running, entryOf("grid_2")]);
  });

  check("doing an upsert again changes nothing", async (place) => {
    await using store = place.open();
    await store.upsert(entryOf("grid_1"));
    const before = await store.listRuns("");
    await store.upsert(entryOf("grid_1"));
    assertEquals(await store.listRuns(""), before);
  });

  check("many upserts at once are all kept, in the order in which they were asked for", async (place) => {
    const entries = Array.from({ length: 200 }, (_, i) => entryOf(`grid_${i}`));
    {
      await using store = place.open();
      await Promise.all(entries.map((entry) => store.upsert(entry)));
    }
    await using store = place.open();
    assertSameRows(await store.listRuns(""), entries);
  });

  check("experiments do not see each other's runs", async (place) => {
    const one = entryOf("grid_1", { experimentId: "one", artifactPaths: { run_html: "one/runs/grid_1/run.html" } });
    const two = entryOf("grid_1", { experimentId: "two", status: "failed", error: "x" });
    {
      await using store = place.open();
      await store.upsert([one, two]);
    }
    await using store = place.open();
    assertSameRows(await store.listRuns("one"), [one]);
    assertSameRows(await store.listRuns("two"), [two]);
    assertEquals(await store.listRuns(""), []);
  });

  check("completed keys: six runs give six keys, failed ones none, and 1 is 1.0", async (place) => {
    await using store = place.open();
    const names = ["seed", "kappa", "concentration"];
    for (const seed of [1, 2, 3]) {
      for (const kappa of ["0.1", "0.2"]) {
        await store.upsert(entryOf(`r_${seed}_${kappa}`, { parameters: { seed, kappa, concentration: "0.5" } }));
      }
    }
    await store.upsert(entryOf("bad", { status: "failed", parameters: { seed: 9, kappa: "1", concentration: "1" } }));
    const keys = await store.getCompletedKeys("", names);
    assertEquals(keys.size, 6);
    assert(keys.has(completedKey({ seed: "1.0", kappa: 0.1, concentration: "0.50" }, names)));
    assert(!keys.has(completedKey({ seed: 9, kappa: 1, concentration: 1 }, names)));
  });

  check("query() compares by value, within ranges, and all conditions hold together", async (place) => {
    await using store = place.open();
    await store.upsert([
      entryOf("a", { parameters: { kappa: "0.10", phase: "grid" }, metrics: { delta_total: "0.2" } }),
      entryOf("b", { parameters: { kappa: "1", phase: "grid" }, metrics: { delta_total: "0.8" } }),
      entryOf("c", { parameters: { kappa: "1.0", phase: "lhs" }, metrics: {}, status: "failed", error: "x" }),
    ]);
    const ids = async (filters: Parameters<RegistryStore["query"]>[1]) =>
      (await store.query("", filters)).map((entry) => entry.runId);
    assertEquals(await ids({}), ["a", "b", "c"]);
    assertEquals(await ids({ kappa: 0.1 }), ["a"]);
    assertEquals(await ids({ kappa: "1.00" }), ["b", "c"]);
    assertEquals(await ids({ delta_total: { min: 0.2, max: 0.5 } }), ["a"]);
    assertEquals(await ids({ delta_total: { min: 0.5 } }), ["b"]);
    assertEquals(await ids({ status: "failed" }), ["c"]);
    assertEquals(await ids({ kappa: 1, phase: "lhs" }), ["c"]);
    assertEquals(await ids({ nothing_like_it: 1 }), []);
    assertEquals(await ids({ delta_total: null }), ["c"]);
  });

  check("an id that would leave its place is refused", async (place) => {
    await using store = place.open();
    for (const runId of ["..", ".", "", "a/b", "a\0b", "a b"]) {
      await assertRejects(() => store.upsert(entryOf(runId)), InvalidReference);
    }
    for (const experimentId of ["..", "a/b"]) {
      await assertRejects(() => store.upsert(entryOf("a", { experimentId })), InvalidReference);
      await assertRejects(() => store.listRuns(experimentId), InvalidReference);
    }
  });
}
