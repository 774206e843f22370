/**
 * What the pool and its workers say to each other: batches of requests there, results with their artifacts as one
 * transferable buffer back. Everything that arrives is checked.
 *
 * @module
 */
import type { ArtifactPolicy, RunRequest, RunResult } from "../experiments/contracts.ts";
import { isRecord, isValues } from "../experiments/plan.ts";
import type { RunProduct } from "./run_product.ts";
import type { RecordingPlace } from "./run_recorder.ts";

/** Positions in the memory that a worker shares with the pool. */
export const SHARED = {
  /** Batches of this epoch are cancelled. */
  cancelledEpoch: 0,
  /** Counts up with every simulated day: a sign of life. */
  heartbeat: 1,
  length: 2,
} as const;

/** From the pool to a worker. */
export type ToWorker =
  | {
    readonly type: "start";
    readonly shared: SharedArrayBuffer;
    /** Where the worker records its runs; null for nowhere. */
    readonly recording: RecordingPlace | null;
  }
  /** Close what is open. */
  | { readonly type: "end" }
  | {
    readonly type: "batch";
    readonly epoch: number;
    readonly keep: ArtifactPolicy;
    readonly requests: readonly RunRequest[];
    /** Whether days are reported. */
    readonly reportDays: boolean;
  };

/** A run on its way back; its artifacts lie one behind the other in the buffer of the message. */
export interface PackedRun {
  readonly result: RunResult;
  readonly artifacts: readonly { readonly name: string; readonly length: number }[];
}

/** From a worker to the pool. */
export type FromWorker =
  | { readonly type: "ready" }
  /** Everything is closed. */
  | { readonly type: "ended" }
  /** Runs cannot be recorded: nothing is wrong with them, and no other worker would do better. */
  | { readonly type: "trouble"; readonly message: string }
  | { readonly type: "day"; readonly runId: string; readonly day: number }
  | {
    /** The runs of the oldest batch: all of them, or the first ones when it was cancelled. */
    readonly type: "results";
    readonly runs: readonly PackedRun[];
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** Time from the first run's start to the last one's end, in milliseconds. */
    readonly busy: number;
  };

/** Puts products together for one message. */
export class ProductPacker {
  readonly #encoder = new TextEncoder();
  readonly #runs: PackedRun[] = [];
  #bytes = new Uint8Array(0);
  #length = 0;

  add({ result, artifacts }: RunProduct): void {
    this.#runs.push({
      result,
      artifacts: artifacts.map(({ name, content }) => ({ name, length: this.#append(content) })),
    });
  }

  /** What was added, and its bytes, which may be transferred. */
  take(): { runs: readonly PackedRun[]; bytes: Uint8Array<ArrayBuffer> } {
    return { runs: this.#runs, bytes: this.#bytes.slice(0, this.#length) };
  }

  #append(content: string | Uint8Array): number {
    if (typeof content !== "string") {
      this.#reserve(content.length);
      this.#bytes.set(content, this.#length);
      this.#length += content.length;
      return content.length;
    }
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.#reserve(content.length * 3);
    const { written } = this.#encoder.encodeInto(content, this.#bytes.subarray(this.#length));
    this.#length += written;
    return written;
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The products of a message. */
export function unpacked(runs: readonly PackedRun[], bytes: Uint8Array): RunProduct[] {
  let at = 0;
  return runs.map(({ result, artifacts }) => ({
    result,
    artifacts: artifacts.map(({ name, length }) => ({ name, content: bytes.subarray(at, at += length) })),
  }));
}

/**
 * Checks what a worker sent.
 *
 * @throws {TypeError} when it is no message of the protocol.
 */
export function messageFromWorker(value: unknown): FromWorker {
  if (isRecord(value)) {
    const { type, runId, day, runs, bytes, busy, message } = value;
    if (type === "ready" || type === "ended") return { type };
    if (type === "trouble" && typeof message === "string") return { type, message };
    if (type === "day" && typeof runId === "string" && typeof day === "number") return { type, runId, day };
    if (type === "results" && isPackedRuns(runs) && isBytes(bytes) && typeof busy === "number") {
      return { type, runs, bytes, busy };
    }
  }
  throw new TypeError("a worker sent something that is no message of the pool");
}

/** Checks what the pool sent; throws a {@linkcode TypeError} like {@linkcode messageFromWorker}. */
export function messageToWorker(value: unknown): ToWorker {
  if (isRecord(value)) {
    const { type, shared, recording, epoch, keep, requests, reportDays } = value;
    if (type === "end") return { type };
    if (type === "start" && shared instanceof SharedArrayBuffer && (recording === null || isPlace(recording))) {
      return { type, shared, recording };
    }
    if (type === "batch" && typeof epoch === "number" && isPolicy(keep) && isRequests(requests)) {
      return { type, epoch, keep, requests, reportDays: reportDays === true };
    }
  }
  throw new TypeError("the pool sent something that is no message to a worker");
}

function isPlace(value: unknown): value is RecordingPlace {
  return isRecord(value) && typeof value["directory"] === "string" && typeof value["part"] === "string";
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
}

function isPolicy(value: unknown): value is ArtifactPolicy {
  return value === "all" || value === "failed" || value === "none";
}

function isRequests(value: unknown): value is readonly RunRequest[] {
  return Array.isArray(value) && value.every(isRequest);
}

function isRequest(value: unknown): value is RunRequest {
  return isRecord(value) && typeof value["model"] === "string" && typeof value["runId"] === "string" &&
    (value["parameters"] === undefined || isValues(value["parameters"]));
}

function isPackedRuns(value: unknown): value is readonly PackedRun[] {
  return Array.isArray(value) && value.every(isPackedRun);
}

function isPackedRun(value: unknown): value is PackedRun {
  return isRecord(value) && isRunResult(value["result"]) && Array.isArray(value["artifacts"]) &&
    value["artifacts"].every((part: unknown) =>
      isRecord(part) && typeof part["name"] === "string" && typeof part["length"] === "number"
    );
}

function isRunResult(value: unknown): value is RunResult {
  if (!isRecord(value)) return false;
  const { runId, status, parameters, metrics, artifacts, error, executionTimeMs } = value;
  return typeof runId === "string" && (status === "completed" || status === "failed") && isValues(parameters) &&
    isValues(metrics) && isRecord(artifacts) && (error === null || typeof error === "string") &&
    (executionTimeMs === null || typeof executionTimeMs === "number");
}
