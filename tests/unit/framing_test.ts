/** Frames in bytes, however those were cut. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ContentLengthDecoderStream,
  ContentLengthEncoderStream,
  type LengthPrefix,
  LengthPrefixDecoderStream,
  LengthPrefixEncoderStream,
} from "../../src/stream/mod.ts";
import { ByteQueue } from "../../src/stream/framing/byte_queue.ts";
import { randomIntegers } from "./_arguments.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { wrong } from "./_helpers.ts";

type Transform = TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>;

/** What comes out of a stream. */
function through(
  chunks: Uint8Array[],
  stream: Transform,
): Promise<Uint8Array<ArrayBuffer>[]> {
  return Array.fromAsync(ReadableStream.from(chunks).pipeThrough(stream));
}

/** Gives an integer from 0 on, below a limit. */
type Random = (limit: number) => number;

/** Cuts bytes at random places, also into empty pieces. */
function cut(whole: Uint8Array, random: Random): Uint8Array[] {
  const most = 2 + random(40);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < whole.length;) {
    const end = at + random(most);
    pieces.push(whole.subarray(at, end));
    at = end;
  }
  return pieces;
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const PREFIXES: [LengthPrefix, number[]][] = [
  ["u8", [2]],
  ["u16le", [2, 0]],
  ["u16be", [0, 2]],
  ["u24le", [2, 0, 0]],
  ["u24be", [0, 0, 2]],
  ["u32le", [2, 0, 0, 0]],
  ["u32be", [0, 0, 0, 2]],
];

Deno.test("LengthPrefixEncoderStream writes the length in each of the ways", async () => {
  for (const [prefix, expected] of PREFIXES) {
    const encoder = new LengthPrefixEncoderStream({ prefix });
    const [frame] = await through([bytes("hi")], encoder);
    assertEquals([...frame!], [...expected, 104, 105], prefix);
  }
  const [frame] = await through(
    [pattern(300)],
    new LengthPrefixEncoderStream(),
  );
  assertEquals([...frame!.subarray(0, 4)], [44, 1, 0, 0]);
});

Deno.test("LengthPrefixDecoderStream gives the frames back, however the bytes were cut", async () => {
  const random = randomIntegers(7);
  for (const [prefix] of PREFIXES) {
    const longest = prefix === "u8" ? 255 : 700;
    for (let round = 0; round < 30; round++) {
      const count = random(8);
      const frames = Array.from(
        { length: count },
        () => pattern(random(1 + random(longest + 1))),
      );
      const encoder = new LengthPrefixEncoderStream({ prefix });
      const whole = concat(await through(frames, encoder));
      const decoder = new LengthPrefixDecoderStream({ prefix });
      assertEquals(await through(cut(whole, random), decoder), frames, prefix);
    }
  }
});

Deno.test("LengthPrefixDecoderStream gives what has come before the rest is there", async () => {
  const { readable, writable } = new LengthPrefixDecoderStream({
    prefix: "u8",
  });
  const [writer, reader] = [writable.getWriter(), readable.getReader()];
  const written = writer.write(Uint8Array.of(1, 65, 0, 2, 66));
  assertEquals(text((await reader.read()).value), "A");
  assertEquals((await reader.read()).value?.length, 0);
  await written;
  void writer.write(Uint8Array.of(67));
  assertEquals(text((await reader.read()).value), "BC");
  await writer.close();
  assert((await reader.read()).done);
});

Deno.test("LengthPrefixDecoderStream keeps nothing of a frame that is too long", async () => {
  const options = { prefix: "u32be", maxLength: 4 } as const;
  const right = Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4);
  const decoder = new LengthPrefixDecoderStream(options);
  assertEquals((await through([right], decoder)).length, 1);
  for (const prefix of [[0, 0, 0, 5], [255, 255, 255, 255]]) {
    await assertRejects(
      () =>
        through(
          [Uint8Array.from(prefix)],
          new LengthPrefixDecoderStream(options),
        ),
      RangeError,
      "Cannot read frame: it has ",
    );
  }
});

Deno.test("LengthPrefixDecoderStream tells of bytes that end within a frame", async () => {
  for (const cutAt of [1, 3, 4, 5]) {
    const chunk = Uint8Array.of(2, 0, 0, 0, 65, 66).subarray(0, cutAt);
    await assertRejects(
      () => through([chunk], new LengthPrefixDecoderStream()),
      Deno.errors.UnexpectedEof,
      "Cannot read frame: the stream ends within it",
    );
  }
  assertEquals(await through([], new LengthPrefixDecoderStream()), []);
});

Deno.test("frames do not change when their bytes are reused", async () => {
  const chunk = Uint8Array.of(1, 65, 1, 66);
  const { readable, writable } = new LengthPrefixDecoderStream({
    prefix: "u8",
  });
  const writer = writable.getWriter();
  const frames = Array.fromAsync(readable);
  await writer.write(chunk);
  chunk.fill(0);
  await writer.close();
  assertEquals((await frames).map(text), ["A", "B"]);
});

Deno.test("LengthPrefixEncoderStream refuses what its prefix cannot say", async () => {
  const options = { prefix: "u8" } as const;
  await assertRejects(
    () => through([pattern(256)], new LengthPrefixEncoderStream(options)),
    RangeError,
    "Cannot write frame: it has 256 bytes, more than 255",
  );
  const encoder = new LengthPrefixEncoderStream();
  await assertRejects(() => through([wrong("text")], encoder), TypeError);
});

