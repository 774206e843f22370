/** A proxy between a client and any server that speaks over TCP, which can refuse and cut connections. */

/** A proxy on a free port of 127.0.0.1. */
export class TcpProxy implements AsyncDisposable {
  readonly #target: Deno.ConnectOptions;
  readonly #open = new Set<Deno.Conn>();
  readonly #relays = new Set<Promise<void>>();
  #listener: Deno.Listener;
  #accepting: Promise<void>;

  /** @param target where the server listens */
  constructor(target: { readonly hostname: string; readonly port: number }) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = portOf(this.#listener);
    this.#accepting = this.#accept(this.#listener);
  }

  readonly port: number;

  /** How many connections are open now. */
  get connections(): number {
    return this.#open.size / 2;
  }

  /** Cuts every connection; new ones are accepted. */
  cut(): void {
    for (const connection of this.#open) close(connection);
  }

  /** Cuts every connection and refuses new ones, as when the server is down. */
  async refuse(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.cut();
  }

  /** Accepts connections again, on the same port. */
  accept(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#accepting = this.#accept(this.#listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#listener.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // it refuses already
    }
    await this.#accepting;
    this.cut();
    await Promise.allSettled(this.#relays);
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    try {
      for await (const client of listener) {
        const relay = this.#relay(client).finally(() => this.#relays.delete(relay));
        this.#relays.add(relay);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // the listener was closed
    }
  }

  async #relay(client: Deno.Conn): Promise<void> {
    let server: Deno.Conn;
    try {
      server = await Deno.connect(this.#target);
    } catch {
      return close(client); // the server is down, and so is the proxy
    }
    const both = [client, server];
    for (const connection of both) this.#open.add(connection);
    await Promise.race([pumped(client, server), pumped(server, client)]);
    for (const connection of both) {
      this.#open.delete(connection);
      close(connection);
    }
  }
}

/** Hands bytes on until one side ends. */
async function pumped(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      await written(to, buffer.subarray(0, count));
    }
  } catch {
    // The other side was closed; that ends the connection.
  }
}

/** Writes all bytes. */
export async function written(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await to.write(bytes.subarray(done));
}

/** Closes a connection that may be closed already. */
export function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** The port that a listener has. */
export function portOf(listener: Deno.Listener): number {
  if (listener.addr.transport !== "tcp") throw new TypeError("No TCP listener");
  return listener.addr.port;
}
