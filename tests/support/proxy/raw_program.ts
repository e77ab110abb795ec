/**
 * A local program that answers with whatever bytes a test chooses, and can reset a connection.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** The program's end of one connection. */
export interface RawConnection {
  /** Resolves when the system has the bytes. */
  send(text: string): Promise<void>;
  /** Ends the program's direction. */
  end(): void;
  /** Closes the connection with RST. */
  reset(): void;
  /** What came after the last request, as Latin-1. */
  readonly received: string;
  /** Whether the other side has ended its direction, or reset the connection. */
  readonly hasEnded: boolean;
}

/** Answers one request, whose head has the blank line at its end. */
type Answer = (connection: RawConnection, head: string) => void | Promise<void>;

export class RawProgram implements AsyncDisposable {
  readonly url: string;
  /** Those that are open. */
  readonly connections = new Set<RawConnection>();
  /** The heads of all requests. */
  readonly heads: string[] = [];
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#close = close;
  }

  static async start(answer: Answer): Promise<RawProgram> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      program.#serve(socket, answer);
    });
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", () => listening.resolve());
    await listening.promise;
    const { port } = server.address() as AddressInfo;
    const program = new RawProgram(port, async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return program;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  #serve(socket: Socket, answer: Answer): void {
    let received = "";
    let hasEnded = false;
    const connection: RawConnection = {
      send: (text) =>
        new Promise((done) => socket.write(Buffer.from(text, "latin1"), () => done())),
      end: () => void socket.end(),
      reset: () => void socket.resetAndDestroy(),
      get received(): string {
        return received;
      },
      get hasEnded(): boolean {
        return hasEnded;
      },
    };
    const ended = (): void => {
      hasEnded = true;
      this.connections.delete(connection);
    };
    this.connections.add(connection);
    socket.on("data", (bytes: Buffer) => {
      received += bytes.toString("latin1");
      for (let end; (end = received.indexOf("\r\n\r\n") + 4) > 3;) {
        const head = received.slice(0, end);
        received = received.slice(end);
        this.heads.push(head);
        void answer(connection, head);
      }
    });
    socket.on("end", () => {
      ended();
      socket.end();
    });
    socket.on("close", ended);
    socket.on("error", ended);
  }
}
