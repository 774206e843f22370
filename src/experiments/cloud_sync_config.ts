/**
 * The two keys of every sweep file about the cloud (spec 09 7). Import this module only with a sweep file: it brings the
 * schema library along.
 *
 * @module
 */
import type { z } from "zod";
import type { Issue } from "../core/errors.ts";
import { flag, optional } from "../ring/scenario/fields.ts";

/** Whether a sweep is sent to the cloud when it has ended, and whether with its files. */
export interface CloudSyncConfig {
  readonly enabled: boolean;
  readonly fullData: boolean;
}

/** The keys, at the top of a sweep file. */
export const cloudSyncFields = {
  cloud_sync_enabled: optional(flag),
  cloud_sync_full_data: optional(flag),
};

type CloudSyncFile = { readonly [K in keyof typeof cloudSyncFields]: z.output<(typeof cloudSyncFields)[K]> };

/** What a file says about the cloud. */
export function cloudSyncOf(file: CloudSyncFile): CloudSyncConfig {
  return { enabled: file.cloud_sync_enabled ?? false, fullData: file.cloud_sync_full_data ?? false };
}

/** What a file says about the cloud without effect. */
export function idleCloudSync({ cloud_sync_enabled: enabled, cloud_sync_full_data: fullData }: CloudSyncFile): Issue[] {
  if (fullData !== true || enabled === true) return [];
  return [{ path: ["cloud_sync_full_data"], message: "has no effect while cloud_sync_enabled is false" }];
}
