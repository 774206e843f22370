/**
 * Which volume a command works on, and how it is opened.
 *
 * @module
 */
import type { Volume } from "../stores/volume/volume.ts";
import { path } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** The volume when nobody says. */
export const DEFAULT_VOLUME = "./out";

/** The flag that all volume commands have. */
export const VOLUME_FLAG = Object.freeze({
  "volume": path("PLACE", "a directory, or s3://bucket/prefix", {
    fallback: `BILANCIO_VOLUME, else ${DEFAULT_VOLUME}`,
  }),
});

/**
 * Opens the volume that the flag names, else that of the configuration, else `./out` of the caller.
 *
 * @throws {NotFound} when there is none; {@linkcode UsageError} for a place that cannot be one.
 */
export async function openVolume(flag: string | undefined, purpose: string, terminal: Terminal): Promise<Volume> {
  const { processConfiguration } = await import("../configuration/configuration.ts");
  const { volume } = await import("../configuration/views.ts");
  const configuration = await processConfiguration(terminal.directory, { volume: flag });
  for (const warning of configuration.warnings) terminal.error(`warning: ${warning}\n`);
  const name = configuration.setting("volume")?.value ?? DEFAULT_VOLUME;
  const place = volume(configuration) ?? { kind: "directory", path: `${terminal.directory || "."}/out` };
  if (place.kind === "directory") {
    const { DirectoryVolume } = await import("../stores/volume/directory_volume.ts");
    return DirectoryVolume.open(place.path, name, { purpose });
  }
  const { requiredObjectStorageOptions } = await import("../configuration/views.ts");
  const { openS3 } = await import("../stores/s3/connection.ts");
  const { S3Volume } = await import("../stores/volume/s3_volume.ts");
  const { bucket, prefix } = place;
  return new S3Volume(openS3({ ...requiredObjectStorageOptions(configuration), bucket, prefix }), { name });
}
