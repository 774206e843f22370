import { assertEquals } from "@std/assert";
import { Refreshed } from "../../src/cli/refreshed.ts";

/** A refresh that takes `cost` milliseconds of a clock that the test moves. */
function refreshed(cost = 0, error?: Error) {
  const state = { now: 0, done: 0, failures: 0 };
  const it = new Refreshed({
    work: () => {
      state.now += cost;
      state.done++;
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    },
    clock: () => state.now,
    failed: () => state.failures++,
  });
  const touchAt = async (now: number) => {
    state.now = now;
    it.touch();
    await it.idle();
    return state.done;
  };
  return { state, it, touchAt };
}

Deno.test("Refreshed waits three seconds after the first news, and again after every refresh", async () => {
  const { touchAt } = refreshed();
  const done: number[] = [];
  for (const now of [1000, 3999, 4000, 4001, 6999, 7000]) done.push(await touchAt(now));
  assertEquals(done, [0, 0, 1, 1, 1, 2]);
});

Deno.test("Refreshed takes at most a twentieth of the time", async () => {
  const { touchAt } = refreshed(1000);
  await touchAt(0);
  const done: number[] = [];
  for (const now of [3000, 4000 + 19_999, 4000 + 20_000]) done.push(await touchAt(now));
  assertEquals(done, [1, 1, 2]);
});

Deno.test("Refreshed does one thing at a time, and goes on after a failure that it tells", async () => {
  const { state, it, touchAt } = refreshed(0, new Error("full"));
  it.touch();
  state.now = 3000;
  it.touch();
  it.touch();
  await it.idle();
  assertEquals([state.done, state.failures], [1, 1]);
  assertEquals(await touchAt(6000), 2);
});
