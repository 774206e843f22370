/**
 * Makes one program file for this machine: `deno task compile`. Compiling needs Deno's runtime for the target
 * (`denort`), which Deno fetches from its own download server; where that is not reachable this says so.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

const root = fromFileUrl(new URL("../", import.meta.url));
const name = Deno.build.os === "windows" ? "bilancio.exe" : "bilancio";
console.log(`Compiling src/cli/main.ts to dist/${name} for ${Deno.build.target}, Deno ${Deno.version.deno}.`);

const { code, stderr } = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["compile", "--quiet", "--no-prompt", "--allow-read", "--allow-write", "--allow-env=BILANCIO_WORKERS"],
    ...["--include", "src/executors/pool_worker.ts", "--output", `dist/${name}`, "src/cli/main.ts", ...Deno.args],
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
Deno.exit(code);
