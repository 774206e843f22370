/**
 * The way to a server: a TCP connection or a Unix socket, encrypted where the address asks for it. The driver could do
 * this, too; but with a server that does not encrypt it only sees a lost connection, and tries again.
 *
 * @module
 */
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { StoreError } from "../../core/errors.ts";
import type { PostgresAddress } from "./address.ts";

/** The message with which a client asks for encryption; the server answers with one letter. */
const ENCRYPTION_REQUEST = Uint8Array.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ACCEPTED = "S".charCodeAt(0);
const REFUSED = "N".charCodeAt(0);

/**
 * Connects to a server.
 *
 * @throws {StoreError} when it does not encrypt though it must, or its certificate is refused; errors of the system.
 */
export async function openSocket(address: PostgresAddress, timeoutSeconds: number): Promise<Socket> {
  const { host, port, encryption } = address;
  const path = socketPath(address);
  const plain = path === undefined ? connectPlain({ host, port }) : connectPlain({ path });
  plain.setTimeout(timeoutSeconds * 1000, () => plain.destroy(tooSlow()));
  try {
    await happening(plain, "connect");
    const socket = encryption === false ? plain : await encrypted(plain, address, encryption);
    socket.setTimeout(0);
    plain.setTimeout(0);
    return socket;
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

/** The file of a server's Unix socket; undefined for a server on the network. */
function socketPath({ host, port }: PostgresAddress): string | undefined {
  return host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : undefined;
}

async function encrypted(
  plain: Socket,
  { host, place }: PostgresAddress,
  encryption: "prefer" | "require" | "verify-full",
): Promise<Socket> {
  plain.write(ENCRYPTION_REQUEST);
  const [answer] = await happening(plain, "data");
  // More than the one letter would have been slipped in by somebody on the way.
  const isOneLetter = answer instanceof Uint8Array && answer.length === 1;
  if (isOneLetter && answer[0] === REFUSED && encryption === "prefer") return plain;
  if (!isOneLetter || answer[0] !== ACCEPTED) {
    throw refused(
      `The server of the ${place} does not encrypt connections; add sslmode=disable to its URL, or set it up`,
    );
  }
  const isChecked = encryption === "verify-full";
  const socket = connectTls({
    socket: plain,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: isChecked,
  });
  try {
    await happening(socket, "secureConnect");
    return socket;
  } catch (error) {
    if (!isChecked || !(error instanceof Error)) throw error;
    throw refused(
      `The certificate of the ${place} is refused: ${error.message}; check it, or use sslmode=require`,
      error,
    );
  }
}

function refused(message: string, cause?: Error): StoreError {
  return new StoreError(message, { store: "postgres", retryable: false }, { cause });
}

/** The error that the driver, too, has for this. */
function tooSlow(): Error {
  return Object.assign(new Error("the server does not answer"), { code: "CONNECT_TIMEOUT" });
}

/** Waits for an event of a socket; an error, or its end, comes first as an exception. */
function happening(socket: Socket, event: "connect" | "data" | "secureConnect"): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.removeListener(event, happened);
      socket.removeListener("error", failed);
      socket.removeListener("close", ended);
      act();
    };
    const happened = (...values: unknown[]) => settle(() => resolve(values));
    const failed = (error: Error) => settle(() => reject(error));
    const ended = () =>
      settle(() => reject(Object.assign(new Error("the connection was closed"), { code: "CONNECTION_CLOSED" })));
    socket.on(event, happened);
    socket.on("error", failed);
    socket.on("close", ended);
  });
}
