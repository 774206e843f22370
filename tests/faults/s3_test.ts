/** An object storage and a network that fail in every way that they do. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotFound, StoreError } from "../../src/core/errors.ts";
import { downloadSweep } from "../../src/stores/archive/download.ts";
import { fetchObject } from "../../src/stores/archive/fetch_object.ts";
import { uploadSweep } from "../../src/stores/archive/upload.ts";
import { openS3, type S3Options } from "../../src/stores/s3/connection.ts";
import type { ObjectStorage } from "../../src/stores/s3/objects.ts";
import { type Fault, FaultProxy, s3Error } from "../support/fault_proxy.ts";
import { EXPIRED_TOKEN, StrictS3 } from "../support/strict_s3.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { assertSameDirectory, enlarge, writePairedSweep } from "../stores/archive/sweeps.ts";
import { Place } from "../stores/places.ts";
import { randomBytes, streamOf } from "../stores/s3/object_suite.ts";

/** A server, a proxy before it that can fail, and a storage behind both. */
class Setting implements AsyncDisposable {
  readonly server: StrictS3 = new StrictS3();
  readonly proxy: FaultProxy = new FaultProxy(this.server.endpoint);
  readonly retries: string[] = [];
  readonly storage: ObjectStorage;

  constructor(change: Partial<S3Options> = {}) {
    const onRetry = (sentence: string) => this.retries.push(sentence);
    this.storage = openS3({ ...this.server.options, endpoint: this.proxy.endpoint, onRetry, ...change });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

const html: Fault = { kind: "answer", status: 502, body: "<html>Bad gateway</html>", type: "text/html" };

/** Faults that pass: what is asked is asked again. */
const PASSING: readonly (readonly [string, Fault])[] = [
  ["500 InternalError", s3Error(500, "InternalError")],
  ["503 SlowDown", s3Error(503, "SlowDown")],
  ["503 without a body", { kind: "answer", status: 503 }],
  ["502 of a gateway", html],
  ["429", s3Error(429, "TooManyRequests")],
  ["400 RequestTimeout", s3Error(400, "RequestTimeout")],
  ["a refused connection", { kind: "refuse" }],
];

for (const [name, fault] of PASSING) {
  Deno.test(`${name}: a request is repeated until it is answered, and given up after its attempts`, async () => {
    await using setting = new Setting();
    const { proxy, storage, retries } = setting;
    proxy.fail(fault, () => true, 2);
    await storage.putObject("a", "1");
    assertEquals(retries.length, 2);
    assert(retries.every((sentence, at) => sentence.endsWith(`(attempt ${at + 1} of 3, trying again)`)), retries[0]);
    proxy.fail(fault, () => true, 2);
    assertEquals(await storage.readObject("a"), new TextEncoder().encode("1"));
    // The answer to HEAD has no body that could say what a 400 is about.
    proxy.fail(fault, ({ method }) => method !== "HEAD" || !name.startsWith("400"), 2);
    assertEquals((await storage.headObject("a"))?.size, 1);
    proxy.heal();
    proxy.fail(fault, () => true, 2);
    assertEquals((await Array.fromAsync(storage.listObjects())).length, 1);
    proxy.fail(fault, () => true, 2);
    await storage.deleteObjects(["a"]);
    proxy.fail(fault, () => true, Infinity);
    const error = await assertRejects(() => storage.putObject("a", "2"), StoreError, "(tried 3 times)");
    assertEquals(error.where, { store: "s3", retryable: true });
  });
}

Deno.test("a service that is silent is given up after the time that was set", async () => {
  await using setting = new Setting({ timeoutMs: 400 });
  setting.proxy.fail({ kind: "silence" }, () => true, 1);
  await setting.storage.putObject("a", "1");
  setting.proxy.fail({ kind: "silence" }, () => true, Infinity);
  await assertRejects(() => setting.storage.readObject("a"), StoreError, "gave no sign of life for 0.4 s");
});

Deno.test("a request that its user stops ends with the user's reason, and is not repeated", async () => {
  await using setting = new Setting();
  setting.proxy.fail({ kind: "silence" }, () => true, Infinity);
  const stop = new AbortController();
  const put = setting.storage.putObject("a", "1", { signal: stop.signal });
  await setting.proxy.asked;
  stop.abort(new DOMException("Ctrl-C", "AbortError"));
  await assertRejects(() => put, DOMException, "Ctrl-C");
  assertEquals(setting.proxy.seen.length, 1);
});

Deno.test("a connection that breaks off in the middle of a part costs that part, not the upload", async () => {
  await using setting = new Setting();
  const bytes = randomBytes(20_000_000);
  const isPart = ({ target }: { target: string }) => target.includes("partNumber=2");
  setting.proxy.fail({ kind: "cut upload", after: 3_000_000 }, isPart, 2);
  await setting.storage.putStream("big", streamOf(bytes));
  assertEquals(setting.server.objects.get("big")?.bytes, bytes);
  assertEquals(setting.server.uploads.size, 0);
  setting.proxy.fail({ kind: "cut upload", after: 3_000_000 }, isPart, Infinity);
  await assertRejects(() => setting.storage.putStream("big2", streamOf(bytes)), StoreError, "(tried 3 times)");
  assertEquals([setting.server.uploads.size, setting.server.objects.has("big2")], [0, false]);
});

Deno.test("bytes that change on their way up are refused by the service and sent again", async () => {
  await using setting = new Setting();
  const bytes = randomBytes(20_000_000);
  setting.proxy.fail({ kind: "corrupt upload", at: 1_000_000 }, ({ target }) => target.includes("partNumber=1"));
  await setting.storage.putStream("big", streamOf(bytes));
  assertEquals(setting.server.objects.get("big")?.bytes, bytes);
  setting.proxy.fail({ kind: "corrupt upload", at: 0 });
  await setting.storage.putObject("small", "content");
  assertEquals(setting.server.objects.get("small")?.bytes, new TextEncoder().encode("content"));
  assert(setting.retries.every((sentence) => sentence.startsWith("What the object storage received was not what")));
  assertEquals(setting.retries.length, 2);
});

Deno.test("the end of an upload whose answer is lost is found to be done", async () => {
  await using setting = new Setting();
  const bytes = randomBytes(9_000_000);
  const isEnd = ({ method, target }: { method: string; target: string }) =>
    method === "POST" && target.includes("uploadId=");
  setting.proxy.fail({ kind: "lose answer" }, isEnd);
  await setting.storage.putStream("big", streamOf(bytes));
  assertEquals(setting.server.objects.get("big")?.bytes, bytes);
});

Deno.test("a download goes on behind the last byte when its connection breaks off", async () => {
  await using setting = new Setting();
  const bytes = randomBytes(2_000_000);
  await setting.storage.putObject("big", bytes);
  setting.proxy.fail({ kind: "cut download", after: 700_000 }, ({ method }) => method === "GET", 2);
  assertEquals(await setting.storage.readObject("big"), bytes);
  assertEquals(setting.proxy.seen.filter(({ method }) => method === "GET").length, 3);
  setting.proxy.fail({ kind: "cut download", after: 0 }, ({ method }) => method === "GET", Infinity);
  await assertRejects(() => setting.storage.readObject("big"), StoreError, "broke off during a transfer");
});

Deno.test("an object that is replaced while its download is broken off is not mixed with the new one", async () => {
  await using setting = new Setting();
  await setting.storage.putObject("big", randomBytes(2_000_000));
  const { stream } = await setting.storage.getObject("big");
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  setting.proxy.fail({ kind: "cut download", after: 700_000 }, ({ method }) => method === "GET");
  const half = await setting.storage.getObject("big");
  await setting.storage.putObject("big", randomBytes(2_000_000));
  const rest = async () => await new Response(half.stream).arrayBuffer();
  await assertRejects(rest, StoreError, "was replaced while it was read");
});

Deno.test("a download with a wrong checksum is fetched again, then an error, and leaves no file", async () => {
  await using setting = new Setting();
  using place = new Place();
  const bytes = randomBytes(300_000);
  await setting.storage.putObject("big", bytes);
  const expected = { key: "big", size: bytes.length, sha256: sha256Hex(bytes) };
  const isGet = ({ method }: { method: string }) => method === "GET";
  setting.proxy.fail({ kind: "corrupt download", at: 5 }, isGet, 2);
  await fetchObject(setting.storage, expected, `${place.path}/big`);
  assertEquals(Deno.readFileSync(`${place.path}/big`), bytes);
  assertEquals(setting.retries.length, 2);
  setting.proxy.fail({ kind: "corrupt download", at: 5 }, isGet, 1);
  assertEquals(await setting.storage.readObject("big"), bytes);
  setting.proxy.fail({ kind: "corrupt download", at: 5 }, isGet, Infinity);
  const sentence = "did not arrive as it was stored: its length or checksum differs (tried 3 times)";
  await assertRejects(() => setting.storage.readObject("big"), StoreError, sentence);
  await assertRejects(() => fetchObject(setting.storage, expected, `${place.path}/new`), StoreError, sentence);
  const other = { ...expected, size: 4 };
  await assertRejects(() => fetchObject(setting.storage, other, `${place.path}/new`), StoreError, "length");
  assertEquals(place.names(), ["big"]);
});

Deno.test("a sweep goes up and comes down through a bad network", async () => {
  await using setting = new Setting({ attempts: 6 });
  using place = new Place();
  const folder = writePairedSweep(place);
  enlarge(folder);
  let count = 0;
  const each = (remainder: number) => () => count++ % 7 === remainder;
  setting.proxy.fail(s3Error(503, "SlowDown"), each(0), Infinity);
  setting.proxy.fail({ kind: "cut upload", after: 10 }, each(3), Infinity);
  setting.proxy.fail({ kind: "cut download", after: 10 }, each(5), Infinity);
  await uploadSweep(setting.storage, { name: "s", type: "balanced", folder });
  await downloadSweep(setting.storage, "s", `${place.path}/back`);
  assertSameDirectory(`${place.path}/back`, folder);
  assert(setting.retries.length >= 3, `${setting.retries.length} retries`);
  assertEquals(setting.server.uploads.size, 0);
});

/** What is wrong with the credentials or the place, and the sentence for it. */
const LASTING: readonly (readonly [string, Partial<S3Options>, RegExp])[] = [
  ["a wrong key id", { accessKeyId: "OTHERKEY" }, /does not accept the credentials: look at BILANCIO_S3_ACCESS_KEY_ID/],
  ["a wrong secret", { secretAccessKey: "other-secret" }, /does not accept the credentials/],
  ["an expired token", { sessionToken: EXPIRED_TOKEN }, /have expired: get new ones/],
];

for (const [name, change, sentence] of LASTING) {
  Deno.test(`${name} is said once, in one sentence, without a secret`, async () => {
    await using setting = new Setting(change);
    const { storage, proxy } = setting;
    const asked: readonly (() => Promise<unknown>)[] = [
      () => storage.putObject("a", "1"),
      () => storage.readObject("a"),
      () => Array.fromAsync(storage.listObjects()),
      () => storage.putStream("big", streamOf(randomBytes(9_000_000))),
      () => storage.deleteObjects(["a"]),
    ];
    for (const ask of asked) {
      const error = await assertRejects(ask, StoreError);
      assert(sentence.test(error.message), error.message);
      assertEquals(error.where.retryable, false);
      const shown = Deno.inspect(error, { depth: 9, showHidden: true });
      for (const secret of ["OTHERKEY", "STRICTKEY", "other-secret", "strict-secret", EXPIRED_TOKEN, "Signature="]) {
        assertEquals(shown.includes(secret), false, shown);
      }
    }
    assertEquals(proxy.seen.length, asked.length, "what lasts is not tried again");
    await assertRejects(() => storage.headObject("a"), StoreError, "refuses");
  });
}

Deno.test("a missing bucket is named, with what to do", async () => {
  await using setting = new Setting({ bucket: "no-such-bucket" });
  const sentence = 'There is no bucket "no-such-bucket"';
  await assertRejects(() => setting.storage.putObject("a", "1"), NotFound, sentence);
  await assertRejects(() => setting.storage.readObject("a"), NotFound, sentence);
  await assertRejects(() => Array.fromAsync(setting.storage.listObjects()), NotFound, sentence);
});

Deno.test("rights that are missing, and a wrong region, have sentences of their own", async () => {
  await using setting = new Setting();
  setting.proxy.fail(s3Error(403, "AccessDenied"));
  await assertRejects(() => setting.storage.putObject("a", "1"), StoreError, "valid, but may not do this");
  setting.proxy.fail(s3Error(400, "AuthorizationHeaderMalformed"));
  await assertRejects(() => setting.storage.putObject("a", "1"), StoreError, "not in region eu-central-1");
  setting.proxy.fail(s3Error(301, "PermanentRedirect"));
  await assertRejects(() => setting.storage.putObject("a", "1"), StoreError, "not in region eu-central-1");
  setting.proxy.fail(s3Error(507, "QuotaExceeded"), () => true, 3);
  await assertRejects(() => setting.storage.putObject("a", "1"), StoreError, "507 QuotaExceeded");
});

Deno.test("an endpoint that nobody answers at, and one that is no S3 service, are told apart", async () => {
  const port = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.transport === "tcp" ? listener.addr.port : 0;
  })();
  await using nobody = new Setting({ endpoint: `http://127.0.0.1:${port}` });
  const error = await assertRejects(() => nobody.storage.putObject("a", "1"), StoreError, "cannot be reached");
  assertEquals(error.where.retryable, true);
  await using setting = new Setting();
  setting.proxy.fail({ kind: "answer", status: 200, body: "<html>Welcome</html", type: "text/html" }, () => true, 1);
  await assertRejects(() => Array.fromAsync(setting.storage.listObjects()), StoreError, "not one of an S3 service");
});

Deno.test("an object that could not be deleted is named", async () => {
  await using setting = new Setting();
  const body = "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>";
  setting.proxy.fail({ kind: "answer", status: 200, body });
  await assertRejects(() => setting.storage.deleteObjects(["a", "b"]), StoreError, 'Cannot delete "a"');
});
