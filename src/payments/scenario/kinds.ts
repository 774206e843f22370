/**
 * The kinds of value that scenario files are made of, with the reference's sentences for what does not fit and its
 * conversions of what nearly fits (spec 06 10.2, 10.3).
 *
 * Written here, and not with the schema library: where a `type` is left out the alternative that fits best wins, by
 * given keys and then by conversions, which that library does not count. Importing it would also take longer than
 * importing all that reads a scenario (13 against 10 ms).
 *
 * @module
 */
import { suggestion } from "../../core/nearest.ts";
import { CONVERTED, Findings, type Path, WIDENED } from "./findings.ts";
import { isExact, isMap, member, writtenNumber } from "./numbers.ts";

/** Stands for a value that does not fit; why stands in the findings. */
export const REFUSED: unique symbol = Symbol("refused");
/** A value of a kind, or {@linkcode REFUSED}. */
export type Reading<T> = T | typeof REFUSED;

/** A kind of value. */
export interface Kind<T> {
  /** Reads a value that is there. */
  read(value: unknown, path: Path, findings: Findings): Reading<T>;
}

/** A kind of value at a key, and what holds when the key is absent. */
export interface Field<T> extends Kind<T> {
  /** Undefined for a required key. */
  readonly absent: (() => T) | undefined;
}

/** A rule beyond the kind: the sentence that refuses the value, or undefined. */
export type Rule<T> = (value: T) => string | undefined;

/** The value type of a kind. */
export type ValueOf<K> = K extends Kind<infer T> ? T : never;

/** A key that must be there. */
export function required<T>(kind: Kind<T>): Field<T> {
  return { read: kind.read, absent: undefined };
}

/** A key with a default; null is no value for it. */
export function defaulted<T>(kind: Kind<T>, fallback: T): Field<T> {
  return { read: kind.read, absent: () => fallback };
}

/** A key that may be absent or null, which is the same. */
export function optional<T>(kind: Kind<T>): Field<T | undefined> {
  return {
    read: (value, path, findings) => value === null ? undefined : kind.read(value, path, findings),
    absent: () => undefined,
  };
}

/** A kind with rules, of which the first that is broken is reported. */
export function ruled<T>(kind: Kind<T>, ...rules: readonly Rule<T>[]): Kind<T> {
  return {
    read(value, path, findings) {
      const read = kind.read(value, path, findings);
      if (read === REFUSED) return REFUSED;
      for (const rule of rules) {
        const refusal = rule(read);
        if (refusal === undefined) continue;
        findings.problem(path, refusal, value);
        return REFUSED;
      }
      return read;
    },
  };
}

/** Bounds of a number, in the reference's words. */
export const above = (bound: number): Rule<number> => (value) =>
  value > bound ? undefined : `Input should be greater than ${bound}`;
export const atLeast = (bound: number): Rule<number> => (value) =>
  value >= bound ? undefined : `Input should be greater than or equal to ${bound}`;
export const atMost = (bound: number): Rule<number> => (value) =>
  value <= bound ? undefined : `Input should be less than or equal to ${bound}`;

/** A text. */
export const text: Kind<string> = {
  read(value, path, findings) {
    if (typeof value === "string") return value;
    findings.problem(path, "Input should be a valid string", value);
    return REFUSED;
  },
};

const INTEGER_TEXT = /^\s*([+-]?\d+(?:_\d+)*)(?:\.0+)?\s*$/;

/** A whole number of any size. */
export const bigInteger: Kind<bigint> = {
  read(value, path, findings) {
    const found = integerOf(value);
    if (typeof found === "string") {
      findings.problem(path, found, value);
      return REFUSED;
    }
    if (writtenNumber(value)?.kind !== "integer") findings.lower(CONVERTED);
    return found;
  },
};

function integerOf(value: unknown): bigint | string {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string") {
    const digits = INTEGER_TEXT.exec(value)?.[1];
    return digits === undefined
      ? "Input should be a valid integer, unable to parse string as an integer"
      : BigInt(digits.replaceAll("_", "").replace("+", ""));
  }
  const number = writtenNumber(value);
  if (number === undefined) return "Input should be a valid integer";
  if (number.kind === "integer") return number.value;
  if (!Number.isFinite(number.value)) return "Input should be a finite number";
  return Number.isInteger(number.value)
    ? BigInt(number.value)
    : "Input should be a valid integer, got a number with a fractional part";
}

/** A whole number that a plain number holds exactly. */
export const integer: Kind<number> = {
  read(value, path, findings) {
    const read = bigInteger.read(value, path, findings);
    if (read === REFUSED) return REFUSED;
    if (isExact(read)) return Number(read);
    findings.problem(path, `Input should not pass 2^53 (${Number.MAX_SAFE_INTEGER}), or sums are not exact`, value);
    return REFUSED;
  },
};

const DOUBLE_TEXT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;

/** A finite double. */
export const double: Kind<number> = {
  read(value, path, findings) {
    const found = doubleOf(value, findings);
    if (typeof found === "number" && Number.isFinite(found)) return found;
    findings.problem(path, typeof found === "string" ? found : "Input should be a finite number", value);
    return REFUSED;
  },
};

