/**
 * A headless Chromium for tests, spoken to through its developer protocol. What a page logs, throws or requests is kept.
 *
 * @module
 */
import { assert } from "@std/assert";

/** The program, or null where there is none: from BILANCIO_CHROMIUM, or the usual names on the path. */
export function chromiumPath(): string | null {
  const named = Deno.env.get("BILANCIO_CHROMIUM");
  if (named !== undefined && named !== "") return named;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      try {
        if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
      } catch {
        // Not here: the next place may have it.
      }
    }
  }
  return null;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A tab of a browser of its own. Closing it ends the browser and removes its profile. */
export class Tab implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #closed: Promise<unknown>;
  readonly #drained: Promise<unknown>;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #listeners: ((message: Message) => void)[] = [];
  #calls = 0;
  /** Errors and warnings of the page, uncaught exceptions, and addresses that it asked for beyond its own file. */
  readonly complaints: string[] = [];

  private constructor(process: Deno.ChildProcess, profile: string, socket: WebSocket, drained: Promise<unknown>) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    this.#drained = drained;
    this.#closed = new Promise((resolve) => socket.addEventListener("close", resolve));
    socket.addEventListener("message", (event) => this.#receive(JSON.parse(String(event.data))));
  }

  /** Starts a browser with one empty tab. */
  static async open(program: string): Promise<Tab> {
    const profile = await Deno.makeTempDir({ prefix: "bilancio-browser-" });
    const process = new Deno.Command(program, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { address, drained } = await debuggerAddress(process.stderr);
    const list: { type: string; webSocketDebuggerUrl: string }[] =
      await (await fetch(`http://${new URL(address).host}/json/list`)).json();
    const page = list.find(({ type }) => type === "page");
    assert(page !== undefined, "the browser has a tab");
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    const tab = new Tab(process, profile, socket, drained);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await tab.#call(`${domain}.enable`);
    return tab;
  }

  /** Opens a file and waits until it is loaded. */
  async load(path: string): Promise<void> {
    const loaded = this.#next("Page.loadEventFired");
    await this.#call("Page.navigate", { url: `file://${path}` });
    await loaded;
  }

  /** The value of an expression in the page; promises are awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
    const { result } = answer;
    return typeof result === "object" && result !== null && "value" in result ? result.value : undefined;
  }

  /** Presses a key where the focus is. */
  async press(key: "Enter" | "Tab"): Promise<void> {
    const code = key === "Enter" ? 13 : 9;
    const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === "Enter" ? { text: "\r" } : {}) };
    await this.#call("Input.dispatchKeyEvent", { type: "keyDown", ...event });
    await this.#call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  #call(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#calls;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  #next(method: string): Promise<void> {
    return new Promise((resolve) => {
      const listener = (message: Message) => {
        if (message.method !== method) return;
        this.#listeners = this.#listeners.filter((other) => other !== listener);
        resolve();
      };
      this.#listeners.push(listener);
    });
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
      return;
    }
    for (const listener of this.#listeners) listener(message);
    const text = JSON.stringify(message.params ?? {});
    if (message.method === "Runtime.exceptionThrown" || message.method === "Log.entryAdded") this.complaints.push(text);
    if (message.method === "Runtime.consoleAPICalled") this.complaints.push(text);
    if (message.method === "Network.requestWillBeSent" && !/"url":"(file|data|about|blob):/.test(text)) {
      this.complaints.push(text);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#call("Browser.close");
    await this.#closed;
    await this.#process.status;
    await this.#drained;
    await Deno.remove(this.#profile, { recursive: true });
  }
}

/** The address that the browser prints when it listens; the rest of its messages is read and dropped. */
async function debuggerAddress(
  messages: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<{ address: string; drained: Promise<unknown> }> {
  const reader = messages.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the browser did not start: ${text}`);
    text += value;
    const address = /DevTools listening on (ws:\S+)\s/.exec(text)?.[1];
    if (address === undefined) continue;
    const drain = async () => {
      while (!(await reader.read()).done);
    };
    return { address, drained: drain() };
  }
}
