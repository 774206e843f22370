import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Chain, Link } from "../../../src/ring/engine/chain.ts";

Deno.test("a chain behaves like an array, and a removal is undone exactly", () => {
  const step = fc.record({ place: fc.nat(20), undo: fc.boolean() });
  fc.assert(fc.property(fc.nat(12), fc.array(step), (size, steps) => {
    const links = Array.from({ length: size }, (_, item) => new Link(item));
    const chain = new Chain<number>();
    for (const link of links) chain.append(link);
    const expected = links.map(({ item }) => item);
    for (const { place, undo } of steps) {
      const item = expected[place];
      const link = links.find((link) => link.item === item);
      if (item === undefined || link === undefined) continue;
      const previous = chain.remove(link);
      assertEquals(previous?.item, expected[place - 1]);
      if (undo) chain.insertAfter(link, previous);
      else {
        expected.splice(place, 1);
        chain.append(link);
        expected.push(item);
      }
      assertEquals(chain.items(), expected);
      assertEquals([...chain], expected);
      assertEquals(chain.first?.item, expected[0]);
      assertEquals(chain.last?.item, expected.at(-1));
    }
  }));
});
