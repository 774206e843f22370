/**
 * Lays numbers and booleans out as DuckDB keeps them.
 *
 * @module
 */
import { cellAt, type ColumnValue, type ColumnValues, isCompact } from "../../core/column_values.ts";
import type { ChunkMemory } from "./chunk_memory.ts";

/** Columns of numbers that are laid out, and the bytes of each number. */
const BYTES = { boolean: 1, integer: 4, bigint: 8, double: 8 } as const;

/** How numbers are stored. */
export type NumberType = keyof typeof BYTES;

/** Lays rows of a column out and returns the bytes of each. */
export function layOutNumbers(
  memory: ChunkMemory,
  type: NumberType,
  values: ColumnValues,
  start: number,
  count: number,
): number {
  if (isCompact(values)) {
    if (values.kind === "same") layOutSame(memory, type, values.value, count);
    else throw new TypeError(`a column of type ${type} cannot hold texts`);
  } else if (type === "bigint" && values instanceof Float64Array) layOutLongs(memory, values, start, count);
  else layOutEach(memory, type, values, start, count);
  return BYTES[type];
}

/** Whole numbers, NaN for null. */
function layOutLongs(memory: ChunkMemory, values: Float64Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = values[start + i] ?? NaN;
    if (Number.isNaN(value)) memory.setNull(i);
    else memory.setLong(i, value);
  }
}

function layOutSame(memory: ChunkMemory, type: NumberType, value: ColumnValue, count: number): void {
  if (value === null) memory.setAllNull();
  const number = Number(value ?? 0);
  switch (type) {
    case "boolean":
      memory.bytes.fill(number, 0, count);
      break;
    case "integer":
      memory.words.fill(number, 0, count);
      break;
    case "bigint":
      memory.longs.fill(BigInt(number), 0, count);
      break;
    case "double":
      memory.doubles.fill(number, 0, count);
  }
}

function layOutEach(
  memory: ChunkMemory,
  type: NumberType,
  values: ArrayLike<ColumnValue>,
  start: number,
  count: number,
): void {
  const { bytes, words, doubles } = memory;
  for (let i = 0; i < count; i++) {
    const value = cellAt(values, start + i);
    if (value === null) memory.setNull(i);
    const number = Number(value ?? 0);
    if (type === "bigint") memory.setLong(i, number);
    else if (type === "double") doubles[i] = number;
    else if (type === "integer") words[i] = number;
    else bytes[i] = number;
  }
}
