import { assertEquals } from "@std/assert";
import { AsciiBytes, RepeatedTexts } from "../../src/core/ascii_bytes.ts";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("bytes grow past what was expected, and parts are written again from where they stand", () => {
  const out = new AsciiBytes(1);
  const long = "0123456789".repeat(10);
  out.text(long);
  out.text("-");
  out.again(0, 3);
  out.again(0, 100);
  assertEquals(text(out.bytes()), `${long}-012${long}`);
  assertEquals(out.length, 204);
});

Deno.test("a numbered text is spelled once and comes back in every place", () => {
  const out = new AsciiBytes(16);
  const asked: number[] = [];
  const texts = new RepeatedTexts((number) => {
    asked.push(number);
    return number === 2 ? "" : `<${number}>`;
  });
  for (const number of [7, 2, 7, 0, 2, 7]) texts.write(out, number);
  assertEquals(text(out.bytes()), "<7><7><0><7>");
  assertEquals(asked, [7, 2, 0]);
});
