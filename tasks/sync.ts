/**
 * `deno task sync DIR`: the command `bilancio cloud sync` with the narrowest permissions. It can read sweeps below
 * `out/` and the settings of this checkout, reach the hosts that the permission set `sync` in `deno.json` lists, and
 * nothing else: it writes no file, starts no program, loads no library. Arguments are passed on; also to be used as
 *
 *     deno run -P=sync tasks/sync.ts out/trading --full
 *
 * @module
 */
// Loaded here, because this task may not read the program's modules later.
import "../src/cli/cloud_sync.ts";
import { main } from "../src/cli/main.ts";

if (import.meta.main) {
  const hasCaller = Deno.args[0] === "-C";
  const caller = hasCaller ? Deno.args.slice(0, 2) : [];
  Deno.exit(await main([...caller, "cloud", "sync", ...(hasCaller ? Deno.args.slice(2) : Deno.args)]));
}
