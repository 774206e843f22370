/**
 * The two streams that a command writes to, and whether people are looking.
 *
 * @module
 */

/** Where a command writes, and from where its caller speaks. */
export interface Terminal {
  /** The caller's directory, from which relative paths start. */
  readonly directory: string;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  error(text: string): void;
  /** Whether standard error is a terminal, on which a progress bar can move. */
  readonly movable: boolean;
  /** Whether standard output takes colours: a terminal, and NO_COLOR unset. */
  readonly coloured: boolean;
  /** Columns of the terminal; 80 where that is not known. */
  readonly columns: number;
}

/** The terminal of this process. */
export function processTerminal(directory: string): Terminal {
  const coloured = Deno.stdout.isTerminal() && !Deno.noColor;
  return {
    directory,
    out: (text) => writeAll(Deno.stdout, text),
    error: (text) => writeAll(Deno.stderr, text),
    movable: Deno.stderr.isTerminal(),
    coloured,
    get columns() {
      return terminalColumns();
    },
  };
}

function terminalColumns(): number {
  try {
    return Math.max(20, Deno.consoleSize().columns);
  } catch {
    return 80; // no terminal, no size
  }
}

/**
 * Writes everything. A reader that went away (`bilancio ... | head`) ends the process quietly, as it does elsewhere; one
 * that is slow, on a pipe that a parent made non-blocking, is waited for.
 */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) Deno.exit(141); // 128 + SIGPIPE
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Rows under a head, the first column left, the others right, as people read numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd();
  return `${[head, ...rows].map(line).join("\n")}\n`;
}
