/**
 * Single requests to an S3-compatible service, each tried once, with a limit on silence, and with errors in our words.
 * The client library is loaded with this module. It gets its settings whole, so that it looks for none itself.
 *
 * Integrity: the service checks a Content-MD5 of every body. The newer checksums of the client library are left out
 * where they are optional: several services refuse them.
 *
 * @module
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createHash } from "node:crypto";
import type { CheckedS3Options } from "./connection.ts";
import { failureOf, isUnknownRequest } from "./failures.ts";
import type { ObjectHead, PartTag, PutOptions, StoredObject, UnfinishedUpload } from "./objects.ts";
import { Watch, watched } from "./watch.ts";

/** A page of a list; `next` asks for the one behind it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** An object whose bytes are on their way. */
export interface OpenObject {
  readonly head: ObjectHead;
  readonly body: ReadableStream<Uint8Array>;
}

/** Requests to one bucket. Keys are whole: the prefix is part of them. */
export class Wire implements Disposable {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #options: CheckedS3Options;

  constructor(options: CheckedS3Options) {
    this.#options = options;
    this.#bucket = options.bucket;
    this.#client = clientOf(options);
  }

  async put(key: string, content: Uint8Array, options: PutOptions): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: content,
      ContentLength: content.length,
      ContentMD5: md5Of(content),
      ...described(options),
    });
    await this.#sent(key, content.length, options.signal, (how) => this.#client.send(command, how));
  }

  /** Bytes from `offset`; with an `etag`, of that version of the object alone. */
  async get(key: string, offset: number, etag: string | undefined, signal?: AbortSignal): Promise<OpenObject> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ...(offset > 0 ? { Range: `bytes=${offset}-` } : {}),
      ...(etag === undefined ? {} : { IfMatch: etag }),
    });
    const watch = new Watch(this.#options.timeoutMs, signal);
    try {
      const answer = await watch.within(0, this.#client.send(command, { abortSignal: watch.signal }));
      const head = headOf(key, { ...answer, ContentLength: (answer.ContentLength ?? 0) + offset });
      const body = answer.Body?.transformToWebStream() ?? new ReadableStream({ start: (end) => end.close() });
      return { head, body: watched(body, watch, (error) => this.#failure(error, key, watch)) };
    } catch (error) {
      watch[Symbol.dispose]();
      throw this.#failure(error, key, watch);
    }
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    return headOf(key, await this.#sent(key, 0, signal, (how) => this.#client.send(command, how)));
  }

  async list(prefix: string, after: string | undefined, signal?: AbortSignal): Promise<Page<StoredObject>> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      ...(after === undefined ? {} : { ContinuationToken: after }),
    });
    const answer = await this.#sent(prefix, 0, signal, (how) => this.#client.send(command, how));
    const items = (answer.Contents ?? []).map(({ Key = "", Size = 0, LastModified }) => ({
      key: Key,
      size: Size,
      updatedAt: timeText(LastModified),
    }));
    return { items, next: answer.NextContinuationToken };
  }

  async listFolders(prefix: string, after: string | undefined, signal?: AbortSignal): Promise<Page<string>> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      Delimiter: "/",
      ...(after === undefined ? {} : { ContinuationToken: after }),
    });
    const answer = await this.#sent(prefix, 0, signal, (how) => this.#client.send(command, how));
    const items = (answer.CommonPrefixes ?? []).map((folder) => folder.Prefix ?? "");
    return { items, next: answer.NextContinuationToken };
  }

  /** Deletes up to 1,000 objects; returns the first one that could not be deleted, and why. */
  async delete(keys: readonly string[], signal?: AbortSignal): Promise<{ key: string; reason: string } | null> {
    const command = new DeleteObjectsCommand({
      Bucket: this.#bucket,
      Delete: { Objects: keys.map((key) => ({ Key: key })), Quiet: true },
    });
    // Services that are older than the library's own checksum ask for this one.
    command.middlewareStack.add(
      (next) => (call) => {
        const { request } = call;
        if (typeof request === "object" && request !== null && "body" in request && "headers" in request) {
          const { body, headers } = request;
          const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
          if (bytes instanceof Uint8Array && headers instanceof Object) {
            Reflect.set(headers, "content-md5", md5Of(bytes));
          }
        }
        return next(call);
      },
      { step: "build", name: "contentMd5", priority: "low" },
    );
    const answer = await this.#sent(keys[0] ?? "", 0, signal, (how) => this.#client.send(command, how));
    const [first] = answer.Errors ?? [];
    return first === undefined ? null : { key: first.Key ?? "", reason: first.Code ?? first.Message ?? "unknown" };
  }

  async startUpload(key: string, options: PutOptions): Promise<string> {
    const command = new CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key, ...described(options) });
    const answer = await this.#sent(key, 0, options.signal, (how) => this.#client.send(command, how));
    return answer.UploadId ?? "";
  }

  async uploadPart(
    upload: { readonly key: string; readonly uploadId: string },
    number: number,
    content: Uint8Array,
    signal?: AbortSignal,
  ): Promise<PartTag> {
    const command = new UploadPartCommand({
      Bucket: this.#bucket,
      Key: upload.key,
      UploadId: upload.uploadId,
      PartNumber: number,
      Body: content,
      ContentLength: content.length,
      ContentMD5: md5Of(content),
    });
    const answer = await this.#sent(upload.key, content.length, signal, (how) => this.#client.send(command, how));
    return { number, etag: answer.ETag ?? "" };
  }

  async completeUpload(
    upload: { readonly key: string; readonly uploadId: string },
    parts: readonly PartTag[],
    signal?: AbortSignal,
  ): Promise<void> {
    const command = new CompleteMultipartUploadCommand({
      Bucket: this.#bucket,
      Key: upload.key,
      UploadId: upload.uploadId,
      MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) },
    });
    await this.#sent(upload.key, 0, signal, (how) => this.#client.send(command, how));
  }

  async abortUpload(upload: { readonly key: string; readonly uploadId: string }): Promise<void> {
    const command = new AbortMultipartUploadCommand({
      Bucket: this.#bucket,
      Key: upload.key,
      UploadId: upload.uploadId,
    });
    await this.#sent(upload.key, 0, undefined, (how) => this.#client.send(command, how));
  }

  async listUploads(prefix: string, after: string | undefined, signal?: AbortSignal): Promise<Page<UnfinishedUpload>> {
    const [key, uploadId] = after?.split("\n") ?? [];
    const command = new ListMultipartUploadsCommand({
      Bucket: this.#bucket,
      Prefix: prefix,
      ...(key === undefined ? {} : { KeyMarker: key }),
      ...(uploadId === undefined ? {} : { UploadIdMarker: uploadId }),
    });
    const answer = await this.#sent(prefix, 0, signal, async (how) => {
      try {
        return await this.#client.send(command, how);
      } catch (error) {
        // A service without such a list has none.
        if (isUnknownRequest(error)) return null;
        throw error;
      }
    });
    if (answer === null) return { items: [], next: undefined };
    const items = (answer.Uploads ?? []).map(({ Key = "", UploadId = "", Initiated }) => ({
      key: Key,
      uploadId: UploadId,
      startedAt: timeText(Initiated),
    }));
    const isMore = answer.IsTruncated === true && answer.NextKeyMarker !== undefined;
    return { items, next: isMore ? `${answer.NextKeyMarker}\n${answer.NextUploadIdMarker ?? ""}` : undefined };
  }

  /** A link that works without credentials for so many seconds. Made here; the service is not asked. */
  async presign(key: string, seconds: number): Promise<string> {
    return await getSignedUrl(this.#client, new GetObjectCommand({ Bucket: this.#bucket, Key: key }), {
      expiresIn: seconds,
    });
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  async #sent<T>(
    key: string,
    bodySize: number,
    signal: AbortSignal | undefined,
    send: (how: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    using watch = new Watch(this.#options.timeoutMs, signal);
    try {
      return await watch.within(bodySize, send({ abortSignal: watch.signal }));
    } catch (error) {
      throw this.#failure(error, key, watch);
    }
  }

  #failure(error: unknown, key: string, watch: Watch): Error {
    if (watch.userReason !== undefined) return watch.userReason;
    return failureOf(watch.isSilent ? "timeout" : error, this.#options, key);
  }
}

