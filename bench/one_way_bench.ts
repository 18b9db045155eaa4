/**
 * 1 MiB one way in writes of 64 KiB, so that iterations a second are MiB a
 * second. The server answers with a byte when the last one has come.
 *
 * @module
 */

import {
  type Answerer,
  type Client,
  openClients,
  type Style,
  stylesOf,
} from "./_styles.ts";

const WRITES = new Array<Uint8Array>(16).fill(new Uint8Array(65_536));
const SIZE = 2 ** 20;

for (const transport of ["byte pipe", "TCP"] as const) {
  const styles = stylesOf(transport);
  for (const style of styles) benchOneWay(style, style === styles[0]);
}

function benchOneWay(style: Style, baseline: boolean): void {
  let opened: Promise<Client[]> | undefined;
  Deno.bench({
    name: style.name,
    group: `${style.transport}: 1 MiB one way (iter/s are MiB/s)`,
    baseline,
    ignore: style.ignore,
    async fn() {
      opened ??= openClients(style, 1, makeCounter);
      const [client] = await opened;
      await client!.ask(WRITES, 1);
    },
  });
}

function makeCounter(): Answerer {
  const answer = new Uint8Array(1);
  let rest = SIZE;
  return (data) => {
    rest -= data.length;
    if (rest > 0) return answer.subarray(0, 0);
    rest = SIZE;
    return answer;
  };
}
