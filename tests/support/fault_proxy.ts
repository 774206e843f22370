/**
 * A proxy in front of any HTTP server, which does to requests what networks and busy services do. One connection per
 * request, so that what happens to one happens to no other.
 */
import { close, portOf, written } from "./tcp_proxy.ts";

/** What happens to a request. */
export type Fault =
  /** The proxy answers itself, after it has read the request. */
  | { readonly kind: "answer"; readonly status: number; readonly body?: string; readonly type?: string }
  /** The request is read and never answered. */
  | { readonly kind: "silence" }
  /** The connection is closed at once. */
  | { readonly kind: "refuse" }
  /** The connection is closed after so many bytes of the request's body; the server sees the same. */
  | { readonly kind: "cut upload"; readonly after: number }
  /** The connection is closed after so many bytes of the answer's body. */
  | { readonly kind: "cut download"; readonly after: number }
  /** The server does what it is asked, and the answer is lost. */
  | { readonly kind: "lose answer" }
  /** One byte of the request's body is another one; `at` counts from 0. */
  | { readonly kind: "corrupt upload"; readonly at: number }
  /** One byte of the answer's body is another one. */
  | { readonly kind: "corrupt download"; readonly at: number };

/** A request as the proxy sees it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, encoded as they were sent. */
  readonly target: string;
  /** The fault that it met, or null. */
  readonly fault: Fault | null;
}

interface Rule {
  readonly when: (request: Pick<SeenRequest, "method" | "target">) => boolean;
  left: number;
  readonly fault: Fault;
}

/** The proxy, on a free port of 127.0.0.1. */
export class FaultProxy implements AsyncDisposable {
  /** What it was asked, in order. */
  readonly seen: SeenRequest[] = [];
  readonly #target: { readonly hostname: string; readonly port: number };
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;
  readonly #open = new Set<Deno.Conn>();
  readonly #serving = new Set<Promise<void>>();
  readonly #rules: Rule[] = [];
  readonly #first = Promise.withResolvers<void>();

  /** @param target the server, such as `http://127.0.0.1:9000` */
  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#target = { hostname, port: Number(port === "" ? 80 : port) };
    this.#accepting = this.#accept();
  }

  get endpoint(): string {
    return `http://127.0.0.1:${portOf(this.#listener)}`;
  }

  /** Lets a fault happen to the next `times` requests that `when` names (default: to one, whichever comes). */
  fail(fault: Fault, when: Rule["when"] = () => true, times = 1): void {
    this.#rules.push({ when, left: times, fault });
  }

  /** Resolves when it has been asked something. */
  get asked(): Promise<void> {
    return this.#first.promise;
  }

  /** No further faults. */
  heal(): void {
    this.#rules.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open) close(connection);
    await Promise.allSettled(this.#serving);
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        this.#open.add(client);
        const serving = this.#serve(client).catch(() => {}).finally(() => {
          this.#open.delete(client);
          close(client);
          this.#serving.delete(serving);
        });
        this.#serving.add(serving);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // the listener was closed
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    const message = new MessageReader(client);
    const head = await message.head();
    if (head === null) return;
    const [method = "", target = ""] = (head.split("\r\n")[0] ?? "").split(" ");
    const fault = this.#faultFor({ method, target });
    this.seen.push({ method, target, fault });
    this.#first.resolve();
    if (fault?.kind === "refuse") return;
    if (fault?.kind === "answer" || fault?.kind === "silence") {
      for await (const _ of message.body()); // read, as a server would
      if (fault.kind === "answer") await written(client, answerOf(fault, method));
      else await client.read(new Uint8Array(1)); // until the client gives up
      return;
    }
    const server = await Deno.connect(this.#target);
    this.#open.add(server);
    try {
      await this.#exchange(client, server, head, message, fault);
    } finally {
      this.#open.delete(server);
      close(server);
    }
  }

  async #exchange(
    client: Deno.Conn,
    server: Deno.Conn,
    head: string,
    message: MessageReader,
    fault: Fault | null,
  ): Promise<void> {
    await written(server, new TextEncoder().encode(closing(head)));
    let passed = 0;
    for await (const block of message.body()) {
      const rest = fault?.kind === "cut upload" ? fault.after - passed : Infinity;
      if (fault?.kind === "corrupt upload") flip(block, fault.at - passed);
      await written(server, block.subarray(0, Math.max(0, rest)));
      passed += block.length;
      if (block.length >= rest) return;
    }
    await this.#answer(client, server, fault);
  }

  async #answer(client: Deno.Conn, server: Deno.Conn, fault: Fault | null): Promise<void> {
    const answer = new MessageReader(server);
    const head = await answer.head();
    if (head === null || fault?.kind === "lose answer") return;
    await written(client, new TextEncoder().encode(closing(head)));
    let passed = 0;
    for await (const block of answer.rest()) {
      const rest = fault?.kind === "cut download" ? fault.after - passed : Infinity;
      if (fault?.kind === "corrupt download") flip(block, fault.at - passed);
      await written(client, block.subarray(0, Math.max(0, rest)));
      passed += block.length;
      if (block.length >= rest) return;
    }
  }

  #faultFor(request: Pick<SeenRequest, "method" | "target">): Fault | null {
    const rule = this.#rules.find((rule) => rule.left > 0 && rule.when(request));
    if (rule === undefined) return null;
    rule.left--;
    return rule.fault;
  }
}

