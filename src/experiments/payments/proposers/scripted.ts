/**
 * Proposals that were written down beforehand: for tests, and for repeating an experiment.
 *
 * @module
 */
import type { JsonMap, PolicyProposer, Proposal, ProposalRequest } from "../contracts.ts";
import { withParameters } from "../policies.ts";
import { interactionOf } from "./interactions.ts";

/** Makes the k-th proposal (from 0) of an agent; null for none. */
export type Script = (request: ProposalRequest, k: number) => JsonMap | null;

/** Follows a script, which is asked once for each attempt. */
export class ScriptedProposer implements PolicyProposer {
  readonly name = "scripted";
  readonly #calls = new Map<string, number>();

  constructor(readonly script: Script) {}

  /** Starts the script of every agent over. */
  forget(): void {
    this.#calls.clear();
  }

  propose(request: ProposalRequest): Promise<Proposal> {
    const k = this.#calls.get(request.agent) ?? 0;
    this.#calls.set(request.agent, k + 1);
    const policy = this.script(request, k);
    if (policy === null) return Promise.resolve({ policy, interaction: null });
    return Promise.resolve({ policy, interaction: interactionOf(this.name, policy) });
  }
}

/** A script from lists by agent: whole policies, or parameters that replace those of the current policy. */
export function listScript(lists: ReadonlyMap<string, readonly JsonMap[]>): Script {
  return ({ agent, current }, k) => {
    const entry = lists.get(agent)?.[k];
    if (entry === undefined) return null;
    const isPolicy = "type" in entry || Object.keys(entry).some((key) => key.endsWith("_tree"));
    return isPolicy ? entry : withParameters(current, entry);
  };
}
