/**
 * The recorded sweeps, made again with their own commands: registry and results agree row by row. Run ids are random in
 * the recordings, so rows are matched by seed, which no two runs of a sweep share.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { readTable, type TableRow } from "../../src/ring/analytics/tables.ts";
import { bilancio, Folder, ROOT } from "../e2e/program.ts";

const GOLDEN = `${Deno.env.get("BILANCIO_GOLDEN") ?? `${ROOT}../shared/golden`}/sweeps`;
const SWEEPS = ["ring-default", "ring-expel-n20", "ring-lhs-frontier"];

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // no recordings on this machine: the tests say that they are ignored
  }
}

function bySeed(text: string): Map<string, TableRow> {
  return new Map(readTable(text).map((row) => [row["seed"] ?? "", row]));
}

/** A cell without the run's id, in which the two differ. */
function nameless(row: TableRow, column: string): string {
  return (row[column] ?? "").replaceAll(row["run_id"] ?? "-", "ID");
}

const TOLERANCE = Decimal.fromNumber(1e-9);

/** Whether two cells are the same text, or numbers within 1e-9 relative. */
function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Decimal.parse(a), Decimal.parse(b)];
  if (x === undefined || y === undefined) return false;
  const difference = x.minus(y);
  const size = Decimal.max(x.sign < 0 ? x.negated() : x, Decimal.ONE);
  return !(difference.sign < 0 ? difference.negated() : difference).greaterThan(size.times(TOLERANCE));
}

function differences(recorded: Map<string, TableRow>, ours: Map<string, TableRow>): string[] {
  const found: string[] = [];
  for (const [seed, row] of recorded) {
    const other = ours.get(seed) ?? {};
    for (const column of Object.keys(row)) {
      const [a, b] = [nameless(row, column), nameless(other, column)];
      if (!isSame(a, b)) found.push(`seed ${seed}, ${column}: ${a} is ${b}`);
    }
  }
  return found;
}

for (const name of SWEEPS) {
  for (const executor of ["local", "pool"]) {
    Deno.test({
      name: `the command of golden/sweeps/${name} on --executor ${executor} gives its registry and results`,
      ignore: !isThere(`${GOLDEN}/${name}`),
      async fn() {
        using folder = new Folder();
        const { command } = JSON.parse(Deno.readTextFileSync(`${GOLDEN}/${name}/sweep.json`));
        const flags = ["--reference", "--quiet", "--out-dir", "s", "--executor", executor];
        const { code, error } = await bilancio(folder.path, ...command, ...flags);
        assertEquals([code, error], [0, ""]);
        for (const file of ["registry/experiments.csv", "aggregate/results.csv"]) {
          const recorded = bySeed(Deno.readTextFileSync(`${GOLDEN}/${name}/${file}`));
          const ours = bySeed(folder.read(`s/${file}`));
          assert(recorded.size > 10 && ours.size === recorded.size, `${file}: ${ours.size} rows`);
          assertEquals(Object.keys([...ours.values()][0] ?? {}), Object.keys([...recorded.values()][0] ?? {}));
          assertEquals(differences(recorded, ours), [], file);
        }
      },
    });
  }
}
