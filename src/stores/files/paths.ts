/**
 * Joining and splitting paths. Written out because importing the path library costs 20 ms of start-up, a tenth of a
 * whole small sweep. `/` separates on every system that Deno runs on; `\` is understood where the system uses it.
 *
 * @module
 */

/** Joins parts with `/`; empty parts fall away. */
export function joined(first: string, ...rest: readonly string[]): string {
  let path = first;
  for (const part of rest) {
    if (part !== "") path = path === "" || path.endsWith("/") ? path + part : `${path}/${part}`;
  }
  return path;
}

/** The directory of a path, `.` for a bare name. */
export function directoryOf(path: string): string {
  const end = lastSeparator(path);
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}

/** The last part of a path. */
export function fileNameOf(path: string): string {
  return path.slice(lastSeparator(path) + 1);
}

function lastSeparator(path: string): number {
  return Math.max(path.lastIndexOf("/"), Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1);
}
