/**
 * Hosts that the permissions of this process do not cover: refused by name, with what to do, before anything is sent.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";

/**
 * Refuses a database that the permissions of this process do not cover.
 *
 * @throws {UsageError} naming the host and where to add it.
 */
export async function refuseHiddenDatabase(url: string): Promise<void> {
  const { readAddress } = await import("../stores/postgres/address.ts");
  const { host, port } = readAddress(url);
  if (!host.startsWith("/")) refuseHidden(`${host.includes(":") ? `[${host}]` : host}:${port}`);
}

/**
 * Refuses a host that the permissions of this process do not cover.
 *
 * @param host with its port
 * @throws {UsageError} naming the host and where to add it.
 */
export function refuseHidden(host: string): void {
  if (Deno.permissions.querySync({ name: "net", host }).state === "granted") return;
  throw new UsageError(
    `The permissions of this task do not let it reach ${host}. Add "${host}" to permissions.sync.net in deno.json for ` +
      "deno task sync, or start it with deno task -q online, which may reach every host.",
  );
}
