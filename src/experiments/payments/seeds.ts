/**
 * The seeds of an experiment: all chance comes from its master seed by hashing (spec 08 13).
 *
 * @module
 */
import { sha256Hex } from "../../core/hash.ts";

const RANGE = 2 ** 31;

/** First 4 bytes of the SHA-256, modulo 2^31. */
function hashed4(text: string): number {
  return parseInt(sha256Hex(text).slice(0, 8), 16) % RANGE;
}

/** First 8 bytes of the SHA-256, modulo 2^31, which the last 4 of them decide. */
function hashed8(text: string): number {
  return parseInt(sha256Hex(text).slice(8, 16), 16) % RANGE;
}

/**
 * The seed of an agent's iteration, 0 to 2^31 - 1.
 *
 * @example
 * ```ts
 * import { iterationSeed } from "./seeds.ts";
 *
 * iterationSeed(42, 0, "BANK_A"); // 1088125515
 * ```
 *
 * @param iteration From 0.
 */
export function iterationSeed(master: number, iteration: number, agent: string): number {
  return hashed4(`${master}:iter:${iteration}:agent:${agent}`);
}

/** The seed of bootstrap sample `index` (from 0) of a sampler, for its draws and its sandbox. */
export function sampleSeed(sampler: number, index: number): number {
  return hashed8(`${sampler}:sample:${index}`);
}
