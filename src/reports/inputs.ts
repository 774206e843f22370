/**
 * What the pages are made of: plain readonly values. The pages know these and no engine, so that any model, store or
 * recorded run can be shown. `ring_pages.ts` fills them from the ring model.
 *
 * @module
 */
import type { Decimal } from "../core/decimal.ts";
import type { MarketInput } from "./market_input.ts";

/** An amount, share or count: exact, or a plain number. Null where there is none. */
export type Quantity = Decimal | number;

/** A place to go from a page; `href` is relative to the page. */
export interface Link {
  readonly label: string;
  readonly href: string;
}

/** An agent in the order of registration. */
export interface AgentRow {
  readonly id: string;
  readonly name: string;
  /** `central_bank`, `bank`, `household`, `firm`, `treasury`, ... */
  readonly kind: string;
  readonly defaulted: boolean;
}

/** One event of chapter 01 section 14 as an object; `EventLog.object` gives this shape. */
export type EventRow = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** The events of a run, made into objects one by one when asked. An `EventLog` is one. */
export interface EventSource {
  readonly length: number;
  kind(event: number): string;
  /** Day of the event. */
  time(event: number): number;
  /** `setup` or `simulation`. */
  phase(event: number): string;
  object(event: number): EventRow;
}

/** How a run ended. */
export interface RunEnd {
  readonly reason: "stable" | "max-days" | "stopped";
  /** The day counter: days that were completed. */
  readonly day: number;
  readonly maxDays: number;
  readonly quietDays: number;
  /** What stopped the run. */
  readonly error?: string;
}

/** The input of a run page (spec 02 11). */
export interface RunPageInput {
  readonly name: string;
  readonly description?: string | null;
  readonly agents: readonly AgentRow[];
  readonly events: EventSource;
  readonly end: RunEnd;
  /** Contracts that exist at the end. */
  readonly openContracts?: number;
  /** Weighted share of dues settled on time, and one minus it (spec 02 4). */
  readonly phi?: Quantity | null;
  readonly delta?: Quantity | null;
  /** Ids of the agents whose balance sheets are shown; null shows all of a small economy. */
  readonly shownAgents?: readonly string[] | null;
  readonly warnings?: readonly string[];
  /** The dealer market; missing when there is none. */
  readonly market?: MarketInput;
  readonly links?: readonly Link[];
}

/** The input of the page of a run that could not be simulated. */
export interface FailurePageInput {
  readonly name: string;
  readonly description?: string | null;
  /** Class and message. */
  readonly error: string;
  readonly links?: readonly Link[];
}

/** One row of the day metrics (spec 02 3.9), by column name. */
export interface DayMetricsRow {
  readonly day: number;
  readonly S_t: Quantity;
  readonly Mbar_t: Quantity;
  readonly M_t: Quantity | null;
  readonly G_t: Quantity | null;
  readonly alpha_t: Quantity | null;
  readonly Mpeak_t: Quantity;
  readonly gross_settled_t: Quantity;
  readonly v_t: Quantity | null;
  readonly phi_t: Quantity | null;
  readonly delta_t: Quantity | null;
  readonly n_debtors: number;
  readonly n_creditors: number;
  readonly HHIplus_t: Quantity | null;
  readonly notes: string;
}

/** Share of an agent in a day's net debt (spec 02 3.7). */
export interface DebtorShareRow {
  readonly day: number;
  readonly agent: string;
  readonly DS_t: Quantity | null;
}

/** One settlement of the intraday replay (spec 02 3.5). */
export interface IntradayRow {
  readonly day: number;
  readonly step: number;
  readonly payer: string;
  readonly payee: string;
  readonly amount: Quantity;
  readonly P_prefix: Quantity;
}

/** The input of a metrics page (spec 02 5.3). */
export interface MetricsPageInput {
  readonly title?: string;
  readonly subtitle?: string;
  readonly dayMetrics: readonly DayMetricsRow[];
  readonly debtorShares: readonly DebtorShareRow[];
  readonly intraday: readonly IntradayRow[];
  readonly links?: readonly Link[];
}

/** One completed run of a sweep: the cells of `results.csv` (spec 02 8.1), empty text where there is no value. */
export interface SweepRow {
  readonly runId: string;
  readonly phase: string;
  readonly kappa: string;
  readonly concentration: string;
  readonly mu: string;
  readonly monotonicity: string;
  readonly phiTotal: string;
  readonly deltaTotal: string;
  readonly maxG: string;
  /** `time_to_stability` in days. */
  readonly days: string;
  /** Page of the run relative to the dashboard, such as `../runs/grid_ab/run.html`; null when none was kept. */
  readonly href: string | null;
}

/** A run of a sweep that failed. */
export interface FailedRun {
  readonly runId: string;
  readonly phase: string;
  readonly kappa: string;
  readonly concentration: string;
  readonly mu: string;
  readonly monotonicity: string;
  readonly error: string;
  readonly href: string | null;
}

/** The input of a sweep's dashboard (spec 02 8.2). */
export interface DashboardPageInput {
  /** Heading; default `Kalecki Ring Sweep Dashboard`. */
  readonly title?: string;
  readonly subtitle?: string;
  readonly rows: readonly SweepRow[];
  readonly failed?: readonly FailedRun[];
  /** Settings of the sweep to show, such as `["agents", "5"]`. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
  readonly links?: readonly Link[];
}