Deno.test("streams of frames refuse options that make no sense", () => {
  for (const prefix of ["u64le", "U8", "", 4, null, "toString"]) {
    const options = { prefix: wrong<LengthPrefix>(prefix) };
    const message = "Cannot use prefix";
    assertThrows(
      () => new LengthPrefixDecoderStream(options),
      TypeError,
      message,
    );
    assertThrows(
      () => new LengthPrefixEncoderStream(options),
      TypeError,
      message,
    );
  }
  for (const maxLength of [-1, 1.5, NaN, Infinity, 2 ** 32]) {
    const options = { maxLength };
    assertThrows(() => new LengthPrefixDecoderStream(options), RangeError);
    assertThrows(() => new ContentLengthDecoderStream(options), RangeError);
  }
});

Deno.test("content lengths give the frames back, however the bytes were cut", async () => {
  const random = randomIntegers(11);
  for (let round = 0; round < 60; round++) {
    const count = random(6);
    const frames = Array.from(
      { length: count },
      () => pattern(random(1 + random(2000))),
    );
    const encoder = new ContentLengthEncoderStream();
    const whole = concat(await through(frames, encoder));
    const decoder = new ContentLengthDecoderStream();
    assertEquals(await through(cut(whole, random), decoder), frames);
  }
});

/** The frames of some text. */
function decoded(input: string, maxLength?: number): Promise<string[]> {
  const stream = new ContentLengthDecoderStream({ maxLength });
  return through([bytes(input)], stream).then((frames) => frames.map(text));
}

Deno.test("ContentLengthEncoderStream counts bytes, not characters", async () => {
  const [frame] = await through([bytes("é")], new ContentLengthEncoderStream());
  assertEquals(text(frame), "Content-Length: 2\r\n\r\né");
});

Deno.test("ContentLengthDecoderStream takes the headers that clients write", async () => {
  const headers = [
    "Content-Length: 2",
    "content-length:2",
    "CONTENT-LENGTH : 2 ",
    "Content-Length: 02\r\nContent-Type: application/vscode-jsonrpc",
    'Content-Type: x; charset="utf-8"\r\nContent-Length: 2',
    "Content-Type: x;charset=utf8; y=z\r\nContent-Length: 2",
    "Other: anything: at all\r\nContent-Length: 2",
    "Empty:\r\nContent-Length: 2",
  ];
  for (const header of headers) {
    assertEquals(await decoded(`${header}\r\n\r\nhi`), ["hi"], header);
  }
  const none = "Content-Length: 0\r\n\r\n";
  assertEquals(await decoded(none + none), ["", ""]);
});

Deno.test("ContentLengthDecoderStream refuses malformed headers", async () => {
  const headers = [
    "\r\n",
    "Content-Length: 2\n\nhi",
    "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "Content-Length: -2\r\n\r\n",
    "Content-Length: 0x2\r\n\r\n",
    "Content-Length: 2.0\r\n\r\n",
    "Content-Length: \r\n\r\n",
    "Content-Length: 9999999999999999\r\n\r\n",
    "Content-Length 2\r\n\r\n",
    " Content-Length: 2\r\n\r\n",
    "Content-Type: x; charset=utf-16\r\nContent-Length: 2\r\n\r\nhi",
    "Content-Type: x\r\n\r\nhi",
    '{"jsonrpc":"2.0"}\r\n\r\n',
  ];
  for (const header of headers) {
    await assertRejects(
      () => decoded(header),
      SyntaxError,
      "Cannot read frame: ",
      header,
    );
  }
});

Deno.test("ContentLengthDecoderStream bounds headers and frames", async () => {
  const long = "Content-Length: 3\r\n\r\nabc";
  assertEquals(await decoded(long, 3), ["abc"]);
  const message = "Cannot read frame: it has 3 bytes, more than 2";
  await assertRejects(() => decoded(long, 2), RangeError, message);
  const endless = "x".repeat(5000);
  const state = "its header has more than 4096 bytes";
  for (const header of [endless, "a: b\r\n".repeat(999)]) {
    await assertRejects(() => decoded(header), RangeError, state);
  }
});

Deno.test("ContentLengthDecoderStream tells of bytes that end within a frame", async () => {
  const whole = "Content-Length: 2\r\n\r\nhi";
  for (let length = 1; length < whole.length; length++) {
    await assertRejects(
      () => decoded(whole.slice(0, length)),
      Deno.errors.UnexpectedEof,
      "ends within it",
      whole.slice(0, length),
    );
  }
});

Deno.test("ByteQueue takes what was pushed, in pieces of any size", () => {
  const random = randomIntegers(3);
  for (let round = 0; round < 50; round++) {
    const whole = pattern(500);
    const queue = new ByteQueue();
    for (const piece of cut(whole, random)) queue.push(piece);
    const taken: Uint8Array[] = [];
    while (queue.length > 0) {
      const from = random(queue.length);
      const at = 500 - queue.length;
      const feed = whole.subarray(at + from).indexOf(10);
      assertEquals(queue.indexOfLineFeed(from), feed === -1 ? -1 : feed + from);
      const count = Math.min(queue.length, random(99));
      taken.push(queue.take(count));
    }
    assertEquals(concat(taken), whole);
  }
});
