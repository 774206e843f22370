/**
 * What a language model is told: the language of policies, what this experiment allows, and one agent's own figures.
 * Nothing of another agent enters here: the request holds nothing of it (spec 08 19.4).
 *
 * @module
 */
import type { CostRates } from "../../../payments/config.ts";
import { jsonOf } from "../../../payments/scenario/policy_text.ts";
import type { ParameterSpec, PolicyConstraints, ProposalRequest, VisibleEvent } from "../contracts.ts";
import { parametersOf } from "../policies.ts";
import { tellingEvents } from "../visibility.ts";

/** Most events in a prompt. */
const EVENTS = 60;

/** The same for all requests of an experiment, up to the agent's own words. */
export function systemPrompt({ constraints, costRates, customization, minSettlementRate }: ProposalRequest): string {
  return [
    "You are the treasurer of a bank in a real-time gross settlement system. You improve its payment policy, a JSON " +
    "document of decision trees, so that its total cost falls.",
    customization,
    DOMAIN,
    constraints.lsmEnabled
      ? "A liquidity-saving pass offsets queued payments against each other, in pairs and in cycles."
      : "",
    `Objective: the lowest total cost of your bank. At least ${
      Number((minSettlementRate * 100).toFixed(4))
    } % of the payments ` +
    "must settle.",
    architecture(constraints),
    schema(constraints),
    costText(costRates),
    "Common errors: a parameter that is used but not listed under parameters; two nodes with the same node_id; an action " +
    "or field that is not allowed; a fraction outside of 0 to 1.",
    "Answer with the complete policy as one JSON object and nothing else.",
  ].filter((part) => part !== "").join("\n\n");
}

const DOMAIN =
  "Payments arrive during the day. Released payments settle when the account covers them, else they wait " +
  "in the central queue. Waiting costs, a missed deadline costs more, an unsettled payment at the end of the day costs " +
  "most, and so does liquidity that is taken from the pool and not needed. Amounts are cents, times are ticks.";

function architecture({ allowedActions }: PolicyConstraints): string {
  if (allowedActions.size === 0) return "";
  const lines = [...allowedActions].map(([tree, actions]) => `- ${tree}: actions ${actions.join(", ")}`);
  return `Trees:\n${lines.join("\n")}\nA node is {"type": "action", "node_id", "action", "parameters"} or ` +
    `{"type": "condition", "node_id", "condition": {"op", "left", "right"}, "on_true", "on_false"}. A value is ` +
    `{"field": name}, {"param": name}, {"value": number} or {"compute": {"op", "left", "right"}}.`;
}

function schema({ allowedParameters, allowedFields }: PolicyConstraints): string {
  const parameters = allowedParameters.map(parameterText);
  return [
    "Top level: version, policy_id, parameters (numbers by name), and the trees.",
    parameters.length === 0 ? "" : `Parameters:\n${parameters.join("\n")}`,
    allowedFields.length === 0 ? "" : `Fields: ${allowedFields.join(", ")}`,
  ].filter((part) => part !== "").join("\n");
}

function parameterText({ name, type, min, max, allowed, description }: ParameterSpec): string {
  const range = type === "enum"
    ? `one of ${(allowed ?? []).map(jsonOf).join(", ")}`
    : `${type} from ${min ?? "any"} to ${max ?? "any"}`;
  return `- ${name}: ${range}${description === "" ? "" : `; ${description}`}`;
}

function costText(rates: CostRates): string {
  return `Cost rates: ${JSON.stringify(rates)}`;
}

/** One agent's figures, history and events. */
export function userPrompt(request: ProposalRequest): string {
  const { agent, iteration, current, cost, costBreakdown, history, events, errors } = request;
  return [
    `Bank ${agent}, iteration ${iteration + 1}. Mean cost of the current policy: ${cost} cents.`,
    `Cost parts: ${JSON.stringify(costBreakdown)}`,
    `Parameters now: ${jsonOf(parametersOf(current))}`,
    historyText(request),
    history.length === 0 ? "" : `Best cost so far: ${history.reduce((best, each) => Math.min(best, each.cost), cost)}`,
    events.length === 0
      ? ""
      : `What happened to your bank:\n${tellingEvents(events, EVENTS).map(eventText).join("\n")}`,
    `The current policy:\n${JSON.stringify(current, null, 2)}`,
    errors.length === 0 ? "" : `Your previous answer was refused:\n${errors.map((error) => `- ${error}`).join("\n")}`,
    "Propose a better policy.",
  ].filter((part) => part !== "").join("\n\n");
}

function historyText({ history }: ProposalRequest): string {
  if (history.length === 0) return "";
  const lines = history.map(({ iteration, accepted, cost, deltaSum, proposed }) =>
    `- iteration ${iteration + 1}: proposed ${jsonOf(parametersOf(proposed))}, ${
      accepted ? "accepted" : "rejected"
    }, ` +
    `cost then ${cost}${deltaSum === null ? "" : `, improvement over all samples ${deltaSum}`}`
  );
  return `Earlier proposals:\n${lines.join("\n")}`;
}

function eventText({ event_type, tick, ...fields }: VisibleEvent): string {
  return `- tick ${tick} ${event_type} ${JSON.stringify(fields)}`;
}
