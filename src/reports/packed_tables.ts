/**
 * Long tables packed into a page: the rows stand as columns with shared texts, deflated, in base64, and are shown by
 * the page's script when a section is opened. A run of 10,000 events costs some 100 kB this way.
 *
 * @module
 */
/** A table in columns. */
export interface PackedTable {
  readonly columns: readonly (readonly (string | number)[])[];
  /** Per column its distinct texts, when `columns` holds places in them; null when it holds the texts. */
  readonly texts: readonly (readonly string[] | null)[];
}

/** Different texts that a column shares at most: beyond, to look for them costs more than to write them again. */
const SHARED_TEXTS = 1000;

/** Collects the cells of one column. */
class ColumnPacker {
  #cells: (string | number)[] = [];
  /** The places of the shared texts; null when the column holds its texts. */
  #places: Map<string, number> | null = new Map();
  #last: string | undefined;
  #lastPlace = 0;

  add(cell: string): void {
    if (this.#places === null) {
      this.#cells.push(cell);
      return;
    }
    // Many cells repeat the one above.
    if (cell !== this.#last) {
      let place = this.#places.get(cell);
      if (place === undefined) {
        if (this.#places.size === SHARED_TEXTS) {
          this.#spellOut([...this.#places.keys()]);
          this.#cells.push(cell);
          return;
        }
        place = this.#places.size;
        this.#places.set(cell, place);
      }
      this.#last = cell;
      this.#lastPlace = place;
    }
    this.#cells.push(this.#lastPlace);
  }

  #spellOut(texts: readonly string[]): void {
    this.#cells = this.#cells.map((place) => texts[Number(place)] ?? "");
    this.#places = null;
  }

  /** The cells, and the texts that they share. */
  packed(): readonly [cells: readonly (string | number)[], texts: readonly string[] | null] {
    if (this.#places === null) return [this.#cells, null];
    const texts = [...this.#places.keys()];
    if (texts.length * 2 <= this.#cells.length) return [this.#cells, texts];
    return [this.#cells.map((place) => texts[Number(place)] ?? ""), null];
  }
}

/** Collects the rows of one table. */
export class TablePacker {
  readonly #columns: readonly ColumnPacker[];
  length = 0;

  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => new ColumnPacker());
  }

  /** Appends a row of plain texts. */
  add(cells: readonly string[]): void {
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]?.add(cells[i] ?? "");
    this.length++;
  }

  /** The table; a column with many different texts holds the texts themselves. */
  packed(): PackedTable {
    const packed = this.#columns.map((column) => column.packed());
    return { columns: packed.map(([cells]) => cells), texts: packed.map(([, texts]) => texts) };
  }
}

/** A table of places in a list of texts. */
export interface PlacedTable {
  /** Lists of places, all of one length. */
  readonly columns: readonly Int32Array[];
  /** The text of each place. */
  readonly texts: readonly string[];
  /** For each column of the table, how many of `columns` make up its text. */
  readonly parts: readonly number[];
}

/** What a page packs: tables, and lists of numbers by name. */
export interface PageTables {
  readonly tables: Record<string, PackedTable>;
  readonly placed: Record<string, PlacedTable>;
  readonly lists: Record<string, readonly (readonly number[])[]>;
}

/** Nothing to pack yet. */
export function noTables(): PageTables {
  return { tables: {}, placed: {}, lists: {} };
}

/** Whether there is nothing to pack. */
export function isEmpty({ tables, placed, lists }: PageTables): boolean {
  return Object.keys(tables).length + Object.keys(placed).length + Object.keys(lists).length === 0;
}

/** Characters from which on loading a faster way of deflating pays. */
const LONG = 200_000;

/** The element that holds packed tables by name; one in a page. */
export function packedElement(tables: Readonly<Record<string, PackedTable>>): Promise<string> {
  return pageElement({ ...noTables(), tables });
}

/** The element that holds all that a page packs. */
export async function pageElement({ tables, placed, lists }: PageTables): Promise<string> {
  const encoder = new TextEncoder();
  const json = `{"tables":{${Object.entries(tables).map(tableJson).join(",")}},"lists":${JSON.stringify(lists)}`;
  const chunks = [encoder.encode(`${json},"placed":{`)];
  for (const [name, table] of Object.entries(placed)) {
    chunks.push(encoder.encode(`${chunks.length > 1 ? "," : ""}${JSON.stringify(name)}:`), ...placedChunks(table));
  }
  chunks.push(encoder.encode("}}"));
  const bytes = await deflated(joined(chunks));
  return `<script type="text/plain" id="packed">${bytes.toBase64()}</script>`;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (bytes.length >= LONG) {
    const { deflateRawSync } = await import("node:zlib");
    // Level 3 takes half of the time of the usual one for 3 % more.
    return new Uint8Array(deflateRawSync(bytes, { level: 3 }));
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function tableJson([name, { columns, texts }]: readonly [string, PackedTable]): string {
  return `${JSON.stringify(name)}:{"columns":${JSON.stringify(columns)},"texts":${JSON.stringify(texts)}}`;
}

/**
 * `{"rows":N,"parts":[...],"texts":[...],"digits":[n,...],"places":"..."}`: a list of places has `n` characters for each
 * row, a number in {@linkcode DIGITS} characters that JSON writes as they are, the last digit first. A list that has one
 * value throughout has no characters, but that value for `n` with a sign: -1 is place 0. The lists follow each other.
 */
function placedChunks({ columns, texts, parts }: PlacedTable): Uint8Array<ArrayBuffer>[] {
  const rows = columns[0]?.length ?? 0;
  const digits = columns.map(digitsOf);
  const encoder = new TextEncoder();
  const places = columns.flatMap((column, i) => {
    const count = digits[i] ?? 0;
    return count > 0 ? [spelledPlaces(column, count)] : [];
  });
  return [
    encoder.encode(
      `{"rows":${rows},"parts":[${parts.join(",")}],"texts":${JSON.stringify(texts)},"digits":[${
        digits.join(",")
      }],"places":"`,
    ),
    ...places,
    encoder.encode('"}'),
  ];
}

/** Characters that stand for digits: from `#` to `~` without the backslash. */
export const DIGITS = 91;
const ONE_OF_DIGITS = 1 / DIGITS;
const FIRST_DIGIT = 35;
const BACKSLASH_DIGIT = 57;

/** Digits that a column needs; below zero a column that has one value throughout. */
function digitsOf(column: Int32Array): number {
  const first = column[0] ?? 0;
  let largest = 0;
  let isConstant = true;
  for (let i = 0; i < column.length; i++) {
    const place = column[i] ?? 0;
    if (place !== first) isConstant = false;
    if (place > largest) largest = place;
  }
  if (isConstant) return -1 - first;
  let digits = 1;
  for (let reach = DIGITS; reach <= largest; reach *= DIGITS) digits++;
  return digits;
}

function spelledPlaces(column: Int32Array, digits: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(column.length * digits);
  let at = 0;
  for (let i = 0; i < column.length; i++) {
    let rest = column[i] ?? 0;
    for (let d = 0; d < digits; d++) {
      // A product costs a fraction of a division; the half keeps multiples on their side.
      const more = ((rest + 0.5) * ONE_OF_DIGITS) | 0;
      const digit = rest - more * DIGITS;
      bytes[at++] = digit < BACKSLASH_DIGIT ? digit + FIRST_DIGIT : digit + FIRST_DIGIT + 1;
      rest = more;
    }
  }
  return bytes;
}
