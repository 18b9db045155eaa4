import { assertEquals, assertThrows } from "@std/assert";
import {
  findSystemFolder,
  type SystemProbe,
} from "../../src/ffi/system_folder.ts";

/** A machine, and what is granted on it. */
class Machine implements SystemProbe {
  full = false;
  root: string | undefined;
  /** What Windows answers, by the folder of a kernel32.dll that exists. */
  readonly answers = new Map<string, string>();
  readonly opened: string[] = [];
  readonly #grants: string[];

  constructor(folders: Record<string, string>, grants: string[]) {
    for (const [path, answer] of Object.entries(folders)) {
      this.answers.set(path.toLowerCase(), answer);
    }
    this.#grants = grants.map((path) => path.toLowerCase());
  }

  granted(path: string): boolean {
    const wanted = path.toLowerCase();
    return this.#grants.some((grant) => wanted.startsWith(grant));
  }

  folder(library: string): string {
    this.opened.push(library);
    if (!this.full && !this.granted(library)) {
      throw new Deno.errors.NotCapable(`Requires ffi access to "${library}"`);
    }
    const end = library.lastIndexOf("\\");
    const folder = end < 0 ? "" : library.slice(0, end).toLowerCase();
    const answer = this.answers.get(folder);
    if (answer === undefined) throw new Error(`Could not open ${library}`);
    return answer;
  }
}

const ON_C = { "C:\\Windows\\System32": "C:\\WINDOWS\\system32" };
const ON_E = { "E:\\Windows\\System32": "E:\\Windows\\system32" };

Deno.test("the full grant asks Windows, by a name that it knows", () => {
  const machine = new Machine({ "": "D:\\Win\\system32" }, []);
  machine.full = true;
  assertEquals(findSystemFolder(machine), "D:\\Win\\system32");
  assertEquals(machine.opened, ["kernel32.dll"]);
});

Deno.test("the folder is the granted one, on whichever drive", () => {
  for (const [folder, answer] of Object.entries({ ...ON_C, ...ON_E })) {
    const machine = new Machine({ [folder]: answer }, [`${folder}\\`]);
    assertEquals(findSystemFolder(machine), answer);
  }
});

Deno.test("a folder that is granted, but holds no Windows, is passed by", () => {
  const machine = new Machine(ON_E, ["C:\\", "E:\\"]);
  assertEquals(findSystemFolder(machine), "E:\\Windows\\system32");
});

Deno.test("what Windows answers must be granted too", () => {
  const folders = { "X:\\Windows\\System32": "C:\\WINDOWS\\system32" };
  const machine = new Machine(folders, ["X:\\"]);
  assertEquals(findSystemFolder(machine), "X:\\Windows\\System32");
});

Deno.test("the environment names a folder that no one would guess", () => {
  const folders = { "D:\\Win11\\System32": "D:\\Win11\\system32" };
  const machine = new Machine(folders, ["D:\\Win11\\"]);
  machine.root = "D:\\Win11";
  assertEquals(findSystemFolder(machine), "D:\\Win11\\system32");
});

Deno.test("an environment that lies is not believed", () => {
  const folders = { ...ON_C, "D:\\Fake\\System32": "C:\\WINDOWS\\system32" };
  const machine = new Machine(folders, ["C:\\", "D:\\"]);
  machine.root = "D:\\Fake";
  assertEquals(findSystemFolder(machine), "C:\\WINDOWS\\system32");
});

Deno.test("without a grant the error is Deno's", () => {
  const machine = new Machine(ON_C, []);
  const { NotCapable } = Deno.errors;
  assertThrows(() => findSystemFolder(machine), NotCapable, "Requires ffi");
});
