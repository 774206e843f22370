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

/** Collects the rows of one table. */
export class TablePacker {
  readonly #columns: (string | number)[][];
  readonly #places: Map<string, number>[];
  length = 0;

  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => []);
    this.#places = Array.from({ length: width }, () => new Map());
  }

  /** Appends a row of plain texts. */
  add(cells: readonly string[]): void {
    for (let i = 0; i < this.#columns.length; i++) {
      const cell = cells[i] ?? "";
      const places = this.#places[i];
      let place = places?.get(cell);
      if (place === undefined) {
        place = places?.size ?? 0;
        places?.set(cell, place);
      }
      this.#columns[i]?.push(place);
    }
    this.length++;
  }

  /** The table; a column of which most texts differ holds the texts themselves. */
  packed(): PackedTable {
    const texts = this.#places.map((places) => places.size * 2 > this.length ? null : [...places.keys()]);
    const columns = this.#columns.map((column, i) => {
      if (texts[i] !== null) return column;
      const all = [...this.#places[i]?.keys() ?? []];
      return column.map((place) => all[Number(place)] ?? "");
    });
    return { columns, texts };
  }
}

/** The element that holds packed tables by name; one in a page. */
export async function packedElement(tables: Readonly<Record<string, PackedTable>>): Promise<string> {
  const stream = new Blob([JSON.stringify({ tables })]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return `<script type="text/plain" id="packed">${bytes.toBase64()}</script>`;
}
