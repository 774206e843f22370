/**
 * How much the dealers of a finished passive/active sweep were used, and by whom. Source: spec 02 13.4.
 *
 * @module
 */
import { type ActiveFiles, ActiveRuns, type EvaluationOptions } from "./active_runs.ts";
import { type ColumnTable, doubles, integers, mean, sum, type TableColumn } from "./typed_columns.ts";

const PARAMETER_COLUMNS = [
  "kappa",
  "concentration",
  "mu",
  "outside_mid_ratio",
  "delta_passive",
  "delta_active",
  "trading_effect",
  "trading_relief_ratio",
];

/** Trades with the dealers; the households' are those of traders whose id begins with `H`. */
interface Trades {
  readonly count: number;
  readonly ofHouseholds: number;
  readonly households: number;
  /** Face and price in money. */
  readonly face: number;
  readonly volume: number;
}

/** Shares of days. */
interface Inventory {
  readonly active: number;
  readonly empty: number;
  readonly vbtUsed: number;
}

/** Debt over money. */
interface SystemState {
  readonly meanRatio: number | null;
  readonly finalRatio: number | null;
  readonly shrinkRate: number;
}

/** Shares of the face of debts, null where there are none. */
interface Traded {
  readonly amongDefaulted: number | null;
  readonly amongRepaid: number | null;
}

const NO_TRADES: Trades = { count: 0, ofHouseholds: 0, households: 0, face: 0, volume: 0 };

/**
 * The table `dealer_usage_by_run.csv` of a finished passive/active sweep; null when nothing was kept of any active run.
 *
 * @param comparison Text of `comparison.csv`.
 * @throws {UsageError} when that is not the table of a passive/active sweep.
 */
export async function dealerUsage(
  comparison: string,
  files: ActiveFiles,
  options: EvaluationOptions = {},
): Promise<readonly TableColumn[] | null> {
  const active = new ActiveRuns(comparison, files, options);
  const runs = await active.kept();
  if (runs.length === 0) return null;
  const trades: Trades[] = [];
  const inventories: (Inventory | null)[] = [];
  const states: (SystemState | null)[] = [];
  const traded: (Traded | null)[] = [];
  for (const { runId } of runs) {
    trades.push(await active.inFile(runId, "trades.csv", tradesOf) ?? NO_TRADES);
    inventories.push(await active.inFile(runId, "inventory_timeseries.csv", inventoryOf));
    states.push(await active.inFile(runId, "system_state_timeseries.csv", systemStateOf));
    traded.push(await active.inFile(runId, "repayment_events.csv", tradedOf));
  }
  return [
    ...active.parameters(runs, PARAMETER_COLUMNS),
    integers("dealer_trade_count", trades.map(({ count }) => count)),
    integers("trader_dealer_trade_count", trades.map(({ ofHouseholds }) => ofHouseholds)),
    integers("n_traders_using_dealer", trades.map(({ households }) => households)),
    doubles("total_face_traded", trades.map(({ face }) => face)),
    doubles("total_cash_volume", trades.map(({ volume }) => volume)),
    doubles("dealer_active_fraction", inventories.map((found) => found?.active ?? null)),
    doubles("dealer_empty_fraction", inventories.map((found) => found?.empty ?? null)),
    doubles("vbt_usage_fraction", inventories.map((found) => found?.vbtUsed ?? null)),
    doubles("mean_debt_to_money", states.map((found) => found?.meanRatio ?? null)),
    doubles("final_debt_to_money", states.map((found) => found?.finalRatio ?? null)),
    doubles("debt_shrink_rate", states.map((found) => found?.shrinkRate ?? null)),
    doubles("frac_defaulted_that_traded", traded.map((found) => found?.amongDefaulted ?? null)),
    doubles("frac_repaid_that_traded", traded.map((found) => found?.amongRepaid ?? null)),
  ];
}

function tradesOf(table: ColumnTable): Trades {
  const traders = table.texts("trader_id");
  const rows = [...traders.keys()].filter((row) => traders[row]?.startsWith("H"));
  const total = (column: string) => {
    const values = table.numbers(column);
    return sum(rows.map((row) => values[row] ?? 0));
  };
  return {
    count: table.length,
    ofHouseholds: rows.length,
    households: new Set(rows.map((row) => traders[row])).size,
    face: total("face_value"),
    volume: total("price"),
  };
}

function inventoryOf(table: ColumnTable): Inventory {
  const held = table.numbers("dealer_inventory").map((held) => (held ?? 0) > 0);
  const atZero = table.texts("is_at_zero").map((flag) => flag === "True");
  const hitVbt = table.texts("hit_vbt_this_step").map((flag) => flag === "True");
  const days = new Map<string, number[]>();
  for (const [row, day] of table.texts("day").entries()) days.set(day, [...days.get(day) ?? [], row]);
  const share = (holds: (rows: readonly number[]) => boolean) => [...days.values()].filter(holds).length / days.size;
  return {
    active: share((rows) => rows.some((row) => held[row])),
    empty: share((rows) => rows.every((row) => atZero[row])),
    vbtUsed: share((rows) => rows.some((row) => hitVbt[row])),
  };
}

function systemStateOf(table: ColumnTable): SystemState {
  const ratios = table.numbers("debt_to_money");
  const faces = table.numbers("total_face_value");
  const first = faces[0] ?? 0;
  return {
    meanRatio: mean(ratios),
    finalRatio: ratios.at(-1) ?? null,
    shrinkRate: first > 0 ? (first - (faces.at(-1) ?? 0)) / first : 0,
  };
}

function tradedOf(table: ColumnTable): Traded {
  const outcomes = table.texts("outcome");
  const faces = table.numbers("face_value").map((face) => face ?? 0);
  const bought = table.numbers("buy_count");
  const sold = table.numbers("sell_count");
  const share = (outcome: string) => {
    const rows = [...outcomes.keys()].filter((row) => outcomes[row] === outcome);
    if (rows.length === 0) return null;
    const face = (chosen: readonly number[]) => sum(chosen.map((row) => faces[row] ?? 0));
    const total = face(rows);
    return total > 0 ? face(rows.filter((row) => (bought[row] ?? 0) + (sold[row] ?? 0) > 0)) / total : 0;
  };
  return { amongDefaulted: share("defaulted"), amongRepaid: share("repaid") };
}
