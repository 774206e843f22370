import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { StoreError, UsageError } from "../../../src/core/errors.ts";
import { openS3, type S3Options } from "../../../src/stores/s3/connection.ts";
import { deno, ROOT } from "../../e2e/program.ts";
import { FaultProxy, s3Error } from "../../support/fault_proxy.ts";
import { startS3 } from "../../support/s3.ts";
import { StrictS3 } from "../../support/strict_s3.ts";
import { objectSuite, randomBytes, streamOf } from "./object_suite.ts";

objectSuite("s3", startS3);
objectSuite("strict s3", () => Promise.resolve(new StrictS3()));

Deno.test("an upload that fails or is stopped leaves no parts behind", async () => {
  await using server = new StrictS3();
  await using storage = openS3(server.options);
  const failing = ReadableStream.from((async function* () {
    yield await Promise.resolve(randomBytes(20_000_000));
    throw new RangeError("the disk is gone");
  })());
  await assertRejects(() => storage.putStream("big", failing), RangeError);
  const stop = new AbortController();
  const stopped = storage.putStream("big", streamOf(randomBytes(40_000_000)), {
    signal: stop.signal,
    onBytes: () => stop.abort(new DOMException("Stopped by the user", "AbortError")),
  });
  await assertRejects(() => stopped, DOMException, "Stopped by the user");
  assertEquals([server.uploads.size, server.objects.size], [0, 0]);
});

Deno.test("what a killed process left of its uploads is listed and given up", async () => {
  await using server = new StrictS3();
  await using storage = openS3({ ...server.options, prefix: "lab" });
  const started = new Date();
  for (const key of ["lab/s/runs.tar.gz", "lab/t/runs.tar.gz", "other/s"]) {
    server.uploads.set(key, { key, headers: [], startedAt: started, parts: new Map() });
  }
  const uploads = await Array.fromAsync(storage.listUploads());
  assertEquals(uploads.map(({ key, startedAt }) => [key, startedAt]), [
    ["s/runs.tar.gz", started.toISOString()],
    ["t/runs.tar.gz", started.toISOString()],
  ]);
  for (const upload of uploads) await storage.abortUpload(upload);
  for (const upload of uploads) await storage.abortUpload(upload);
  assertEquals([...server.uploads.keys()], ["other/s"]);
});

Deno.test("a service that knows no list of unfinished uploads has none", async () => {
  await using server = new StrictS3();
  await using proxy = new FaultProxy(server.endpoint);
  await using storage = openS3({ ...server.options, endpoint: proxy.endpoint });
  proxy.fail(s3Error(501, "NotImplemented"), () => true, Infinity);
  assertEquals(await Array.fromAsync(storage.listUploads()), []);
  await assertRejects(() => storage.putObject("a", ""), StoreError, "does not offer this operation");
});

Deno.test("a link lasts as long as it says and no longer than the services sign", async () => {
  await using server = new StrictS3();
  await using storage = openS3(server.options);
  await storage.putObject("a", "open");
  assertEquals(await (await fetch(await storage.presign("a", 3600))).text(), "open");
  const over = await fetch(await storage.presign("a", 1));
  assertEquals([over.status, (await over.text()).includes("AccessDenied")], [403, true]);
  for (const seconds of [0, -1, 1.5, 604_801, Number.NaN]) {
    await assertRejects(() => storage.presign("a", seconds), RangeError, "1 to 604800 whole seconds");
  }
});

Deno.test("settings that cannot be right are refused by name, without the secret", () => {
  const right: S3Options = {
    endpoint: "https://s3.example.org",
    region: "auto",
    bucket: "lab-results",
    accessKeyId: "KEYID",
    secretAccessKey: "very-secret",
  };
  const wrong: readonly [Partial<S3Options>, string][] = [
    [{ accessKeyId: "" }, "set BILANCIO_S3_ACCESS_KEY_ID"],
    [{ secretAccessKey: "" }, "set BILANCIO_S3_SECRET_ACCESS_KEY"],
    [{ secretAccessKey: "very-secret\n" }, "holds a space or a line break"],
    [{ bucket: "" }, "set BILANCIO_S3_BUCKET"],
    [{ bucket: "Lab/Results" }, 'Invalid bucket "Lab/Results"'],
    [{ region: "" }, "Invalid region"],
    [{ endpoint: "s3.example.org" }, "must be a URL that begins with https://"],
    [{ endpoint: "https://user:very-secret@s3.example.org" }, "put the credentials into their own settings"],
    [{ endpoint: "https://s3.example.org?key=very-secret" }, "must not have a query"],
    [{ prefix: "../lab" }, "Invalid key"],
  ];
  for (const [change, message] of wrong) {
    const error = assertThrows(() => openS3({ ...right, ...change }), Error, message);
    assertEquals(error.message.includes("very-secret"), false, error.message);
    assertEquals(error instanceof UsageError || error.name === "InvalidReference", true);
  }
});

Deno.test("nothing but the way to the endpoint is needed: no file, no variable, no other host", async () => {
  await using server = new StrictS3();
  const { host } = new URL(server.endpoint);
  const { accessKeyId, secretAccessKey, bucket } = server.options;
  const probe = async (permission: string) =>
    await deno(
      [
        "run",
        "-q",
        "--no-check",
        "--no-prompt",
        permission,
        "--ignore-env",
        "tests/support/s3_probe.ts",
        server.endpoint,
        bucket,
        accessKeyId,
        secretAccessKey,
      ],
      ROOT,
      { AWS_REGION: "elsewhere", AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_ACCESS_KEY_ID: "other" },
    );
  const { code, out, error } = await probe(`--allow-net=${host}`);
  assertEquals([code, error], [0, ""]);
  const [seen = "", ...keys] = out.trim().split("\n");
  assertEquals([seen.startsWith(`seen ${server.endpoint}/${bucket}/probe?X-Amz-`), keys], [true, ["large", "probe"]]);
  const denied = await probe("--allow-net=127.0.0.2");
  assertEquals(denied.code, 1);
  assertStringIncludes(denied.error, "without the permission to reach the object storage");
});
