/**
 * Fills chunks of DuckDB from columns of values. Numbers and short texts are laid out in memory as DuckDB keeps them and
 * copied in one piece; a call for each value would cost more than all the rest of an append.
 *
 * @module
 */
import type { DuckDBType } from "@duckdb/node-api";
import type { Api } from "./driver.ts";

/** Columns of an append: how each is stored. */
export type ColumnType = "integer" | "bigint" | "hugeint" | "double" | "varchar" | "boolean" | "timestamp";

/**
 * One column of rows to append. Integers are below 2^31, bigints below 2^53; null is allowed everywhere. `Int32Array` for
 * integers and `Float64Array` for doubles are copied as they are.
 */
export type ColumnValues = ArrayLike<number | bigint | string | boolean | Date | null>;

/** Rows of a chunk of DuckDB. */
export const CHUNK = 2048;

/** Texts up to this many bytes stand in a row itself: their length, then their bytes, then zeros. */
const INLINE = 12;
const TEXT_BYTES = 16;
const TWO_32 = 2 ** 32;

type Chunk = InstanceType<Api["DuckDBDataChunk"]>;

/** Fills chunks for one append. */
export class ChunkWriter {
  readonly #api: Api;
  readonly #types: readonly ColumnType[];
  readonly #kinds: readonly DuckDBType[];
  readonly #columns: readonly ColumnValues[];
  /** The same chunk is filled again where nothing stays in it but copied memory. */
  readonly #isReused: boolean;
  readonly #memory = new ArrayBuffer(CHUNK * TEXT_BYTES);
  readonly #valid = new Uint8Array(CHUNK / 8);
  #last: Chunk | undefined;

  constructor(api: Api, types: readonly ColumnType[], columns: readonly ColumnValues[]) {
    this.#api = api;
    this.#types = types;
    this.#columns = columns;
    this.#kinds = types.map((type) => kindOf(api, type));
    this.#isReused = columns.every((values) => isPlainMemory(values));
  }

  /** A chunk with rows of all columns; valid until the next one. */
  chunk(start: number, count: number): Chunk {
    const chunk = this.#empty(count);
    this.#columns.forEach((values, number) => {
      const type = this.#types[number] ?? "varchar";
      if (isPlainMemory(values)) this.#copy(chunk, number, values, start, count);
      else if (type === "hugeint" || type === "timestamp") this.#setEach(chunk, number, values, start, count);
      else this.#layOut(chunk, number, type, values, start, count);
    });
    return chunk;
  }

  #empty(rows: number): Chunk {
    if (!this.#isReused) return this.#api.DuckDBDataChunk.create(this.#kinds, rows);
    const chunk = this.#last ??= this.#api.DuckDBDataChunk.create(this.#kinds);
    chunk.reset();
    chunk.rowCount = rows;
    return chunk;
  }

  #copy({ chunk }: Chunk, number: number, values: PlainMemory, start: number, count: number): void {
    const { bindings } = this.#api;
    const size = values.BYTES_PER_ELEMENT;
    const vector = bindings.data_chunk_get_vector(chunk, number);
    bindings.copy_data_to_vector(vector, 0, values.buffer, values.byteOffset + start * size, count * size);
  }

  #layOut(
    { chunk }: Chunk,
    number: number,
    type: ColumnType,
    values: ColumnValues,
    start: number,
    count: number,
  ): void {
    const { bindings } = this.#api;
    const vector = bindings.data_chunk_get_vector(chunk, number);
    const memory = this.#memory;
    const valid = this.#valid.fill(255);
    const long: number[] = [];
    const bytes = type === "varchar"
      ? texts(memory, values, start, count, long)
      : numbers(memory, type, values, start, count);
    let nulls = 0;
    for (let i = 0; i < count; i++) {
      if ((values[start + i] ?? null) !== null) continue;
      valid[i >> 3] = (valid[i >> 3] ?? 0) & ~(1 << (i & 7));
      nulls++;
    }
    bindings.copy_data_to_vector(vector, 0, memory, 0, count * bytes);
    if (nulls > 0) {
      bindings.vector_ensure_validity_writable(vector);
      bindings.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, Math.ceil(count / 64) * 8);
    }
    for (const i of long) bindings.vector_assign_string_element(vector, i, String(values[start + i]));
  }

  #setEach(chunk: Chunk, number: number, values: ColumnValues, start: number, count: number): void {
    const vector = chunk.getColumnVector(number);
    const { DuckDBTimestampValue } = this.#api;
    for (let i = 0; i < count; i++) {
      const value = values[start + i] ?? null;
      if (value instanceof Date) vector.setItem(i, new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n));
      else vector.setItem(i, typeof value === "number" ? BigInt(value) : value);
    }
    vector.flush();
  }
}

type PlainMemory = (Int32Array | Float64Array) & { readonly buffer: ArrayBuffer };

/** Whether a column lies in memory as DuckDB keeps it. */
function isPlainMemory(values: ColumnValues): values is PlainMemory {
  return (values instanceof Int32Array || values instanceof Float64Array) && values.buffer instanceof ArrayBuffer;
}

function kindOf({ BIGINT, BOOLEAN, DOUBLE, HUGEINT, INTEGER, TIMESTAMP, VARCHAR }: Api, type: ColumnType): DuckDBType {
  const kinds = { integer: INTEGER, bigint: BIGINT, hugeint: HUGEINT, double: DOUBLE, varchar: VARCHAR };
  return { ...kinds, boolean: BOOLEAN, timestamp: TIMESTAMP }[type];
}

/** Lays numbers out and returns the bytes of each. */
function numbers(memory: ArrayBuffer, type: ColumnType, values: ColumnValues, start: number, count: number): number {
  switch (type) {
    case "boolean": {
      const out = new Uint8Array(memory);
      for (let i = 0; i < count; i++) out[i] = Number(values[start + i] ?? 0);
      return 1;
    }
    case "integer": {
      const out = new Int32Array(memory);
      for (let i = 0; i < count; i++) out[i] = Number(values[start + i] ?? 0);
      return 4;
    }
    case "double": {
      const out = new Float64Array(memory);
      for (let i = 0; i < count; i++) out[i] = Number(values[start + i] ?? 0);
      return 8;
    }
    default: {
      // 64 bits as two words: a BigInt for each value would take ten times as long.
      const out = new Int32Array(memory);
      for (let i = 0; i < count; i++) {
        const value = Number(values[start + i] ?? 0);
        const high = Math.floor(value / TWO_32);
        out[2 * i] = value - high * TWO_32;
        out[2 * i + 1] = high;
      }
      return 8;
    }
  }
}

/** Lays short texts out; the places of others are noted in `long`. Returns the bytes of each. */
function texts(memory: ArrayBuffer, values: ColumnValues, start: number, count: number, long: number[]): number {
  const words = new Int32Array(memory);
  const bytes = new Uint8Array(memory);
  words.fill(0, 0, count * 4);
  for (let i = 0; i < count; i++) {
    const value = values[start + i];
    if (typeof value !== "string") continue;
    const { length } = value;
    let isShort = length <= INLINE;
    const place = i * TEXT_BYTES + 4;
    for (let c = 0; isShort && c < length; c++) {
      const code = value.charCodeAt(c);
      bytes[place + c] = code;
      isShort = code < 0x80;
    }
    if (isShort) words[i * 4] = length;
    else {
      words.fill(0, i * 4, i * 4 + 4);
      long.push(i);
    }
  }
  return TEXT_BYTES;
}
