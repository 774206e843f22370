/**
 * One day of the simulation, phase by phase. Source: spec 01 9.
 *
 * @module
 */
import type { Market } from "../dealers/market.ts";
import { applyAction } from "./actions.ts";
import { clearInterbank } from "./clearing.ts";
import { rollOver } from "./rollover.ts";
import { settleDeliveries, settlePayables, type Settling } from "./settlement.ts";

/** What a day needs: the balance sheets, the staged actions and the rules of the run. */
export interface DayRules extends Settling {
  readonly rolloverEnabled: boolean;
  /** The dealer market, when there is one. */
  readonly market?: Market | null;
}

/**
 * Runs the day of the day counter and moves the counter on.
 *
 * @throws {SimulationError} when a rule is broken; the day is then left where it stands.
 */
export function runDay(rules: DayRules): void {
  const { ledger, staged } = rules;
  const { log, day } = ledger;
  ledger.totals.impacted = 0;
  log.stamp(day, "simulation");
  log.emit("PhaseA");
  log.emit("PhaseB");
  log.emit("SubphaseB1");
  for (const action of staged.of(day)) applyAction(ledger, action);
  rules.market?.tradeDay(day);
  log.emit("SubphaseB2");
  ledger.due.nextSettlement = day + 1;
  const settled = settlePayables(rules);
  settleDeliveries(rules);
  if (rules.rolloverEnabled) rollOver(ledger, settled);
  log.emit("PhaseC");
  clearInterbank(ledger);
  ledger.day = day + 1;
}
