import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { Conflict, UsageError } from "../../src/core/errors.ts";
import { checkedJobId, chosenJobId, isJobId, newJobId } from "../../src/jobs/job_ids.ts";

const free = () => Promise.resolve(false);

Deno.test("a job id is three words of small letters from a list of more than two thousand", async () => {
  const words = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const jobId = await newJobId(free);
    assertMatch(jobId, /^[a-z]+-[a-z]+-[a-z]+$/);
    for (const word of jobId.split("-")) words.add(word);
  }
  // Of 2,048 words 6,000 draws meet all but about 109; far fewer would say that the list is shorter.
  assert(words.size > 1_850, `${words.size} words`);
});

Deno.test("alpha-beta is a job id; the empty text, castle, Castle-river, castle1-river and castle_river are none", () => {
  for (const id of ["alpha-beta", "castle-river-mountain", "drop-down-felt-tip"]) {
    assert(isJobId(id));
    assertEquals(checkedJobId(id), id);
  }
  for (
    const id of ["", "castle", "Castle-river", "castle1-river", "castle_river", "a-", "-a", "a--b", "a-b\n", "../a-b"]
  ) {
    assert(!isJobId(id), id);
    assertThrows(() => checkedJobId(id), UsageError, "castle-river-mountain");
  }
});

Deno.test("an id that a store knows is not given again", async () => {
  const refused: string[] = [];
  const jobId = await newJobId((id) => Promise.resolve(refused.push(id) <= 3));
  assertEquals(refused.length, 4);
  assertNotEquals(jobId, refused[0]);
  await assertRejects(() => newJobId(() => Promise.resolve(true)), Conflict, "were taken");
  await assertRejects(
    () => chosenJobId("alpha-beta", () => Promise.resolve(true)),
    Conflict,
    "job alpha-beta in the cloud",
  );
});
