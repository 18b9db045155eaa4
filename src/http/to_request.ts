/**
 * Requests of the web for undici, which knows classes of its own.
 *
 * @module
 */

/** Where a path alone leads. */
const BASE = "http://localhost";

/** What undici's `fetch` takes. */
export interface FetchArguments {
  /** The URL. */
  url: URL;
  /** The rest, in values that are no classes of Deno. */
  options: Record<string, unknown>;
}

/**
 * Reads what is given to a function like `fetch`.
 *
 * @param input The URL or the request.
 * @param init The rest.
 * @returns The same for undici.
 * @throws {TypeError} when it is no request.
 */
export function toRequest(
  input: string | URL | Request,
  init: RequestInit,
): FetchArguments {
  const target = input instanceof Request ? input : requestUrl(input);
  const request = new Request(target, init);
  const { method, redirect, signal } = request;
  const body = plainBody(init.body) ?? request.body;
  return {
    url: new URL(request.url),
    options: {
      method,
      redirect,
      signal,
      headers: [...request.headers],
      ...(body === null ? {} : { body, duplex: "half" }),
    },
  };
}

/**
 * Reads a URL.
 *
 * @param input The URL, or a path of `http://localhost`.
 * @returns The URL.
 * @throws {TypeError} when it is none.
 */
export function requestUrl(input: string | URL): URL {
  return new URL(input, BASE);
}

/** What has a length tells it, and can be sent again after a redirection. */
function plainBody(
  body: RequestInit["body"],
): string | ArrayBuffer | ArrayBufferView | undefined {
  const plain = typeof body === "string" || ArrayBuffer.isView(body) ||
    body instanceof ArrayBuffer;
  return plain ? body : undefined;
}
