import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MASK, maskedAddress, maskedSetting } from "../../src/configuration/masking.ts";
import { SETTING_NAMES, settingOf } from "../../src/configuration/settings.ts";

Deno.test("passwords, tokens and keys inside addresses are masked, the rest stays readable", () => {
  assertEquals(
    maskedAddress("postgres://me:pw@db.example:6543/lab?sslmode=require"),
    `postgres://me:${MASK}@db.example:6543/lab?sslmode=require`,
  );
  assertEquals(
    maskedAddress("https://me:pw@h/x?apikey=k&Token=t&a=b#secret"),
    `https://me:${MASK}@h/x?apikey=${MASK}&Token=${MASK}&a=b#${MASK}`,
  );
  assertEquals(maskedAddress("postgres://host/db?password=pw"), `postgres://host/db?password=${MASK}`);
  assertEquals(maskedAddress("s3://bucket/prefix"), "s3://bucket/prefix");
  assertEquals(maskedAddress("/srv/volume"), "/srv/volume");
});

Deno.test("an address that cannot be taken apart is masked as a whole", () => {
  for (const address of ["postgres://me:p/w@host/db", "me:pw@host", "postgres://me:p%w@[host", "://me:pw@"]) {
    assert(!/pw|p\/w|p%w/.test(maskedAddress(address)), maskedAddress(address));
  }
});

Deno.test("no password of any kind survives masking", () => {
  const password = fc.string({ unit: "grapheme-ascii", minLength: 6 }).filter((text) => /^[^\s]{6,}$/.test(text))
    .map((text) => `Zq${text}qZ`);
  fc.assert(fc.property(password, fc.boolean(), (secret, encoded) => {
    const shown = maskedAddress(`postgres://user:${encoded ? encodeURIComponent(secret) : secret}@host:5432/database`);
    assert(!shown.includes(secret) && !shown.includes(encodeURIComponent(secret)), shown);
    assert(!shown.includes("qZ"), shown);
  }));
});

Deno.test("keys and tokens are masked as a whole", () => {
  for (const name of SETTING_NAMES.filter((name) => settingOf(name).secret === "whole")) {
    assertEquals(maskedSetting(name, "abcdefgh"), MASK);
  }
});
