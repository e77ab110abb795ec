/**
 * What one connection's parts share: the stream, what came in, what goes out, and how long the client
 * may take.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";
import type { Exchange } from "./request.ts";
import type { ReadBuffer } from "./read_buffer.ts";
import type { WriteQueue } from "./write_queue.ts";

/** The connection as its responder sees it. */
export interface ConnectionContext {
  readonly stream: ByteStream;
  readonly input: ReadBuffer;
  readonly output: WriteQueue;
  /** The next answer is the last one. */
  readonly mustClose: boolean;
  /** The stream was closed here. */
  readonly isAborted: boolean;
  /** One line for the HTTPERR log; `status` is null where nothing was answered. */
  log(reason: string, status: number | null, exchange: Exchange | null): void;
  /** The client has `ms` to send what is awaited; `timer` is what the log says where it does not. */
  setDeadline(ms: number, timer: string | null): void;
  /** It came. */
  clearDeadline(): void;
  /** Ends our direction and lets the client read what was sent. */
  linger(): Promise<void>;
}
