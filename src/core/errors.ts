/**
 * The errors of the whole project. A message says what is wrong, where, and what to do; the class says who must act.
 *
 * @module
 */

/** Wrong use of a command or a function: exit status 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** One thing that is wrong in a file or an object: where, what, and the rule that it breaks. */
export interface Issue {
  /** Keys and list positions from the top, empty for the whole. */
  readonly path: readonly (string | number)[];
  /** The rule that is broken, without the path. */
  readonly message: string;
  /** What stands there, shortened for people; missing where it would not help. */
  readonly value?: string;
}

/** A file or an object that breaks the rules of its schema. Lists every problem, not the first alone. */
export class ValidationError extends Error {
  override readonly name: string = "ValidationError";
  constructor(
    /** What was checked, such as `Scenario validation` or a file name. */
    readonly subject: string,
    readonly issues: readonly Issue[],
  ) {
    super(issues.length === 0 ? subject : `${subject}:\n${issues.map(issueText).join("\n")}`);
  }
}

function issueText(issue: Issue): string {
  const where = issue.path.length > 0 ? `${issue.path.join(" -> ")}: ` : "";
  return `  - ${where}${issue.message}${issue.value === undefined ? "" : ` (got ${issue.value})`}`;
}

/** Something that was asked for by name does not exist. */
export class NotFound extends Error {
  override readonly name: string = "NotFound";
}

/** Someone else holds it, or it differs from what is asked for. */
export class Conflict extends Error {
  override readonly name: string = "Conflict";
}

/** A name or reference that would leave its place: `..`, an absolute path, a separator, a NUL. */
export class InvalidReference extends Error {
  override readonly name: string = "InvalidReference";
}

/** A sum of money past 2^53 cents: refused, never rounded. */
export class AmountOverflow extends Error {
  override readonly name: string = "AmountOverflow";
}

/** A rule of the model that a step of the simulation broke. */
export class SimulationError extends Error {
  override readonly name: string = "SimulationError";
  constructor(
    message: string,
    readonly where: {
      /** The day or tick, absent while a scenario is set up. */
      readonly time?: number;
      readonly agent?: string;
      /** The class of the rule: `validation`, `default`, `assertion`, `unknown-name`, `action`. */
      readonly rule: string;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A store that could not do what it was asked. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
  constructor(
    message: string,
    readonly where: { readonly store: string; readonly retryable: boolean },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
