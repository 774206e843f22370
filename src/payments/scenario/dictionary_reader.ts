/**
 * Reading the engine dictionary key by key, in the order of the reference, with its classes of error (spec 06 9).
 * Everything that is wrong is collected; the first is what the reference raises.
 *
 * @module
 */
import type { Issue } from "../../core/errors.ts";
import type { PaymentsErrorKind } from "../errors.ts";
import type { Path } from "./findings.ts";
import { unknownKey } from "./kinds.ts";
import { isExact, isMap, member, writtenNumber } from "./numbers.ts";

/** A problem with the class that the reference raises. */
export interface DictionaryProblem extends Issue {
  readonly kind: PaymentsErrorKind;
}

/** All problems of one dictionary. */
export class DictionaryProblems {
  readonly found: DictionaryProblem[] = [];
  readonly unknown: Issue[] = [];

  add(kind: PaymentsErrorKind, path: Path, message: string): void {
    this.found.push({ kind, path, message });
  }
}

/** Integers that a place can hold: signed or not, and how large. */
export type IntegerRange = "money" | "count" | "priority" | "seed";

const LIMITS: Readonly<Record<IntegerRange, readonly [from: bigint, to: bigint]>> = {
  money: [-(1n << 63n), (1n << 63n) - 1n],
  count: [0n, (1n << 64n) - 1n],
  seed: [0n, (1n << 64n) - 1n],
  priority: [0n, 255n],
};

/** How the message of a missing key reads. */
type Missing = (key: string) => string;

const MISSING: Missing = (key) => `Missing required field '${key}'`;

