/**
 * The program of the workers of an executor, and its messages.
 *
 * @module
 */

/** An error, as a worker sends it. */
export interface EncodedError {
  /** Its name, such as `"TypeError"`. */
  name: string;
  /** Its message. */
  message: string;
  /** Its stack, in the worker. */
  stack: string | undefined;
  /** What caused it. */
  cause: ThrownValue | undefined;
  /** Its other fields that are not objects, such as `code`. */
  fields: Record<string, unknown>;
}

/** What was thrown: an error, or any other value. */
export type ThrownValue = { error: EncodedError } | { value: unknown };

/** What a worker is to call. */
export interface WorkerRequest {
  /** URL of the module. */
  module: string;
  /** The exported function. */
  name: string;
  /** Its arguments. */
  args: unknown[];
}

/** What a worker answers. `crash` belongs to no request. */
export type WorkerReply =
  | { result: unknown }
  | { thrown: ThrownValue }
  | { crash: ThrownValue };

/** The worker's end of its message channel. */
export interface WorkerPort {
  /**
   * Answers.
   *
   * @param reply What `structuredClone` can copy.
   */
  postMessage(reply: WorkerReply): void;
  /**
   * Listens.
   *
   * @param type `"message"`.
   * @param listener Given each request.
   */
  on(type: "message", listener: (request: WorkerRequest) => void): unknown;
}

/** Imports a module: the text of a worker has it, outside of the function. */
export type ImportModule = (url: string) => Promise<Record<string, unknown>>;

/**
 * The program of a worker. The text of this function is the worker's source, so
 * it refers to nothing outside of itself.
 *
 * @param port The worker's end of its message channel.
 * @param load Imports a module.
 */
export function executorWorker(port: WorkerPort, load: ImportModule): void {
  async function call(request: WorkerRequest): Promise<unknown> {
    const { module, name, args } = request;
    const exported = (await load(module))[name];
    if (typeof exported === "function") return await exported(...args);
    const url = module.length > 200 ? `${module.slice(0, 200)}...` : module;
    throw new TypeError(
      `Cannot run "${name}" of "${url}": it is not an exported function`,
    );
  }

  function encode(thrown: unknown): ThrownValue {
    try {
      return encodeValue(thrown);
    } catch (error) { // a getter or a proxy of what was thrown has thrown
      return encodeValue(error);
    }
  }

  function encodeValue(thrown: unknown): ThrownValue {
    if (!(thrown instanceof Error)) return { value: thrown };
    const { name, message, stack } = thrown;
    const cause = "cause" in thrown ? encode(thrown.cause) : undefined;
    const fields = Object.fromEntries(
      Object.entries(thrown).filter(([, value]) => Object(value) !== value),
    );
    return { error: { name, message, stack, cause, fields } };
  }

  function reply(answer: WorkerReply): void {
    try {
      port.postMessage(answer);
    } catch (error) {
      port.postMessage({ thrown: encode(error) });
    }
  }

  function crash(event: Event, thrown: unknown): void {
    event.preventDefault();
    reply({ crash: encode(thrown) });
  }

  // As in Deno's main thread and its other workers.
  globalThis.self ??= globalThis as typeof self;
  globalThis.addEventListener("error", (event) => crash(event, event.error));
  globalThis.addEventListener(
    "unhandledrejection",
    (event) => crash(event, event.reason),
  );
  port.on("message", (request) => {
    call(request).then(
      (result) => reply({ result }),
      (error) => reply({ thrown: encode(error) }),
    );
  });
}
