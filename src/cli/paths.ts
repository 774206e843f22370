/**
 * Paths as the caller means them: relative ones start in the caller's directory, which need not be the process's own
 * (`deno task` changes into the checkout and passes the caller's directory with `-C`).
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

/** The folder of a path, `.` when it has none. */
export function folderOf(path: string): string {
  const cut = path.search(/[\\/][^\\/]*$/);
  return cut < 0 ? "." : cut === 0 ? "/" : path.slice(0, cut);
}

/** The last part of a path. */
export function fileNameOf(path: string): string {
  return path.slice(path.search(/[^\\/]*$/));
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
