/**
 * `deno task sweep`: a small balanced sweep on the bundled example - when does trading help? - with the permissions of
 * its task: it can read the project and write `out/`, and nothing else. Arguments are passed on to `sweep balanced`;
 * what they say of the economies replaces the example.
 *
 * @module
 */
import { main } from "../src/cli/main.ts";

const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");
/** The sweep that shows what the program is for. */
const SETTINGS = ["--config", `${ROOT}/examples/sweeps/balanced.yaml`];
/** Where it goes when nobody says, below the checkout. */
const DIRECTORY = "out/trading";

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
  "--job-id",
  "--persist",
  "--persist-to",
  "--cloud-sync",
  "--full",
];

async function sweep(args: readonly string[]): Promise<number> {
  const behind = args[0] === "-C" ? args.slice(2) : args;
  const before = args[0] === "-C" ? args.slice(0, 2) : [];
  const asked = behind.filter((arg) => arg.startsWith("-")).map((arg) => arg.split("=", 1)[0] ?? "");
  if (asked.includes("--help") || asked.includes("-h")) return await main(["sweep", "balanced", "--help"]);
  const isExample = asked.every((flag) => ABOUT_EXECUTION.includes(flag));
  const settings = isExample ? SETTINGS : [];
  const saysWhere = asked.includes("--out-dir") || asked.includes("--config");
  const fresh = saysWhere || isExample ? undefined : await freshDirectory();
  const place = fresh ?? (saysWhere ? undefined : `${ROOT}/${DIRECTORY}`);
  const directory = place === undefined ? [] : ["--out-dir", place];
  const status = await main([...before, "sweep", "balanced", ...settings, ...directory, ...behind]);
  if (fresh !== undefined && status !== 0) removeIfEmpty(fresh);
  const isShown = !asked.includes("--json") && !asked.includes("--quiet");
  if (place !== undefined && isExample && status === 0 && isShown) console.log(NEXT);
  return status;
}

/** The program's own choice, below the checkout: this task may write nowhere else, wherever its caller stands. */
async function freshDirectory(): Promise<string> {
  const { defaultDirectory } = await import("../src/cli/sweep_ring.ts");
  const { claimedDirectory } = await import("../src/stores/files/sweep_directory.ts");
  return claimedDirectory(`${ROOT}/${defaultDirectory(new Date()).replace(/ring$/, "balanced")}`);
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
  the dashboard      open ${DIRECTORY}/aggregate/dashboard.html in a browser: where trading helps, every pair, every run
  who trades         deno task -q bilancio sweep strategy-outcomes --experiment ${DIRECTORY}
  the numbers        deno task -q bilancio export registry ${DIRECTORY} --format csv
  your own question  deno task -q bilancio sweep balanced --kappas 0.5,1,2 --mus 0.5 --outside-mid-ratios 0.9 --out-dir out/mine
  in a notebook      deno task notebook, then notebooks/02_paired_sweep.ipynb
  what it means      docs/concepts.md`;

if (import.meta.main) Deno.exit(await sweep(Deno.args));
