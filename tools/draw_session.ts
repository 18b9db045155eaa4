// Types a session with the command line on Windows or Wine, and puts it into
// docs/cli.md as text and into docs/cli.svg as a picture.
//
// deno run -A --no-lock tools/draw_session.ts
import type { WindowsHost } from "./host.ts";
import { importMapFlags } from "./jsr.ts";
import { run } from "./process.ts";
import type { Exchange } from "./session/program.ts";
import { plainText, terminalSvg } from "./session/terminal_svg.ts";
import { WineHost } from "./wine_host.ts";
import { RealWindows } from "./windows_host.ts";

const PROGRAM = "tools/session/program.ts";
const TEXT = "docs/cli.md";
const PICTURE = "docs/cli.svg";
const TIMEOUT_MS = 2 * 60_000;
const PROMPT = "> proactor ";

async function typeSession(host: WindowsHost): Promise<Exchange[]> {
  const flags = ["--allow-ffi", "--no-check", ...await importMapFlags()];
  let output = "";
  const onOutput = (text: string) => output += text;
  const command = await host.deno(["run", ...flags, PROGRAM]);
  const { code } = await run(command, { onOutput, timeout: TIMEOUT_MS });
  if (code !== 0) throw new Error(`Cannot type the session: ${output}`);
  return JSON.parse(output.slice(output.indexOf("[{")));
}

function shown(exchanges: readonly Exchange[]): string {
  return exchanges.map(({ typed, printed, code }) => {
    const end = code ? `(exit code ${code})\n` : "";
    const lines = printed.replace(/[^\n]$/, "$&\n"); // a prompt begins a line
    return `\x1b[1m${PROMPT}${typed}\x1b[22m\n${lines}${end}`;
  }).join("\n");
}

/** What is between the two comments is written anew. */
function insert(document: string, text: string): string {
  return document.replace(
    /(<!-- session -->\n)[^]*(<!-- \/session -->)/,
    (_, begin, end) => `${begin}\n\`\`\`text\n${text}\`\`\`\n\n${end}`,
  );
}

if (import.meta.main) {
  Deno.chdir(`${import.meta.dirname}/..`);
  const host = Deno.build.os === "windows"
    ? new RealWindows()
    : await WineHost.open();
  const session = shown(await typeSession(host));
  await Deno.writeTextFile(PICTURE, terminalSvg(session));
  const document = await Deno.readTextFile(TEXT);
  await Deno.writeTextFile(TEXT, insert(document, plainText(session)));
}
