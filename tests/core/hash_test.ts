import { assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { sha256Hex } from "../../src/core/hash.ts";

Deno.test("sha256Hex gives the published digests", () => {
  assertStrictEquals(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assertStrictEquals(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

Deno.test("sha256Hex agrees with the runtime's own hash at every length around a block", async () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assertStrictEquals(sha256Hex(bytes), digest.toHex());
  }
});

Deno.test("sha256Hex of text is that of its UTF-8 bytes", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assertEquals(sha256Hex(text), sha256Hex(new TextEncoder().encode(text)));
  }));
});
