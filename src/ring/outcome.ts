/**
 * What a run of the balance-sheet model leaves: its events, the balances at the end, and why it ended. Reports, stores
 * and metrics read this and never the engine.
 *
 * @module
 */
import type { Decimal } from "../core/decimal.ts";
import type { SimulationError } from "../core/errors.ts";
import type { RingLog } from "./events.ts";
import type { MarketOutcome } from "./dealers/outcome.ts";
import type { ScenarioAgentKind } from "./scenario/types.ts";

/** Kinds of contract between agents (spec 01 2.2). */
export type InstrumentKind = "cash" | "bank_deposit" | "reserve_deposit" | "payable" | "delivery_obligation";

/** Kind of an agent: those of a scenario, and the market makers of the dealer market. */
export type AgentKind = ScenarioAgentKind | "dealer" | "vbt";

/** An agent as it stands at the end. The position in {@linkcode RingOutcome.agents} is its number in the log. */
export interface AgentState {
  readonly id: string;
  readonly name: string;
  readonly kind: AgentKind;
  /** Whether it was expelled after a default. */
  readonly defaulted: boolean;
}

/** Why a run ended: it came to rest, reached its day limit, or a broken rule stopped it. */
export type StopReason = "stable" | "max-days" | "stopped";

/** How a run ended. */
export interface RunStop {
  readonly reason: StopReason;
  /** What stopped the run; present for `stopped` only. */
  readonly error?: SimulationError;
}

/** A day that was run to its end. */
export interface DaySummary {
  readonly day: number;
  /** Settlements and clearings of the day: the events that the stop rule counts (spec 01 12.3). */
  readonly impacted: number;
}

/** One row of the balances by column name; amounts keep their number kind. A missing column is an empty cell. */
export type BalanceRow = Readonly<Record<string, Decimal | string>>;

/** A contract as one of its two sides sees it. */
export interface Holding {
  /** Contract id, as in the events. */
  readonly contract: string;
  readonly kind: InstrumentKind;
  /** In the money unit; for delivery obligations the quantity. */
  readonly amount: Decimal;
  /** Id of the agent on the other side. */
  readonly counterparty: string;
  readonly alias: string | null;
  /** Null for money. */
  readonly dueDay: number | null;
  /** The good of a delivery obligation. */
  readonly sku: string | null;
  readonly unitPrice: Decimal | null;
}

/** A lot of goods in stock. */
export interface StockHolding {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: Decimal;
}

/** Everything that one agent holds and owes. Contracts stand by kind, in the order in which they came. */
export interface Position {
  readonly agent: string;
  readonly assets: readonly Holding[];
  readonly liabilities: readonly Holding[];
  readonly stocks: readonly StockHolding[];
}

/** The outcome of a run. */
export interface RingOutcome {
  readonly log: RingLog;
  /** In scenario order, market makers last; the position is the number behind `ref:agent`. */
  readonly agents: readonly AgentState[];
  /** The day counter: the next day to run, or the day in which the run was stopped. */
  readonly day: number;
  /** The days that ran to their end, from 0. */
  readonly days: readonly DaySummary[];
  readonly stop: RunStop;
  /** Sentences for people: invariants that failed at the end of a day. */
  readonly warnings: readonly string[];
  /** Payables and delivery obligations that are still open. */
  readonly openContracts: number;
  /** What the dealer market did; missing when there is none. */
  readonly market?: MarketOutcome;
  /** The rows of balances.csv: one for each agent, `SYSTEM`, three summary rows (spec 01 15.2). */
  balances(): BalanceRow[];
  /** Money of all agents at the end, as a reader of balances.csv adds it up: `M_t` of spec 02 3.4. */
  money(): Decimal;
  /** Money of all agents before the first event of `day`, exact; days after the end have the money at the end. */
  moneyAtStartOf(day: number): Decimal;
  /** What every agent holds and owes at the end. */
  positions(): readonly Position[];
}
