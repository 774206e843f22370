/** A real S3 server for tests: s3rver in this process, or the one that `BILANCIO_TEST_S3_ENDPOINT` names. */
import S3rver from "s3rver";
import { openS3, type S3Options } from "../../src/stores/s3/connection.ts";
import { Place } from "../stores/places.ts";

/** A bucket that is the test's own. */
export interface TestS3 extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  /** What `openS3` needs, with short delays between attempts. */
  readonly options: S3Options;
}

/** Starts a server, or takes the one outside: there every test has a prefix of its own. */
export async function startS3(): Promise<TestS3> {
  const endpoint = Deno.env.get("BILANCIO_TEST_S3_ENDPOINT");
  return endpoint === undefined ? await ownServer() : serverOutside(endpoint);
}

async function ownServer(): Promise<TestS3> {
  const place = new Place();
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    vhostBuckets: false,
    directory: place.path,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    bucket: BUCKET,
    options: { ...QUICK, endpoint, bucket: BUCKET, accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    async [Symbol.asyncDispose]() {
      server.httpServer.closeAllConnections();
      await server.close();
      place[Symbol.dispose]();
    },
  };
}

const BUCKET = "bilancio-tests";

const QUICK = { region: "us-east-1", attempts: 3, retryDelayMs: 1 } as const;

/** The settings of a server for what lies below another folder. */
export function below(server: TestS3, folder: string): S3Options {
  return { ...server.options, prefix: `${server.options.prefix ?? ""}/${folder}` };
}

function serverOutside(endpoint: string): TestS3 {
  const setting = (name: string) => Deno.env.get(`BILANCIO_TEST_S3_${name}`) ?? "";
  const bucket = Deno.env.get("BILANCIO_TEST_S3_BUCKET") ?? BUCKET;
  const options: S3Options = {
    ...QUICK,
    endpoint,
    bucket,
    prefix: `test-${crypto.randomUUID()}`,
    accessKeyId: setting("ACCESS_KEY_ID"),
    secretAccessKey: setting("SECRET_ACCESS_KEY"),
  };
  return {
    endpoint,
    bucket,
    options,
    async [Symbol.asyncDispose]() {
      await using storage = openS3(options);
      const left = await Array.fromAsync(storage.listObjects());
      await storage.deleteObjects(left.map(({ key }) => key));
    },
  };
}
