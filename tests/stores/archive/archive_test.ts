import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { gunzipSync, gzipSync } from "node:zlib";
import { Conflict, InvalidReference, StoreError, ValidationError } from "../../../src/core/errors.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { extractArchive } from "../../../src/stores/archive/extract.ts";
import { folderEntries } from "../../../src/stores/archive/folder.ts";
import { packFolder, tarDigest } from "../../../src/stores/archive/pack.ts";
import { DirectoryLock } from "../../../src/stores/files/lock.ts";
import { Place } from "../places.ts";
import { archiveOf, joinedBytes, type TarEntry, tarEntry, withGnuName, withPax } from "./tars.ts";

const ROOMY = { entries: 1000, unpackedSize: 10_000_000 };

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return ReadableStream.from([bytes.slice(0, 1000), bytes.slice(1000)]);
}

Deno.test("packing twice gives the same bytes, whatever the times and the order on the disk", async () => {
  using one = new Place();
  using two = new Place();
  const names = ["b/x.csv", "a/x.csv", "a.csv", `deep/${"n".repeat(120)}/${"m".repeat(120)}.jsonl`, "größe.csv", "Z"];
  for (const name of names) one.write(name, name.repeat(3));
  for (const name of names.toReversed()) two.write(name, name.repeat(3));
  Deno.utimeSync(`${two.path}/Z`, 1, 1);
  Deno.chmodSync(`${two.path}/Z`, 0o777);
  const packed = await bytesOf(packFolder(one.path));
  assertEquals(sha256Hex(packed), sha256Hex(await bytesOf(packFolder(two.path))));
  const digest = await tarDigest(one.path, folderEntries(one.path));
  assertEquals(digest.contentSha256, sha256Hex(gunzipSync(packed)));
  assertEquals(digest.entries, 6);
});

Deno.test("the system's tar reads what is packed", async () => {
  using place = new Place();
  place.write("a/b.csv", "x");
  place.write(`${"long".repeat(60)}/ρ.csv`, "y");
  using packed = new Place();
  Deno.writeFileSync(`${packed.path}/a.tar.gz`, await bytesOf(packFolder(place.path)));
  const { stdout } = new Deno.Command("tar", { args: ["-tzf", `${packed.path}/a.tar.gz`, "--quoting-style=literal"] })
    .outputSync();
  assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), ["a/b.csv", `${"long".repeat(60)}/ρ.csv`]);
});

Deno.test("any folder comes out of its archive as it went in", async () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((part) =>
    !/[/\\\0]/.test(part) && part !== "." && part !== ".." && !/^[A-Za-z]:/.test(part) &&
    new TextEncoder().encode(part).length < 200
  );
  const file = fc.tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.uint8Array({ maxLength: 3000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 12 }), async (files) => {
      using place = new Place();
      Deno.mkdirSync(`${place.path}/in/empty/inner`, { recursive: true });
      for (const [path, content] of files) writeIfFree(`${place.path}/in`, path, content);
      const entries = folderEntries(`${place.path}/in`);
      const { unpackedSize } = await tarDigest(`${place.path}/in`, entries);
      const limits = { entries: entries.length, unpackedSize };
      const report = await extractArchive(packFolder(`${place.path}/in`), `${place.path}/out`, limits);
      assertEquals(report, limits);
      assertEquals(place.names("out").map(below), place.names("in").map(below));
      for (const { name, isDirectory } of entries) {
        if (isDirectory) continue;
        assertEquals(Deno.readFileSync(`${place.path}/out/${name}`), Deno.readFileSync(`${place.path}/in/${name}`));
      }
    }),
    { numRuns: 60 },
  );
});

