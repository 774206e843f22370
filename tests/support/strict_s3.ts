/**
 * An S3 server in memory that is as strict as a real one where s3rver is not: it recomputes signatures, compares
 * checksums, knows expired credentials, and lists and aborts uploads in parts.
 */
import { createHash, createHmac } from "node:crypto";
import type { S3Options } from "../../src/stores/s3/connection.ts";
import type { TestS3 } from "./s3.ts";

const BUCKET = "strict-tests";
const ACCESS_KEY = "STRICTKEY";
const SECRET = "strict-secret";

/** The session token that is known, and known to be over. */
export const EXPIRED_TOKEN = "token-of-yesterday";

interface Kept {
  readonly bytes: Uint8Array;
  readonly headers: readonly [string, string][];
  readonly etag: string;
  readonly updatedAt: Date;
}

interface Parts {
  readonly key: string;
  readonly headers: Kept["headers"];
  readonly startedAt: Date;
  readonly parts: Map<number, Uint8Array>;
}

/** What the server refuses: a code and a status. */
class Refusal extends Error {
  constructor(readonly status: number, readonly code: string) {
    super(code);
  }
}

/** The server; its state can be looked at. */
export class StrictS3 implements TestS3 {
  readonly bucket = BUCKET;
  readonly objects = new Map<string, Kept>();
  readonly uploads = new Map<string, Parts>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #count = 0;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => this.#safe(request));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get options(): S3Options {
    return {
      endpoint: this.endpoint,
      region: "eu-central-1",
      bucket: BUCKET,
      accessKeyId: ACCESS_KEY,
      secretAccessKey: SECRET,
      attempts: 3,
      retryDelayMs: 1,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #safe(request: Request): Promise<Response> {
    let body: Uint8Array;
    try {
      body = new Uint8Array(await request.arrayBuffer());
    } catch {
      return xml("", 400); // the client is gone
    }
    try {
      checkSignature(request);
      checkDigests(request, body);
      return this.#answer(request, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return xml(`<Error><Code>${error.code}</Code><Message>no</Message></Error>`, error.status);
    }
  }

  #answer(request: Request, body: Uint8Array): Response {
    const url = new URL(request.url);
    const [, bucket = "", ...rest] = url.pathname.split("/").map(decodeURIComponent);
    if (bucket !== BUCKET) throw new Refusal(404, "NoSuchBucket");
    const key = rest.join("/");
    if (key === "") return this.#onBucket(request.method, url, body);
    const uploadId = url.searchParams.get("uploadId");
    if (uploadId !== null || url.searchParams.has("uploads")) return this.#onParts(request, url, key, body);
    switch (request.method) {
      case "PUT":
        return tagged(this.#keep(key, body, request));
      case "DELETE":
        this.objects.delete(key);
        return new Response(null, { status: 204 });
      default:
        return this.#read(request, key);
    }
  }

  #keep(key: string, bytes: Uint8Array, request: Request): string {
    const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    this.objects.set(key, { bytes, headers: keptHeaders(request), etag, updatedAt: new Date() });
    return etag;
  }

  #read(request: Request, key: string): Response {
    const kept = this.objects.get(key);
    if (kept === undefined) throw new Refusal(404, "NoSuchKey");
    const match = request.headers.get("if-match");
    if (match !== null && match !== kept.etag) throw new Refusal(412, "PreconditionFailed");
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
    const bytes = kept.bytes.slice(from);
    const headers = new Headers(kept.headers.slice());
    headers.set("etag", kept.etag);
    headers.set("last-modified", kept.updatedAt.toUTCString());
    headers.set("content-length", String(bytes.length));
    return new Response(request.method === "HEAD" ? null : bytes, { status: from > 0 ? 206 : 200, headers });
  }

  #onBucket(method: string, url: URL, body: Uint8Array): Response {
    if (method === "POST" && url.searchParams.has("delete")) {
      const keys = [...new TextDecoder().decode(body).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
      for (const key of keys) this.objects.delete(plain(key));
      return xml("<DeleteResult></DeleteResult>");
    }
    const prefix = url.searchParams.get("prefix") ?? "";
    if (url.searchParams.has("uploads")) {
      const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix)).map(([id, upload]) =>
        `<Upload><Key>${escaped(upload.key)}</Key><UploadId>${id}</UploadId>` +
        `<Initiated>${upload.startedAt.toISOString()}</Initiated></Upload>`
      );
      return xml(`<ListMultipartUploadsResult>${found.join("")}</ListMultipartUploadsResult>`);
    }
    return this.#list(
      prefix,
      url.searchParams.get("delimiter") ?? "",
      url.searchParams.get("continuation-token") ?? "",
    );
  }

  /** Two to a page, so that every list has several. */
  #list(prefix: string, delimiter: string, after: string): Response {
    const rows = new Map<string, string>();
    for (const [key, kept] of [...this.objects].sort(([a], [b]) => a < b ? -1 : 1)) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const shown = end < 0 ? key : key.slice(0, end + 1);
      if (shown <= after) continue;
      rows.set(
        shown,
        end < 0
          ? `<Contents><Key>${escaped(key)}</Key><Size>${kept.bytes.length}</Size>` +
            `<LastModified>${kept.updatedAt.toISOString()}</LastModified></Contents>`
          : `<CommonPrefixes><Prefix>${escaped(shown)}</Prefix></CommonPrefixes>`,
      );
    }
    const page = [...rows].slice(0, 2);
    const next = rows.size > 2
      ? `<NextContinuationToken>${escaped(page.at(-1)?.[0] ?? "")}</NextContinuationToken>`
      : "";
    return xml(`<ListBucketResult>${page.map(([, row]) => row).join("")}${next}</ListBucketResult>`);
  }

  #onParts(request: Request, url: URL, key: string, body: Uint8Array): Response {
    if (url.searchParams.has("uploads")) {
      const id = `upload-${++this.#count}`;
      this.uploads.set(id, { key, headers: keptHeaders(request), startedAt: new Date(), parts: new Map() });
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    const id = url.searchParams.get("uploadId") ?? "";
    const upload = this.uploads.get(id);
    if (upload === undefined || upload.key !== key) throw new Refusal(404, "NoSuchUpload");
    if (request.method === "DELETE") {
      this.uploads.delete(id);
      return new Response(null, { status: 204 });
    }
    if (request.method === "PUT") {
      upload.parts.set(Number(url.searchParams.get("partNumber")), body);
      return tagged(`"${createHash("md5").update(body).digest("hex")}"`);
    }
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    if (parts.slice(0, -1).some((part) => part.length < 5 * 1024 * 1024)) throw new Refusal(400, "EntityTooSmall");
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    this.objects.set(key, {
      bytes: whole,
      headers: upload.headers,
      etag: `"${id}-${parts.length}"`,
      updatedAt: new Date(),
    });
    this.uploads.delete(id);
    return xml(`<CompleteMultipartUploadResult><Key>${escaped(key)}</Key></CompleteMultipartUploadResult>`);
  }
}

