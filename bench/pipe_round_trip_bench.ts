/**
 * Bytes to an echo server and back.
 *
 * @module
 */

import { type Client, type Style, STYLES } from "./_styles.ts";

for (
  const [size, label] of [[64, "64 B"], [1024, "1 KiB"], [
    65_536,
    "64 KiB",
  ]] as const
) {
  for (const style of STYLES) benchRoundTrip(style, size, label);
}

function benchRoundTrip(style: Style, size: number, label: string): void {
  const writes = [new Uint8Array(size)];
  let client: Promise<Client> | undefined;
  Deno.bench({
    name: style.name,
    group: `round trip of ${label}`,
    baseline: style === STYLES[0],
    ignore: style.ignore,
    async fn() {
      client ??= style.open(() => (data) => data);
      await (await client).ask(writes, size);
    },
  });
}
