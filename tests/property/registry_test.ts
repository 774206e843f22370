import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RegistryEntry, Scalar } from "../../src/experiments/contracts.ts";
import { canonicalScalar } from "../../src/experiments/canonical.ts";
import { recordCells, recordLines } from "../../src/stores/files/csv_records.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { csvText } from "../../src/core/csv_text.ts";
import { Place } from "../stores/places.ts";

const cell = fc.oneof(
  fc.constantFrom("", "1", "1.0", "0E-29", "True", "a,b", 'say "x"', "two\nlines", "cr\r\nlf", "ρ", "-0", "1e400"),
  fc.string({ maxLength: 6 }),
);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(cell, fc.boolean(), fc.constant(null), fc.integer(), fc.constant(0.1));

const entry: fc.Arbitrary<RegistryEntry> = fc.record({
  runId: fc.constantFrom("a", "b", "c", "d", "e"),
  experimentId: fc.constant(""),
  status: fc.constantFrom("pending", "running", "completed", "failed"),
  parameters: fc.dictionary(fc.constantFrom("kappa", "seed", "my key", 'odd,"name"'), scalar, { maxKeys: 3 }),
  metrics: fc.dictionary(fc.constantFrom("phi_total", "my_metric"), scalar, { maxKeys: 2 }),
  artifactPaths: fc.dictionary(fc.constantFrom("run_html", "own_csv"), fc.constantFrom("runs/a/x", "runs/b/y.csv")),
  error: fc.option(fc.string({ minLength: 1, maxLength: 20 })),
});

type Step = { readonly do: "upsert"; readonly entries: readonly RegistryEntry[] } | {
  readonly do: "flush" | "reopen" | "crash";
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("upsert" as const), entries: fc.array(entry, { maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("flush" as const, "reopen" as const, "crash" as const) }) },
);

/** What a store must give back: numbers by value, what is empty or null not at all. */
function essence(entry: RegistryEntry): unknown {
  const known = (values: RegistryEntry["parameters"]) =>
    Object.entries(values).filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => `${name}=${canonicalScalar(value === true ? "True" : value === false ? "False" : value)}`)
      .sort();
  return { ...entry, parameters: known(entry.parameters), metrics: known(entry.metrics) };
}

Deno.test("whatever is upserted, flushed, reopened or cut short, the registry is the last word on every run", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      using place = new Place();
      const model = new Map<string, RegistryEntry>();
      let store = new FileRegistryStore(place.path);
      try {
        for (const step of steps) {
          if (step.do === "upsert") {
            await store.upsert(step.entries);
            for (const entry of step.entries) model.set(entry.runId, entry);
          } else if (step.do === "flush") await store.flush();
          else {
            if (step.do === "reopen") await store[Symbol.asyncDispose]();
            else {
              // As if the process had died: nothing is flushed, and a line is torn.
              await store[Symbol.asyncDispose]();
              if (model.size > 0) {
                const journal = place.read("registry/journal.jsonl");
                const torn = journal.endsWith("}}\n") && journal.includes('{"compacted"')
                  ? journal.slice(0, journal.lastIndexOf('{"compacted"') + 7)
                  : journal + '{"run_id":"a","sta';
                place.write("registry/journal.jsonl", torn);
              }
            }
            store = new FileRegistryStore(place.path);
          }
          assertEquals((await store.listRuns("")).map(essence), [...model.values()].map(essence));
        }
      } finally {
        await store[Symbol.asyncDispose]();
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("records of a table are its rows, whatever stands in the cells", () => {
  const table = fc.array(fc.array(fc.oneof(cell, fc.string()), { minLength: 2, maxLength: 5 }), { minLength: 1 });
  fc.assert(fc.property(table, (rows) => {
    const [header = [], ...rest] = rows;
    assertEquals(recordLines(csvText(header, rest)).map(recordCells), rows);
  }));
});
