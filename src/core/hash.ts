/**
 * SHA-256 of text and bytes, for ids that depend on content alone. Written out because loading the runtime's own hash
 * takes 18 ms of start-up time, more than it costs to hash a megabyte here.
 *
 * @module
 */

const PRIMES = 64;

/** The first 32 bits of the fractional part of a root of the first primes: the constants of the algorithm. */
function fractionBits(count: number, root: (prime: number) => number): Int32Array {
  const bits = new Int32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) isPrime &&= candidate % divisor !== 0;
    if (!isPrime) continue;
    const value = root(candidate);
    bits[found++] = Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
  }
  return bits;
}

interface Constants {
  readonly start: Int32Array;
  readonly round: Int32Array;
  /** The two digits of every byte. */
  readonly digits: readonly string[];
}

let constants: Constants | undefined;

function knownConstants(): Constants {
  constants ??= {
    start: fractionBits(8, Math.sqrt),
    round: fractionBits(PRIMES, Math.cbrt),
    digits: Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0")),
  };
  return constants;
}

/** The message with its padding: a one bit, zeros, and the length in bits as 64-bit big-endian number. */
function padded(content: string | Uint8Array): Uint8Array {
  const ascii = typeof content === "string" ? paddedAscii(content) : undefined;
  if (ascii !== undefined) return ascii;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const block = emptyBlocks(bytes.length);
  block.set(bytes);
  block[bytes.length] = 0x80;
  return block;
}

/** The short way for ids, which are hashed by the ten thousand; undefined for a text that is not ASCII. */
function paddedAscii(text: string): Uint8Array | undefined {
  const block = emptyBlocks(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return undefined;
    block[i] = unit;
  }
  block[text.length] = 0x80;
  return block;
}

/** Zeros with room for a message of so many bytes and its padding, and the length at the end. */
function emptyBlocks(bytes: number): Uint8Array {
  const length = Math.ceil((bytes + 9) / 64) * 64;
  const blocks = new Uint8Array(length);
  let bits = bytes * 8;
  for (let i = length - 1; bits > 0; i--) {
    blocks[i] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  return blocks;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The words of a block, and those that follow from them. */
function fillSchedule(schedule: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let t = 0; t < 16; t++) {
    const at = offset + t * 4;
    schedule[t] = word(bytes, at) << 24 | word(bytes, at + 1) << 16 | word(bytes, at + 2) << 8 | word(bytes, at + 3);
  }
  for (let t = 16; t < PRIMES; t++) {
    const w2 = word(schedule, t - 2);
    const w15 = word(schedule, t - 15);
    const s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >>> 10);
    const s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >>> 3);
    schedule[t] = s1 + word(schedule, t - 7) + s0 + word(schedule, t - 16);
  }
}

/** An element that is there. */
function word(array: Int32Array | Uint8Array, at: number): number {
  return array[at] ?? 0;
}

function addBlock(hash: Int32Array, schedule: Int32Array, round: Int32Array): void {
  let a = word(hash, 0);
  let b = word(hash, 1);
  let c = word(hash, 2);
  let d = word(hash, 3);
  let e = word(hash, 4);
  let f = word(hash, 5);
  let g = word(hash, 6);
  let h = word(hash, 7);
  for (let t = 0; t < PRIMES; t++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + word(round, t) + word(schedule, t)) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  hash[0] = word(hash, 0) + a;
  hash[1] = word(hash, 1) + b;
  hash[2] = word(hash, 2) + c;
  hash[3] = word(hash, 3) + d;
  hash[4] = word(hash, 4) + e;
  hash[5] = word(hash, 5) + f;
  hash[6] = word(hash, 6) + g;
  hash[7] = word(hash, 7) + h;
}

/** SHA-256 of bytes, or of the UTF-8 form of text, as 64 lower-case hexadecimal digits. */
export function sha256Hex(content: string | Uint8Array): string {
  const bytes = padded(content);
  const { start, round, digits } = knownConstants();
  const hash = start.slice();
  const schedule = new Int32Array(PRIMES);
  for (let offset = 0; offset < bytes.length; offset += 64) {
    fillSchedule(schedule, bytes, offset);
    addBlock(hash, schedule, round);
  }
  let text = "";
  for (let i = 0; i < hash.length; i++) {
    for (let shift = 24; shift >= 0; shift -= 8) text += digits[(word(hash, i) >>> shift) & 0xff] ?? "";
  }
  return text;
}
