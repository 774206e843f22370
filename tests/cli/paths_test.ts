import { assertEquals } from "@std/assert";
import { from, withoutDots } from "../../src/cli/paths.ts";
import { directoryOf, fileNameOf } from "../../src/stores/files/paths.ts";

Deno.test("from() starts relative paths in the caller's directory and leaves absolute ones alone", () => {
  assertEquals(from("/home/me", "a/b.yaml"), "/home/me/a/b.yaml");
  assertEquals(from("/home/me/", "./a.yaml"), "/home/me/a.yaml");
  assertEquals(from("/home/me", "../a.yaml"), "/home/me/../a.yaml");
  assertEquals(from("/home/me", "/tmp/a"), "/tmp/a");
  assertEquals(from("C:\\me", "D:\\a"), "D:\\a");
  assertEquals(from("", "a"), "a");
});

Deno.test("directoryOf() and fileNameOf() take a path apart", () => {
  assertEquals([directoryOf("a/b/c.csv"), fileNameOf("a/b/c.csv")], ["a/b", "c.csv"]);
  assertEquals([directoryOf("c.csv"), fileNameOf("c.csv")], [".", "c.csv"]);
  assertEquals([directoryOf("/c.csv"), fileNameOf("/c.csv")], ["/", "c.csv"]);
  assertEquals(fileNameOf("a/"), "");
});

Deno.test("withoutDots() gives all spellings of a path one", () => {
  for (const path of ["/a/b", "/a/./b", "/a//b", "/a/c/../b", "/a/b/"]) assertEquals(withoutDots(path), "/a/b");
  assertEquals(withoutDots("../a/../../b"), "../../b");
  assertEquals(withoutDots("./a"), "a");
});
