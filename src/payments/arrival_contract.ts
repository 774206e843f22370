/**
 * What the engine asks of the generator of payments (spec 06 2). Agents are dense numbers in ascending order of their
 * ids, everywhere. The generator owns the only random numbers of a simulation.
 *
 * @module
 */

/** Receives one generated payment: amount in cents, deadline in absolute ticks and already capped, priority 0 to 10. */
export type ArrivalSink = (receiver: number, amount: number, deadline: number, priority: number) => void;

/** The rates of an agent before and after a change. */
export interface RateChange {
  readonly oldRate: number;
  readonly newRate: number;
}

/** What a corrected checkpoint keeps of a generator beside the random state: plain JSON values. */
export type ArrivalState = unknown;

/**
 * The generator of one simulation, `arrivals/generator.ts`:
 * `new ArrivalGenerator(config: EngineConfig, behaviours: Behaviours, randomState?: bigint)`. It sorts the agents itself
 * with {@linkcode compareIds}.
 */
export interface Arrivals {
  /** Whether any agent generates payments; without one no scenario event about arrivals is logged (spec 06 3.2). */
  readonly active: boolean;
  /** The random generator's state now, `rng_seed` of a checkpoint. */
  readonly randomState: bigint;
  /**
   * Draws the payments of one agent in one tick and passes them on in order. Called once per agent and tick, ascending.
   *
   * @throws {PaymentsError} of kind `panic`: `amount must be positive`, `min must be less than max`,
   * `Cannot generate transaction: no valid receivers`. Payments passed on before stay.
   */
  generate(agent: number, tick: number, sink: ArrivalSink): void;
  /** Current rate of an agent with `arrival_config`, undefined for others. */
  rate(agent: number): number | undefined;
  /** `GlobalArrivalRateChange`: rate = base rate x multiplier for every agent. */
  scaleAllRates(multiplier: number): void;
  /** `AgentArrivalRateChange`; undefined when the agent has no `arrival_config` (no effect, nothing is logged). */
  scaleRate(agent: number, multiplier: number): RateChange | undefined;
  /**
   * `CounterpartyWeightChange`; the counterparty may be an id that no agent has.
   *
   * @param rebalance `auto_balance_others`: the other weights are scaled so that their sum stays.
   */
  setWeight(agent: number, counterparty: string, weight: number, rebalance?: boolean): void;
  /** `DeadlineWindowChange` for every agent. */
  scaleDeadlines(minMultiplier: number | undefined, maxMultiplier: number | undefined): void;
  /** Everything that scenario events changed, for a checkpoint that forgets nothing. */
  save(): ArrivalState;
  /** Takes over what {@linkcode save} gave. */
  restore(state: ArrivalState): void;
  /** behaviour `checkpointsForget`: after a restore agents with bands generate nothing any more. */
  dropBands(): void;
}
