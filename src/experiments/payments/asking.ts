/**
 * One round with a proposer: asked, checked, told what is wrong, asked again (spec 08 19.2).
 *
 * @module
 */
import {
  type Interaction,
  type Policy,
  type PolicyProposer,
  ProposalFailure,
  type ProposalRequest,
} from "./contracts.ts";

/** What a round brought. */
export interface Round {
  /** Null when no proposal was allowed, or none was made. */
  readonly policy: Policy | null;
  /** What was said last. */
  readonly interaction: Interaction | null;
  readonly attempts: number;
  /** Of the attempts: those that failed in the proposer itself. */
  readonly failures: number;
  /** Why the last proposal was refused. */
  readonly errors: readonly string[];
}

/**
 * Asks up to `tries` times.
 *
 * @param check Why a policy is refused; none when it is allowed.
 */
export async function askForPolicy(
  proposer: PolicyProposer,
  request: Omit<ProposalRequest, "attempt" | "errors">,
  tries: number,
  check: (policy: Policy) => readonly string[],
): Promise<Round> {
  let errors: readonly string[] = [];
  let interaction: Interaction | null = null;
  let failures = 0;
  for (let attempt = 0; attempt < tries; attempt++) {
    request.signal?.throwIfAborted();
    try {
      const proposal = await proposer.propose({ ...request, attempt, errors });
      interaction = proposal.interaction ?? interaction;
      const { policy } = proposal;
      if (policy === null) return { policy, interaction, attempts: attempt + 1, failures, errors };
      errors = check(policy);
      if (errors.length === 0) return { policy, interaction, attempts: attempt + 1, failures, errors };
    } catch (error) {
      request.signal?.throwIfAborted();
      failures++;
      if (error instanceof ProposalFailure) interaction = error.interaction ?? interaction;
      errors = [`LLM error: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
  return { policy: null, interaction, attempts: tries, failures, errors };
}
