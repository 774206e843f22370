/**
 * Trying again what may go better the next time: a bounded number of attempts, each after twice the delay of the one
 * before, and a sentence for each.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";

/** How often and how fast something is tried again. */
export interface RetryPolicy {
  /** Attempts in all, at least 1. */
  readonly attempts: number;
  /** Milliseconds before the second attempt. */
  readonly delayMs: number;
  readonly onRetry: (sentence: string) => void;
}

/** No delay is longer, in milliseconds. */
const LONGEST_DELAY_MS = 20_000;

/**
 * Calls `attempt` until it returns, fails for good, or has failed `attempts` times.
 *
 * @throws {StoreError} of the last attempt, which says how many there were; any other error of an attempt at once; the
 * signal's reason when it is aborted.
 */
export async function retried<T>(attempt: () => Promise<T>, policy: RetryPolicy, signal?: AbortSignal): Promise<T> {
  for (let number = 1;; number++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof StoreError) || !error.where.retryable) throw error;
      if (number >= policy.attempts) throw afterAttempts(error, number);
      policy.onRetry(`${error.message} (attempt ${number} of ${policy.attempts}, trying again)`);
      await delay(delayOf(policy, number), signal);
    }
  }
}

/** Between half and the whole of the doubled delay, so that many who failed together do not come back together. */
function delayOf(policy: RetryPolicy, number: number): number {
  return Math.min(LONGEST_DELAY_MS, policy.delayMs * 2 ** (number - 1)) * (0.5 + Math.random() / 2);
}

function afterAttempts(error: StoreError, attempts: number): StoreError {
  if (attempts === 1) return error;
  return new StoreError(`${error.message} (tried ${attempts} times)`, error.where, { cause: error });
}

function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
