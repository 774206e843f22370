import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { bucketOf, sortedBuckets } from "../../../src/ring/dealers/buckets.ts";
import { Shelf, Ticket } from "../../../src/ring/dealers/ticket.ts";
import { bucket, USUAL_BUCKETS } from "./markets.ts";

function ticket(serial: number, dueDay: number): Ticket {
  return new Ticket(serial, serial, 1, 2, Decimal.integer(10 + serial), dueDay, 0);
}

Deno.test("a shelf sells what is due first, then what was made first", () => {
  const shelf = new Shelf();
  const [late, early, same] = [ticket(0, 9), ticket(2, 3), ticket(1, 3)];
  for (const one of [late, early, same]) shelf.add(one);
  const sold: number[] = [];
  for (let next = shelf.first(() => true); next !== undefined; next = shelf.first(() => true)) {
    sold.push(next.serial);
    shelf.remove(next);
  }
  assertEquals(sold, [1, 2, 0]);
  assertEquals([shelf.length, shelf.face.toString(), early.shelf], [0, "0", null]);
});

Deno.test("a shelf knows its face and passes over what does not fit", () => {
  const shelf = new Shelf();
  const tickets = [ticket(0, 1), ticket(1, 2), ticket(2, 3)];
  for (const one of tickets) shelf.add(one);
  assertEquals(shelf.face.toString(), "33");
  assertEquals(shelf.first(({ serial }) => serial !== 0)?.serial, 1);
  for (const one of tickets.slice(0, 1)) shelf.remove(one);
  shelf.add(ticket(3, 0));
  assertEquals([shelf.length, shelf.face.toString(), shelf.first(() => true)?.serial], [3, "36", 3]);
});

Deno.test("a maturity that fits no bucket goes to the last one", () => {
  const buckets = sortedBuckets([bucket("b", 6, 9, "0.2"), bucket("a", 1, 3, "0.2")]);
  assertEquals(buckets.map(({ name }) => name), ["a", "b"]);
  assertEquals([0, 1, 3, 4, 9, 10].map((days) => bucketOf(buckets, days)), [1, 0, 0, 1, 1, 1]);
  assertEquals([1, 4, 9, 2000].map((days) => bucketOf(USUAL_BUCKETS, days)), [0, 1, 2, 2]);
});

Deno.test("a shelf keeps its order while hundreds of tickets come and go", () => {
  const shelf = new Shelf();
  const kept: Ticket[] = [];
  for (let serial = 0; serial < 400; serial++) {
    const one = ticket(serial, (serial * 7) % 31);
    shelf.add(one);
    kept.push(one);
    kept.sort((a, b) => a.dueDay - b.dueDay || a.serial - b.serial);
    for (
      const leaving of serial % 3 === 0 ? [] : serial % 5 === 0 ? kept.splice(kept.length >> 1, 1) : kept.splice(0, 1)
    ) {
      shelf.remove(leaving);
    }
    assertEquals([shelf.length, shelf.first(() => true)?.serial], [kept.length, kept[0]?.serial]);
  }
  const face = kept.reduce((sum, one) => sum.plus(one.face), Decimal.ZERO);
  assertEquals(shelf.face.toString(), face.toString());
});
