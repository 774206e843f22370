/** Database URLs, and values on their way to Postgres. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidReference, UsageError, ValidationError } from "../../../src/core/errors.ts";
import { readAddress } from "../../../src/stores/postgres/address.ts";
import { arrayText, checkedJson, checkedKey, checkText, jsonText } from "../../../src/stores/postgres/values.ts";

Deno.test("a database URL is read into its parts, and the place names neither user nor password", () => {
  assertEquals(readAddress("postgresql://me:p%40ss%2Fword@db.example.org:6000/lab%20one"), {
    host: "db.example.org",
    port: 6000,
    database: "lab one",
    user: "me",
    password: "p@ss/word",
    encryption: "require",
    preparable: true,
    place: "database lab one on db.example.org:6000",
  });
  const local = readAddress("postgres://me@localhost");
  assertEquals([local.database, local.port, local.encryption], ["me", 5432, false]);
  const socket = readAddress("postgresql://me@localhost/lab?host=/run/postgresql");
  assertEquals([socket.host, socket.encryption, socket.place], [
    "/run/postgresql",
    false,
    "database lab on this machine",
  ]);
  const six = readAddress("postgresql://me@[::1]:5433/lab?application_name=mine&connect_timeout=3");
  assertEquals([six.host, six.encryption, six.applicationName, six.connectTimeoutSeconds], ["::1", false, "mine", 3]);
});

Deno.test("a pooler that shares connections between transactions gets no prepared statements", () => {
  assert(!readAddress("postgresql://me:x@aws-0-eu.pooler.supabase.com:6543/postgres").preparable);
  assert(readAddress("postgresql://me:x@aws-0-eu.pooler.supabase.com:5432/postgres").preparable);
  assert(!readAddress("postgresql://me:x@127.0.0.1:5432/postgres?pgbouncer=true").preparable);
});

Deno.test("encryption follows sslmode, and is never less than asked for", () => {
  const modes = { "disable": false, "prefer": "prefer", "require": "require", "verify-ca": "verify-full" };
  for (const [mode, encryption] of Object.entries(modes)) {
    assertEquals(readAddress(`postgresql://me@db.example.org/lab?sslmode=${mode}`).encryption, encryption);
  }
});

Deno.test("a URL that cannot be read is refused without any of its parts that may be secret", () => {
  for (
    const url of [
      "",
      "geheim",
      "http://me:geheim@db.example.org/lab",
      "postgresql://me:geheim@/lab",
      "postgresql://:geheim@db.example.org/lab",
      "postgresql://me:geheim%@db.example.org/lab",
      "postgresql://me:geheim@db.example.org:99999/lab",
      "postgresql://me:geheim@db.example.org/lab?sslmode=maybe",
      "postgresql://me:geheim@db.example.org/lab?sslrootcert=x",
      "postgresql://me:geheim@db.example.org/lab?connect_timeout=soon",
    ]
  ) {
    const { message } = assertThrows(() => readAddress(url), UsageError, undefined, url);
    assert(!message.includes("geheim"), message);
  }
});

Deno.test("texts with a NUL or half of a character are refused, all others are kept", () => {
  assertThrows(() => checkText("a\0b"), ValidationError, "NUL");
  assertThrows(() => checkText("a\ud800"), ValidationError, "half of a character");
  for (const bad of ["\0", "\ud800", "\udc00\ud800", "\\\0", "\ud800\ud800\udc00", "x\udc00"]) {
    assertThrows(() => jsonText({ [bad]: 1 }), ValidationError, undefined, JSON.stringify(bad));
  }
  for (const escape of ["\\u0000", "\\ud800", "\\udc00", "\\ud83d\\u0041", "\\\\\\u0000"]) {
    assertThrows(() => checkedJson(`"${escape}"`), ValidationError, undefined, escape);
  }
  for (const fine of ["\\\\u0000", "\\ud83d\\ude00", "\\u00e4", "\\\\ud800", "\\ud83d\\ude00\\ud83d\\ude00"]) {
    assertEquals(checkedJson(`"${fine}"`), `"${fine}"`);
  }
});

Deno.test("a text is refused as JSON exactly when it is refused as text", () => {
  const bits = fc.array(fc.constantFrom("\0", "\\", "u0000", "\ud83d", "\ude00", "ud800", '"', "a"), { maxLength: 8 });
  const refused = (work: () => void) => {
    try {
      work();
      return false;
    } catch (error) {
      assert(error instanceof ValidationError);
      return true;
    }
  };
  fc.assert(fc.property(bits, (parts) => {
    const text = parts.join("");
    assertEquals(refused(() => jsonText([text])), refused(() => checkText(text)), JSON.stringify(text));
  }));
});

Deno.test("ids and names have at most 500 bytes", () => {
  assertEquals(checkedKey("x".repeat(500), "run id").length, 500);
  assertThrows(() => checkedKey("x".repeat(501), "run id"), InvalidReference, "at most 500 bytes");
  assertThrows(() => checkedKey("日".repeat(167), "run id"), InvalidReference, "run id");
});

Deno.test("a list of texts is written with its quotes and backslashes", () => {
  assertEquals(arrayText(['a"b', "c\\d", "e,f}", ""]), '{"a\\"b","c\\\\d","e,f}",""}');
});
