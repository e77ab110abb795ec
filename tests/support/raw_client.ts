/**
 * A TCP client that can do what browsers do not: send bytes one by one, stop reading, end one
 * direction, and reset the connection.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { Buffer } from "node:buffer";

export interface RawClient {
  /** Everything received so far, bytes as characters. */
  readonly received: string;
  /** Resolves when the server has ended or reset the connection. */
  readonly closed: Promise<"end" | "reset">;
  readonly isClosed: boolean;
  /** Resolves when the system has the bytes, or the connection is gone. */
  send(bytes: string | Uint8Array): Promise<void>;
  /** Stops reading, so that the server's buffers fill. */
  pause(): void;
  resume(): void;
  /** Ends the client's direction; the other one stays open. */
  halfClose(): void;
  /** Closes the connection with RST. */
  reset(): void;
  close(): void;
}

export interface Target {
  readonly hostname: string;
  readonly port: number;
}

/** Connects; rejects if the connection is refused. */
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
