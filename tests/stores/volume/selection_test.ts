import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../src/core/errors.ts";
import { glob } from "../../../src/stores/volume/glob.ts";
import { ageOf, selected } from "../../../src/stores/volume/selection.ts";
import type { VolumeEntry } from "../../../src/stores/volume/volume.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const DAY = 86_400_000;

function entry(id: string, days: number | null, more: Partial<VolumeEntry> = {}): VolumeEntry {
  return {
    id,
    form: "experiment",
    kind: "ring",
    state: "complete",
    runs: null,
    bytes: 1,
    files: 1,
    changedAt: days === null ? null : new Date(NOW.getTime() - days * DAY),
    problem: null,
    ...more,
  };
}

const ids = (entries: readonly VolumeEntry[]) => entries.map(({ id }) => id);

Deno.test("without a condition nothing is chosen: that is a mistake", () => {
  assertThrows(() => selected([entry("a", 100)], {}, NOW), UsageError, "Nothing was deleted");
});

Deno.test("with both conditions both must hold", () => {
  const entries = [entry("old_a", 40), entry("old_b", 40), entry("new_a", 2)];
  const chosen = (conditions: Parameters<typeof selected>[1]) => ids(selected(entries, conditions, NOW).chosen);
  assertEquals(chosen({ olderThan: 30 * DAY }), ["old_a", "old_b"]);
  assertEquals(chosen({ pattern: glob("*_a") }), ["old_a", "new_a"]);
  assertEquals(chosen({ olderThan: 30 * DAY, pattern: glob("*_a") }), ["old_a"]);
});

Deno.test("an age counts to the millisecond, and a time to come is no age", () => {
  const chosen = (days: number) => ids(selected([entry("a", days)], { olderThan: DAY }, NOW).chosen);
  assertEquals([chosen(1), chosen(1 - 1e-7), chosen(-5)], [["a"], [], []]);
  assertEquals(ageOf(entry("a", -5), NOW), 0);
});

Deno.test("what is being written, unreadable or of unknown age stays, with the reason", () => {
  const entries = [
    entry("live", 9, { state: "live" }),
    entry("unknown", null),
    entry("unreadable", 9, { problem: "no" }),
  ];
  const { chosen, kept } = selected(entries, { olderThan: DAY }, NOW);
  assertEquals(chosen, []);
  assertEquals(kept.map(({ entry, reason }) => `${entry.id}: ${reason}`), [
    "live: it is being written",
    "unknown: its age is not known",
    "unreadable: no",
  ]);
});

Deno.test("only experiments are ever chosen, whatever the conditions; leftovers are told apart", () => {
  const form = fc.constantFrom("experiment", "folder", "file", "link", "leftover");
  const state = fc.constantFrom("complete", "incomplete", "live", null);
  fc.assert(fc.property(
    fc.array(fc.record({ form, state, days: fc.option(fc.integer({ min: -1, max: 50 })) })),
    fc.integer({ min: 0, max: 50 }),
    (some, days) => {
      const entries = some.map(({ form, state, days }, i) => entry(`e${i}`, days, { form, state }));
      const { chosen, kept, leftovers } = selected(entries, { olderThan: days * DAY, pattern: glob("*") }, NOW);
      assertEquals(chosen.filter(({ form, state }) => form !== "experiment" || state === "live"), []);
      assertEquals(chosen.filter(({ changedAt }) => NOW.getTime() - Number(changedAt) < days * DAY), []);
      assertEquals(leftovers.every(({ form }) => form === "leftover"), true);
      const expected = entries.filter((one) =>
        one.form === "experiment" && (one.changedAt === null || (ageOf(one, NOW) ?? 0) >= days * DAY)
      );
      assertEquals(chosen.length + kept.length, expected.length);
    },
  ));
});
