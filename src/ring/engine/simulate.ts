/**
 * Runs a scenario of the balance-sheet model from its first action to its last day. Source: spec 01 8, 12.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import { SimulationError, ValidationError } from "../../core/errors.ts";
import type { SimulateOptions } from "../../core/model.ts";
import { Market } from "../dealers/market.ts";
import { marketRules } from "../dealers/rules.ts";
import { balanceRows, countedMoney } from "../balances.ts";
import type { DaySummary, RingOutcome, RunStop } from "../outcome.ts";
import { positionsOf } from "../positions.ts";
import type { DefaultHandling, Scenario } from "../scenario/types.ts";
import { applyAction } from "./actions.ts";
import { type DayRules, runDay } from "./day.ts";
import { checkInvariants } from "./invariants.ts";
import { Ledger } from "./ledger.ts";
import { EngineMarketLedger } from "./market_ledger.ts";
import { broken } from "./rules.ts";
import { StagedActions } from "./staged.ts";

/** How to run a scenario; what is not given comes from the scenario. */
export interface SimulateRingOptions extends SimulateOptions {
  /** When the balance sheets are checked against each other; a day that fails gives a warning. Default `setup`. */
  readonly checkInvariants?: "setup" | "daily" | "none";
  /** Largest number of days; the last possible day is `maxDays - 1`. */
  readonly maxDays?: number;
  /** Days without a settlement that end the run, once nothing is open. */
  readonly quietDays?: number;
  readonly defaultHandling?: DefaultHandling;
  /**
   * Ids of the agents whose balance sheets are shown day by day; default `run.show.balances`. Decides something in the
   * reference only (`burntCashStopsDisplayedRun`).
   */
  readonly displayed?: readonly string[];
}

/**
 * Simulates a scenario. A run that a default or a broken rule stops is an outcome; a scenario that cannot be set up is
 * an error. Scenarios of mode `step` run like the others: stepping is the caller's affair.
 *
 * @throws {SimulationError} when the scenario cannot be set up: rule `action` for an initial action.
 * @throws {ValidationError} the error of an initial action that could not be read.
 *
 * @example
 * ```ts ignore
 * const outcome = simulateRing(scenario, { defaultHandling: "expel-agent" });
 * outcome.stop.reason; // "stable"
 * outcome.log.table("AgentDefaulted")?.length; // number of defaults
 * ```
 */
export function simulateRing(scenario: Scenario, options: SimulateRingOptions = {}): RingOutcome {
  const checks = options.checkInvariants ?? "setup";
  const ledger = setUp(scenario);
  if (checks !== "none") checkInvariants(ledger);
  const market = openMarket(scenario, ledger);
  const rules: DayRules = {
    ledger,
    staged: new StagedActions(ledger, scenario.scheduledActions),
    defaultHandling: options.defaultHandling ?? scenario.run.defaultHandling,
    rolloverEnabled: scenario.run.rolloverEnabled,
    market,
  };
  const course: Course = { days: [], money: [], warnings: [] };
  const stop = runDays(rules, course, {
    maxDays: options.maxDays ?? scenario.run.maxDays,
    quietDays: options.quietDays ?? scenario.run.quietDays,
    daily: checks === "daily",
    displayed: options.displayed ?? scenario.run.show.balances ?? [],
    follow: options,
  });
  return outcomeOf(ledger, course, stop, market);
}

/** Makes the agents and applies the initial actions: phase `setup` of day 0. */
function setUp(scenario: Scenario): Ledger {
  const ledger = new Ledger(scenario);
  ledger.log.stamp(0, "setup");
  for (const action of scenario.initialActions) applyAction(ledger, action);
  ledger.inSetup = false;
  return ledger;
}

/** Opens the dealer market, after the first check of the balance sheets (spec 01 17.1). */
function openMarket(scenario: Scenario, ledger: Ledger): Market | null {
  const rules = marketRules(scenario);
  return rules === null ? null : new Market(new EngineMarketLedger(ledger), rules);
}

