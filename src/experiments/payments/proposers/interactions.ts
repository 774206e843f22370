/**
 * The record of a proposal that nobody had to talk about.
 *
 * @module
 */
import { jsonOf } from "../../../payments/scenario/policy_text.ts";
import type { Interaction, Policy } from "../contracts.ts";

/** Number of words: what counts as tokens (spec 08 19.1). */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

/** An interaction that consists of the policy alone. */
export function interactionOf(model: string, policy: Policy): Interaction {
  const raw_response = jsonOf(policy);
  return {
    system_prompt: "",
    user_prompt: "",
    raw_response,
    parsed_policy: policy,
    parsing_error: null,
    model,
    prompt_tokens: 0,
    completion_tokens: 0,
    latency_seconds: 0,
  };
}
