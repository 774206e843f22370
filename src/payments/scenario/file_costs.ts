/**
 * Cost rates as scenario files describe them (spec 06 12.3).
 *
 * @module
 */
import { CONVERTED } from "./findings.ts";
import {
  atLeast,
  defaulted,
  double,
  type Field,
  integer,
  type Kind,
  oneOf,
  optional,
  record,
  REFUSED,
  required,
  ruled,
  type ValueOf,
} from "./kinds.ts";
import { isMap, writtenNumber } from "./numbers.ts";

const rate = ruled(double, atLeast(0));

const penaltyMode = record(
  "PenaltyMode",
  { mode: required(oneOf(["fixed", "rate"])), amount: optional(integer), bps_per_event: optional(rate) },
  ({ mode, amount, bps_per_event }) => {
    if (mode === "fixed") return amount === undefined ? "Value error, Fixed mode requires 'amount'" : undefined;
    return bps_per_event === undefined ? "Value error, Rate mode requires 'bps_per_event'" : undefined;
  },
);

/** A penalty: whole cents, or a map with a mode. */
export type FilePenalty =
  | { readonly mode: "fixed"; readonly amount: number }
  | { readonly mode: "rate"; readonly bps_per_event: number };

const penalty: Kind<FilePenalty> = {
  read(value, path, findings) {
    if (typeof value === "boolean" || writtenNumber(value)?.kind === "integer") {
      findings.lower(CONVERTED);
      const amount = integer.read(value, path, findings);
      return amount === REFUSED ? REFUSED : { mode: "fixed", amount };
    }
    if (!isMap(value)) {
      const name = typeof value === "string"
        ? "str"
        : value === null
        ? "NoneType"
        : Array.isArray(value)
        ? "list"
        : "float";
      findings.problem(path, `Value error, Penalty must be int, dict, or PenaltyMode, got <class '${name}'>`, value);
      return REFUSED;
    }
    const read = penaltyMode.read(value, path, findings);
    if (read === REFUSED) return REFUSED;
    return read.mode === "fixed"
      ? { mode: "fixed", amount: read.amount ?? 0 }
      : { mode: "rate", bps_per_event: read.bps_per_event ?? 0 };
  },
};

const multiplier = defaulted(rate, 1);

const FIXED = (amount: number): FilePenalty => ({ mode: "fixed", amount });

/** The end-of-day penalty has two names; which one a file used is told apart by undefined. */
const eodPenalty: Field<FilePenalty | undefined> = { read: penalty.read, absent: () => undefined };

/** `cost_rates`. */
export const costRates = record("CostRates", {
  overdraft_bps_per_tick: defaulted(rate, 0.001),
  delay_cost_per_tick_per_cent: defaulted(rate, 0.0001),
  collateral_cost_per_tick_bps: defaulted(rate, 0.0002),
  liquidity_cost_per_tick_bps: defaulted(rate, 0),
  eod_penalty_per_transaction: eodPenalty,
  eod_penalty: eodPenalty,
  deadline_penalty: defaulted(penalty, FIXED(50_000)),
  split_friction_cost: defaulted(ruled(integer, atLeast(0)), 1000),
  overdue_delay_multiplier: defaulted(rate, 5),
  priority_delay_multipliers: optional(record("PriorityDelayMultipliers", {
    urgent_multiplier: multiplier,
    normal_multiplier: multiplier,
    low_multiplier: multiplier,
  })),
});

/** What stands for an absent end-of-day penalty. */
export const DEFAULT_EOD_PENALTY: FilePenalty = FIXED(10_000);

/** The content of `cost_rates`. */
export type FileCostRates = ValueOf<typeof costRates>;
