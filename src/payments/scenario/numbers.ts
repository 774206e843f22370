/**
 * What kind of number stands at a place of a scenario: integers and doubles are told apart as the reference's language
 * does. Values of files are {@linkcode Decimal}s; programs may give plain numbers and big integers.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";

/** A number as it was given. */
export type WrittenNumber =
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number };

/** The number that a value is, undefined for anything else; a boolean is none. */
export function writtenNumber(value: unknown): WrittenNumber | undefined {
  if (typeof value === "bigint") return { kind: "integer", value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { kind: "integer", value: BigInt(value) } : { kind: "double", value };
  }
  if (!(value instanceof Decimal)) return undefined;
  return value.isInteger
    ? { kind: "integer", value: BigInt(value.coefficient) }
    : { kind: "double", value: value.toNumber() };
}

/** Whether an integer is held exactly by a plain number. */
export function isExact(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);
}

/** Whether something is a map of a file: an object with keys, not a list and not a number. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

/** The value of a key, undefined where the key is absent. */
export function member(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