function keptHeaders(request: Request): Kept["headers"] {
  return [...request.headers].filter(([name]) => name === "content-type" || name.startsWith("x-amz-meta-"));
}

function tagged(etag: string): Response {
  return new Response(null, { headers: { etag } });
}

function xml(text: string, status = 200): Response {
  return new Response(`<?xml version="1.0"?>${text}`, { status, headers: { "content-type": "application/xml" } });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function plain(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'")
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll("&amp;", "&");
}

/** Every body has a digest that the client promised: MD5 where there is a body to put, and SHA-256 of the payload. */
function checkDigests(request: Request, body: Uint8Array): void {
  const md5 = request.headers.get("content-md5");
  if (request.method === "PUT" && md5 === null) throw new Refusal(400, "MissingContentMD5");
  if (new URL(request.url).searchParams.has("delete") && md5 === null) throw new Refusal(400, "MissingContentMD5");
  if (md5 !== null && md5 !== createHash("md5").update(body).digest("base64")) throw new Refusal(400, "BadDigest");
  const sha256 = request.headers.get("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  if (sha256 !== "UNSIGNED-PAYLOAD" && sha256 !== createHash("sha256").update(body).digest("hex")) {
    throw new Refusal(400, "XAmzContentSHA256Mismatch");
  }
}

/** AWS Signature Version 4, in the header or in a link. */
function checkSignature(request: Request): void {
  const url = new URL(request.url);
  const inLink = url.searchParams.has("X-Amz-Signature");
  const header = request.headers.get("authorization") ?? "";
  const part = (name: string) =>
    inLink ? url.searchParams.get(`X-Amz-${name}`) ?? "" : new RegExp(`${name}=([^, ]+)`).exec(header)?.[1] ?? "";
  const [accessKey = "", day = "", region = "", service = ""] = part("Credential").split("/");
  if (accessKey === "") throw new Refusal(403, "AccessDenied");
  if (accessKey !== ACCESS_KEY) throw new Refusal(403, "InvalidAccessKeyId");
  const token = request.headers.get("x-amz-security-token");
  if (token === EXPIRED_TOKEN) throw new Refusal(400, "ExpiredToken");
  if (token !== null) throw new Refusal(400, "InvalidToken");
  const time = (inLink ? url.searchParams.get("X-Amz-Date") : request.headers.get("x-amz-date")) ?? "";
  if (inLink && Number(part("Expires")) <= 1) throw new Refusal(403, "AccessDenied"); // one second is over at once here
  const signed = part("SignedHeaders");
  const query = url.search.slice(1).split("&").filter((pair) => pair !== "" && !pair.startsWith("X-Amz-Signature="))
    .map((pair) => pair.includes("=") ? pair : `${pair}=`).sort().join("&");
  const headers = signed.split(";").map((name) =>
    `${name}:${(request.headers.get(name) ?? (name === "host" ? url.host : "")).trim()}\n`
  );
  const payload = inLink ? "UNSIGNED-PAYLOAD" : request.headers.get("x-amz-content-sha256") ?? "";
  const canonical = [request.method, url.pathname, query, headers.join(""), signed, payload].join("\n");
  const scope = [day, region, service, "aws4_request"].join("/");
  const text = ["AWS4-HMAC-SHA256", time, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<Uint8Array>(
    (secret, word) => createHmac("sha256", secret).update(word).digest(),
    new TextEncoder().encode(`AWS4${SECRET}`),
  );
  const wanted = createHmac("sha256", key).update(text).digest("hex");
  if (wanted !== part("Signature")) throw new Refusal(403, "SignatureDoesNotMatch");
}
