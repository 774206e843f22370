/** INV-5 on recorded scenarios: scripts, checkpoints, splits, cycles, collateral, errors in the middle of a tick. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Database } from "../../src/stores/duckdb/driver.ts";
import { rowProblems } from "../../src/stores/duckdb/validation.ts";
import { program } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";
import { GOLDEN, recorded } from "./golden.ts";

const CASES = [
  "multi_day",
  "lsm_cycles_1",
  "split_stagger_1",
  "external_calls_1",
  "checkpoint_1",
  "overdue_1",
  "rtgs_failures",
  "entry_disposition",
];
const MODES = [[], ["--verbose"], ["--event-stream"]];

for (const name of CASES) {
  recorded(`payments replay prints byte by byte what payments run printed: ${name}`, async () => {
    using place = new Place();
    const input = join(GOLDEN, "rtgs", name, "engine_input.json");
    const script = join(GOLDEN, "rtgs", name, "script.json");
    const calls = isFile(script) ? ["--script", script] : [];
    const run = ["payments", "run", input, "--reference", "--quiet", ...calls, "--persist", "r.duckdb"];
    for (const [i, mode] of MODES.entries()) {
      const ran = await program(place.path, ...run, "--simulation-id", `s-${i}`, ...mode);
      const again = await program(place.path, "payments", "replay", `s-${i}`, "--db", "r.duckdb", ...mode);
      assertEquals(again, ran, mode.join(" "));
      assert(ran.out !== "" || ran.error !== "", `${name} printed nothing`);
    }
    await using database = await Database.open(`${place.path}/r.duckdb`, { readOnly: true });
    assertEquals(await rowProblems(database), []);
  });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