/** Reads one HTTP message off a connection. */
class MessageReader {
  readonly #connection: Deno.Conn;
  #ahead = new Uint8Array(0);
  #length = 0;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** The head with its empty line, or null when the connection ends first. */
  async head(): Promise<string | null> {
    for (;;) {
      const text = new TextDecoder("latin1").decode(this.#ahead);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#ahead = this.#ahead.slice(end + 4);
        this.#length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
        return text.slice(0, end + 4);
      }
      const block = await this.#read();
      if (block === null) return null;
      this.#ahead = new Uint8Array([...this.#ahead, ...block]);
    }
  }

  /** The body that the head announced. */
  async *body(): AsyncGenerator<Uint8Array> {
    let left = this.#length;
    for await (const block of this.rest(left)) {
      left -= block.length;
      yield block;
      if (left <= 0) return;
    }
  }

  /** What comes until the connection ends, or until `most` bytes are there. */
  async *rest(most = Infinity): AsyncGenerator<Uint8Array> {
    if (this.#ahead.length > 0) yield this.#ahead;
    for (let count = this.#ahead.length; count < most;) {
      const block = await this.#read();
      if (block === null) return;
      count += block.length;
      yield block;
    }
  }

  async #read(): Promise<Uint8Array | null> {
    const buffer = new Uint8Array(64 * 1024);
    const count = await this.#connection.read(buffer);
    return count === null ? null : buffer.subarray(0, count);
  }
}

/** A head that says that the connection ends behind its message. */
function closing(head: string): string {
  return head.replace(/\r\n(?:connection|keep-alive):[^\r]*/gi, "").replace(
    /\r\n\r\n$/,
    "\r\nconnection: close\r\n\r\n",
  );
}

function answerOf(fault: Fault & { kind: "answer" }, method: string): Uint8Array {
  const body = new TextEncoder().encode(fault.body ?? "");
  const head = `HTTP/1.1 ${fault.status} Scripted\r\ncontent-type: ${fault.type ?? "application/xml"}\r\n` +
    `content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  return new Uint8Array([...new TextEncoder().encode(head), ...(method === "HEAD" ? [] : body)]);
}

function flip(block: Uint8Array, at: number): void {
  if (at >= 0 && at < block.length) block[at] = (block[at] ?? 0) ^ 0x20;
}

/** The answer of an S3 service that could not do something. */
export function s3Error(status: number, code: string, message = code): Fault {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { kind: "answer", status, body };
}
