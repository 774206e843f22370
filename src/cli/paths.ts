/**
 * Paths as the caller means them: relative ones start in the caller's directory, which need not be the process's own
 * (`deno task` changes into the checkout and passes the caller's directory with `-C`). Taking paths apart is the affair
 * of the file stores.
 *
 * @module
 */

const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;

/** `path` as seen from `directory`; an absolute path stays what it is. */
export function from(directory: string, path: string): string {
  if (ABSOLUTE.test(path) || directory === "") return path;
  const separator = /[\\/]$/.test(directory) ? "" : "/";
  return `${directory}${separator}${path.replace(/^(?:\.\/)+/, "")}`;
}

/** The same path without `.`, and without `..` where a name stands before it. */
export function withoutDots(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[\\/]/)) {
    const before = parts.at(-1);
    if (part === "." || (part === "" && parts.length > 0)) continue;
    if (part === ".." && before !== undefined && before !== "" && before !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** Whether a file stands at a path. */
export function isFileAt(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
