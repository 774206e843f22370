/** Parses CSV text into rows of fields; quotes are undone, line ends may be LF or CR LF. Throws SyntaxError. */
export function parse(
  text: string,
  options?: { separator?: string; fieldsPerRecord?: number; lazyQuotes?: boolean },
): string[][];
/** Writes rows as CSV. */
export function stringify(
  data: readonly (readonly unknown[] | Readonly<Record<string, unknown>>)[],
  options?: { headers?: boolean; separator?: string; columns?: readonly string[]; crlf?: boolean; bom?: boolean },
): string;
