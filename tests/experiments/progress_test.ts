import { assert, assertEquals } from "@std/assert";
import {
  durationText,
  progressBar,
  progressLine,
  type ProgressMode,
  SweepProgress,
} from "../../src/experiments/progress.ts";
import { resultOf } from "../stores/result_suite.ts";

/** Follows four runs, one every three seconds, and gives what was written. */
function followed(mode: ProgressMode): { out: string; error: string } {
  const written = { out: "", error: "" };
  const ports = { out: (text: string) => written.out += text, error: (text: string) => written.error += text };
  const progress = new SweepProgress(mode, ports, 1000);
  progress.planned(5, 1);
  for (let i = 1; i <= 4; i++) {
    progress.finished(resultOf(`grid_${i}`, i === 2 ? { status: "failed", error: "no" } : {}), 1000 + i * 3000);
  }
  progress.end(14_000);
  return written;
}

Deno.test("a bar moves on one line and stays at its end", () => {
  const { out, error } = followed("bar");
  assertEquals(out, "");
  const states = error.split("\r").slice(1).map((state) => state.trimEnd());
  assertEquals(states[0], "[#########---------------] 2/5 runs, 1 done before, 0.3 runs/s, 9.0 s left");
  assertEquals(states.at(-1), "[########################] 5/5 runs, 1 failed, 1 done before, 0.3 runs/s, 13 s");
  assert(error.endsWith("\n"));
});

Deno.test("elsewhere a line appears every ten seconds, and one at the end", () => {
  const lines = followed("lines").error.trimEnd().split("\n");
  assertEquals(lines.length, 2);
  assertEquals(lines[1], "5/5 runs, 1 failed, 1 done before, 0.3 runs/s, 13 s");
});

Deno.test("JSON is one object per finished run on standard output and nothing else", () => {
  const { out, error } = followed("json");
  assertEquals(error, "");
  const objects = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(objects.map((run) => `${run.run_id} ${run.status}`), [
    "grid_1 completed",
    "grid_2 failed",
    "grid_3 completed",
    "grid_4 completed",
  ]);
  assertEquals(objects[1].error, "no");
});

Deno.test("quiet is quiet", () => assertEquals(followed("quiet"), { out: "", error: "" }));

Deno.test("nothing is divided by nothing at the start", () => {
  const count = { total: 0, skipped: 0, completed: 0, failed: 0, elapsed: 0 };
  assertEquals(progressLine(count), "0/0 runs, 0.0 s");
  assertEquals(progressBar({ ...count, total: 9 }, 79), "[------------------------] 0/9 runs");
  assertEquals(progressBar({ ...count, total: 9 }, 20).length, 20);
});

Deno.test("durations are for people", () => {
  assertEquals([400, 12_400, 200_000, 7_500_000].map(durationText), ["0.4 s", "12 s", "3 min 20 s", "2 h 5 min"]);
});
