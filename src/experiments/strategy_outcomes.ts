/**
 * What became of the debts of traders by what they did before: who never traded, held, sold, or both. Made from a
 * finished passive/active sweep. Source: spec 02 13.2 and 13.3.
 *
 * @module
 */
import { type ActiveFiles, type ActiveRun, ActiveRuns, type EvaluationOptions } from "./active_runs.ts";
import {
  type Cell,
  type ColumnTable,
  doubles,
  integers,
  mean,
  rowsOf,
  sum,
  type TableColumn,
} from "./typed_columns.ts";

/** What a debtor did on the market before its debt fell due: nothing, only buy, only sell, both. */
export const STRATEGIES = ["no_trade", "hold_to_maturity", "sell_before", "round_trip"] as const;

/** What a debtor did on the market before its debt fell due. */
export type Strategy = typeof STRATEGIES[number];

/** The tables of {@linkcode strategyOutcomes}. */
export interface StrategyOutcomes {
  /** `strategy_outcomes_by_run.csv`: one row for each run. */
  readonly byRun: readonly TableColumn[];
  /** `strategy_outcomes_overall.csv`: one row for each point of the grid and strategy. */
  readonly overall: readonly TableColumn[];
}

/** Debts and the defaulted ones among them: how many, and their face in money. */
interface Debts {
  readonly count: number;
  readonly face: number;
  readonly defaultCount: number;
  readonly defaultFace: number;
}

/** The debts of one run. */
interface RunDebts {
  readonly all: Debts;
  readonly by: Readonly<Record<Strategy, Debts>>;
}

const GROUP_COLUMNS = ["kappa", "concentration", "mu", "outside_mid_ratio"];

const PARAMETER_COLUMNS = [
  ...GROUP_COLUMNS,
  "seed",
  "face_value",
  "delta_passive",
  "delta_active",
  "trading_effect",
  "trading_relief_ratio",
];

/**
 * The outcomes by strategy of a finished passive/active sweep; null when no active run kept its repayments.
 *
 * @param comparison Text of `comparison.csv`.
 * @throws {UsageError} when that is not the table of a passive/active sweep.
 */
export async function strategyOutcomes(
  comparison: string,
  files: ActiveFiles,
  options: EvaluationOptions = {},
): Promise<StrategyOutcomes | null> {
  const active = new ActiveRuns(comparison, files, options);
  const runs: ActiveRun[] = [];
  const debts: RunDebts[] = [];
  for (const run of await active.kept()) {
    const found = await active.inFile(run.runId, "repayment_events.csv", runDebts);
    if (found === null) continue;
    runs.push(run);
    debts.push(found);
  }
  if (runs.length === 0) return null;
  const parameters = active.parameters(runs, PARAMETER_COLUMNS);
  return { byRun: [...parameters, ...debtColumns(debts)], overall: overallColumns(parameters, debts) };
}

function runDebts(table: ColumnTable): RunDebts {
  const faces = table.numbers("face_value").map((face) => face ?? 0);
  const defaulted = table.texts("outcome").map((outcome) => outcome === "defaulted");
  const strategies = table.texts("strategy");
  const debts = (wanted: (row: number) => boolean): Debts => {
    const rows = [...faces.keys()].filter(wanted);
    const lost = rows.filter((row) => defaulted[row]);
    const face = (chosen: readonly number[]) => sum(chosen.map((row) => faces[row] ?? 0));
    return { count: rows.length, face: face(rows), defaultCount: lost.length, defaultFace: face(lost) };
  };
  const of = (strategy: Strategy) => debts((row) => strategies[row] === strategy);
  return {
    all: debts(() => true),
    by: {
      no_trade: of("no_trade"),
      hold_to_maturity: of("hold_to_maturity"),
      sell_before: of("sell_before"),
      round_trip: of("round_trip"),
    },
  };
}

/** Weighted by face, 0 where there is none. */
function rate({ face, defaultFace }: Pick<Debts, "face" | "defaultFace">): number {
  return face > 0 ? defaultFace / face : 0;
}

function debtColumns(runs: readonly RunDebts[]): TableColumn[] {
  const all = runs.map((run) => run.all);
  return [
    integers("total_liabilities", all.map(({ count }) => count)),
    doubles("total_face_value", all.map(({ face }) => face)),
    integers("default_count_total", all.map(({ defaultCount }) => defaultCount)),
    doubles("default_face_total", all.map(({ defaultFace }) => defaultFace)),
    doubles("default_rate_total", all.map(rate)),
    ...STRATEGIES.flatMap((strategy) => {
      const own = runs.map(({ by }) => by[strategy]);
      return [
        integers(`count_${strategy}`, own.map(({ count }) => count)),
        doubles(`face_${strategy}`, own.map(({ face }) => face)),
        integers(`default_count_${strategy}`, own.map(({ defaultCount }) => defaultCount)),
        doubles(`default_face_${strategy}`, own.map(({ defaultFace }) => defaultFace)),
        doubles(`default_rate_${strategy}`, own.map(rate)),
      ];
    }),
  ];
}

/** spec 02 13.3. */
function overallColumns(parameters: readonly TableColumn[], runs: readonly RunDebts[]): TableColumn[] {
  const keys = parameters.filter(({ name }) => GROUP_COLUMNS.includes(name));
  const effects = parameters.find(({ name }) => name === "trading_effect")?.cells.map(numeric) ?? [];
  const lines = groups(keys, runs.length).flatMap((rows) =>
    STRATEGIES.map((strategy) => {
      const own = rows.map((row) => runs[row]?.by[strategy]).filter((debts) => debts !== undefined);
      const using = rows.filter((row) => (runs[row]?.by[strategy].count ?? 0) > 0);
      const debts = { face: sum(own.map(({ face }) => face)), defaultFace: sum(own.map((debt) => debt.defaultFace)) };
      return {
        strategy,
        first: rows[0] ?? 0,
        debts,
        using,
        effect: mean(using.map((row) => effects[row] ?? null)) ?? 0,
      };
    })
  );
  return [
    { name: "strategy", kind: "text", cells: lines.map(({ strategy }) => strategy) },
    ...keys.map((column) => rowsOf(column, lines.map(({ first }) => first))),
    doubles("total_face", lines.map(({ debts }) => debts.face)),
    doubles("default_face", lines.map(({ debts }) => debts.defaultFace)),
    doubles("default_rate", lines.map(({ debts }) => rate(debts))),
    integers("runs_using_strategy", lines.map(({ using }) => using.length)),
    doubles("mean_trading_effect", lines.map(({ effect }) => effect)),
  ];
}

function numeric(cell: Cell): number | null {
  return typeof cell === "number" || typeof cell === "bigint" ? Number(cell) : null;
}

/** The rows of each group of equal keys, groups in ascending order of their keys. */
function groups(keys: readonly TableColumn[], length: number): number[][] {
  const byKey = new Map<string, number[]>();
  for (let row = 0; row < length; row++) {
    const key = JSON.stringify(keys.map(({ cells }) => String(cells[row] ?? null)));
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  const order = ([a = 0]: readonly number[], [b = 0]: readonly number[]) => {
    for (const { cells } of keys) {
      const difference = compare(cells[a] ?? null, cells[b] ?? null);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return [...byKey.values()].sort(order);
}

/** Ascending, what is missing last. */
function compare(a: Cell, b: Cell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
