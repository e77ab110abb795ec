/**
 * A TCP client that can do what no browser does: send bytes one by one, stop reading, end one
 * direction, and reset.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { Buffer } from "node:buffer";

export interface RawClient {
  /** Everything received so far, bytes as characters. */
  readonly received: string;
  /** Resolves when the other side has ended or reset the connection. */
  readonly closed: Promise<"end" | "reset">;
  readonly isClosed: boolean;
  /** Resolves when the bytes are with the system; also when the connection is gone. */
  send(bytes: string | Uint8Array): Promise<void>;
  /** No more reading, so that the other side's buffers fill. */
  pause(): void;
  resume(): void;
  /** Ends our direction; the other one stays open. */
  halfClose(): void;
  /** Ends with RST. */
  reset(): void;
  close(): void;
}

export interface Target {
  readonly hostname: string;
  readonly port: number;
}

/** Connects; rejects where nobody accepts. */
export async function rawConnect({ hostname, port }: Target): Promise<RawClient> {
  const socket: Socket = connect({ host: hostname, port, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let received = "";
  let isClosed = false;
  const { promise: closed, resolve } = Promise.withResolvers<"end" | "reset">();
  const ended = (how: "end" | "reset"): void => {
    isClosed = true;
    resolve(how);
  };
  socket.on("data", (chunk: Buffer) => void (received += chunk.toString("latin1")));
  socket.on("end", () => ended("end"));
  socket.on("error", () => ended("reset"));
  socket.on("close", () => ended("end"));
  return {
    get received(): string {
      return received;
    },
    get isClosed(): boolean {
      return isClosed;
    },
    closed,
    send: (bytes) =>
      new Promise((done) => {
        const buffer = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
        socket.write(buffer, () => done());
      }),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    halfClose: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
  };
}
