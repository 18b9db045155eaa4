/**
 * Responses of undici as those of Deno.
 *
 * @module
 */

/**
 * Makes a response that is one for `instanceof` too.
 *
 * @param response One of undici.
 * @returns One of Deno, with the same body.
 */
export function toResponse(response: Response): Response {
  const { status, statusText, url, redirected, type } = response;
  const made = new Response(response.body, {
    status,
    statusText,
    headers: [...response.headers],
  });
  for (const [name, value] of Object.entries({ url, redirected, type })) {
    Object.defineProperty(made, name, { value });
  }
  return made;
}