/** One map of the dictionary. */
export class DictionaryReader {
  readonly #map: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  private constructor(
    map: Readonly<Record<string, unknown>>,
    readonly path: Path,
    readonly problems: DictionaryProblems,
    readonly missing: Missing,
  ) {
    this.#map = map;
  }

  /** A reader of `value`; anything but a map is a problem, and read as an empty one. */
  static of(
    value: unknown,
    path: Path,
    problems: DictionaryProblems,
    missing: Missing = MISSING,
  ): DictionaryReader {
    if (!isMap(value)) {
      problems.add("TypeError", path, `'${typeName(value)}' object cannot be converted to 'PyDict'`);
      return new DictionaryReader({}, path, new DictionaryProblems(), missing);
    }
    return new DictionaryReader(value, path, problems, missing);
  }

  at(key: string): Path {
    return [...this.path, key];
  }

  has(key: string): boolean {
    this.#asked.add(key);
    return member(this.#map, key) !== undefined;
  }

  problem(kind: PaymentsErrorKind, message: string, key?: string): void {
    this.problems.add(kind, key === undefined ? this.path : this.at(key), message);
  }

  /** The value of a required key; undefined, and a problem, where it is missing. */
  required(key: string, missing: string = this.missing(key)): unknown {
    if (this.has(key)) return member(this.#map, key);
    this.problem("ValueError", missing);
    return undefined;
  }

  /** The value of a key that may be absent. */
  optional(key: string): unknown {
    return this.has(key) ? member(this.#map, key) : undefined;
  }

  integer(key: string, range: IntegerRange = "count"): number {
    return Number(this.#integer(this.required(key), key, range));
  }

  optionalInteger(key: string, range: IntegerRange = "count"): number | undefined {
    const value = this.optional(key);
    return value === undefined ? undefined : Number(this.#integer(value, key, range));
  }

  seed(key: string): bigint {
    return this.#integer(this.required(key), key, "seed");
  }

  #integer(value: unknown, key: string, range: IntegerRange): bigint {
    return value === undefined ? 0n : integerIn(value, range, this.at(key), this.problems);
  }

  double(key: string): number {
    const value = this.required(key);
    return value === undefined ? 0 : doubleIn(value, this.at(key), this.problems);
  }

  optionalDouble(key: string): number | undefined {
    const value = this.optional(key);
    return value === undefined ? undefined : doubleIn(value, this.at(key), this.problems);
  }

  text(key: string, missing?: string): string {
    const value = this.required(key, missing);
    return value === undefined ? "" : textIn(value, this.at(key), this.problems);
  }

  optionalText(key: string): string | undefined {
    const value = this.optional(key);
    return value === undefined ? undefined : textIn(value, this.at(key), this.problems);
  }

  flag(key: string, fallback: boolean): boolean {
    return this.optionalFlag(key) ?? fallback;
  }

  optionalFlag(key: string): boolean | undefined {
    const value = this.optional(key);
    if (value === undefined || typeof value === "boolean") return value;
    this.problem("TypeError", `'${typeName(value)}' object cannot be converted to 'PyBool'`, key);
    return undefined;
  }

  /** The map at a key, undefined where it is absent. */
  optionalMap(key: string, missing: Missing = MISSING): DictionaryReader | undefined {
    const value = this.optional(key);
    return value === undefined ? undefined : DictionaryReader.of(value, this.at(key), this.problems, missing);
  }

  /** The map at a key that must be there. */
  map(key: string, missing: string = this.missing(key)): DictionaryReader | undefined {
    const value = this.required(key, missing);
    return value === undefined ? undefined : DictionaryReader.of(value, this.at(key), this.problems);
  }

  /** The elements at a key with their places; none where the value is no list. */
  elements(key: string, value: unknown): readonly (readonly [value: unknown, path: Path])[] {
    if (Array.isArray(value)) return value.map((element, i) => [element, [...this.at(key), i]]);
    if (value !== undefined) {
      this.problem("TypeError", `'${typeName(value)}' object cannot be converted to 'PyList'`, key);
    }
    return [];
  }

  /** A map of numbers by name. */
  numbers(key: string, value: unknown, read: (value: unknown, path: Path) => number): ReadonlyMap<string, number> {
    if (value === undefined) return new Map();
    if (!isMap(value)) {
      this.problem("TypeError", `'${typeName(value)}' object cannot be converted to 'PyDict'`, key);
      return new Map();
    }
    return new Map(Object.entries(value).map(([name, each]) => [name, read(each, [...this.at(key), name])]));
  }

  /** Notes the keys that nobody asked for. */
  close(): void {
    for (const key of Object.keys(this.#map)) {
      if (this.#asked.has(key) || this.#map[key] === undefined) continue;
      this.problems.unknown.push({ path: this.at(key), message: unknownKey(key, [...this.#asked]) });
    }
  }
}

/** An integer of a range; 0 and a problem for anything else. */
export function integerIn(value: unknown, range: IntegerRange, path: Path, problems: DictionaryProblems): bigint {
  const number = typeof value === "boolean" ? value ? 1n : 0n : writtenNumber(value);
  if (typeof number !== "bigint" && number?.kind !== "integer") {
    problems.add("TypeError", path, `'${typeName(value)}' object cannot be interpreted as an integer`);
    return 0n;
  }
  const integer = typeof number === "bigint" ? number : number.value;
  const refusal = rangeRefusal(integer, range);
  if (refusal === undefined) return integer;
  problems.add("OverflowError", path, refusal);
  return 0n;
}

function rangeRefusal(integer: bigint, range: IntegerRange): string | undefined {
  const [from, to] = LIMITS[range];
  if (range === "priority") {
    return integer < from || integer > to ? "out of range integral type conversion attempted" : undefined;
  }
  if (from === 0n && integer < from) return "can't convert negative int to unsigned";
  if (integer < from || integer > to) return "int too big to convert";
  if (range === "seed" || isExact(integer)) return undefined;
  return `${integer} passes 2^53 (${Number.MAX_SAFE_INTEGER}), or sums are not exact`;
}

/** A double; 0 and a problem for anything else. */
export function doubleIn(value: unknown, path: Path, problems: DictionaryProblems): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  const number = writtenNumber(value);
  if (number !== undefined) return Number(number.value);
  problems.add("TypeError", path, `must be real number, not ${typeName(value)}`);
  return 0;
}

/** A text; empty and a problem for anything else. */
export function textIn(value: unknown, path: Path, problems: DictionaryProblems): string {
  if (typeof value === "string") return value;
  problems.add("TypeError", path, `'${typeName(value)}' object cannot be converted to 'PyString'`);
  return "";
}

/** The name of a value's type in the reference's language. */
function typeName(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "str";
  if (Array.isArray(value)) return "list";
  return writtenNumber(value) === undefined ? "dict" : writtenNumber(value)?.kind === "integer" ? "int" : "float";
}
