/**
 * What object storages promise, on any server: call {@linkcode objectSuite} with a way to start one.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidReference, NotFound } from "../../../src/core/errors.ts";
import { openS3 } from "../../../src/stores/s3/connection.ts";
import type { ObjectStorage } from "../../../src/stores/s3/objects.ts";
import { below, type TestS3 } from "../../support/s3.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Keys that are hard to spell in URLs, XML and file names. */
export const HOSTILE_KEYS: readonly string[] = [
  'it\'s "quoted".csv',
  '=HYPERLINK("http:x",A1)',
  "@SUM(1+1)|cmd",
  "größe/ρ=½/データ.jsonl",
  "a+b c%20d&e=f?g#h.txt",
  "<Key>&amp;</Key>",
  "$(rm -rf)`;DROP TABLE runs;--",
  "...",
  "-rf",
  "👩‍🔬.html",
];

/** Bytes that look like nothing and compress to nothing. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let start = 0; start < count; start += 65_536) crypto.getRandomValues(bytes.subarray(start, start + 65_536));
  return bytes;
}

/** A stream of bytes in odd pieces. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return ReadableStream.from((function* () {
    for (let start = 0; start < bytes.length; start += 77_777) yield bytes.slice(start, start + 77_777);
  })());
}

/** Registers the suite. */
export function objectSuite(name: string, start: () => Promise<TestS3>): void {
  const check = (sentence: string, body: (storage: ObjectStorage, server: TestS3) => Promise<void>): void => {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using server = await start();
      await using storage = openS3(below(server, "lab/été"));
      await body(storage, server);
    });
  };

  check("an object comes back with its bytes, size, type and metadata", async (storage) => {
    await storage.putObject("a/b.csv", "x,y\n", { contentType: "text/csv", metadata: { origin: "test" } });
    assertEquals(text(await storage.readObject("a/b.csv")), "x,y\n");
    const head = await storage.headObject("a/b.csv");
    assertEquals([head?.key, head?.size, head?.contentType, head?.metadata["origin"]], [
      "a/b.csv",
      4,
      "text/csv",
      "test",
    ]);
    assert(Date.parse(head?.updatedAt ?? "") > Date.now() - 60_000);
    await storage.putObject("a/b.csv", new Uint8Array(0));
    assertEquals(await storage.readObject("a/b.csv"), new Uint8Array(0));
  });

  check("what is not there is null, NotFound, and no error to delete", async (storage) => {
    assertEquals(await storage.headObject("none"), null);
    await assertRejects(() => storage.readObject("none"), NotFound, 'lab/été/none"');
    await assertRejects(() => storage.getObject("none"), NotFound);
    await storage.deleteObjects(["none", "nothing/at all"]);
    assertEquals(await Array.fromAsync(storage.listObjects()), []);
    assertEquals(await Array.fromAsync(storage.listFolders()), []);
  });

  check("lists go over pages, stay below the prefix, and folders are told apart", async (storage, server) => {
    const keys = ["a/1", "a/2", "a/b/3", "b/4", "c", "d/5", "e/6"];
    for (const key of keys) await storage.putObject(key, key);
    await using other = openS3(below(server, "lab"));
    await other.putObject("outside", "");
    assertEquals(
      (await Array.fromAsync(storage.listObjects())).map(({ key, size }) => [key, size]),
      keys.map((key) => [key, key.length]),
    );
    assertEquals((await Array.fromAsync(storage.listObjects("a/"))).map(({ key }) => key), ["a/1", "a/2", "a/b/3"]);
    assertEquals(await Array.fromAsync(storage.listFolders()), ["a", "b", "d", "e"]);
    assertEquals(await Array.fromAsync(storage.listFolders("a")), ["b"]);
    await storage.deleteObjects(["a/1", "a/b/3", "b/4"]);
    assertEquals((await Array.fromAsync(storage.listObjects())).map(({ key }) => key), ["a/2", "c", "d/5", "e/6"]);
  });

  check("keys with quotes, formulas, markup and unicode are kept as they are", async (storage) => {
    for (const key of HOSTILE_KEYS) {
      await storage.putObject(`sweep/${key}`, key);
      assertEquals(text(await storage.readObject(`sweep/${key}`)), key);
      const link = await storage.presign(`sweep/${key}`, 60);
      assertEquals(await (await fetch(link)).text(), key);
    }
    const listed = (await Array.fromAsync(storage.listObjects("sweep/"))).map(({ key }) => key.slice(6));
    assertEquals(listed.sort(), [...HOSTILE_KEYS].sort());
    await storage.deleteObjects(listed.map((key) => `sweep/${key}`));
    assertEquals(await Array.fromAsync(storage.listObjects()), []);
  });

  check("keys that lead elsewhere are refused before anything is asked", async (storage) => {
    for (
      const key of ["", "/a", "a/", "a//b", "../a", "a/./b", "a/..", "a\0", "a\nb", "a\\b", "\ud800", "x".repeat(1025)]
    ) {
      await assertRejects(() => storage.putObject(key, ""), InvalidReference, "Invalid key");
      await assertRejects(() => storage.getObject(key), InvalidReference);
      await assertRejects(() => storage.presign(key, 1), InvalidReference);
    }
  });

  check("a stream of many parts arrives whole, and a short one in one request", async (storage) => {
    const bytes = randomBytes(19_000_001);
    const sent: number[] = [];
    const report = await storage.putStream("big", streamOf(bytes), {
      metadata: { x: "1" },
      onBytes: (n) => sent.push(n),
    });
    assertEquals(report.size, bytes.length);
    assertEquals([sent.length, sent.at(-1)], [3, bytes.length]);
    const back = await storage.getObject("big");
    assertEquals(back.head.size, bytes.length);
    assertEquals(back.head.metadata["x"], "1");
    assertEquals(new Uint8Array(await new Response(back.stream).arrayBuffer()), bytes);
    await storage.putStream("small", streamOf(new Uint8Array(10)));
    assertEquals((await storage.headObject("small"))?.size, 10);
    await storage.putStream("empty", streamOf(new Uint8Array(0)));
    assertEquals((await storage.headObject("empty"))?.size, 0);
    await storage.putStream("exact", streamOf(randomBytes(8 * 1024 * 1024)));
    assertEquals((await storage.headObject("exact"))?.size, 8 * 1024 * 1024);
  });

  check("a stream that fails leaves no object", async (storage) => {
    const failing = ReadableStream.from((async function* () {
      yield await Promise.resolve(randomBytes(9_000_000));
      throw new RangeError("the disk is gone");
    })());
    await assertRejects(() => storage.putStream("big", failing), RangeError, "the disk is gone");
    assertEquals(await storage.headObject("big"), null);
  });
}
