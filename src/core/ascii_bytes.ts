/**
 * A growing file of ASCII text as bytes. Putting a long text together from a hundred thousand parts and encoding it then
 * costs several times as much as writing the bytes of the parts one behind the other.
 *
 * @module
 */

/** Collects ASCII text. */
export class AsciiBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param expected bytes to begin with */
  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(64, expected));
  }

  /** Appends text, all of it ASCII. */
  text(text: string): void {
    const end = this.#length + text.length;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    let place = this.#length;
    for (let i = 0; i < text.length; i++) bytes[place++] = text.charCodeAt(i);
    this.#length = end;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends `count` bytes that stand at `place` already. */
  again(place: number, count: number): void {
    let at = this.#length;
    const end = at + count;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    // The call of the library costs as much as some fifty bytes.
    if (count > 48) bytes.copyWithin(at, place, place + count);
    else while (at < end) bytes[at++] = bytes[place++] ?? 0;
    this.#length = end;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }

  /** What was collected; nothing may be added afterwards. */
  bytes(): Uint8Array<ArrayBuffer> {
    // A view sends its whole buffer where it is sent: it should not be much greater.
    const isTight = this.#length * 1.25 > this.#bytes.length;
    return isTight ? this.#bytes.subarray(0, this.#length) : this.#bytes.slice(0, this.#length);
  }
}

/** Numbered texts that are written many times: the first time from the text, then from where they stand. */
export class RepeatedTexts {
  readonly #spell: (number: number) => string;
  readonly #places: number[] = [];
  readonly #lengths: number[] = [];

  /** @param spell the text of a number, all of it ASCII */
  constructor(spell: (number: number) => string) {
    this.#spell = spell;
  }

  /** Appends the text of a number to `out`, which must be the same every time. */
  write(out: AsciiBytes, number: number): void {
    const place = this.#places[number];
    if (place !== undefined) {
      out.again(place, this.#lengths[number] ?? 0);
      return;
    }
    const start = out.length;
    out.text(this.#spell(number));
    this.#places[number] = start;
    this.#lengths[number] = out.length - start;
  }
}
