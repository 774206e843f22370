/**
 * The events of a run day by day. A short log is written out and needs no script; a long one is packed into the page
 * and shown when a day is opened.
 *
 * @module
 */
import { EVENT_COLUMNS } from "./event_rows.ts";
import { shown } from "./html.ts";
import { TablePacker } from "./packed_tables.ts";
import { emptyTable, table } from "./table.ts";

/** Events that a page writes out as rows. */
export const SPELLED_EVENTS = 150;

/** Events that a page holds at most; the rest is in events.jsonl. */
export const PACKED_EVENTS = 60_000;

interface DaySection {
  readonly title: string;
  count: number;
  readonly first: number;
}

/** Collects event rows in order and writes their sections. */
export class EventSections {
  readonly #days: DaySection[] = [];
  #spelled: string[][] = [];
  #packer: TablePacker | null = null;
  /** Rows so far, those that are not kept included. */
  count = 0;

  /** Appends the cells of an event below the title of its day. */
  add(title: string, cells: string[]): void {
    let section = this.#days[this.#days.length - 1];
    if (section === undefined || section.title !== title) {
      section = { title, count: 0, first: this.count };
      this.#days.push(section);
    }
    section.count++;
    if (this.count === SPELLED_EVENTS) this.#pack();
    if (this.#packer === null) this.#spelled.push(cells);
    else if (this.#packer.length < PACKED_EVENTS) this.#packer.add(cells);
    this.count++;
  }

  #pack(): void {
    this.#packer = new TablePacker(EVENT_COLUMNS.length);
    for (const cells of this.#spelled) this.#packer.add(cells);
    this.#spelled = [];
  }

  /** The packed rows, null when all are written out. */
  get packer(): TablePacker | null {
    return this.#packer;
  }

  /** The sections as HTML. */
  html(): string {
    if (this.count === 0) return "<p>No events.</p>";
    return this.#packer === null ? this.#spelledHtml() : this.#packedHtml(this.#packer.length);
  }

  #spelledHtml(): string {
    let text = "";
    for (const { title, first, count } of this.#days) {
      const rows = table(EVENT_COLUMNS, this.#spelled.slice(first, first + count), { label: `Events, ${title}` });
      text += `<details open><summary>${title}<small>${
        eventCount(count)
      }</small></summary><div>${rows}</div></details>`;
    }
    return text;
  }

  #packedHtml(kept: number): string {
    let text = "<noscript><p>The events are packed into this page and need a script to be shown. " +
      "They also stand in events.jsonl, one per line.</p></noscript>";
    if (kept < this.count) {
      text += `<p>This page holds the first ${shown(kept)} of ${
        shown(this.count)
      } events; all stand in events.jsonl.</p>`;
    }
    for (const { title, first, count } of this.#days) {
      const here = Math.min(count, kept - first);
      if (here <= 0) break;
      text += `<details data-packed="events" data-from="${first}" data-count="${here}"><summary>${title}<small>` +
        `${eventCount(count)}</small></summary><div><div class="bar"></div>` +
        `${emptyTable(EVENT_COLUMNS, { label: `Events, ${title}` })}</div></details>`;
    }
    return text;
  }
}

function eventCount(count: number): string {
  return count === 1 ? "1 event" : `${shown(count)} events`;
}
