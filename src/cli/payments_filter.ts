/**
 * Which events of a payments run are shown (spec 08 10.2).
 *
 * @module
 */
import { ValidationError } from "../core/errors.ts";
import type { WrittenEvent } from "../payments/events.ts";

/** The criteria as they were typed; an empty one counts as not given. */
export interface FilterTexts {
  readonly types?: string | undefined;
  readonly agent?: string | undefined;
  readonly tx?: string | undefined;
  readonly tickRange?: string | undefined;
}

/** Whether an event is shown. */
export type EventFilter = (event: WrittenEvent) => boolean;

const SENDER_FIELDS = ["agent_id", "sender_id", "sender", "agent_a", "agent_b"];
const LIST_FIELDS = ["agents", "agent_ids"];
/** The kinds in which the receiver counts, too. */
const SETTLEMENTS = new Set([
  "RtgsImmediateSettlement",
  "Queue2LiquidityRelease",
  "LsmBilateralOffset",
  "LsmCycleSettlement",
  "OverdueTransactionSettled",
]);

/** A filter that asks for all given criteria; undefined when none is given. @throws {ValidationError} for a bad range. */
export function eventFilter({ types, agent, tx, tickRange }: FilterTexts): EventFilter | undefined {
  const criteria: EventFilter[] = [];
  if (types) {
    const wanted = new Set(types.split(",").map((type) => type.trim()));
    criteria.push((event) => wanted.has(event.event_type));
  }
  if (agent) criteria.push((event) => names(event, agent));
  if (tx) criteria.push((event) => event["tx_id"] === tx);
  if (tickRange) {
    const [from, to] = bounds(tickRange);
    criteria.push(({ tick }) => tick >= from && tick <= to);
  }
  return criteria.length === 0 ? undefined : (event) => criteria.every((criterion) => criterion(event));
}

function names(event: WrittenEvent, agent: string): boolean {
  if (SENDER_FIELDS.some((field) => event[field] === agent)) return true;
  if (LIST_FIELDS.some((field) => includes(event[field], agent))) return true;
  return SETTLEMENTS.has(event.event_type) && (event["receiver"] ?? event["receiver_id"]) === agent;
}

function includes(list: unknown, agent: string): boolean {
  return Array.isArray(list) && list.includes(agent);
}

/** `10-50`, `10-`, `-50`, both ends included; without a hyphen there are no bounds. */
function bounds(range: string): readonly [from: number, to: number] {
  const hyphen = range.indexOf("-");
  if (hyphen < 0) return [-Infinity, Infinity];
  const bound = (text: string, open: number) => {
    if (text.trim() === "") return open;
    if (/^\s*\d+\s*$/.test(text)) return Number(text);
    throw new ValidationError(
      `--filter-tick-range expects ticks such as 10-50, 10- or -50, but got "${range}": "${text}" is no number`,
      [],
    );
  };
  return [bound(range.slice(0, hyphen), -Infinity), bound(range.slice(hyphen + 1), Infinity)];
}
