import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { network } from "../../src/reports/charts/network.ts";
import { nodeLabels } from "../../src/reports/charts/network_labels.ts";
import type { AgentRow } from "../../src/reports/inputs.ts";
import { readable } from "./readable.ts";

/** The drawing of agents with these ids, none of which owes anything. */
function drawn(ids: readonly string[], fallen: (i: number) => boolean = () => false): string {
  const agents = ids.map((id, i): AgentRow => ({ id, name: id, kind: "household", defaulted: fallen(i) }));
  return readable(network(agents, []).chart);
}

interface Text {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** The names of nodes with the room that they take: letters are 7 wide, or 5.5 inside a node. */
function texts(chart: string): Text[] {
  const found = chart.matchAll(
    /<text(?: class="(\w)")? x="([\d.-]+)" y="([\d.-]+)"( font-size="\d+")?>([^<]*)<\/text>/g,
  );
  return [...found].map(([, anchor, x, y, small, name = ""]) => {
    const width = name.length * (small === undefined ? 7 : 5.5);
    const left = Number(x) - (anchor === "e" ? width : anchor === "m" ? width / 2 : 0);
    return { name, left, right: left + width, y: Number(y) };
  });
}

function overlaps(list: readonly Text[]): string[] {
  return list.flatMap((a, i) =>
    list.slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && Math.abs(a.y - b.y) < 10)
      .map((b) => `${a.name} over ${b.name}`)
  );
}

const BALANCED = (agents: number) => [
  ...Array.from({ length: agents }, (_, i) => `H${i + 1}`),
  ...["short", "mid", "long"].flatMap((bucket) => [`vbt_${bucket}`, `dealer_${bucket}`]),
];

Deno.test("the names of a balanced economy stand apart, and all are there", () => {
  for (const agents of [3, 12, 20, 28, 34]) {
    const list = texts(drawn(BALANCED(agents)));
    assertEquals(overlaps(list), [], `${agents} agents`);
    assertEquals(list.length, agents + 6, `${agents} agents`);
  }
});

Deno.test("no names lie upon each other or outside the drawing, whatever they are", () => {
  const id = fc.oneof(fc.stringMatching(/^[A-Z]\d{1,2}$/), fc.stringMatching(/^[a-z_]{1,20}$/));
  fc.assert(fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 40 }), fc.nat(5), (ids, every) => {
    const list = texts(drawn(ids, (i) => every > 0 && i % every === 0));
    assertEquals(overlaps(list), []);
    for (const { left, right, y } of list) assert(left >= 0 && right <= 480 && y >= 9 && y <= 400);
  }));
});

Deno.test("a name without room is left out", () => {
  const nodes = Array.from({ length: 12 }, (_, i) => ({ id: `name_${i}`, defaulted: false, x: 240 + i, y: 70 }));
  const list = texts(nodeLabels(nodes, 5));
  assert(list.length > 1 && list.length < 12, String(list.length));
  assertEquals(overlaps(list), []);
});

Deno.test("the node of every name tells it when pointed at, cut or not", () => {
  const ids = Array.from({ length: 40 }, (_, i) => `a_long_name_${i}`);
  const chart = drawn(ids);
  for (const id of ids) assert(chart.includes(`<title>${id}, ${id}</title>`), id);
  assertEquals(overlaps(texts(chart)), []);
});

Deno.test("names that have room stay beside their nodes", () => {
  assertEquals(texts(drawn(["north", "east", "south", "west"])).map(({ name, y }) => `${name} ${y}`), [
    "north 27",
    "east 204",
    "south 382",
    "west 204",
  ]);
});
