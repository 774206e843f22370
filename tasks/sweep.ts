/**
 * `deno task sweep`: a small real sweep on the bundled example, with the permissions of its task - it can read the
 * project and write `out/`, and nothing else. Arguments are passed on to `bilancio sweep ring`; given a directory or a
 * sweep file of their own, they replace the example.
 *
 * @module
 */
import { main } from "../src/cli/main.ts";

const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");
const EXAMPLE = ["--config", `${ROOT}/examples/sweeps/grid.yaml`];
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
  if (asked.includes("--help") || asked.includes("-h")) return await main(["sweep", "ring", "--help"]);
  const isExample = asked.every((flag) => ABOUT_EXECUTION.includes(flag));
  const settings = isExample ? EXAMPLE : [];
  const directory = isExample && !asked.includes("--out-dir") ? DIRECTORY : [];
  const status = await main([...before, "sweep", "ring", ...settings, ...directory, ...behind]);
  if (isExample && status === 0 && !asked.includes("--json") && !asked.includes("--quiet")) console.log(NEXT);
  return status;
}

const NEXT = `
Where to look next
  the dashboard      open out/sweep/aggregate/dashboard.html in a browser; every run in it leads to its own page
  the numbers        deno task -q bilancio export registry out/sweep --format csv
  your own question  deno task -q bilancio sweep ring --kappas 0.25,0.5,1 --n-agents 50 --out-dir out/mine
  one economy        deno task -q bilancio run examples/scenarios/04-default-cascade.yaml
  what it means      docs/concepts.md`;

if (import.meta.main) Deno.exit(await sweep(Deno.args));
