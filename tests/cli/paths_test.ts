import { assertEquals } from "@std/assert";
import { fileNameOf, folderOf, from } from "../../src/cli/paths.ts";

Deno.test("from() starts relative paths in the caller's directory and leaves absolute ones alone", () => {
  assertEquals(from("/home/me", "a/b.yaml"), "/home/me/a/b.yaml");
  assertEquals(from("/home/me/", "./a.yaml"), "/home/me/a.yaml");
  assertEquals(from("/home/me", "../a.yaml"), "/home/me/../a.yaml");
  assertEquals(from("/home/me", "/tmp/a"), "/tmp/a");
  assertEquals(from("C:\\me", "D:\\a"), "D:\\a");
  assertEquals(from("", "a"), "a");
});

Deno.test("folderOf() and fileNameOf() take a path apart", () => {
  assertEquals([folderOf("a/b/c.csv"), fileNameOf("a/b/c.csv")], ["a/b", "c.csv"]);
  assertEquals([folderOf("c.csv"), fileNameOf("c.csv")], [".", "c.csv"]);
  assertEquals([folderOf("/c.csv"), fileNameOf("/c.csv")], ["/", "c.csv"]);
});
