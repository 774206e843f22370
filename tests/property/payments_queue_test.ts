/** The searches of the liquidity-saving pass against the plain ones of spec 05 9.4. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import { DEFAULT_LSM } from "../../src/payments/config.ts";
import { ArrivalGenerator } from "../../src/payments/arrivals/generator.ts";
import { buildState } from "../../src/payments/engine/construction.ts";
import { type Candidate, findCycles } from "../../src/payments/engine/cycle_search.ts";
import type { EngineState } from "../../src/payments/engine/state.ts";
import { agent, system } from "../payments/engine/setting.ts";

const IDS = ["A", "B", "C", "D", "E", "F"];

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

const queues = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: 5 }),
    to: fc.integer({ min: 0, max: 5 }),
    // Few amounts, so that many candidates are equal.
    amount: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 16 },
);

function stateWith(edges: readonly Edge[], length: number, limit: number, behaviours: Behaviours): EngineState {
  const lsm = { ...DEFAULT_LSM, maxCycleLength: length, maxCyclesPerTick: limit };
  const config = system(IDS.map((id) => agent(id)), { lsm });
  const state = buildState(config, behaviours, (random) => new ArrivalGenerator(config, behaviours, random));
  for (const { from, to, amount } of edges) state.queue2.push(state.create(from, to, amount, 0, 9, 5));
  return state;
}

/** All candidates, sorted and cut, as the specification says it. */
function plainSearch(edges: readonly Edge[], length: number, limit: number, ascendingOnly: boolean): Candidate[] {
  const found: Candidate[] = [];
  const between = (from: number, to: number) => {
    return edges.flatMap((edge, i) => edge.from === from && edge.to === to ? [i] : []);
  };
  const sum = (ids: readonly number[]) => ids.reduce((total, id) => total + (edges[id]?.amount ?? 0), 0);
  for (let u = 0; u < IDS.length; u++) {
    for (let v = u + 1; v < IDS.length; v++) {
      for (let w = u + 1; w < IDS.length; w++) {
        if (w === v || (ascendingOnly && w < v)) continue;
        const sides = [between(u, v), between(v, w), between(w, u)];
        if (sides.some((side) => side.length === 0)) continue;
        const payments = sides.flat();
        found.push({ agents: [u, v, w, u], payments, total: sum(payments) });
      }
    }
  }
  const visit = (start: number, node: number, path: readonly number[], marked: ReadonlySet<number>) => {
    if (path.length >= length) return;
    const here = new Set(marked).add(node);
    edges.forEach((edge, id) => {
      if (edge.from !== node) return;
      const payments = [...path, id];
      if (edge.to === start && path.length > 0) {
        const agents = [start, ...payments.map((payment) => edges[payment]?.to ?? 0)];
        if (payments.length >= 4) found.push({ agents, payments, total: sum(payments) });
      } else if (!here.has(edge.to)) visit(start, edge.to, payments, here);
    });
  };
  if (length >= 4) {
    for (let start = 0; start < IDS.length; start++) {
      if (edges.some((edge) => edge.from === start)) visit(start, start, [], new Set());
    }
  }
  return found.sort((a, b) => b.total - a.total).slice(0, limit);
}

for (const [name, behaviours] of [["corrected", CORRECTED], ["reference", REFERENCE]] as const) {
  Deno.test(`the bounded search finds the rings that the plain one finds, in its order (${name})`, () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 3, max: 6 }), fc.integer({ min: 1, max: 7 }), (edges, length, limit) => {
        const { candidates } = findCycles(stateWith(edges, length, limit, behaviours));
        assertEquals(candidates, plainSearch(edges, length, limit, behaviours.ascendingTrianglesOnly));
      }),
      { numRuns: 400 },
    );
  });
}

Deno.test("newcomers are merged into the order of urgency as a sort of the whole would place them", () => {
  const step = fc.oneof(
    fc.record({ priority: fc.integer({ min: -1, max: 2 }), tick: fc.integer({ min: 0, max: 3 }) }),
    fc.constantFrom("sort" as const, "remove" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const state = stateWith([], 4, 10, CORRECTED);
      const { queue2, payments } = state;
      let plain: number[] = [];
      const key = (payment: number) => {
        const none = payments.rtgsPriority[payment] === -1;
        return (none ? 2 : payments.rtgsPriority[payment] ?? 2) * 10 +
          (none ? 9 : payments.rtgsSubmissionTick[payment] ?? 0);
      };
      for (const each of steps) {
        if (each === "sort") {
          plain = plain.toSorted((a, b) => key(a) - key(b));
          queue2.sortByUrgency();
          assertEquals([...queue2.order()], plain);
        } else if (each === "remove") {
          const [first, ...rest] = plain;
          if (first === undefined) continue;
          queue2.remove(first);
          plain = rest;
        } else {
          const payment = state.create(0, 1, 5, 0, 9, 5);
          payments.rtgsPriority[payment] = each.priority;
          payments.rtgsSubmissionTick[payment] = each.priority === -1 ? -1 : each.tick;
          queue2.push(payment);
          plain.push(payment);
        }
      }
      assertEquals([...queue2.order()], plain);
      assertEquals(queue2.length, plain.length);
    }),
  );
});
