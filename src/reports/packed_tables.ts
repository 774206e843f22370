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

/** Characters from which on loading a faster way of deflating pays. */
const LONG = 200_000;

/** The element that holds packed tables by name; one in a page. */
export async function packedElement(tables: Readonly<Record<string, PackedTable>>): Promise<string> {
  const json = `{"tables":{${Object.entries(tables).map(tableJson).join(",")}}}`;
  const bytes = await deflated(json);
  return `<script type="text/plain" id="packed">${bytes.toBase64()}</script>`;
}

async function deflated(text: string): Promise<Uint8Array> {
  if (text.length >= LONG) {
    const { deflateRawSync } = await import("node:zlib");
    // Level 3 takes half of the time of the usual one for 3 % more.
    return new Uint8Array(deflateRawSync(text, { level: 3 }));
  }
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function tableJson([name, { columns, texts }]: readonly [string, PackedTable]): string {
  return `${JSON.stringify(name)}:{"columns":[${columns.map(listJson).join(",")}],"texts":${JSON.stringify(texts)}}`;
}

/** Characters that JSON writes in another way. */
const UNSAFE = /[^ !#-\[\]-~]/;

function isTexts(cells: readonly (string | number)[]): cells is readonly string[] {
  return typeof cells[0] === "string";
}

/** A list of texts or of numbers as JSON. Nearly all texts stand in JSON as they are. */
function listJson(cells: readonly (string | number)[]): string {
  if (!isTexts(cells) || cells.some((cell) => UNSAFE.test(cell))) return JSON.stringify(cells);
  return `["${cells.join('","')}"]`;
}
