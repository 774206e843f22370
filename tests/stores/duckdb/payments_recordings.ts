/** Runs of the program that are recorded, and what stands in the database then. */
import { main } from "../../../src/cli/main.ts";
import { Database, type Row } from "../../../src/stores/duckdb/driver.ts";

/** What a call of the program printed. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Calls the program in this process. */
export async function program(directory: string, ...args: string[]): Promise<Printed> {
  let out = "";
  let error = "";
  const code = await main(args, () => ({
    directory,
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    movable: false,
    coloured: false,
    columns: 80,
    onReaderGone: undefined,
  }));
  return { code, out, error };
}

/** The rows of a query. */
export async function rowsIn(path: string, sql: string): Promise<Row[]> {
  await using database = await Database.open(path, { readOnly: true });
  return await database.rows(sql);
}

/** The printed JSON without what may differ: times, names, the database. */
export function reduced(out: string): unknown {
  const { simulation, performance: _, ...rest } = JSON.parse(out);
  const { duration_seconds: _d, ticks_per_second: _t, simulation_id: _s, database: _b, ...kept } = simulation;
  return { simulation: kept, ...rest };
}

/** Scenario M of spec 08 25, check 6. */
export const SCENARIO_M = `simulation:
  ticks_per_day: 3
  num_days: 2
  rng_seed: 1
agents:
  - id: A
    opening_balance: 100
    unsecured_cap: 0
    policy:
      type: Fifo
  - id: B
    opening_balance: 0
    unsecured_cap: 0
    policy:
      type: Fifo
scenario_events:
  - type: CustomTransactionArrival
    from_agent: A
    to_agent: B
    amount: 40
    priority: 5
    deadline: 3
    schedule:
      type: OneTime
      tick: 1
  - type: CustomTransactionArrival
    from_agent: A
    to_agent: B
    amount: 90
    priority: 5
    deadline: 3
    schedule:
      type: OneTime
      tick: 2
  - type: DirectTransfer
    from_agent: B
    to_agent: A
    amount: 40
    schedule:
      type: OneTime
      tick: 4
cost_rates:
  delay_cost_per_tick_per_cent: 0.1
  eod_penalty_per_transaction: 7
  deadline_penalty: 11
  overdraft_bps_per_tick: 0
  collateral_cost_per_tick_bps: 0
`;
