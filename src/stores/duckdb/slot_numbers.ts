/**
 * How the numbers of events stand in their 64 bits: whole numbers and truth values as they are, floats as their bits.
 * DuckDB appends and compresses a column of whole numbers in half the time of one of floats, and floats are few.
 *
 * @module
 */
import type { FieldType } from "../../core/event_log.ts";
import { setLong } from "./chunk_memory.ts";

/** Stands for null: the bits of a float that is no number, and beyond the whole numbers of events, which are below 2^53. */
export const NULL_NUMBER = 0x7ff80000_00000000n;
/** Stands where the key is missing: the bits of infinity. */
export const ABSENT_NUMBER = 0x7ff00000_00000000n;

/** The upper halves of both; their lower halves are 0. */
const NULL_HIGH = 0x7ff80000;
const ABSENT_HIGH = 0x7ff00000;

/** Numbers of one slot, which a column of events is copied to. */
export class SlotNumbers {
  /** As they are appended. */
  readonly longs: BigInt64Array<ArrayBuffer>;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  constructor(capacity: number) {
    this.longs = new BigInt64Array(capacity);
    this.#words = new Int32Array(this.longs.buffer);
    this.#doubles = new Float64Array(this.longs.buffer);
  }

  /** Sets a whole number below 2^53. */
  setWhole(place: number, value: number): void {
    setLong(this.#words, place, value);
  }

  /** Sets a finite float. */
  setFloat(place: number, value: number): void {
    this.#doubles[place] = value;
  }

  /** Notes that there is no number: null, or no key at all. */
  setNone(place: number, isAbsent: boolean): void {
    this.#words[2 * place] = 0;
    this.#words[2 * place + 1] = isAbsent ? ABSENT_HIGH : NULL_HIGH;
  }
}

const BITS = new DataView(new ArrayBuffer(8));

/** The number that stands in a slot: null for null, undefined where the key is missing. */
export function slotNumber(value: number | bigint, type: FieldType): number | null | undefined {
  if (value === ABSENT_NUMBER) return undefined;
  if (value === NULL_NUMBER) return null;
  if (type !== "float") return Number(value);
  BITS.setBigInt64(0, BigInt(value));
  return BITS.getFloat64(0);
}

/** SQL for the JSON text of a number that stands in a column. */
export function slotNumberSql(column: string, type: FieldType): string {
  const text = type === "int"
    ? `${column}::VARCHAR`
    : type === "bool"
    ? `(${column} <> 0)::VARCHAR`
    : `(${column}::BIT)::DOUBLE::VARCHAR`;
  return `CASE WHEN ${column} = ${NULL_NUMBER} THEN 'null' ELSE ${text} END`;
}

/** SQL that tells whether the key of a column's number is missing. */
export function isAbsentSql(column: string): string {
  return `${column} = ${ABSENT_NUMBER}`;
}

/** SQL for the number that a column of floats held in databases before schema 1005, as it stands in 64 bits. */
export function fromDoubleSql(column: string, isFloat: string): string {
  return `CASE WHEN isfinite(${column}) THEN
      CASE WHEN ${isFloat} THEN (${column}::BIT)::BIGINT ELSE ${column}::BIGINT END
    WHEN isnan(${column}) THEN ${NULL_NUMBER} ELSE ${ABSENT_NUMBER} END`;
}
