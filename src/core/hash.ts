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

let constants: { readonly start: Int32Array; readonly round: Int32Array } | undefined;

function roundConstants(): { readonly start: Int32Array; readonly round: Int32Array } {
  constants ??= { start: fractionBits(8, Math.sqrt), round: fractionBits(PRIMES, Math.cbrt) };
  return constants;
}

/** The message with its padding: a one bit, zeros, and the length in bits as 64-bit big-endian number. */
function padded(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const block = new Uint8Array(length);
  block.set(bytes);
  block[bytes.length] = 0x80;
  const view = new DataView(block.buffer);
  view.setUint32(length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(length - 4, (bytes.length << 3) >>> 0);
  return view;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function addBlock(hash: Int32Array, schedule: Int32Array, round: Int32Array, view: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(offset + t * 4);
  for (let t = 16; t < PRIMES; t++) {
    const w2 = schedule[t - 2] ?? 0;
    const w15 = schedule[t - 15] ?? 0;
    const s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >>> 10);
    const s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >>> 3);
    schedule[t] = (s1 + (schedule[t - 7] ?? 0) + s0 + (schedule[t - 16] ?? 0)) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let t = 0; t < PRIMES; t++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (round[t] ?? 0) + (schedule[t] ?? 0)) | 0;
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
  const words = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) hash[i] = (hash[i] ?? 0) + (words[i] ?? 0);
}

/** SHA-256 of bytes, or of the UTF-8 form of text, as 64 lower-case hexadecimal digits. */
export function sha256Hex(content: string | Uint8Array): string {
  const view = padded(typeof content === "string" ? new TextEncoder().encode(content) : content);
  const { start, round } = roundConstants();
  const hash = start.slice();
  const schedule = new Int32Array(PRIMES);
  for (let offset = 0; offset < view.byteLength; offset += 64) addBlock(hash, schedule, round, view, offset);
  let text = "";
  for (const word of hash) text += (word >>> 0).toString(16).padStart(8, "0");
  return text;
}