/** What is noted day by day. */
interface Course {
  readonly days: DaySummary[];
  /** Money of all agents at the start of each day that was begun. */
  readonly money: Decimal[];
  readonly warnings: string[];
}

interface Limits {
  readonly maxDays: number;
  readonly quietDays: number;
  readonly daily: boolean;
  readonly displayed: readonly string[];
  readonly follow: SimulateOptions;
}

/** Runs days until nothing moves and nothing is open, or to the day limit (spec 01 12.3). */
function runDays(rules: DayRules, course: Course, limits: Limits): RunStop {
  const { ledger } = rules;
  let quiet = 0;
  for (let count = 0; count < limits.maxDays; count++) {
    limits.follow.signal?.throwIfAborted();
    const { day } = ledger;
    course.money.push(ledger.money());
    try {
      runDay(rules);
    } catch (error) {
      return { reason: "stopped", error: stoppingError(error, day) };
    }
    const { impacted } = ledger.totals;
    course.days.push({ day, impacted });
    if (limits.daily && day >= 1) warnOfMismatch(ledger, day, course.warnings);
    limits.follow.onTime?.(day);
    const failure = displayFailure(ledger, day, limits.displayed);
    if (failure !== undefined) return { reason: "stopped", error: stoppingError(failure, day) };
    quiet = impacted === 0 ? quiet + 1 : 0;
    if (quiet >= limits.quietDays && atRest(rules, day)) return { reason: "stable" };
  }
  return { reason: "max-days" };
}

/** The reference looks up every debt of a central bank that it shows, and stops at one that was burnt (spec 04 12.2). */
function displayFailure(ledger: Ledger, day: number, displayed: readonly string[]): SimulationError | undefined {
  const [burnt] = ledger.burnt;
  // behaviour: burntCashStopsDisplayedRun
  if (burnt === undefined || day < 1 || !ledger.behaviours.burntCashStopsDisplayedRun) return undefined;
  const id = ledger.centralBank?.id ?? "";
  return displayed.includes(id) ? broken("unknown-name", `'${ledger.idOf(burnt)}'`, id) : undefined;
}

/** Whether nothing can happen any more after `day`. With rollover, open payables are no reason to go on. */
function atRest({ ledger, staged, rolloverEnabled }: DayRules, day: number): boolean {
  const { behaviours, totals } = ledger;
  // behaviour: stagedActionsIgnoredByStop
  if (!behaviours.stagedActionsIgnoredByStop && staged.waitAfter(day)) return false;
  // behaviour: expelledDebtsKeepRunAlive
  const open = behaviours.expelledDebtsKeepRunAlive ? totals.open : totals.open - totals.unpayable;
  return rolloverEnabled || open === 0;
}

/** The error that ends a run, with its day. Anything but a broken rule is a defect of the program and goes on. */
function stoppingError(error: unknown, day: number): SimulationError {
  if (error instanceof SimulationError) {
    return new SimulationError(error.message, { ...error.where, time: day }, { cause: error });
  }
  if (error instanceof ValidationError) {
    return new SimulationError(error.message, { time: day, rule: "action" }, { cause: error });
  }
  throw error;
}

function warnOfMismatch(ledger: Ledger, day: number, warnings: string[]): void {
  try {
    checkInvariants(ledger);
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    warnings.push(`day ${day}: ${error.message}`);
  }
}

function outcomeOf(ledger: Ledger, course: Course, stop: RunStop, market: Market | null): RingOutcome {
  return {
    log: ledger.log,
    agents: ledger.agents.map(({ id, name, kind, defaulted }) => ({ id, name, kind, defaulted })),
    day: ledger.day,
    days: course.days,
    stop,
    warnings: course.warnings,
    openContracts: ledger.totals.open,
    ...(market === null ? {} : { market: market.outcome() }),
    balances: () => balanceRows(ledger),
    money: () => countedMoney(ledger),
    moneyAtStartOf: (day) => course.money[day] ?? ledger.money(),
    positions: () => positionsOf(ledger),
  };
}
