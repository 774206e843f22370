/** Every task that a page or a message of the program names is one of deno.json. */
import { assert, assertEquals } from "@std/assert";
import { ROOT } from "./program.ts";

function* texts(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* texts(path);
    else if (/\.(?:ts|md|ipynb)$/.test(name)) yield path;
  }
}

Deno.test("every deno task that is named anywhere exists", () => {
  const { tasks }: { readonly tasks: Readonly<Record<string, unknown>> } = JSON.parse(
    Deno.readTextFileSync(`${ROOT}deno.json`),
  );
  const files = [
    "README.md",
    "mod.ts",
    ...["src", "docs", "tasks", "notebooks", "examples"].flatMap((f) => [...texts(f)]),
  ];
  const named = files.flatMap((file) =>
    [...Deno.readTextFileSync(`${ROOT}${file}`).matchAll(/deno(?:@[\d.]+)? task (?:-q )?([a-z][a-z:]*)/g)]
      .map(([, task = ""]) => ({ file, task }))
  );
  assert(named.length > 50, `${named.length}`);
  assertEquals(named.filter(({ task }) => !Object.hasOwn(tasks, task)), []);
});
