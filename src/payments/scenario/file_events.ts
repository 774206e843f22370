/**
 * Scenario events as scenario files describe them (spec 06 12.4).
 *
 * @module
 */
import { alternative, oneOfRecords } from "./alternatives.ts";
import {
  above,
  atLeast,
  atMost,
  defaulted,
  double,
  flag,
  integer,
  optional,
  required,
  ruled,
  text,
  type ValueOf,
} from "./kinds.ts";

const tick = ruled(integer, atLeast(0));

const schedule = required(oneOfRecords([
  alternative("OneTime", { tick: required(tick) }),
  alternative("Repeating", { start_tick: required(tick), interval: required(ruled(integer, above(0))) }),
]));

const transfer = {
  from_agent: required(text),
  to_agent: required(text),
  amount: required(ruled(integer, above(0))),
  schedule,
};
const multiplier = ruled(double, above(0));

/** One scenario event. */
export const scenarioEvent = oneOfRecords([
  alternative("DirectTransfer", transfer),
  alternative("CustomTransactionArrival", {
    ...transfer,
    priority: optional(ruled(integer, atLeast(0), atMost(10))),
    deadline: optional(ruled(integer, above(0))),
    is_divisible: optional(flag),
  }),
  alternative("CollateralAdjustment", { agent: required(text), delta: required(integer), schedule }),
  alternative("GlobalArrivalRateChange", { multiplier: required(multiplier), schedule }),
  alternative("AgentArrivalRateChange", { agent: required(text), multiplier: required(multiplier), schedule }),
  alternative("CounterpartyWeightChange", {
    agent: required(text),
    counterparty: required(text),
    new_weight: required(ruled(double, atLeast(0), atMost(1))),
    auto_balance_others: defaulted(flag, false),
    schedule,
  }),
  alternative(
    "DeadlineWindowChange",
    { min_ticks_multiplier: optional(multiplier), max_ticks_multiplier: optional(multiplier), schedule },
    ({ min_ticks_multiplier: min, max_ticks_multiplier: max }) =>
      min === undefined && max === undefined
        ? "Value error, At least one of min_ticks_multiplier or max_ticks_multiplier must be provided"
        : undefined,
  ),
  alternative("ScheduledSettlement", transfer),
]);

/** The content of an event. */
export type FileEvent = ValueOf<typeof scenarioEvent>;
