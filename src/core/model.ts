/**
 * What a model of the laboratory is: a name, a parser for its scenarios, and a pure function that simulates one.
 * A new model is one new folder that implements this.
 *
 * @module
 */

/**
 * A simulation model. Nothing in it reads a file, a clock, an environment variable or a random source other than its
 * own seeded generator: the same scenario gives the same outcome.
 */
export interface Model<Scenario, Outcome> {
  /** Name in files and on the command line, such as `ring`. */
  readonly name: string;
  /**
   * Checks what came from outside and fills in every default.
   *
   * @throws {ValidationError} listing every problem with its path.
   */
  parse(source: unknown): Scenario;
  /**
   * Runs a scenario to its end. A run that stops early, by a default or a broken rule, is an outcome.
   *
   * @throws {SimulationError} when the scenario cannot be set up.
   */
  simulate(scenario: Scenario, options?: SimulateOptions): Outcome;
}

/** What every model lets its caller follow and stop. */
export interface SimulateOptions {
  /** Called after every day or tick with its number. */
  readonly onTime?: (time: number) => void;
  /** Checked between days or ticks; when aborted the simulation throws the signal's reason. */
  readonly signal?: AbortSignal;
}