/** A name without its first part. */
function below(name: string): string {
  return name.replace(/^[^/]*\//, "");
}

/** Writes a file unless another one is in its way. */
function writeIfFree(root: string, path: readonly string[], content: Uint8Array): void {
  try {
    Deno.mkdirSync([root, ...path.slice(0, -1)].join("/"), { recursive: true });
    Deno.writeFileSync([root, ...path].join("/"), content);
  } catch (error) {
    const isTaken = error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.IsADirectory ||
      error instanceof Deno.errors.AlreadyExists;
    if (!isTaken) throw error;
  }
}

Deno.test("locks, staging places and temporary files are not packed", () => {
  using place = new Place();
  for (const name of ["registry/.lock", ".staging/a/x", ".replaced/b/y", "runs/.bilancio-tmp-1-x", "runs/a"]) {
    place.write(name, "");
  }
  using _lock = DirectoryLock.take(`${place.path}/registry/.lock`, "test", "2026-01-01T00:00:00Z");
  assertEquals(folderEntries(place.path).map(({ name }) => name), ["registry", "runs/a"]);
});

Deno.test("a link is refused by name instead of being left out", async () => {
  using place = new Place();
  place.write("a", "");
  Deno.symlinkSync("/etc/hosts", `${place.path}/b`);
  await assertRejects(
    async () => await bytesOf(packFolder(place.path)),
    StoreError,
    "/b is a link, which is not uploaded",
  );
});

Deno.test("a file that changes while it is packed is an error, whether it grows, shrinks or keeps its size", async () => {
  for (const after of ["longer than it was", "s", "other"]) {
    using place = new Place();
    place.write("a", "first");
    const entries = folderEntries(place.path);
    const { contentSha256 } = await tarDigest(place.path, entries);
    place.write("a", after);
    const error = await assertRejects(() => bytesOf(packFolder(place.path, entries, contentSha256)), Conflict);
    assertStringIncludes(error.message, "changed while it was uploaded");
  }
});

Deno.test("a packing that nobody wants any more closes its files", async () => {
  using place = new Place();
  Deno.writeFileSync(`${place.path}/a`, new Uint8Array(10_000_000));
  const reader = packFolder(place.path).getReader();
  await reader.read();
  await reader.cancel(); // the sanitizers see what stays open
});

/** Unpacks and shows that nothing is left, beside the target either. */
async function refused(archive: Uint8Array, limits = ROOMY): Promise<Error> {
  using place = new Place();
  const error = await assertRejects(() => extractArchive(streamOf(archive), `${place.path}/in/target`, limits), Error);
  assertEquals(place.names(), ["in/"]);
  assertEquals([...Deno.readDirSync(`${place.path}/..`)].some(({ name }) => name.startsWith("evil")), false);
  return error;
}

const HOSTILE_NAMES = [
  "../evil",
  "a/../../evil",
  "/tmp/evil",
  "//evil",
  "..",
  ".",
  "./evil",
  "a//evil",
  "a/./evil",
  "C:/evil",
  "c:evil",
  "..\\evil",
  "a\\..\\evil",
  "a/.lock",
  ".staging/x",
  ".bilancio-tmp-x",
  " /../x",
  "a/..",
];

Deno.test("an entry whose name leads out of the target is refused, and nothing of its archive stays", async () => {
  for (const name of HOSTILE_NAMES) {
    for (const type of ["0", "5"]) {
      const good = tarEntry({ name: "good.csv", content: "1" });
      const error = await refused(archiveOf(good, tarEntry({ name, type })));
      assert(error instanceof InvalidReference, `${name}: ${error}`);
    }
  }
});

Deno.test("a long name in a header of its own is checked like any other", async () => {
  const entry: TarEntry = { name: "harmless", content: "x" };
  for (const name of HOSTILE_NAMES) {
    for (const archive of [withPax("path", name, entry), withGnuName(name, entry)]) {
      const error = await refused(archiveOf(archive));
      assert(error instanceof InvalidReference, `${name}: ${error}`);
    }
  }
  assert(await refused(archiveOf(withPax("path", "a/".repeat(5000) + "b", entry))) instanceof InvalidReference);
  using place = new Place();
  const long = `${"d".repeat(150)}/${"ü".repeat(100)}.csv`;
  await extractArchive(streamOf(archiveOf(withPax("path", long, entry))), `${place.path}/pax`, ROOMY);
  await extractArchive(streamOf(archiveOf(withGnuName(long, entry))), `${place.path}/gnu`, ROOMY);
  assertEquals([place.read(`pax/${long}`), place.read(`gnu/${long}`)], ["x", "x"]);
});

Deno.test("links, devices and fifos are refused, also where a later file would go through them", async () => {
  for (const type of ["1", "2", "3", "4", "6", "7", "S", "V"]) {
    const link = tarEntry({ name: "out", type, linkName: "/tmp" });
    const error = await refused(archiveOf(link, tarEntry({ name: "out/evil", content: "x" })));
    assert(error instanceof InvalidReference, `${type}: ${error}`);
    assertStringIncludes(error.message, "only files and directories are unpacked");
  }
  const long = archiveOf(withPax("linkpath", "/etc/passwd", { name: "l", type: "2" }));
  assert(await refused(long) instanceof InvalidReference);
});

Deno.test("an entry that is there twice is refused", async () => {
  const file = tarEntry({ name: "a", content: "1" });
  const below = tarEntry({ name: "a/b", content: "2" });
  const directory = tarEntry({ name: "a/", type: "5" });
  for (const archive of [[file, file], [file, below], [file, directory], [below, file], [directory, directory]]) {
    const error = await refused(archiveOf(...archive));
    assert(error instanceof ValidationError, String(error));
    assertStringIncludes(error.message, "twice");
  }
});

Deno.test("more bytes or entries than were announced are not unpacked", async () => {
  const twenty = Array.from({ length: 20 }, (_, at) => tarEntry({ name: `f${at}`, content: "12345" }));
  assertStringIncludes(
    (await refused(archiveOf(...twenty), { entries: 19, unpackedSize: 1000 })).message,
    "19 entries",
  );
  assertStringIncludes((await refused(archiveOf(...twenty), { entries: 20, unpackedSize: 99 })).message, "99 bytes");
  using place = new Place();
  await extractArchive(streamOf(archiveOf(...twenty)), `${place.path}/x`, { entries: 20, unpackedSize: 100 });
  assertEquals(place.names("x").length, 20);
});

Deno.test("a bomb is stopped before it has unfolded, whether its bytes are content, headers or nothing at all", async () => {
  const limits = { entries: 10, unpackedSize: 1000 };
  const zeros = gzipSync(new Uint8Array(200_000_000));
  const content = gzipSync(joinedBytes([tarEntry({ name: "a", size: 190_000_000 }), new Uint8Array(190_000_000)]));
  const names = tarEntry({ name: "PaxHeader", type: "x", content: new Uint8Array(3_000_000) });
  const headers = gzipSync(joinedBytes(Array.from({ length: 40 }, () => names)));
  for (const bomb of [zeros, content, headers]) {
    const error = await refused(bomb, limits);
    assert(error instanceof ValidationError, String(error));
    assertStringIncludes(error.message, "is not unpacked further");
  }
  const claimed = await refused(archiveOf(withPax("size", "-5", { name: "a", content: "x" })), limits);
  assert(claimed instanceof ValidationError, String(claimed));
});

Deno.test("what is cut short, garbled or no archive is one clear error", async () => {
  const whole = archiveOf(
    tarEntry({ name: "a", content: new Uint8Array(5000) }),
    tarEntry({ name: "b", content: "x" }),
  );
  const tar = gunzipSync(whole);
  const broken = [
    whole.slice(0, whole.length - 9),
    whole.slice(0, 30),
    gzipSync(tar.slice(0, 700)),
    gzipSync(tar.slice(0, 512 * 11 + 100)),
    new TextEncoder().encode("<html>404</html>"),
    gzipSync(new TextEncoder().encode("no tar at all, but long enough for a header".repeat(20))),
    new Uint8Array(0),
  ];
  for (const archive of broken) {
    const error = await refused(archive);
    assert(error instanceof ValidationError, String(error));
    assertStringIncludes(error.message, "is no archive, or is damaged");
  }
});

Deno.test("damage to an archive ends in an error or in files below the target, never elsewhere and never in a hang", async () => {
  const tar = joinedBytes([
    tarEntry({ name: "a", content: "1" }),
    withPax("path", "b/c", { name: "x", content: "22" }),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), async (at, byte) => {
      using place = new Place();
      const damaged = tar.slice();
      damaged[at] = byte;
      try {
        await extractArchive(streamOf(archiveOf(damaged)), `${place.path}/out`, { entries: 5, unpackedSize: 5000 });
        assert(place.names().every((name) => name.startsWith("out/")));
      } catch (error) {
        assert(error instanceof ValidationError || error instanceof InvalidReference, String(error));
        assertEquals(place.names(), []);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a stream that fails says its own error, and nothing stays", async () => {
  using place = new Place();
  const failing = ReadableStream.from((async function* () {
    yield await Promise.resolve(archiveOf(tarEntry({ name: "a", content: "1" })).slice(0, 20));
    throw new StoreError("the connection broke off", { store: "s3", retryable: true });
  })());
  await assertRejects(() => extractArchive(failing, `${place.path}/x`, ROOMY), StoreError, "the connection broke off");
  assertEquals(place.names(), []);
});

Deno.test("nothing is unpacked over what is there", async () => {
  using place = new Place();
  place.write("x/keep", "1");
  const archive = archiveOf(tarEntry({ name: "keep", content: "2" }));
  await assertRejects(() => extractArchive(streamOf(archive), `${place.path}/x`, ROOMY), Conflict);
  assertEquals(place.read("x/keep"), "1");
});
