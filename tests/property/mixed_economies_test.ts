import { assert, assertEquals } from "@std/assert";
import { CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { mixedEconomy } from "./mixed_economies.ts";

const SEEDS = Array.from({ length: 80 }, (_, i) => i + 1);

Deno.test("a mixed economy is its seed's: the same again, another for another seed, whatever the switches", () => {
  const { run: _, ...corrected } = mixedEconomy(7, CORRECTED);
  const { run: __, ...reference } = mixedEconomy(7, REFERENCE);
  assertEquals(corrected, reference);
  assertEquals(new Set(SEEDS.map((seed) => JSON.stringify(mixedEconomy(seed)))).size, SEEDS.length);
});

Deno.test("the books of mixed economies agree on every day, with the switches on either side", () => {
  const kinds = new Set<string>();
  for (const behaviours of [CORRECTED, REFERENCE]) {
    for (const seed of SEEDS) {
      const outcome = simulateRing(mixedEconomy(seed, behaviours), { checkInvariants: "daily" });
      assertEquals(outcome.warnings, [], `seed ${seed}`);
      for (const event of outcome.log.objects()) kinds.add(event.kind);
    }
  }
  const wanted = ["ClientPayment", "InterbankCleared", "AgentDefaulted", "PayableRolledOver", "StockTransferred"];
  assert(wanted.every((kind) => kinds.has(kind)), `only ${[...kinds].join(", ")}`);
});
