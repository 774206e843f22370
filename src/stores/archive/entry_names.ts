/**
 * Names of entries in an archive: what may be made on a disk. Source: spec 09 3.1.
 *
 * @module
 */
import { InvalidReference } from "../../core/errors.ts";
import { isPassing } from "./folder.ts";

/** No path of ours is nearly as long, in UTF-16 units. */
const LONGEST = 4096;

/**
 * Checks the name of an entry: relative, with `/`, and with no part that leads elsewhere on any system.
 *
 * @returns the name without the `/` at the end that directories have
 * @throws {InvalidReference}
 */
export function checkedEntryName(name: string, subject: string): string {
  const trimmed = name.endsWith("/") ? name.slice(0, -1) : name;
  const reason = reasonAgainst(trimmed);
  if (reason === null) return trimmed;
  throw new InvalidReference(`${subject} holds ${JSON.stringify(name.slice(0, 200))}, which ${reason}`);
}

function reasonAgainst(name: string): string | null {
  if (name === "") return "is no name";
  if (name.length > LONGEST) return "is too long for a name";
  if (name.startsWith("/")) return "is an absolute path";
  if (/^[A-Za-z]:/.test(name)) return "names a drive";
  if (name.includes("\\") || name.includes("\0")) return "has a character that no name may have";
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "leaves its directory";
  if (parts.some(isPassing)) return "belongs to work in progress";
  return null;
}
