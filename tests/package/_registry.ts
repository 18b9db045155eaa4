/**
 * The package in a registry on loopback, as JSR serves it.
 *
 * @module
 */

/** What `deno.json` of the package says. */
export interface PackageConfig {
  name: string;
  version: string;
  exports: Record<string, string>;
}

/** Where `deno task package` puts the package. */
export const PACKAGE = new URL("../../.cache/package/", import.meta.url);

/** The package's `deno.json`. */
export const CONFIG: PackageConfig = JSON.parse(
  Deno.readTextFileSync(new URL("deno.json", PACKAGE)),
);

/** A registry with one package. */
export class Registry implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #files: Map<string, Uint8Array<ArrayBuffer>>;

  /** @param files What it answers, by path. */
  private constructor(files: Map<string, Uint8Array<ArrayBuffer>>) {
    this.#files = files;
    const where = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(where, (request) => this.#answer(request));
  }

  /** Serves the package of {@linkcode PACKAGE}. */
  static async open(): Promise<Registry> {
    return new Registry(await layOut());
  }

  /** What Deno takes as `JSR_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #answer({ url }: Request): Response {
    const { pathname } = new URL(url);
    const body = this.#files.get(pathname);
    if (body === undefined) return new Response(null, { status: 404 });
    const type = CONTENT_TYPES[pathname.replace(/.*\./, "")] ?? "text/plain";
    return new Response(body, { headers: { "content-type": type } });
  }
}

const CONTENT_TYPES: Record<string, string> = {
  js: "text/javascript",
  json: "application/json",
  ts: "text/typescript",
};

/** The package's files, and the two that JSR makes of them. */
async function layOut(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { name, version, exports } = CONFIG;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const path of listFiles(PACKAGE)) {
    const data = await Deno.readFile(new URL(path, PACKAGE));
    files.set(`/${name}/${version}/${path}`, data);
    const hash = await crypto.subtle.digest("SHA-256", data);
    const checksum = `sha256-${new Uint8Array(hash).toHex()}`;
    manifest[`/${path}`] = { size: data.length, checksum };
  }
  files.set(`/${name}/${version}_meta.json`, json({ manifest, exports }));
  files.set(`/${name}/meta.json`, json({ versions: { [version]: {} } }));
  return files;
}

function listFiles(folder: URL, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? listFiles(new URL(`${name}/`, folder), `${prefix}${name}/`)
      : [`${prefix}${name}`]
  );
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
