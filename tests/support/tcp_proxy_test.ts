import { assertEquals, assertRejects } from "@std/assert";
import { portOf, TcpProxy } from "./tcp_proxy.ts";

/** Says every line again. */
function echoServer(): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      serving.push(connection.readable.pipeTo(connection.writable).catch(() => {}));
    }
  })();
  return {
    port: portOf(listener),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(serving);
    },
  };
}

async function said(connection: Deno.Conn, text: string): Promise<string | null> {
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(100);
  const count = await connection.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

Deno.test("a TCP proxy hands bytes on, cuts, refuses, and accepts again on its port", async () => {
  await using server = echoServer();
  await using proxy = new TcpProxy({ hostname: "127.0.0.1", port: server.port });
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  using first = await connect();
  assertEquals(await said(first, "one"), "one");
  assertEquals(proxy.connections, 1);
  proxy.cut();
  assertEquals(await first.read(new Uint8Array(1)).catch(() => null), null);
  using second = await connect();
  assertEquals(await said(second, "two"), "two");
  await proxy.refuse();
  await assertRejects(connect, Deno.errors.ConnectionRefused);
  assertEquals(await second.read(new Uint8Array(1)).catch(() => null), null);
  proxy.accept();
  using third = await connect();
  assertEquals(await said(third, "three"), "three");
});
