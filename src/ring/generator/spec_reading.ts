/**
 * Reads the plain form of a request field by field and collects everything that is wrong with it.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { type Issue, ValidationError } from "../../core/errors.ts";

/** A rule: the sentence that a value breaks, or undefined when it is well. */
export type Rule<T> = (value: T) => string | undefined;

/** Where a field stands: keys and list positions. */
export type FieldPath = readonly (string | number)[];

/** Collects the problems of one request while it is read. */
export class SpecReading {
  readonly #issues: Issue[] = [];
  readonly #prefix: FieldPath;

  /** @param prefix What stands before every path in the messages. */
  constructor(prefix: FieldPath) {
    this.#prefix = prefix;
  }

  /** Refuses a value by what is wrong with it. */
  refuse(path: FieldPath, message: string, value: unknown): void {
    this.#issues.push({ path: [...this.#prefix, ...path], message, value: String(value).slice(0, 40) });
  }

  /** The value, refused when it breaks the rule. */
  checked<T>(path: FieldPath, rule: Rule<T>, value: T): T {
    const message = rule(value);
    if (message !== undefined) this.refuse(path, message, value);
    return value;
  }

  /** A whole number that a double holds exactly. */
  integer(path: FieldPath, value: number, rule?: Rule<number>): number {
    if (!Number.isSafeInteger(value)) this.refuse(path, "Input should be a valid integer", value);
    return rule === undefined ? value : this.checked(path, rule, value);
  }

  /** A whole number of any size. */
  bigInteger(path: FieldPath, value: number | string): number | bigint {
    if (typeof value === "number") return this.integer(path, value);
    if (/^[+-]?\d+$/.test(value)) return BigInt(value.replace("+", ""));
    this.refuse(path, "Input should be a valid integer", value);
    return 0;
  }

  /** The decimal that a text spells; `missing` where there is none. */
  decimal(path: FieldPath, text: string | undefined, rule?: Rule<Decimal>, missing?: Decimal): Decimal {
    if (text === undefined && missing !== undefined) return missing;
    const value = Decimal.parse(text ?? "");
    if (value === undefined) {
      this.refuse(path, "Input should be a valid decimal", text);
      return Decimal.ONE;
    }
    return rule === undefined ? value : this.checked(path, rule, value);
  }

  /** @throws {ValidationError} listing every problem. */
  settle(subject: string): void {
    if (this.#issues.length > 0) throw new ValidationError(subject, this.#issues);
  }
}
