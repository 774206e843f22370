/**
 * Doubly linked lists whose links are kept by their owners: an item leaves in one step wherever it stands, and a
 * removal can be undone exactly.
 *
 * @module
 */

/** The place of an item in at most one chain. */
export class Link<T> {
  previous: Link<T> | null = null;
  next: Link<T> | null = null;
  constructor(readonly item: T) {}
}

/** An ordered list of items through their links. */
export class Chain<T> {
  first: Link<T> | null = null;
  last: Link<T> | null = null;

  /** Puts a free link at the end. */
  append(link: Link<T>): void {
    this.insertAfter(link, this.last);
  }

  /** Puts a free link behind `previous`, a link of this chain, or at the start when that is null. */
  insertAfter(link: Link<T>, previous: Link<T> | null): void {
    const next = previous === null ? this.first : previous.next;
    link.previous = previous;
    link.next = next;
    if (previous === null) this.first = link;
    else previous.next = link;
    if (next === null) this.last = link;
    else next.previous = link;
  }

  /** Takes a link of this chain out and tells which link stood before it. */
  remove(link: Link<T>): Link<T> | null {
    const { previous, next } = link;
    if (previous === null) this.first = next;
    else previous.next = next;
    if (next === null) this.last = previous;
    else next.previous = previous;
    link.previous = null;
    link.next = null;
    return previous;
  }

  /** The items in order. The chain must not change meanwhile; take {@linkcode items} for that. */
  *[Symbol.iterator](): Generator<T> {
    for (let link = this.first; link !== null; link = link.next) yield link.item;
  }

  /** The items in order, as they stand now. */
  items(): T[] {
    const items: T[] = [];
    for (let link = this.first; link !== null; link = link.next) items.push(link.item);
    return items;
  }
}
