/**
 * The page of a run of the ring model, from what the model leaves.
 *
 * @module
 */
import type { MarketOutcome } from "../ring/dealers/outcome.ts";
import type { RingLog } from "../ring/events.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import type { RunSettings, Scenario } from "../ring/scenario/types.ts";
import type { Link, Quantity, RunPageInput } from "./inputs.ts";
import type { MarketInput } from "./market_input.ts";
import { runPage } from "./run_page.ts";

/** What the page shows of a run besides its outcome. */
export interface RingPageOptions {
  /** The totals of the run's metrics, null where nothing was due. */
  readonly totals?: { readonly phi_total: Quantity | null; readonly delta_total: Quantity | null };
  /** Limits of the run where they were not the scenario's. */
  readonly limits?: Partial<Pick<RunSettings, "maxDays" | "quietDays">>;
  /** Agents whose balance sheets are shown; default is the scenario's list. */
  readonly shownAgents?: readonly string[] | null;
  readonly links?: readonly Link[];
}

/** The page of a run of the ring model (spec 02 11). */
export function ringRunPage(
  scenario: Pick<Scenario, "name" | "description" | "run">,
  outcome: RingOutcome,
  options: RingPageOptions = {},
): string | Promise<string> {
  return runPage(ringPageInput(scenario, outcome, options));
}

/** The input of {@linkcode ringRunPage}'s page. */
export function ringPageInput(
  { name, description, run }: Pick<Scenario, "name" | "description" | "run">,
  outcome: RingOutcome,
  options: RingPageOptions = {},
): RunPageInput {
  const { reason, error } = outcome.stop;
  const { totals, limits, links = [] } = options;
  return {
    name,
    description,
    agents: outcome.agents,
    events: outcome.log,
    end: {
      reason,
      day: outcome.day,
      maxDays: limits?.maxDays ?? run.maxDays,
      quietDays: limits?.quietDays ?? run.quietDays,
      ...(error === undefined ? {} : { error: error.message }),
    },
    openContracts: outcome.openContracts,
    ...(totals === undefined ? {} : { phi: totals.phi_total, delta: totals.delta_total }),
    shownAgents: options.shownAgents === undefined ? run.show.balances : options.shownAgents,
    warnings: outcome.warnings,
    ...(outcome.market === undefined ? {} : { market: marketInput(outcome.market, outcome.log) }),
    links,
  };
}

function marketInput({ buckets, dealerDays, trades, metrics }: MarketOutcome, log: RingLog): MarketInput {
  const figures = metrics();
  return {
    buckets,
    days: dealerDays,
    trades,
    dealerProfit: figures.dealer_total_pnl,
    dealerReturn: figures.dealer_total_return,
    rescues: figures.rescue_events,
    refusedSales: log.table("sell_rejected")?.length ?? 0,
    refusedPurchases: log.table("buy_rejected")?.length ?? 0,
    claimName: (claim) => log.referenceText("ref:contract", claim),
  };
}
