/**
 * The events of a run day by day. A short log is written out and needs no script; a long one is packed into the page
 * and shown when a day is opened. Of very many days only groups stand in the page, and a group makes its days when it is
 * opened.
 *
 * @module
 */
import { EVENT_COLUMNS, EventSheet } from "./event_rows.ts";
import type { EventKind } from "./event_kinds.ts";
import { shown } from "./html.ts";
import type { PageTables } from "./packed_tables.ts";
import type { TextPlaces } from "./text_places.ts";
import { emptyTable, table } from "./table.ts";

/** Events that a page writes out as rows. */
export const SPELLED_EVENTS = 150;

/** Events that a page holds at most; the rest is in events.jsonl. */
export const PACKED_EVENTS = 60_000;

/** Days that stand in a page by themselves when events are packed, and groups of days. */
export const LISTED_DAYS = 60;
const MOST_GROUPS = 40;

interface DaySection {
  /** Null for the setup. */
  readonly day: number | null;
  count: number;
  readonly first: number;
}

/** Collects event rows in order and writes their sections. */
export class EventSections {
  readonly #days: DaySection[] = [];
  readonly #places: TextPlaces;
  readonly #sheet: EventSheet;
  /** Rows so far, those that are not kept included. */
  count = 0;

  constructor(places: TextPlaces) {
    this.#places = places;
    this.#sheet = new EventSheet(places);
  }

  /** Appends an event to those of its day; null is the setup. `part` is the place of the part of the day. */
  add(day: number | null, kind: EventKind, row: number, part: number): void {
    let section = this.#days[this.#days.length - 1];
    if (section === undefined || section.day !== day) {
      section = { day, count: 0, first: this.count };
      this.#days.push(section);
    }
    section.count++;
    if (this.count < PACKED_EVENTS) this.#sheet.add(kind, row, part);
    this.count++;
  }

  /** The sections as HTML. Rows that are not written out there go to the packed tables of the page. */
  html(tables: PageTables): string {
    if (this.count === 0) return "<p>No events.</p>";
    if (this.count <= SPELLED_EVENTS) return this.#spelledHtml();
    tables.placed.events = {
      columns: this.#sheet.columns(),
      texts: this.#places.texts,
      parts: EVENT_COLUMNS.map((_, i) => i === EVENT_COLUMNS.length - 1 ? 2 : 1),
    };
    return this.#packedHtml(this.#sheet.length, tables);
  }

  #spelledHtml(): string {
    let text = "";
    for (const { day, first, count } of this.#days) {
      const cells = Array.from({ length: count }, (_, i) => this.#sheet.texts(first + i));
      const title = dayTitle(day);
      const rows = table(EVENT_COLUMNS, cells, { label: `Events, ${title}` });
      text += `<details open><summary>${title}<small>${
        eventCount(count)
      }</small></summary><div>${rows}</div></details>`;
    }
    return text;
  }

  #packedHtml(kept: number, tables: PageTables): string {
    let text = "<noscript><p>The events are packed into this page and need a script to be shown. " +
      "They also stand in events.jsonl, one per line.</p></noscript>";
    if (kept < this.count) {
      text += `<p>This page holds the first ${shown(kept)} of ${
        shown(this.count)
      } events; all stand in events.jsonl.</p>`;
    }
    const days = this.#days.filter(({ first }) => first < kept);
    if (days.length > LISTED_DAYS) return text + groupedDays(days, kept, tables);
    for (const { day, first, count } of days) {
      text += `<details data-packed="events" data-from="${first}" data-count="${Math.min(count, kept - first)}">` +
        `<summary>${dayTitle(day)}<small>${eventCount(count)}</small></summary><div><div class="bar"></div>` +
        `${emptyTable(EVENT_COLUMNS, { label: `Events, ${dayTitle(day)}` })}</div></details>`;
    }
    return text;
  }
}

/** Groups of as many days each; which days they have, and the events of each, is packed. */
function groupedDays(days: readonly DaySection[], kept: number, tables: PageTables): string {
  tables.lists.days = [
    days.map(({ day }) => day ?? -1),
    days.map(({ first }) => first),
    days.map(({ first, count }) => Math.min(count, kept - first)),
  ];
  const size = groupSize(days.length);
  let text = `<template id="day-table"><div class="bar"></div>${emptyTable(EVENT_COLUMNS)}</template>`;
  for (let from = 0; from < days.length; from += size) {
    const group = days.slice(from, from + size);
    const [start, end] = [group[0]?.day ?? null, group[group.length - 1]?.day ?? null];
    const title = start === end ? dayTitle(start) : start === null ? `Setup to day ${end}` : `Days ${start} to ${end}`;
    const events = group.reduce((sum, { count }) => sum + count, 0);
    text += `<details data-days="${from}" data-count="${group.length}"><summary>${title}<small>${
      eventCount(events)
    }</small></summary><div></div></details>`;
  }
  return text;
}

/** A round number of days, so that there are few groups. */
function groupSize(days: number): number {
  let size = 10;
  while (days > size * MOST_GROUPS) size *= size.toString().startsWith("2") ? 2.5 : 2;
  return size;
}

function dayTitle(day: number | null): string {
  return day === null ? "Day 0, setup" : `Day ${day}`;
}

function eventCount(count: number): string {
  return count === 1 ? "1 event" : `${shown(count)} events`;
}
