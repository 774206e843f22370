/** Where the recordings of the reference are, and how a test of them is registered. */
import { fromFileUrl, join } from "@std/path";

/** The folder of the recordings. */
export const GOLDEN: string = Deno.env.get("BILANCIO_GOLDEN") ??
  fromFileUrl(new URL("../../../shared/golden", import.meta.url));

/** The text of a recorded file. */
export function goldenText(...path: string[]): string {
  return Deno.readTextFileSync(join(GOLDEN, ...path));
}

/** Registers a test that needs the recordings; without them it is ignored, by name. */
export function recorded(name: string, check: () => void | Promise<void>): void {
  const present = isFolder(GOLDEN);
  const label = present ? name : `${name} (recordings are missing: set BILANCIO_GOLDEN to their folder)`;
  Deno.test({ name: label, ignore: !present, fn: check });
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
