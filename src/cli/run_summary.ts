/**
 * A run in a few lines for people, or in one object for programs.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import type { SimulationError } from "../core/errors.ts";
import { displayNumber } from "../core/number_text.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import { table } from "./terminal.ts";

/** What happened on one day, in the scenario's money unit. */
export interface DayLine {
  readonly day: number;
  /** Sum of the payables that were made to be due on this day. */
  readonly due: Decimal;
  /** Sum of the payables that were settled on this day, renewed ones included. */
  readonly settled: Decimal;
  /** Deliveries that were made on this day. */
  readonly deliveries: number;
  /** Agents that defaulted on this day; a default that stopped the run counts. */
  readonly defaults: number;
}

/** The days of a run: those that were simulated, and later ones on which something was due. */
export function dayLines(outcome: RingOutcome): DayLine[] {
  const days = new Map<number, { due: Decimal; settled: Decimal; deliveries: number; defaults: number }>();
  const line = (day: number) => {
    let found = days.get(day);
    if (found === undefined) {
      found = { due: Decimal.ZERO, settled: Decimal.ZERO, deliveries: 0, defaults: 0 };
      days.set(day, found);
    }
    return found;
  };
  const { log } = outcome;
  for (const { day } of outcome.days) line(day);
  const { reason, error } = outcome.stop;
  if (reason === "stopped") line(outcome.day).defaults += error?.where.rule === "default" ? 1 : 0;
  const created = log.table("PayableCreated");
  for (let row = 0; created !== undefined && row < created.length; row++) {
    const day = created.numbers("due_day").get(row);
    const amount = created.decimals("amount").get(row);
    if (typeof day === "number" && amount instanceof Decimal) line(day).due = line(day).due.plus(amount);
  }
  const settled = log.table("PayableSettled");
  for (let row = 0; settled !== undefined && row < settled.length; row++) {
    const amount = settled.decimals("amount").get(row);
    const found = line(log.time(settled.events[row] ?? 0));
    if (amount instanceof Decimal) found.settled = found.settled.plus(amount);
  }
  for (const event of eventsOf(outcome, "DeliveryObligationSettled")) line(log.time(event)).deliveries++;
  for (const event of eventsOf(outcome, "AgentDefaulted")) line(log.time(event)).defaults++;
  return [...days].sort(([a], [b]) => a - b).map(([day, values]) => ({ day, ...values }));
}

function eventsOf(outcome: RingOutcome, kind: "DeliveryObligationSettled" | "AgentDefaulted"): Int32Array {
  const found = outcome.log.table(kind);
  return found === undefined ? new Int32Array() : found.events.subarray(0, found.length);
}

/** How a run ended, as a sentence. */
export function endSentence(outcome: RingOutcome): string {
  const { stop, days, day } = outcome;
  switch (stop.reason) {
    case "stable":
      return `Came to rest after ${count(days.length, "day")}.`;
    case "max-days":
      return `Ended by its limit of ${count(days.length, "day")}; ${
        count(outcome.openContracts, "obligation")
      } still open.`;
    case "stopped":
      return `Stopped on day ${day}${agentOf(stop.error)}: ${stop.error?.message ?? "unknown reason"}`;
  }
}

/** Who the error is about, where the message does not say it. */
function agentOf(error: SimulationError | undefined): string {
  const agent = error?.where.agent;
  return agent === undefined || error?.message.includes(agent) ? "" : ` by ${agent}`;
}

/** A number with its noun. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Most days that the table for people spells out. */
const SHOWN_DAYS = 40;

/** The summary that `bilancio run` prints. */
export function summaryText(
  name: string,
  outcome: RingOutcome,
  totals: { readonly phi: Decimal | null; readonly delta: Decimal | null },
): string {
  const lines = dayLines(outcome);
  const goods = lines.some((line) => line.deliveries > 0);
  const head = ["day", "due", "settled", ...(goods ? ["deliveries"] : []), "defaults"];
  const rows = lines.slice(0, SHOWN_DAYS).map((line) => [
    String(line.day),
    displayNumber(line.due),
    displayNumber(line.settled),
    ...(goods ? [String(line.deliveries)] : []),
    String(line.defaults),
  ]);
  const more = lines.length > SHOWN_DAYS ? `... and ${lines.length - SHOWN_DAYS} more days\n` : "";
  const defaulted = outcome.agents.filter((agent) => agent.defaulted).map((agent) => agent.id);
  const paid = totals.phi === null || totals.delta === null
    ? ""
    : `Paid on time: phi ${displayNumber(totals.phi)}, not: delta ${displayNumber(totals.delta)}\n`;
  return `${name}: ${count(outcome.agents.length, "agent")}, ${count(outcome.log.length, "event")}\n\n` +
    `${table(head, rows)}${more}\n${endSentence(outcome)}\n${paid}` +
    (defaulted.length > 0 ? `Defaulted: ${listed(defaulted)}\n` : "");
}

function listed(names: readonly string[]): string {
  return names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;
}

/** The object that `bilancio run --json` prints: words as in the files, decimals as texts. */
export function summaryObject(
  name: string,
  outcome: RingOutcome,
  totals: { readonly phi: Decimal | null; readonly delta: Decimal | null },
): Record<string, unknown> {
  return {
    scenario: name,
    status: outcome.stop.reason,
    error: outcome.stop.error?.message ?? null,
    days: outcome.days.length,
    agents: outcome.agents.length,
    events: outcome.log.length,
    n_defaults: outcome.agents.filter((agent) => agent.defaulted).length,
    defaulted: outcome.agents.filter((agent) => agent.defaulted).map((agent) => agent.id),
    open_contracts: outcome.openContracts,
    phi_total: totals.phi?.toString() ?? null,
    delta_total: totals.delta?.toString() ?? null,
    by_day: dayLines(outcome).map((line) => ({
      day: line.day,
      due: line.due.toString(),
      settled: line.settled.toString(),
      deliveries: line.deliveries,
      defaults: line.defaults,
    })),
    warnings: outcome.warnings,
  };
}
