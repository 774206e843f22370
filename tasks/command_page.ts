/**
 * The page of all commands, made from their own help so that it cannot be wrong.
 *
 * @module
 */
import { COMMANDS, loadedCommand } from "../src/cli/commands.ts";
import { programHelp } from "../src/cli/main.ts";

const INTRODUCTION = `# Commands

\`deno task -q bilancio COMMAND ...\` from any directory below the checkout; relative paths start where you are. This page
is made by \`deno task docs\` from the help of the commands.

Exit status: 0 done (a simulation that a default stopped is done), 1 failed, 2 wrong use, 130 or 143 interrupted, 141
when the reader of the output went away (a sweep then ends as if interrupted, and goes on with the same command). Errors
are one or two sentences on standard error; \`--debug\` adds where they came from.

| Variable           | Meaning                                                   |
| ------------------ | --------------------------------------------------------- |
| \`BILANCIO_WORKERS\` | workers of \`--executor pool\`; default the number of cores |
| \`NO_COLOR\`         | no colours                                                |
`;

/** The text of docs/commands.md. */
export async function commandsPage(): Promise<string> {
  const sections = [INTRODUCTION, block("bilancio", programHelp())];
  for (const entry of COMMANDS) sections.push(block(entry.name, (await loadedCommand(entry)).help));
  return sections.join("\n");
}

function block(title: string, help: string): string {
  return `## ${title}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
}
