/**
 * The policies that need no document of their own (spec 07 8.2, 8.3): documents like any other, with the numbers of the
 * configuration put into their parameters.
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import type { PolicyConfig } from "../config.ts";

/** The policies by the names that configurations use. */
export type BuiltInPolicy = Exclude<PolicyConfig["type"], "FromJson">;

type Json = string | number | { readonly [key: string]: Json } | readonly Json[];

const field = (name: string): Json => ({ field: name });
const param = (name: string): Json => ({ param: name });
const number = (value: number): Json => ({ value });
const compare = (left: Json, op: string, right: Json): Json => ({ op, left, right });
const action = (id: string, name: string, parameters: Json = {}): Json => ({
  type: "action",
  node_id: id,
  action: name,
  parameters,
});
const hold = (id: string, reason: string): Json => action(id, "Hold", { reason: { value: reason } });
const branch = (id: string, condition: Json, onTrue: Json, onFalse: Json): Json => ({
  type: "condition",
  node_id: id,
  condition,
  on_true: onTrue,
  on_false: onFalse,
});
const pastDeadline = compare(field("deadline_tick"), "<=", field("current_tick"));
const affordable = compare(field("effective_liquidity"), ">=", field("remaining_amount"));

interface Template {
  readonly id: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly tree: Json;
}

const FIFO: Template = { id: "fifo_policy", parameters: {}, tree: action("A1", "Release") };

/** Drops what is past its deadline; `urgent` decides within the urgency threshold, `early` before it. */
function byUrgency(urgent: Json, early: Json, threshold: Json = param("urgency_threshold")): Json {
  const near = branch("N2", compare(field("ticks_to_deadline"), "<=", threshold), urgent, early);
  return branch("N1", pastDeadline, action("A1", "Drop"), near);
}

function ifAffordable(name: string): Json {
  return branch(`N${name}`, affordable, action(`A${name}1`, "Release"), hold(`A${name}2`, "InsufficientLiquidity"));
}

const DEADLINE: Template = {
  id: "deadline_policy",
  parameters: { urgency_threshold: 5 },
  tree: byUrgency(action("A2", "Release"), hold("A3", "NearDeadline")),
};

const leftAfterPaying: Json = { compute: { op: "-", left: field("balance"), right: field("remaining_amount") } };

const LIQUIDITY_AWARE: Template = {
  id: "liquidity_aware_policy",
  parameters: { target_buffer: 50_000, urgency_threshold: 5 },
  tree: byUrgency(
    ifAffordable("Urgent"),
    branch(
      "N3",
      compare(param("target_buffer"), "==", number(0)),
      ifAffordable("Early"),
      branch(
        "N4",
        compare(leftAfterPaying, "<", param("target_buffer")),
        hold("A3", "InsufficientLiquidity"),
        action("A4", "Release"),
      ),
    ),
  ),
};

/** Releases what the balance covers and splits the rest; `smallest` says whether parts may be too small to be worth it. */
function liquiditySplitting(smallest: boolean): Template {
  const part = (parts: Json): Json =>
    compare({ compute: { op: "/", left: field("amount"), right: parts } }, ">=", param("min_split_amount"));
  const funded = compare(field("balance"), ">", number(0));
  const release = (name: string, parts: Json): Json =>
    branch(
      `N${name}1`,
      compare(field("balance"), ">=", field("amount")),
      action(`A${name}1`, "Release"),
      branch(
        `N${name}2`,
        smallest ? { op: "and", conditions: [funded, part(parts)] } : funded,
        action(`A${name}2`, "Split", { num_splits: parts }),
        hold(`A${name}3`, "InsufficientLiquidity"),
      ),
    );
  return {
    id: "liquidity_splitting_policy",
    parameters: { max_splits: 4, min_split_amount: 10_000 },
    tree: byUrgency(release("Urgent", param("max_splits")), release("Early", number(2)), number(5)),
  };
}

const MOCK_SPLITTING: Template = {
  id: "mock_splitting_policy",
  parameters: { num_splits: 2 },
  tree: action("A1", "Split", { num_splits: param("num_splits") }),
};

function templateOf(type: BuiltInPolicy, behaviours: Behaviours): Template {
  switch (type) {
    case "Fifo":
      return FIFO;
    case "Deadline":
      return DEADLINE;
    case "LiquidityAware":
      return LIQUIDITY_AWARE;
    case "LiquiditySplitting":
      // behaviour: minSplitAmountIgnored
      return liquiditySplitting(!behaviours.minSplitAmountIgnored);
    case "MockSplitting":
      return MOCK_SPLITTING;
  }
}

/** The document of a built-in policy with its default parameters, as JSON text. */
export function builtInDocument(type: BuiltInPolicy, behaviours: Behaviours): string {
  const { id, parameters, tree } = templateOf(type, behaviours);
  return JSON.stringify({ version: "1.0", policy_id: id, parameters, payment_tree: tree }, undefined, 2);
}

/** What a configuration puts into the parameters of its document. */
export function injectedParameters(config: PolicyConfig): Readonly<Record<string, number>> {
  switch (config.type) {
    case "Deadline":
      return { urgency_threshold: config.urgencyThreshold };
    case "LiquidityAware":
      return { target_buffer: config.targetBuffer, urgency_threshold: config.urgencyThreshold };
    case "LiquiditySplitting":
      return { max_splits: config.maxSplits, min_split_amount: config.minSplitAmount };
    case "MockSplitting":
      return { num_splits: config.numSplits };
    case "Fifo":
    case "FromJson":
      return {};
  }
}
