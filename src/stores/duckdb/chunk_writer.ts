/**
 * Fills chunks of DuckDB from columns of values. Numbers and texts are laid out in memory as DuckDB keeps them and copied
 * in one piece; a call for each value would cost more than all the rest of an append.
 *
 * @module
 */
import type { DuckDBType } from "@duckdb/node-api";
import { cellAt, type ColumnValues } from "../../core/column_values.ts";
import { CHUNK, ChunkMemory } from "./chunk_memory.ts";
import type { Api } from "./driver.ts";
import { layOutNumbers } from "./number_layout.ts";
import { TextLayout } from "./text_layout.ts";

export { CHUNK };

/** Columns of an append: how each is stored. */
export type ColumnType = "integer" | "bigint" | "hugeint" | "double" | "varchar" | "boolean" | "timestamp";

/**
 * One column of rows to append. Integers are below 2^31, bigints below 2^53; null is allowed everywhere. `Int32Array` for
 * integers, `BigInt64Array` for bigints and `Float64Array` for doubles are copied as they are.
 */
export type { ColumnValues };

type Chunk = InstanceType<Api["DuckDBDataChunk"]>;

/** One column of an append. */
interface WrittenColumn {
  readonly type: ColumnType;
  readonly values: ColumnValues;
  /** Where the type is varchar. */
  readonly texts: TextLayout | undefined;
}

/** Fills chunks for one append. */
export class ChunkWriter {
  readonly #api: Api;
  readonly #kinds: readonly DuckDBType[];
  readonly #columns: readonly WrittenColumn[];
  /** The same chunk is filled again, unless its columns were set value by value: those objects cannot be emptied. */
  readonly #isReused: boolean;
  readonly #memory: ChunkMemory;
  #last: Chunk | undefined;

  constructor(api: Api, types: readonly ColumnType[], columns: readonly ColumnValues[]) {
    this.#api = api;
    this.#memory = new ChunkMemory(api);
    this.#kinds = types.map((type) => kindOf(api, type));
    this.#columns = columns.map((values, number) => {
      const type = types[number] ?? "varchar";
      return { type, values, texts: type === "varchar" ? new TextLayout(api, this.#memory, values) : undefined };
    });
    this.#isReused = types.every((type) => type !== "hugeint" && type !== "timestamp");
  }

  /** A chunk with rows of all columns; valid until the next one. */
  chunk(start: number, count: number): Chunk {
    const chunk = this.#empty(count);
    this.#columns.forEach((column, number) => this.#fill(chunk, number, column, start, count));
    return chunk;
  }

  #empty(rows: number): Chunk {
    if (!this.#isReused) return this.#api.DuckDBDataChunk.create(this.#kinds, rows);
    const chunk = this.#last ??= this.#api.DuckDBDataChunk.create(this.#kinds);
    chunk.reset();
    chunk.rowCount = rows;
    return chunk;
  }

  #fill(chunk: Chunk, number: number, { type, values, texts }: WrittenColumn, start: number, count: number): void {
    if (type === "hugeint" || type === "timestamp") {
      this.#setEach(chunk, number, values, start, count);
      return;
    }
    const { bindings } = this.#api;
    const vector = bindings.data_chunk_get_vector(chunk.chunk, number);
    if (isPlainMemory(type, values)) {
      const size = values.BYTES_PER_ELEMENT;
      bindings.copy_data_to_vector(vector, 0, values.buffer, values.byteOffset + start * size, count * size);
      return;
    }
    this.#memory.begin();
    const bytes = type === "varchar"
      ? texts?.layOut(vector, start, count) ?? 0
      : layOutNumbers(this.#memory, type, values, start, count);
    this.#memory.copyTo(vector, count, bytes);
  }

  #setEach(chunk: Chunk, number: number, values: ColumnValues, start: number, count: number): void {
    const vector = chunk.getColumnVector(number);
    const { DuckDBTimestampValue } = this.#api;
    for (let i = 0; i < count; i++) {
      const value = cellAt(values, start + i);
      if (value instanceof Date) vector.setItem(i, new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n));
      else vector.setItem(i, typeof value === "number" ? BigInt(value) : value);
    }
    vector.flush();
  }
}

type PlainMemory = (Int32Array | BigInt64Array | Float64Array) & { readonly buffer: ArrayBuffer };

/** Whether a column lies in memory as DuckDB keeps it. */
function isPlainMemory(type: ColumnType, values: ColumnValues): values is PlainMemory {
  const lies = (type === "integer" && values instanceof Int32Array) ||
    (type === "bigint" && values instanceof BigInt64Array) || (type === "double" && values instanceof Float64Array);
  return lies && values.buffer instanceof ArrayBuffer;
}

function kindOf({ BIGINT, BOOLEAN, DOUBLE, HUGEINT, INTEGER, TIMESTAMP, VARCHAR }: Api, type: ColumnType): DuckDBType {
  const kinds = { integer: INTEGER, bigint: BIGINT, hugeint: HUGEINT, double: DOUBLE, varchar: VARCHAR };
  return { ...kinds, boolean: BOOLEAN, timestamp: TIMESTAMP }[type];
}