function doubleOf(value: unknown, findings: Findings): number | string {
  if (typeof value === "boolean" || typeof value === "string") {
    findings.lower(CONVERTED);
    if (typeof value === "boolean") return value ? 1 : 0;
    const trimmed = value.trim();
    if (DOUBLE_TEXT.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
    return /^[+-]?(?:inf|infinity|nan)$/i.test(trimmed)
      ? NaN
      : "Input should be a valid number, unable to parse string as a number";
  }
  const number = writtenNumber(value);
  if (number === undefined) return "Input should be a valid number";
  if (number.kind === "integer") findings.lower(WIDENED);
  return Number(number.value);
}

const TRUE_WORDS = new Set(["1", "true", "t", "yes", "y", "on"]);
const FALSE_WORDS = new Set(["0", "false", "f", "no", "n", "off"]);

/** True or false; the words and digits that the reference takes for them are accepted. */
export const flag: Kind<boolean> = {
  read(value, path, findings) {
    if (typeof value === "boolean") return value;
    const number = writtenNumber(value);
    const isWhole = number !== undefined && Number.isInteger(Number(number.value));
    const word = typeof value === "string" ? value.toLowerCase() : isWhole ? String(Number(number.value)) : undefined;
    findings.lower(CONVERTED);
    if (word !== undefined && TRUE_WORDS.has(word)) return true;
    if (word !== undefined && FALSE_WORDS.has(word)) return false;
    const hint = word === undefined ? "" : ", unable to interpret input";
    findings.problem(path, `Input should be a valid boolean${hint}`, value);
    return REFUSED;
  },
};

/** One of several words. */
export function oneOf<const W extends string>(words: readonly W[]): Kind<W> {
  return {
    read(value, path, findings) {
      const word = words.find((word) => word === value);
      if (word !== undefined) return word;
      const quoted = words.map((each) => `'${each}'`);
      const last = quoted.pop() ?? "";
      const near = typeof value === "string" ? suggestion(value, words) : "";
      findings.problem(
        path,
        `Input should be ${quoted.length > 0 ? `${quoted.join(", ")} or ` : ""}${last}${near}`,
        value,
      );
      return REFUSED;
    },
  };
}

/** A list of values of one kind. */
export function list<T>(element: Kind<T>, size: { readonly min?: number; readonly max?: number } = {}): Kind<T[]> {
  return {
    read(value, path, findings) {
      if (!Array.isArray(value)) {
        findings.problem(path, "Input should be a valid list", value);
        return REFUSED;
      }
      const length = value.length;
      const refusal = sizeRefusal(length, size);
      if (refusal !== undefined) {
        findings.problem(path, refusal);
        return REFUSED;
      }
      const read: T[] = [];
      value.forEach((each: unknown, i) => {
        const reading = element.read(each, [...path, i], findings);
        if (reading !== REFUSED) read.push(reading);
      });
      return read.length === length ? read : REFUSED;
    },
  };
}

function sizeRefusal(
  length: number,
  { min, max }: { readonly min?: number; readonly max?: number },
): string | undefined {
  const items = (count: number) => `${count} item${count === 1 ? "" : "s"} after validation, not ${length}`;
  if (min !== undefined && length < min) return `List should have at least ${items(min)}`;
  return max !== undefined && length > max ? `List should have at most ${items(max)}` : undefined;
}

/** A map from any name to values of one kind, in the order of the file. */
export function named<T>(element: Kind<T>): Kind<ReadonlyMap<string, T>> {
  return {
    read(value, path, findings) {
      if (!isMap(value)) {
        findings.problem(path, "Input should be a valid dictionary", value);
        return REFUSED;
      }
      const read = new Map<string, T>();
      let fits = true;
      for (const [key, each] of Object.entries(value)) {
        const reading = element.read(each, [...path, key], findings);
        if (reading === REFUSED) fits = false;
        else read.set(key, reading);
      }
      return fits ? read : REFUSED;
    },
  };
}

/** A map that is looked into later. */
export const anyMap: Kind<Readonly<Record<string, unknown>>> = {
  read(value, path, findings) {
    if (isMap(value)) return value;
    findings.problem(path, "Input should be a valid dictionary", value);
    return REFUSED;
  },
};

/** The fields of a record by key. */
export type Shape = Readonly<Record<string, Field<unknown>>>;
/** What a record with such fields holds. */
export type RecordOf<S extends Shape> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** A map with known keys. Rules between fields are asked when all fields fit. */
export interface RecordKind<S extends Shape> extends Kind<RecordOf<S>> {
  readonly name: string;
  readonly shape: S;
}

/** A record; `name` is the reference's name for it. */
export function record<S extends Shape>(
  name: string,
  shape: S,
  ...rules: readonly Rule<RecordOf<S>>[]
): RecordKind<S> {
  const keys = Object.keys(shape);
  const complete = (values: object): values is RecordOf<S> => keys.every((key) => key in values);
  return {
    name,
    shape,
    read(value, path, findings) {
      if (!isMap(value)) {
        findings.problem(path, `Input should be a valid dictionary or instance of ${name}`, value);
        return REFUSED;
      }
      const values: Record<string, unknown> = {};
      for (const [key, field] of Object.entries(shape)) {
        const reading = readField(field, member(value, key), [...path, key], findings);
        if (reading !== REFUSED) values[key] = reading;
      }
      for (const key of Object.keys(value)) {
        if (Object.hasOwn(shape, key) || value[key] === undefined) continue;
        findings.unknown.push({ path: [...path, key], message: unknownKey(key, keys) });
      }
      if (!complete(values)) return REFUSED;
      for (const rule of rules) {
        const refusal = rule(values);
        if (refusal === undefined) continue;
        findings.problem(path, refusal);
        return REFUSED;
      }
      return values;
    },
  };
}

function readField<T>(field: Field<T>, value: unknown, path: Path, findings: Findings): Reading<T> {
  if (value !== undefined) {
    findings.given++;
    return field.read(value, path, findings);
  }
  if (field.absent !== undefined) return field.absent();
  findings.problem(path, "Field required");
  return REFUSED;
}

/** The sentence about a key that is not one of `known`. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = suggestion(key, known);
  return near === "" ? `Unknown key; known here: ${known.join(", ")}` : `Unknown key${near}`;
}
