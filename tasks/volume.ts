/**
 * `deno task volume:ls`, `volume:cleanup`, `volume:rm`: the commands `bilancio volume ...` with the permissions of their
 * task: they can read and write the volume `out/` of this checkout, and nothing else. Arguments are passed on.
 *
 * @module
 */
import { main } from "../src/cli/main.ts";
// Loaded here, because these tasks may not read the program's modules later.
import "../src/cli/volume.ts";

const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");

/** Where relative paths start: at the caller when a volume is named, else at the checkout, whose `out/` it is then. */
function directoryOf(caller: readonly string[], args: readonly string[]): readonly string[] {
  const isNamed = args.some((arg) => arg === "--volume" || arg.startsWith("--volume=")) ||
    (Deno.env.get("BILANCIO_VOLUME") ?? "") !== "";
  return isNamed ? caller : ["-C", ROOT];
}

if (import.meta.main) {
  const hasCaller = Deno.args[0] === "-C";
  const args = hasCaller ? Deno.args.slice(2) : Deno.args;
  Deno.exit(await main([...directoryOf(hasCaller ? Deno.args.slice(0, 2) : [], args), "volume", ...args]));
}
