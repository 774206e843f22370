/**
 * Ids of what stands in a volume: paths that cannot leave it.
 *
 * @module
 */
import { InvalidReference } from "../../core/errors.ts";

/**
 * The parts of an id. Names may hold anything that a file system takes: quotes, spaces, line ends.
 *
 * @throws {InvalidReference} for an absolute path, `..`, `.`, an empty part, a NUL.
 */
export function checkedIdParts(id: string): string[] {
  const parts = id.split("/");
  const isWrong = (part: string) =>
    part === "" || part === "." || part === ".." || part.includes("\0") ||
    Deno.build.os === "windows" && /[\\:]/.test(part);
  if (!parts.some(isWrong)) return parts;
  throw new InvalidReference(
    `Invalid experiment id ${JSON.stringify(id)}: it is a path inside the volume, as bilancio volume ls shows it, ` +
      'without "..", "." and without "/" at its ends',
  );
}
