/** Directories for tests, removed at the end. */

/** A temporary directory. */
export class Place implements Disposable, AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "bilancio-test-" });

  /** Everything below the directory, relative, sorted; directories end in `/`. */
  names(below = ""): string[] {
    const names: string[] = [];
    for (const entry of Deno.readDirSync(`${this.path}/${below}`)) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory) names.push(`${name}/`, ...this.names(name));
      else names.push(name);
    }
    return names.sort();
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  write(name: string, text: string): void {
    const directory = `${this.path}/${name}`.replace(/\/[^/]*$/, "");
    Deno.mkdirSync(directory, { recursive: true });
    Deno.writeTextFileSync(`${this.path}/${name}`, text);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }
}
