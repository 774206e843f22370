/**
 * Lays texts out as DuckDB keeps them (`duckdb_string_t`): 16 bytes in a row, the first four their length. A text of up
 * to 12 bytes follows; of a longer one its first four bytes and where all of it stands. The long texts of a chunk are
 * handed over in one piece, for a call for each would cost more than all the rest.
 *
 * @module
 */
import { asCodedTexts, cellsOf, type CodedTexts, type ColumnValues, isCompact } from "../../core/column_values.ts";
import { CHUNK, type ChunkMemory, INLINE, TEXT_BYTES, type Vector } from "./chunk_memory.ts";
import type { Api } from "./driver.ts";
import { type LongTexts, longTexts } from "./long_texts.ts";

const WORDS = TEXT_BYTES / 4;
/** Bytes of a long text that stand in its row. */
const PREFIX = 4;
const TWO_32 = 2 ** 32;

/** Rows of texts in memory. */
type Rows = Pick<ChunkMemory, "bytes" | "words">;

/** Texts that are laid out once, to be copied to the rows that have them. */
interface LaidTexts {
  readonly codes: Int32Array;
  readonly rows: Rows;
  /** Those that do not stand in a row: each chunk gets them. */
  readonly long: readonly LongTexts[];
}

/** Where a column takes its texts from. */
type Source = LaidTexts | ArrayLike<unknown>;

/** Lays one column of texts out. */
export class TextLayout {
  readonly #bindings: Api["bindings"];
  readonly #memory: ChunkMemory;
  readonly #source: Source;

  constructor({ bindings }: Pick<Api, "bindings">, memory: ChunkMemory, values: ColumnValues) {
    this.#bindings = bindings;
    this.#memory = memory;
    this.#source = sourceOf(values);
  }

  /** Lays rows out and returns the bytes of each; the column gets the texts that do not stand in their rows. */
  layOut(vector: Vector, start: number, count: number): number {
    const source = this.#source;
    if ("codes" in source) this.#copyLaid(vector, source, start, count);
    else this.#layOutEach(vector, source, start, count);
    return TEXT_BYTES;
  }

  #layOutEach(vector: Vector, values: ArrayLike<unknown>, start: number, count: number): void {
    const memory = this.#memory;
    const long: number[] = [];
    const texts: string[] = [];
    memory.words.fill(0, 0, count * WORDS);
    for (let row = 0; row < count; row++) {
      const value = values[start + row] ?? null;
      if (value === null) {
        memory.setNull(row);
        continue;
      }
      const text = typeof value === "string" ? value : String(value);
      if (isLaidOut(memory, row, text)) continue;
      long.push(row);
      texts.push(text);
    }
    for (const piece of longTexts(long, texts)) this.#place(vector, piece, memory);
  }

  #copyLaid(vector: Vector, { codes, rows, long }: LaidTexts, start: number, count: number): void {
    for (const piece of long) this.#place(vector, piece, rows);
    const { words } = this.#memory;
    const laid = rows.words;
    for (let row = 0; row < count; row++) {
      const code = codes[start + row] ?? -1;
      const isText = code >= 0 && code * WORDS < laid.length;
      if (!isText) this.#memory.setNull(row);
      for (let word = 0; word < WORDS; word++) words[row * WORDS + word] = isText ? laid[code * WORDS + word] ?? 0 : 0;
    }
  }

  /**
   * Hands long texts over as one text, and says in the row of each where it stands in that: the column keeps what it was
   * given until the chunk is reset. The column's first row, which names the one text, is written over afterwards.
   */
  #place(vector: Vector, { numbers, lengths, bytes }: LongTexts, rows: Rows): void {
    this.#bindings.vector_assign_string_element_len(vector, 0, bytes);
    const { buffer, byteOffset } = this.#bindings.vector_get_data(vector, TEXT_BYTES);
    const given = new DataView(buffer, byteOffset);
    const low = given.getUint32(8, true);
    const high = given.getUint32(12, true);
    let start = 0;
    for (let i = 0; i < numbers.length; i++) {
      const length = lengths[i] ?? 0;
      const word = (numbers[i] ?? 0) * WORDS;
      // A text that is not ASCII can be short after all.
      const standing = length <= INLINE ? length : PREFIX;
      for (let c = 0; c < standing; c++) rows.bytes[word * 4 + 4 + c] = bytes[start + c] ?? 0;
      rows.words[word] = length;
      if (length > INLINE) {
        rows.words[word + 2] = low + start;
        rows.words[word + 3] = high + (low + start >= TWO_32 ? 1 : 0);
      }
      start += length;
    }
  }
}

/** Lays a text out in its row, which holds zeros, unless it is long or not ASCII: then the row stays as it was. */
function isLaidOut({ bytes, words }: Rows, row: number, text: string): boolean {
  const { length } = text;
  if (length > INLINE) return false;
  const place = row * TEXT_BYTES + 4;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      bytes.fill(0, place, place + i);
      return false;
    }
    bytes[place + i] = code;
  }
  words[row * WORDS] = length;
  return true;
}

function sourceOf(values: ColumnValues): Source {
  if (!isCompact(values)) return values;
  const coded = asCodedTexts(values);
  // More texts than rows of a chunk would be handed over again and again.
  return coded !== undefined && coded.texts.length <= CHUNK ? laidTexts(coded) : cellsOf(values);
}

function laidTexts({ codes, texts }: CodedTexts): LaidTexts {
  const memory = new ArrayBuffer(texts.length * TEXT_BYTES);
  const rows = { bytes: new Uint8Array(memory), words: new Int32Array(memory) };
  const long = Array.from(texts.keys()).filter((number) => !isLaidOut(rows, number, texts[number] ?? ""));
  return { codes, rows, long: [...longTexts(long, long.map((number) => texts[number] ?? ""))] };
}
