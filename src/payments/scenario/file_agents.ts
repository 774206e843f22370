/**
 * Agents and their policies as scenario files describe them (spec 06 12.2, spec 07 8.1).
 *
 * @module
 */
import { alternative, oneOfRecords } from "./alternatives.ts";
import { arrivalBands, arrivalConfig } from "./file_arrivals.ts";
import {
  above,
  anyMap,
  atLeast,
  atMost,
  defaulted,
  double,
  integer,
  named,
  optional,
  record,
  required,
  ruled,
  text,
  type ValueOf,
} from "./kinds.ts";

const threshold = required(ruled(integer, above(0)));
const parts = required(ruled(integer, atLeast(2), atMost(10)));
const notNegative = ruled(integer, atLeast(0));
const fraction = ruled(double, atLeast(0), atMost(1));

function jsonRefusal(source: string): string | undefined {
  try {
    JSON.parse(source);
    return undefined;
  } catch (error) {
    return `Value error, Invalid JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const policy = oneOfRecords([
  alternative("Fifo", {}),
  alternative("Deadline", { urgency_threshold: threshold }),
  alternative("LiquidityAware", { target_buffer: required(notNegative), urgency_threshold: threshold }),
  alternative("LiquiditySplitting", { max_splits: parts, min_split_amount: threshold }),
  alternative("MockSplitting", { num_splits: parts }),
  alternative("FromJson", { json_path: required(text) }),
  alternative("Inline", { decision_trees: required(anyMap) }),
  alternative("InlineJson", { json_string: required(ruled(text, jsonRefusal)) }),
]);

/** The policy of an agent. */
export type FilePolicy = ValueOf<typeof policy>;

const FIFO: FilePolicy = { type: "Fifo" };

const limits = record("AgentLimits", {
  bilateral_limits: defaulted(named(integer), new Map<string, number>()),
  multilateral_limit: optional(integer),
});

/** One agent. */
export const agent = record(
  "AgentConfig",
  {
    id: required(ruled(text, (id) => id.trim() === "" ? "Value error, Agent ID cannot be empty" : undefined)),
    opening_balance: required(integer),
    unsecured_cap: defaulted(notNegative, 0),
    policy: defaulted(policy, FIFO),
    arrival_config: optional(arrivalConfig),
    arrival_bands: optional(arrivalBands),
    posted_collateral: optional(notNegative),
    collateral_haircut: optional(fraction),
    max_collateral_capacity: optional(notNegative),
    limits: optional(limits),
    liquidity_pool: optional(notNegative),
    liquidity_allocation_fraction: optional(fraction),
  },
  ({ arrival_config, arrival_bands }) =>
    arrival_config !== undefined && arrival_bands !== undefined
      ? "Value error, arrival_config and arrival_bands are mutually exclusive - specify only one"
      : undefined,
);

/** The content of an agent. */
export type FileAgent = ValueOf<typeof agent>;
