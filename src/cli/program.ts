/**
 * The commands and their flags, read by `commander`.
 *
 * @module
 */

import {
  Argument,
  Command,
  CommanderError,
  InvalidArgumentError,
  Option,
} from "npm:commander@15";
import type { BenchFlags } from "./bench.ts";
import type { ConnectFlags } from "./connect.ts";
import type { DoctorFlags } from "./doctor.ts";
import { DONE, exitCodeOf, WRONG_ARGUMENTS } from "./exit_code.ts";
import type { ForwardFlags } from "./forward.ts";
import type { ListenFlags } from "./listen.ts";
import type { ListFlags } from "./list.ts";
import { PRESETS } from "./server_flags.ts";
import { styleOf } from "./style.ts";
import { Interruption, type Terminal } from "./terminal.ts";
import type { TraceFlags } from "./trace.ts";
import { versionText } from "./version.ts";

const NAME = "proactor";
const PIPE = "\\\\.\\pipe\\name, //./pipe/name, or name alone";
const PLACE = "a pipe, HOST:PORT, PORT, or unix:PATH";

const EPILOG = `
Exit codes: 0 done, or stopped by Ctrl+C; 1 failed; 2 wrong arguments.
Every command needs --allow-ffi, and nothing else but where its help says so.
Results go to stdout, what is told of them to stderr. Colors are used on a
terminal, unless NO_COLOR is set.`;

/**
 * Runs a command.
 *
 * @param terminal What it talks to.
 * @param args Its name and its arguments.
 * @returns The exit code.
 */
export async function runProgram(
  terminal: Terminal,
  args: readonly string[],
): Promise<number> {
  const program = new Program(terminal);
  try {
    return await program.run(args);
  } catch (error) {
    return report(terminal, error);
  }
}

function report(terminal: Terminal, error: unknown): number {
  if (error instanceof Interruption) return DONE;
  // What it has to say is printed
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? DONE : WRONG_ARGUMENTS;
  }
  const { red } = styleOf(terminal.colors.err);
  const text = error instanceof Error ? error.message : String(error);
  terminal.note(`${red("error")}: ${text}`);
  return exitCodeOf(error);
}

