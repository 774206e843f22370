/**
 * `deno task sweep`: a small real sweep on the bundled example, with the permissions of its task - it can read the
 * project and write `out/`, and nothing else. Arguments are passed on to the example's command; given a directory or a
 * sweep file of their own, they replace the example.
 *
 * @module
 */
import { main } from "../src/cli/main.ts";

const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");
/** A sweep that shows what the program is for. */
interface Example {
  /** Which command makes it: `sweep ring`, ... */
  readonly kind: "ring" | "balanced";
  /** Its file below `examples/sweeps/`. */
  readonly file: string;
  /** What to type for a question of one's own. */
  readonly question: string;
}

const RING: Example = {
  kind: "ring",
  file: "grid.yaml",
  question: "deno task -q bilancio sweep ring --kappas 0.25,0.5,1 --n-agents 50 --out-dir out/mine",
};

const BALANCED: Example = {
  kind: "balanced",
  file: "balanced.yaml",
  question: "deno task -q bilancio sweep balanced --kappas 0.25,0.5,1 --n-agents 50 --out-dir out/mine",
};

/** The examples by the kind of their sweep. */
export const EXAMPLES: readonly Example[] = [RING, BALANCED];

/** What `deno task sweep` makes without arguments. */
const EXAMPLE: Example = RING;
const SETTINGS = ["--config", `${ROOT}/examples/sweeps/${EXAMPLE.file}`];
const DIRECTORY = ["--out-dir", `${ROOT}/out/sweep`];

/** Flags that do not change which runs are made: with these alone it is still the example. */
const ABOUT_EXECUTION = [
  "--executor",
  "--workers",
  "--artifacts",
  "--resume",
  "--force",
  "--quiet",
  "--json",
  "--out-dir",
];

async function sweep(args: readonly string[]): Promise<number> {
  const behind = args[0] === "-C" ? args.slice(2) : args;
  const before = args[0] === "-C" ? args.slice(0, 2) : [];
  const asked = behind.filter((arg) => arg.startsWith("-")).map((arg) => arg.split("=", 1)[0] ?? "");
  if (asked.includes("--help") || asked.includes("-h")) return await main(["sweep", EXAMPLE.kind, "--help"]);
  const isExample = asked.every((flag) => ABOUT_EXECUTION.includes(flag));
  const settings = isExample ? SETTINGS : [];
  const saysWhere = asked.includes("--out-dir") || asked.includes("--config");
  const fresh = saysWhere || isExample ? undefined : await freshDirectory();
  const directory = fresh !== undefined ? ["--out-dir", fresh] : saysWhere ? [] : DIRECTORY;
  const status = await main([...before, "sweep", EXAMPLE.kind, ...settings, ...directory, ...behind]);
  if (fresh !== undefined && status !== 0) removeIfEmpty(fresh);
  if (isExample && status === 0 && !asked.includes("--json") && !asked.includes("--quiet")) console.log(NEXT);
  return status;
}

/** The program's own choice, below the checkout: this task may write nowhere else, wherever its caller stands. */
async function freshDirectory(): Promise<string> {
  const { defaultDirectory } = await import("../src/cli/sweep_ring.ts");
  const { claimedDirectory } = await import("../src/stores/files/sweep_directory.ts");
  return claimedDirectory(`${ROOT}/${defaultDirectory(new Date()).replace(/ring$/, EXAMPLE.kind)}`);
}

/** Removes a directory that was made for a sweep that did not come about. */
function removeIfEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // There is something in it: the sweep was begun.
  }
}

const NEXT = `
Where to look next
  the dashboard      open out/sweep/aggregate/dashboard.html in a browser; every run in it leads to its own page
  the numbers        deno task -q bilancio export registry out/sweep --format csv
  your own question  ${EXAMPLE.question}
  one economy        deno task -q bilancio run examples/scenarios/04-default-cascade.yaml
  what it means      docs/concepts.md`;

if (import.meta.main) Deno.exit(await sweep(Deno.args));
