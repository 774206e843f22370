/**
 * What every result store must do, whatever it is built on: call {@linkcode resultSuite} with a way to open one.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidReference, NotFound } from "../../src/core/errors.ts";
import type { ResultStore, RunResult } from "../../src/experiments/contracts.ts";

/** A place for results that outlives a store. */
export interface ResultPlace extends AsyncDisposable {
  open(): ResultStore;
}

/** A result with everything in it. */
export function resultOf(runId: string, change: Partial<RunResult> = {}): RunResult {
  return {
    runId,
    status: "completed",
    parameters: { seed: 42, kappa: "0.50", dealer_enabled: false },
    metrics: { delta_total: "0.8812877263581488933601609658", time_to_stability: 1, phi_total: null },
    artifacts: {},
    error: null,
    executionTimeMs: 3,
    ...change,
  };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Registers the suite. */
export function resultSuite(name: string, makePlace: () => Promise<ResultPlace>): void {
  const check = (sentence: string, body: (place: ResultPlace) => Promise<void>): void => {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using place = await makePlace();
      await body(place);
    });
  };

  check("a run that is not there is null", async (place) => {
    assertEquals(await place.open().loadRun("", "grid_1"), null);
  });

  check("a run comes back with references to its artifacts and their sizes", async (place) => {
    const artifacts = [
      { name: "scenario.yaml", content: "name: ρ\n" },
      { name: "events.jsonl", content: new TextEncoder().encode("{}\n") },
      { name: "run.html", content: "<!doctype html>" },
    ];
    const saved = await place.open().saveRun("", resultOf("grid_1"), artifacts);
    assertEquals(Object.keys(saved.artifacts).sort(), ["events_jsonl", "run_html", "scenario_yaml"]);
    const { artifactSizes, ...result } = saved;
    const store = place.open();
    assertEquals(await store.loadRun("", "grid_1"), result);
    assertEquals(text(await store.loadArtifact(saved.artifacts["scenario_yaml"] ?? "")), "name: ρ\n");
    assertEquals(text(await store.loadArtifact(saved.artifacts["events_jsonl"] ?? "")), "{}\n");
    assertEquals(artifactSizes?.[saved.artifacts["scenario_yaml"] ?? ""], 9);
    const stream = await store.openArtifact(saved.artifacts["run_html"] ?? "");
    assertEquals(await new Response(stream).text(), "<!doctype html>");
  });

  check("saving a run again replaces it, with nothing of the old one left", async (place) => {
    const store = place.open();
    const old = await store.saveRun("", resultOf("grid_1"), [{ name: "metrics.csv", content: "old" }]);
    const failed = resultOf("grid_1", { status: "failed", error: "ValidationError: no" });
    await store.saveRun("", failed, [{ name: "run.html", content: "new" }]);
    assertEquals((await store.loadRun("", "grid_1"))?.error, "ValidationError: no");
    await assertRejects(() => store.loadArtifact(old.artifacts["metrics_csv"] ?? ""), NotFound);
  });

  check("a single artifact is kept beside the run's others", async (place) => {
    const store = place.open();
    await store.saveRun("e", resultOf("grid_1"), [{ name: "events.jsonl", content: "1" }]);
    const reference = await store.saveArtifact("e", "grid_1", { name: "notes.csv", content: "2" });
    assertEquals(text(await store.loadArtifact(reference)), "2");
    assert(await store.loadRun("e", "grid_1") !== null);
  });

  check("many runs at once are all kept", async (place) => {
    const store = place.open();
    const ids = Array.from({ length: 20 }, (_, i) => `grid_${i}`);
    await Promise.all(ids.map((id) => store.saveRun("", resultOf(id), [{ name: "metrics.csv", content: id }])));
    for (const id of ids) assertEquals((await store.loadRun("", id))?.runId, id);
  });

  check("names and references that would leave the store are refused", async (place) => {
    const store = place.open();
    for (const bad of ["..", ".", "", "a/b", "../a", "a\0", "/etc"]) {
      await assertRejects(() => store.saveRun("", resultOf(bad)), InvalidReference);
      await assertRejects(() => store.loadRun("", bad), InvalidReference);
      await assertRejects(() => store.saveArtifact("", "a", { name: bad, content: "" }), InvalidReference);
      await assertRejects(() => store.saveRun("", resultOf("a"), [{ name: bad, content: "" }]), InvalidReference);
    }
    const references = ["../x", "runs/../../x", "/etc/hosts", "", "runs//x", "runs/a\0", "runs/./x", "..\\x"];
    for (const reference of references) {
      await assertRejects(() => store.loadArtifact(reference), InvalidReference);
      await assertRejects(() => store.openArtifact(reference), InvalidReference);
    }
  });

  check("a reference that names nothing is NotFound", async (place) => {
    const store = place.open();
    await store.saveRun("", resultOf("a"));
    await assertRejects(() => store.loadArtifact("runs/a/out/none.csv"), NotFound);
    await assertRejects(() => store.openArtifact("runs/b/run.html"), NotFound);
  });
}
