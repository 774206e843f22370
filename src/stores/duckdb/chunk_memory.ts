/**
 * Memory in which one column of a chunk is laid out as DuckDB keeps it, to be copied in one piece.
 *
 * @module
 */
import type { Api } from "./driver.ts";

/** Rows of a chunk of DuckDB. */
export const CHUNK = 2048;

/** The bytes of a text in its row, and how many of them can be the text itself. */
export const TEXT_BYTES = 16;
export const INLINE = 12;

const TWO_32 = 2 ** 32;

/** A column of a chunk. */
export type Vector = ReturnType<Api["bindings"]["data_chunk_get_vector"]>;

/** Writes a whole number below 2^53 in 64 bits: as two words, for a BigInt would take ten times as long. */
export function setLong(words: Int32Array, place: number, value: number): void {
  const low = value | 0;
  words[2 * place] = low;
  words[2 * place + 1] = low === value ? low >> 31 : Math.floor(value / TWO_32);
}

/** Memory for one column at a time, with a note of the rows that are null. */
export class ChunkMemory {
  readonly #bindings: Api["bindings"];
  readonly #memory = new ArrayBuffer(CHUNK * TEXT_BYTES);
  readonly #valid = new Uint8Array(CHUNK / 8);
  #hasNulls = false;
  readonly bytes = new Uint8Array(this.#memory);
  readonly words = new Int32Array(this.#memory);
  readonly longs = new BigInt64Array(this.#memory);
  readonly doubles = new Float64Array(this.#memory);

  constructor({ bindings }: Pick<Api, "bindings">) {
    this.#bindings = bindings;
  }

  /** Begins a column without nulls; what the memory holds stays. */
  begin(): void {
    this.#valid.fill(255);
    this.#hasNulls = false;
  }

  /** Notes a null. */
  setNull(row: number): void {
    this.#valid[row >> 3] = (this.#valid[row >> 3] ?? 0) & ~(1 << (row & 7));
    this.#hasNulls = true;
  }

  /** Notes that all rows are null. */
  setAllNull(): void {
    this.#valid.fill(0);
    this.#hasNulls = true;
  }

  /** Lays a whole number below 2^53 out in 64 bits. */
  setLong(row: number, value: number): void {
    setLong(this.words, row, value);
  }

  /** Copies so many rows of so many bytes to a column, and its nulls. */
  copyTo(vector: Vector, rows: number, bytes: number): void {
    this.#bindings.copy_data_to_vector(vector, 0, this.#memory, 0, rows * bytes);
    if (!this.#hasNulls) return;
    this.#bindings.vector_ensure_validity_writable(vector);
    this.#bindings.copy_data_to_vector_validity(vector, 0, this.#valid.buffer, 0, Math.ceil(rows / 64) * 8);
  }
}
