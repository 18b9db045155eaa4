/**
 * Types that users of every kind of stream meet: each door that has streams
 * hands out all of them.
 *
 * @module
 */

export type { DeadlineOptions, DroppedBytesError } from "./close_deadline.ts";
export type { Conn } from "./conn.ts";
export type * from "./duplex_types.ts";
export type { SendFileOptions, SendFileSource } from "./file_mover.ts";
export type { SeekableFile } from "./file_reader.ts";
export type { ServedConnection } from "./served_connection.ts";
export type { ServerShutdownOptions } from "./served_connection.ts";
export type { StreamConnection } from "./stream_connection.ts";
export type { StreamServer } from "./stream_server.ts";
export type { ReadOptions } from "./stream_traits.ts";
export type { ShutdownOptions, WaitOptions } from "./wait_options.ts";
