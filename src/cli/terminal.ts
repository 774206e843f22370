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
  /**
   * What happens when the reader of a stream went away (`bilancio ... | head`), once; nothing is written from then on.
   * Undefined: the process ends quietly, as others do.
   */
  onReaderGone: (() => void) | undefined;
}

/** The terminal of this process. */
export function processTerminal(directory: string): Terminal {
  const coloured = Deno.stdout.isTerminal() && !Deno.noColor;
  const write = (stream: typeof Deno.stdout | typeof Deno.stderr): (text: string) => void => {
    let isGone = false;
    return (text) => {
      if (isGone || writeAll(stream, text)) return;
      isGone = true;
      if (terminal.onReaderGone === undefined) Deno.exit(READER_GONE);
      terminal.onReaderGone();
    };
  };
  const terminal: Terminal = {
    directory,
    out: write(Deno.stdout),
    error: write(Deno.stderr),
    onReaderGone: undefined,
    movable: Deno.stderr.isTerminal(),
    coloured,
    get columns() {
      return terminalColumns();
    },
  };
  return terminal;
}

/** Exit status of a process whose reader went away: 128 + SIGPIPE. */
export const READER_GONE = 141;

function terminalColumns(): number {
  try {
    return Math.max(20, Deno.consoleSize().columns);
  } catch {
    return 80; // no terminal, no size
  }
}

/**
 * Writes everything and returns true, or false when the reader went away. One that is slow, on a pipe that a parent made
 * non-blocking, is waited for.
 */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return false;
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return true;
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
