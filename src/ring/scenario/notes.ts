/**
 * What is found wrong or odd while a file is read: everything is collected, and reported together.
 *
 * @module
 */
import { type Issue, ValidationError } from "../../core/errors.ts";

/** Most problems that one message lists. */
const MOST_LISTED = 100;

/** The problems and warnings of one file. */
export class Notes {
  readonly #problems: Issue[] = [];
  readonly #warnings: Issue[] = [];

  /** @param reference Whether the file is read as the reference reads it, which ignores much. */
  constructor(readonly reference: boolean) {}

  /** The warnings so far. */
  get warnings(): readonly Issue[] {
    return this.#warnings;
  }

  /** Whether nothing refuses the file so far. */
  get clean(): boolean {
    return this.#problems.length === 0;
  }

  /** Refuses the file. */
  refuse(problems: readonly Issue[]): void {
    for (const problem of problems) this.#problems.push(problem);
  }

  /** Says what is odd but harmless. */
  warn(warnings: readonly Issue[]): void {
    for (const warning of warnings) this.#warnings.push(warning);
  }

  /** What the reference ignores: a warning for its files, a problem otherwise. */
  ignored(issues: readonly Issue[]): void {
    if (this.reference) this.warn(issues);
    else this.refuse(issues);
  }

  /** @throws {ValidationError} when there is a problem. */
  settle(subject: string): void {
    if (this.clean) return;
    const more = this.#problems.length - MOST_LISTED;
    if (more <= 0) throw new ValidationError(subject, this.#problems);
    const rest = { path: [], message: `and ${more} more` };
    throw new ValidationError(subject, [...this.#problems.slice(0, MOST_LISTED), rest]);
  }
}