function clientOf(options: CheckedS3Options): S3Client {
  return new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    region: options.region,
    credentials: options.credentials,
    forcePathStyle: options.forcePathStyle,
    // Bodies go at once: services that do not answer `Expect: 100-continue` would cost a second per part.
    expectContinueHeader: false,
    // The library's own limits would count a slow line as a silent one; ours are in Watch.
    requestHandler: { requestTimeout: 0 },
    // What is tried again is decided in one place of ours, which also knows of bodies that break off.
    maxAttempts: 1,
    retryMode: "standard",
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Every setting that the library would otherwise look for in files and variables.
    defaultsMode: "standard",
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    disableS3ExpressSessionAuth: true,
    disableMultiregionAccessPoints: true,
    disableClockSkewCorrection: false,
    sigv4aSigningRegionSet: [],
    authSchemePreference: [],
    userAgentAppId: "",
    defaultUserAgentProvider: () => Promise.resolve([["bilancio"]]),
  });
}

function described(options: PutOptions) {
  return {
    ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
    ...(options.metadata === undefined ? {} : { Metadata: { ...options.metadata } }),
  };
}

interface HeadAnswer {
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

function headOf(key: string, answer: HeadAnswer): ObjectHead {
  return {
    key,
    size: answer.ContentLength ?? 0,
    updatedAt: timeText(answer.LastModified),
    etag: answer.ETag,
    contentType: answer.ContentType,
    metadata: answer.Metadata ?? {},
  };
}

function timeText(time: Date | undefined): string {
  return (time ?? new Date(0)).toISOString();
}

function md5Of(content: Uint8Array): string {
  return createHash("md5").update(content).digest("base64");
}
