/**
 * The policies of a scenario before it runs: whether they are valid, and whether the scenario allows what they use
 * (spec 06 10.5, spec 07 6.4).
 *
 * @module
 */
import type { Issue } from "../../core/errors.ts";
import type { Behaviours } from "../behaviours.ts";
import type { EngineConfig } from "../config.ts";
import { createPolicy, problemText } from "../policies/create.ts";
import { type FeatureToggles, forbiddenCategories, policyCategories } from "../policies/features.ts";
import { judgePolicy, type PolicyVerdict } from "../policies/verdict.ts";
import { PolicyDocumentError } from "../policy_contract.ts";
import type { FilePolicy } from "./file_agents.ts";

/** Judges each text once: agents often share a policy. */
class Judge {
  readonly #verdicts = new Map<string, PolicyVerdict>();
  readonly #refusals = new Map<string, readonly string[]>();
  constructor(readonly behaviours: Behaviours) {}

  /** Why no policy can be made of a text: a sentence for each problem, none when one can. */
  refusal(text: string): readonly string[] {
    let refusal = this.#refusals.get(text);
    if (refusal === undefined) {
      refusal = this.#tryOut(text);
      this.#refusals.set(text, refusal);
    }
    return refusal;
  }

  #tryOut(json: string): readonly string[] {
    try {
      createPolicy({ type: "FromJson", json }, this.behaviours);
      return [];
    } catch (error) {
      if (!(error instanceof PolicyDocumentError)) throw error;
      const verdict = this.verdict(json);
      return verdict.valid ? [error.message] : verdict.problems.map(problemText);
    }
  }

  verdict(text: string): PolicyVerdict {
    let verdict = this.#verdicts.get(text);
    if (verdict === undefined) {
      verdict = judgePolicy(text, this.behaviours);
      this.#verdicts.set(text, verdict);
    }
    return verdict;
  }
}

/**
 * One issue for each problem of each document that no policy can be made of; `key` names the list of agents. What the
 * reference finds out when it gets there is none.
 */
export function policyIssues(config: EngineConfig, key: string, behaviours: Behaviours): Issue[] {
  const judge = new Judge(behaviours);
  return config.agents.flatMap(({ policy }, i): Issue[] => {
    if (policy.type !== "FromJson") return [];
    return judge.refusal(policy.json).map((message) => ({ path: [key, i, "policy"], message }));
  });
}

/**
 * Policies that use what the scenario does not allow. The reference asks only for policies in files and in maps.
 *
 * @param policies The policies of the agents as the file gives them.
 */
export function toggleIssues(
  config: EngineConfig,
  policies: readonly FilePolicy[],
  toggles: FeatureToggles,
  behaviours: Behaviours,
): Issue[] {
  const judge = new Judge(behaviours);
  return config.agents.flatMap(({ id, policy }, i): Issue[] => {
    // behaviour: jsonTextEscapesToggles
    if (policy.type !== "FromJson" || (policies[i]?.type === "InlineJson" && behaviours.jsonTextEscapesToggles)) {
      return [];
    }
    const path = ["agents", i, "policy"];
    const verdict = judge.verdict(policy.json);
    if (!verdict.valid) {
      return verdict.problems.map((problem) => ({ path, message: `Agent ${id}: ${problemText(problem)}` }));
    }
    const refusal = forbiddenCategories(policyCategories(verdict.document, behaviours), toggles);
    return refusal === undefined ? [] : [{ path, message: `Agent ${id}: ${refusal}.` }];
  });
}