class Program {
  readonly #terminal: Terminal;
  readonly #program: Command;
  readonly #printed: Promise<void>[] = [];
  #code = DONE;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#program = this.#configure(new Command(NAME))
      .description("Named pipes of Windows on the command line.")
      .version(versionText(), "-V, --version", "print the version")
      .enablePositionalOptions()
      .addHelpText("after", EPILOG);
    this.#addList();
    this.#addConnect();
    this.#addListen();
    this.#addForward();
    this.#addBench();
    this.#addTrace();
    this.#addDoctor();
  }

  async run(args: readonly string[]): Promise<number> {
    try {
      await this.#program.parseAsync(args, { from: "user" });
    } finally {
      await Promise.all(this.#printed);
    }
    return this.#code;
  }

  /** All that commander would ask the environment for is given. */
  #configure(command: Command): Command {
    const { colors, columns } = this.#terminal;
    return command.exitOverride().configureOutput({
      writeOut: (text) => void this.#printed.push(this.#terminal.write(text)),
      writeErr: (text) => this.#terminal.note(text.trimEnd()),
      getOutHasColors: () => colors.out,
      getErrHasColors: () => colors.err,
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      outputError: (text, write) =>
        write(text.replace(/^error/, styleOf(colors.err).red("error"))),
    }).configureHelp({ styleTitle: styleOf(colors.out).bold });
  }

  #add(name: string, summary: string): Command {
    const command = this.#program.command(name).summary(summary);
    return command.description(
      `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    )
      .showHelpAfterError(`(${NAME} ${command.name()} --help tells more)`);
  }

  #addList(): void {
    this.#add("list", "list the pipes of this computer")
      .argument("[filter]", "only names that contain this text")
      .option("-o, --owner", "whose they are, which takes a connection to each")
      .option("--json", "print JSON")
      .action((filter: string | undefined, flags: ListFlags) =>
        this.#end(async () => {
          const { list } = await import("./list.ts");
          return await list(this.#terminal, { ...flags, filter });
        })
      );
  }

  #addConnect(): void {
    const command = this.#add(
      "connect",
      "connect the standard streams to a pipe",
    )
      .argument("<pipe>", PIPE);
    addDataFlags(addConversationFlags(command))
      .option(
        "-t, --timeout <ms>",
        "how long to wait for a free instance",
        count,
      )
      .option("-w, --wait", "wait for a server that is not there yet")
      .option(
        "--expect <who>",
        "whose the pipe shall be: current-user, administrators, or a SID",
      )
      .action((path: string, flags: ConnectFlags) =>
        this.#end(async () => {
          const { connect } = await import("./connect.ts");
          return await connect(this.#terminal, path, flags);
        })
      );
  }

  #addListen(): void {
    const command = this.#add(
      "listen",
      "serve a pipe with the standard streams",
    )
      .argument("<pipe>", PIPE);
    addServerFlags(addDataFlags(addConversationFlags(command)))
      .option("-e, --echo", "send everybody back what he has sent")
      .option("-1, --once", "end with the first client")
      .action((path: string, flags: ListenFlags) =>
        this.#end(async () => {
          const { listen } = await import("./listen.ts");
          return await listen(this.#terminal, path, flags);
        })
      );
  }

  #addForward(): void {
    const command = this.#add("forward", "forward connections to another place")
      .argument("<from>", `where to listen: ${PLACE}`)
      .argument("<to>", `where to connect to: ${PLACE}`);
    addServerFlags(command)
      .option("-t, --timeout <ms>", "how long to wait for the target", count)
      .option(
        "-l, --linger <ms>",
        "silence after an end that cannot be passed on",
        count,
        1000,
      )
      .option("-1, --once", "end with the first client")
      .option("--json", "print what happens as lines of JSON")
      .option("-q, --quiet", "tell nothing but errors")
      .action((from: string, to: string, flags: ForwardFlags) =>
        this.#end(async () => {
          const { forward } = await import("./forward.ts");
          return await forward(this.#terminal, { from, to }, flags);
        })
      );
  }

  #addBench(): void {
    this.#add("bench", "measure round trips and throughput of a pipe")
      .argument("[pipe]", "an echo server; one of its own without it")
      .option(
        "-s, --seconds <n>",
        "how long each measurement takes",
        positive,
        2,
      )
      .option("-b, --bytes <n>", "the size of a round trip", positive, 64)
      .option("-c, --clients <n>", "clients at once", positive, 1)
      .option("-m, --message", "messages instead of bytes")
      .option("--json", "print JSON")
      .action((path: string | undefined, flags: BenchFlags) =>
        this.#end(async () => {
          const { bench } = await import("./bench.ts");
          return await bench(this.#terminal, path, flags);
        })
      );
  }

  #addTrace(): void {
    this.#add("trace", "record what another command does on the port")
      .addArgument(new Argument("<command>", "the command"))
      .argument("[args...]", "its arguments")
      .passThroughOptions()
      .option(
        "-o, --output <file>",
        "write a trace for chrome://tracing and ui.perfetto.dev; needs --allow-write",
      )
      .option("-n, --events <n>", "how many events are kept", positive)
      .action((command: string, args: string[], flags: TraceFlags) =>
        this.#end(async () => {
          const { trace } = await import("./trace.ts");
          const run = () => runProgram(this.#terminal, [command, ...args]);
          return await trace(this.#terminal, run, flags);
        })
      );
  }

  #addDoctor(): void {
    this.#add("doctor", "try what this machine supports")
      .option("--json", "print JSON")
      .action((flags: DoctorFlags) =>
        this.#end(async () => {
          const { doctor } = await import("./doctor.ts");
          return await doctor(this.#terminal, flags);
        })
      );
  }

  async #end(run: () => Promise<number>): Promise<void> {
    this.#code = await run();
  }
}

function addDataFlags(command: Command): Command {
  return command
    .option("-x, --hex", "show what comes as numbers")
    .option("--json", "print what happens as lines of JSON")
    .option("-q, --quiet", "tell nothing but errors");
}

function addConversationFlags(command: Command): Command {
  return command
    .option("-m, --message", "messages; a line of the input is one")
    .addOption(
      new Option("--whole", "the whole input is one message")
        .implies({ message: true }),
    )
    .option("-s, --send <text>", "send this text instead of the input")
    .option(
      "-l, --linger <ms>",
      "silence after the input that ends (1000 on a byte pipe)",
      count,
    )
    .addOption(
      new Option("-d, --direction <which>", "seen from here")
        .choices(["duplex", "in", "out"]).default("duplex"),
    );
}

function addServerFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--security <who>", "who may connect")
        .choices(PRESETS).conflicts("sddl"),
    )
    .option("--sddl <text>", "who may connect, as a security descriptor")
    .option("--instances <n>", "instances that wait for clients", positive)
    .option("--max-instances <n>", "instances that may exist", positive)
    .option("--allow-remote", "let clients of other computers in");
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is not a whole number");
}

function positive(text: string): number {
  const number = count(text);
  if (number > 0) return number;
  throw new InvalidArgumentError("It is not above zero");
}
