/**
 * The default ring sweep as a whole process, against the recorded times of the reference.
 *
 *     deno run -A bench/sweep.ts [REPETITIONS]
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("..", import.meta.url));
const GOLDEN = Deno.env.get("BILANCIO_GOLDEN") ?? join(ROOT, "..", "shared", "golden");
const REPETITIONS = Number(Deno.args[0] ?? 7);

/** Seconds of the reference for the default sweep; null without the recordings. */
function referenceSeconds(): number | null {
  try {
    return JSON.parse(Deno.readTextFileSync(join(GOLDEN, "sweeps", "timing.json")))["ring-default"].reference_seconds;
  } catch {
    return null;
  }
}

/** Wall milliseconds of the command, start included. */
function timed(flags: readonly string[]): number {
  const base = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
  const args = [
    "run",
    "-A",
    join(ROOT, "src/cli/main.ts"),
    "sweep",
    "ring",
    "--quiet",
    "--out-dir",
    `${base}/s`,
    ...flags,
  ];
  const start = performance.now();
  const { success, stderr } = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" }).outputSync();
  const time = performance.now() - start;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  Deno.removeSync(base, { recursive: true });
  return time;
}

const reference = referenceSeconds();
console.log("125 runs of 5 agents, whole process".padEnd(44), "best", "  median", "  reference is slower by");
for (const flags of [[], ["--artifacts", "none"], ["--executor", "pool"]]) {
  const times = Array.from({ length: REPETITIONS }, () => timed(flags)).sort((a, b) => a - b);
  const [best = 0] = times;
  const median = times[REPETITIONS >> 1] ?? best;
  const ratio = reference === null
    ? ""
    : `${(reference * 1000 / best).toFixed(1)} to ${(reference * 1000 / median).toFixed(1)} x`;
  const name = `sweep ring ${flags.join(" ")}`.padEnd(44);
  console.log(name, `${best.toFixed(0)} ms`, `${median.toFixed(0)} ms`.padStart(8), ratio.padStart(20));
}
