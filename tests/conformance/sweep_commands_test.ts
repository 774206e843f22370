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

/** Whether two cells are the same text, or numbers within 1e-9 of the larger one. */
function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Decimal.parse(a), Decimal.parse(b)];
  if (x === undefined || y === undefined) return false;
  return !size(x.minus(y)).greaterThan(Decimal.max(size(x), size(y)).times(TOLERANCE));
}

function size(value: Decimal): Decimal {
  return value.sign < 0 ? value.negated() : value;
}

Deno.test("cells are the same within 1e-9 of their size, however small they are", () => {
  assert(isSame("1.0", "1") && isSame("0E-28", "0") && isSame("1000000", "1000000.0001"));
  assert(isSame("0.0000001", "0.0000001000000000001"));
  for (const [a, b] of [["0.0000001", "0.0000002"], ["1", "1.00000001"], ["0", "1E-12"], ["", "0"], ["x", "y"]]) {
    assert(!isSame(a ?? "", b ?? ""), `${a} ${b}`);
  }
});

Deno.test("a sweep's registry spells its decimals as spec 03 17.12 has them", async () => {
  using folder = new Folder();
  const flags = ["--kappas", "0.25", "--concentrations", "1", "--mus", "0", "--n-agents", "5", "--maturity-days", "5"];
  const more = ["--q-total", "500.0", "--base-seed", "42", "--artifacts", "none", "--reference", "--quiet"];
  const { code, error } = await bilancio(folder.path, "sweep", "ring", ...flags, ...more, "--out-dir", "s");
  assertEquals([code, error], [0, ""]);
  const text = folder.read("s/registry/experiments.csv");
  const [row = {}] = readTable(text);
  const { Q_total, L0, dealer_enabled, experiment_id } = row;
  assertEquals([Q_total, L0, dealer_enabled, experiment_id], ["500.0", "125.000", "False", ""]);
  assertEquals(text.split("\n").filter((line) => line !== "" && !line.endsWith("\r")), []);
});

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
