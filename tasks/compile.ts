/**
 * Makes one program file for this machine: `deno task compile`. Compiling needs Deno's runtime for the target
 * (`denort`), which Deno fetches from its own download server; where that is not reachable this says so.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { COMMANDS } from "../src/cli/commands.ts";
import { ON_DEMAND } from "../src/cli/on_demand.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const name = Deno.build.os === "windows" ? "bilancio.exe" : "bilancio";

/** The modules that the program names by texts, which Deno does not find by itself; from the root of the checkout. */
export function namedModules(): string[] {
  const named = [...COMMANDS.map(({ module }) => module), ...Object.values(ON_DEMAND)];
  const places = named.map((path) => fromFileUrl(new URL(path, new URL("../src/cli/", import.meta.url))));
  return [...new Set(places)].map((place) => place.slice(root.length)).concat("src/executors/pool_worker.ts");
}

async function compiled(): Promise<number> {
  console.log(`Compiling src/cli/main.ts to dist/${name} for ${Deno.build.target}, Deno ${Deno.version.deno}.`);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--quiet", "--no-prompt", "--allow-read", "--allow-write", "--allow-env=BILANCIO_WORKERS"],
      ...namedModules().flatMap((module) => ["--include", module]),
      ...["--output", `dist/${name}`, "src/cli/main.ts", ...Deno.args],
    ],
    cwd: root,
    stdout: "inherit",
    stderr: "piped",
  }).output();
  if (code === 0) {
    console.log(`Done: dist/${name} --help`);
  } else {
    console.error(new TextDecoder().decode(stderr).trim());
    console.error(`
Compiling needs, besides this checkout:
  - denort ${Deno.version.deno} for ${Deno.build.target}: Deno fetches it from its download site, or takes the file that the
    environment variable DENORT_BIN names;
  - the npm packages of deno.json in Deno's cache (deno install).`);
  }
  return code;
}

if (import.meta.main) Deno.exit(await compiled());
