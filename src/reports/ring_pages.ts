/**
 * The page of a run of the ring model, from what the model leaves.
 *
 * @module
 */
import type { RingOutcome } from "../ring/outcome.ts";
import type { RunSettings, Scenario } from "../ring/scenario/types.ts";
import type { Link, Quantity, RunPageInput } from "./inputs.ts";
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
    links,
  };
}
