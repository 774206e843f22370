/** Sweep directories for the tests of transfers, and their comparison. */
import { assertEquals } from "@std/assert";
import { isPassing } from "../../../src/stores/archive/folder.ts";
import type { Place } from "../places.ts";
import { randomBytes } from "../s3/object_suite.ts";

/** Files of a small paired sweep: two arms, aggregates, a plan, and what stands beside them. */
export function writePairedSweep(place: Place, folder = "sweep"): string {
  const files: Record<string, string> = {
    "plan.jsonl": '{"format":1}\n',
    "job_manifest.json": "{}",
    "aggregate/comparison.csv": "kappa,delta\r\n0.5,0.1\r\n",
    "aggregate/summary.json": "{}",
    "aggregate/.lock": "",
    "passive/registry/experiments.csv": "run_id\r\n",
    "passive/registry/.lock": "",
    "passive/runs/passive_1/out/events.jsonl": '{"kind":"PayableSettled"}\n'.repeat(50),
    "active/registry/experiments.csv": "run_id\r\n",
    "active/runs/active_1/scenario.yaml": "name: ρ\n",
    "recordings/part-1.duckdb": "not really",
    '=HYPERLINK("x").csv': "=1+1",
  };
  for (const [name, text] of Object.entries(files)) place.write(`${folder}/${name}`, text);
  Deno.mkdirSync(`${place.path}/${folder}/active/runs/active_2/out`, { recursive: true });
  return `${place.path}/${folder}`;
}

/** Makes one arm so large that it goes up in parts. */
export function enlarge(folder: string): void {
  Deno.writeFileSync(`${folder}/passive/runs/passive_1/out/large.bin`, randomBytes(10_000_000));
}

/** The files of a directory by name, without locks and what is passing. */
function contents(directory: string): Map<string, Uint8Array | null> {
  const found = new Map<string, Uint8Array | null>();
  const walk = (below: string) => {
    for (const entry of Deno.readDirSync(`${directory}/${below}`)) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (isPassing(entry.name)) continue;
      if (!entry.isDirectory) found.set(name, Deno.readFileSync(`${directory}/${name}`));
      else {
        found.set(name, null);
        walk(name);
      }
    }
  };
  walk("");
  return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Compares directories byte for byte. */
export function assertSameDirectory(actual: string, expected: string): void {
  const one = contents(actual);
  const other = contents(expected);
  assertEquals([...one.keys()], [...other.keys()]);
  for (const [name, bytes] of one) assertEquals(bytes, other.get(name), name);
}
