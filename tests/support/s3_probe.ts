/** Puts an object and reads it back, in a process with the narrowest permissions; the settings come as arguments. */
import { openS3 } from "../../src/stores/s3/connection.ts";

const [endpoint = "", bucket = "", accessKeyId = "", secretAccessKey = ""] = Deno.args;
await using storage = openS3({ endpoint, region: "eu-central-1", bucket, accessKeyId, secretAccessKey, attempts: 1 });
await storage.putObject("probe", "seen");
const stream = ReadableStream.from([new Uint8Array(9_000_000)]);
await storage.putStream("large", stream);
console.log(new TextDecoder().decode(await storage.readObject("probe")), await storage.presign("probe", 60));
for await (const { key } of storage.listObjects()) console.log(key);
