/**
 * Texts in UTF-8, many in one piece.
 *
 * @module
 */

/** Texts one after the other. */
export interface LongTexts {
  readonly bytes: Uint8Array;
  /** The number of each text, as its owner counts. */
  readonly numbers: readonly number[];
  /** The bytes of each text. */
  readonly lengths: readonly number[];
}

/** Characters of a piece at most, but for a single longer text. */
const PIECE = 2 ** 20;

const ENCODER = new TextEncoder();

/** Texts in pieces, each text with its number. */
export function* longTexts(numbers: readonly number[], texts: readonly string[]): Generator<LongTexts> {
  let start = 0;
  let characters = 0;
  for (let i = 0; i < texts.length; i++) {
    const { length } = texts[i] ?? "";
    if (i > start && characters + length > PIECE) {
      yield pieceOf(numbers.slice(start, i), texts.slice(start, i));
      start = i;
      characters = 0;
    }
    characters += length;
  }
  if (start < texts.length) yield pieceOf(numbers.slice(start), texts.slice(start));
}

function pieceOf(numbers: readonly number[], texts: readonly string[]): LongTexts {
  const joined = texts.join("");
  const bytes = ENCODER.encode(joined);
  if (bytes.length === joined.length) return { bytes, numbers, lengths: texts.map(({ length }) => length) };
  // Halves of a pair of surrogates may not meet: each text is encoded by itself.
  const encoded = texts.map((text) => ENCODER.encode(text));
  const lengths = encoded.map(({ length }) => length);
  const whole = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  for (const text of encoded) {
    whole.set(text, start);
    start += text.length;
  }
  return { bytes: whole, numbers, lengths };
}
