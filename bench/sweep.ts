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

/** Every sweep gets a directory of its own, and all go at the end: files deleted just before would slow the next one. */
const BASE = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
let sweeps = 0;

/** Wall milliseconds of the command, start included. */
function timed(flags: readonly string[]): number {
  const directory = join(BASE, String(sweeps++));
  const program = join(ROOT, "src/cli/main.ts");
  const args = ["run", "-A", program, "sweep", "ring", "--quiet", "--out-dir", directory, ...flags];
  const start = performance.now();
  const { success, stderr } = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" }).outputSync();
  const time = performance.now() - start;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return time;
}

/** Smallest and middle time of some repetitions; the first one, which fills the caches, does not count. */
function measured(flags: readonly string[]): { min: number; median: number } {
  timed(flags);
  const times = Array.from({ length: REPETITIONS }, () => timed(flags)).sort((a, b) => a - b);
  return { min: times[0] ?? NaN, median: times[times.length >> 1] ?? NaN };
}

const ONE_RUN = ["--kappas", "1", "--concentrations", "1", "--mus", "0"];
const reference = referenceSeconds();

function row(name: string, { min, median }: { min: number; median: number }, compared = true): void {
  const ratio = (time: number): string => (reference === null ? NaN : reference * 1000 / time).toFixed(1);
  const against = compared && reference !== null ? `${ratio(min)} to ${ratio(median)} x` : "";
  console.log(
    name.padEnd(44) + `${min.toFixed(0)} ms`.padStart(9) + `${median.toFixed(0)} ms`.padStart(9) + against.padStart(22),
  );
}

try {
  console.log(
    "125 runs of 5 agents, whole process".padEnd(44) + "min".padStart(9) + "median".padStart(9) +
      "reference takes".padStart(22),
  );
  for (const flags of [[], ["--artifacts", "none"], ["--executor", "pool"]]) {
    const whole = measured(flags);
    row(`sweep ring ${flags.join(" ")}`, whole);
    if (!flags.includes("none")) continue;
    // What the runs alone cost: the same command with a single run is all the rest.
    const single = measured([...flags, ...ONE_RUN]);
    row("  of which 124 runs", { min: whole.min - single.min, median: whole.median - single.median });
  }
} finally {
  Deno.removeSync(BASE, { recursive: true });
}
