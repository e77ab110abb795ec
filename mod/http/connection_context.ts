/**
 * What the parts of one connection share: the stream, its input and output, and the deadline of the
 * client.
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
  /** Whether the next response is the last one. */
  readonly mustClose: boolean;
  /** Milliseconds that it may be idle after the last request; 0 for ConnectionTimeout. */
  idleMs: number;
  /** Whether it was upgraded: no request will follow. */
  isTunnel: boolean;
  /** Whether the stream was closed on this side. */
  readonly isAborted: boolean;
  /** Logs a line in the HTTPERR log; `status` is null if no response was sent. */
  log(reason: string, status: number | null, exchange: Exchange | null): void;
  /**
   * Gives the client `ms` to send what is awaited. If it does not, the connection is aborted and
   * `timeoutReason` is logged.
   */
  setDeadline(ms: number, timeoutReason: string | null): void;
  /** Clears the deadline set by {@linkcode ConnectionContext.setDeadline}. */
  clearDeadline(): void;
  /** Closes the sending direction and lets the client read what was sent. */
  linger(): Promise<void>;
}
