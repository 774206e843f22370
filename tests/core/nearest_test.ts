import { assertEquals } from "@std/assert";
import { nearest, suggestion } from "../../src/core/nearest.ts";

Deno.test("nearest() finds a name with a letter missing, doubled, replaced or swapped", () => {
  const known = ["kappas", "mus", "max-days", "quiet-days"];
  for (const typed of ["kapas", "kapppas", "kabpas", "kpapas", "KAPPAS"]) assertEquals(nearest(typed, known), "kappas");
  assertEquals(nearest("max_days", known), "max-days");
});

Deno.test("nearest() suggests nothing when nothing is near", () => {
  assertEquals(nearest("colour", ["kappas", "mus"]), undefined);
  assertEquals(nearest("x", []), undefined);
  assertEquals(nearest("xy", ["mus"]), undefined);
});

Deno.test("nearest() takes the first of equally near names", () => {
  assertEquals(nearest("ab", ["aa", "bb"]), "aa");
});

Deno.test("suggestion() is empty or a question", () => {
  assertEquals(suggestion("agnets", ["agents"]), " (did you mean agents?)");
  assertEquals(suggestion("zzz", ["agents"]), "");
});
