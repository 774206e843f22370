import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Place } from "../stores/places.ts";
import { SweepChild } from "./child.ts";

Deno.test("a second sweep in a directory is refused with the first one's process, start and name", async () => {
  using place = new Place();
  const first = new SweepChild(place.path, "hold");
  await first.hear(1);
  const second = await new SweepChild(place.path, "local").end();
  assertEquals([second.code, second.lines], [1, []]);
  assertStringIncludes(second.error, "Conflict: ");
  assertStringIncludes(second.error, `in use by process ${first.pid} (kill test, started 2026-01-01T00:00:00Z)`);
  assertEquals((await first.end()).lines, ["held", "end"]);
  const third = await new SweepChild(place.path, "hold").end();
  assertEquals(third.lines, ["held", "end"]);
});

Deno.test("the lock of a killed sweep is free at once, and the next one says that it takes over", async () => {
  using place = new Place();
  const first = new SweepChild(place.path, "hold");
  await first.hear(1);
  first.kill();
  await first.end();
  const { lines, code } = await new SweepChild(place.path, "hold").end();
  assertEquals(code, 0);
  assertMatch(lines[0] ?? "", new RegExp(`^warning The sweep of process ${first.pid} did not end cleanly here`));
  assertEquals(lines.slice(1), ["held", "end"]);
});

Deno.test("of several sweeps that start at once exactly one gets the directory", async () => {
  using place = new Place();
  const children = Array.from({ length: 4 }, () => new SweepChild(place.path, "hold"));
  await Promise.all(children.map((child) => child.hear(1)));
  const winners = children.filter((child) => child.lines.length > 0);
  assertEquals(winners.length, 1);
  const codes = (await Promise.all(children.map((child) => child.end()))).map((ended) => ended.code);
  assertEquals(codes.toSorted(), [0, 1, 1, 1]);
});
