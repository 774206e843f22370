/**
 * A way to a Postgres on which connections break at chosen moments: what was sent arrives, and no answer comes back.
 *
 * @module
 */

/** Forwards connections to a port of this machine. */
export class CuttingProxy implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #accepting: Promise<void>;
  readonly #carrying = new Set<Promise<void>>();
  #word: string | undefined;
  #cuts = 0;

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  /** The port that clients use instead. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** How many connections were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Cuts the connection that sends this text next, once the server has answered it; the answer is swallowed. */
  cutAfter(word: string): void {
    this.#word = word;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const carried = this.#carry(client).finally(() => this.#carrying.delete(carried));
      this.#carrying.add(carried);
    }
  }

  async #carry(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    let isCut = false;
    const upwards = pump(client, server, (text) => {
      if (this.#word === undefined || !text.includes(this.#word)) return true;
      this.#word = undefined;
      this.#cuts++;
      isCut = true;
      return true;
    });
    // The first answer behind the cut says that the server has done it: nothing of it goes on.
    const downwards = pump(server, client, () => !isCut);
    await Promise.race([upwards, downwards]);
    close(client);
    close(server);
    await Promise.all([upwards, downwards]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await Promise.all(this.#carrying);
  }
}

/** Copies until an end closes, or until `goesOn` says no. */
async function pump(from: Deno.Conn, to: Deno.Conn, goesOn: (text: string) => boolean): Promise<void> {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder("latin1");
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      const bytes = buffer.subarray(0, read);
      if (!goesOn(decoder.decode(bytes))) return;
      for (let sent = 0; sent < read;) sent += await to.write(bytes.subarray(sent));
    }
  } catch {
    return; // one end is gone: so is the connection
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    return; // it was closed already
  }
}
