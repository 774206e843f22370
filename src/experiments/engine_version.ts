/**
 * The version of what computes results. It is part of every run id and plan: raise it when the same scenario and seed
 * would give other numbers, so that old runs are not taken for new ones.
 *
 * @module
 */

/** Version of the engines, the generator and the metrics together. */
export const ENGINE_VERSION = "1";
