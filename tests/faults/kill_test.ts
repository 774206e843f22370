/** Sweeps that are killed at random moments and started again, until at least 50 were killed at work. */
import { assert, assertEquals } from "@std/assert";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { parsePlan } from "../../src/experiments/plan.ts";
import { Place } from "../stores/places.ts";
import { SweepChild } from "./child.ts";

const KILLS = 50;

const timeless = (text: string): string => text.replace(/"execution_time_ms": \d+/, "");

/** Every file of the runs of a sweep, by path. */
function runFiles(place: Place): Map<string, string> {
  const names = place.names().filter((name) => name.startsWith("runs/") && !name.endsWith("/"));
  return new Map(names.map((name) => [name, timeless(place.read(name))]));
}

/** What an uninterrupted sweep leaves. */
async function wholeSweep(): Promise<{ files: Map<string, string>; csv: string; plan: string; lines: number }> {
  using place = new Place();
  const { lines, code, error } = await new SweepChild(place.path, "local").end();
  assertEquals([code, error, lines.at(-1)], [0, "", "end"]);
  const [csv, plan] = [place.read("registry/experiments.csv"), place.read("plan.jsonl")];
  return { files: runFiles(place), csv, plan, lines: lines.length };
}

Deno.test("a sweep that is killed at any moment loses no completed run, repeats none and tears no file", async () => {
  const whole = await wholeSweep();
  const perRun = whole.files.size / (whole.csv.split("\r\n").length - 2);
  let kills = 0;
  while (kills < KILLS) {
    using place = new Place();
    let completed: ReadonlySet<string> = new Set();
    for (let attempt = 0;; attempt++) {
      const child = new SweepChild(place.path, attempt % 4 === 3 ? "pool" : "local");
      // Sometimes before the first word, sometimes in the middle, in the end not at all.
      const patience = attempt > 12 ? Infinity : Math.floor(Math.random() * whole.lines / 3);
      await child.hear(patience);
      child.kill();
      const { lines, code, error } = await child.end();
      const isWhole = lines.at(-1) === "end";
      if (!isWhole) kills++;
      assert(error === "" || !isWhole, error);
      const made = lines.filter((line) => line.startsWith("run ")).map((line) => line.slice("run ".length));
      assertEquals(made.filter((id) => completed.has(id)), [], "completed runs were made again");
      assertEquals(new Set(made).size, made.length);
      completed = await completedAfterKill(place, whole, perRun);
      assertEquals(made.filter((id) => !completed.has(id)), [], "runs were reported and are lost");
      // Killed after its last word: the directory may still be to be closed; the next start does that.
      if (isWhole && code === 0) break;
    }
    assertEquals(runFiles(place), whole.files);
    assertEquals(place.read("registry/experiments.csv"), whole.csv);
    assertEquals(place.read("plan.jsonl"), whole.plan);
  }
});

/** The completed runs of a sweep that was killed; what lies there is checked on the way. */
async function completedAfterKill(
  place: Place,
  whole: Awaited<ReturnType<typeof wholeSweep>>,
  perRun: number,
): Promise<ReadonlySet<string>> {
  const files = runFiles(place);
  for (const [name, text] of files) assertEquals(text, whole.files.get(name), `${name} is torn`);
  assertEquals(files.size % perRun, 0, "a run is there in part");
  const names = place.names();
  if (names.includes("plan.jsonl")) {
    const ids = parsePlan(place.read("plan.jsonl"), "plan").runs.map((run) => run.runId);
    assertEquals(new Set(ids).size, ids.length);
    assert(whole.plan.startsWith(place.read("plan.jsonl").split("\n").slice(0, ids.length + 1).join("\n")));
  }
  // A registry that was only opened to be read: what a crash left is not changed by looking at it.
  const store = new FileRegistryStore(place.path);
  const rows = await store.listRuns("");
  assertEquals(new Set(rows.map((row) => row.runId)).size, rows.length, "a run has two rows");
  const completed = new Set(rows.filter((row) => row.status === "completed").map((row) => row.runId));
  for (const id of completed) assert(files.has(`runs/${id}/result.json`), `${id} is completed without files`);
  return completed;
}
