/** Archives made by hand, byte by byte: also those that no honest packer makes. */
import { gzipSync } from "node:zlib";

const BLOCK = 512;

/** A header and what follows it. */
export interface TarEntry {
  readonly name: string;
  /** The type as its one character: `0` file, `1` link, `2` symlink, `3` `4` devices, `5` directory, `6` fifo. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  /** The size that the header claims, if it is another one than that of the content. */
  readonly size?: number;
  readonly linkName?: string;
}

/** The blocks of an entry. */
export function tarEntry({ name, type = "0", content = "", size, linkName = "" }: TarEntry): Uint8Array {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => header.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put("0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  put((size ?? body.length).toString(8).padStart(11, "0") + "\0", 124);
  put("00000000000\0", 136);
  put("        ", 148);
  put(type, 156);
  put(linkName, 157);
  put("ustar\x0000", 257);
  const sum = header.reduce((sum, byte) => sum + byte, 0);
  put(sum.toString(8).padStart(6, "0") + "\0 ", 148);
  const padded = new Uint8Array(Math.ceil(body.length / BLOCK) * BLOCK);
  padded.set(body);
  return joinedBytes([header, padded]);
}

/** A header of the pax format with one record, and the entry that it is about. */
export function withPax(key: string, value: string, entry: TarEntry): Uint8Array {
  const record = ` ${key}=${value}\n`;
  const bytes = new TextEncoder().encode(record).length;
  const length = [1, 2, 3, 4, 5, 6].map((digits) => bytes + digits).find((sum, at) => String(sum).length === at + 1);
  return joinedBytes([tarEntry({ name: "PaxHeader", type: "x", content: `${length}${record}` }), tarEntry(entry)]);
}

/** A long name in the manner of GNU tar, and the entry that it is of. */
export function withGnuName(name: string, entry: TarEntry): Uint8Array {
  return joinedBytes([tarEntry({ name: "././@LongLink", type: "L", content: `${name}\0` }), tarEntry(entry)]);
}

/** A compressed archive with its end. */
export function archiveOf(...blocks: readonly Uint8Array[]): Uint8Array {
  return gzipSync(joinedBytes([...blocks, new Uint8Array(2 * BLOCK)]));
}

/** Pieces behind each other. */
export function joinedBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
