/**
 * Edge: access logs to syslog: datagrams to a Unix socket or over UDP, or a stream over TCP. A socket
 * is opened at the first line and, after a failure, at the next one.
 *
 * Nobody tells a sender of UDP that a message was lost; all other losses are counted.
 *
 * @module
 */
import { LineQueue, type LineQueueOptions } from "./line_queue.ts";
import {
  countedMessages,
  syslogHead,
  syslogMessages,
  type SyslogPlace,
  syslogPlace,
} from "./syslog_message.ts";

interface SyslogOptions extends Pick<LineQueueOptions, "onTrouble" | "onLost"> {
  readonly computerName: string;
}

/** What messages are sent with. */
interface Sender {
  send(messages: Iterable<Uint8Array>): Promise<void>;
  close(): void;
}

/** The queue of one syslog. */
export class SyslogStream {
  readonly queue: LineQueue;
  /** Where it goes, for people. */
  readonly place: string;
  readonly #to: SyslogPlace;
  #sender: Sender | null = null;

  /** `place` is a value of AccessLogSyslog. */
  constructor(place: string, options: SyslogOptions) {
    const to = this.#to = syslogPlace(place);
    const { computerName, ...rest } = options;
    this.place = `syslog (${place})`;
    const encoder = new TextEncoder();
    this.queue = new LineQueue({
      ...rest,
      place: this.place,
      write: async ({ bytes, second }) => {
        const head = encoder.encode(syslogHead(to, second, { computerName, pid: Deno.pid }));
        try {
          this.#sender ??= await openSender(this.#to);
          await this.#sender.send(syslogMessages(head, bytes));
        } catch (error) {
          this.close();
          throw error;
        }
      },
    });
  }

  close(): void {
    this.#sender?.close();
    this.#sender = null;
  }
}

/** What `Deno` has under `--unstable-net`, which the built program runs with. */
interface Datagrams {
  listenDatagram(options: object): {
    send(bytes: Uint8Array, to: object): Promise<number>;
    close(): void;
  };
}

async function openSender(place: SyslogPlace): Promise<Sender> {
  if (place.transport === "tcp") return await openStream(place);
  const { listenDatagram } = Deno as unknown as Datagrams;
  const own = listenDatagram(
    place.transport === "unix"
      // An address without a file; some receivers answer nobody, and take no message without one.
      ? { transport: "unixpacket", path: `\0httpcfg-syslog-${Deno.pid}-${++opened}` }
      : { transport: "udp", hostname: place.hostname.includes(":") ? "::" : "0.0.0.0", port: 0 },
  );
  const to = place.transport === "unix"
    ? { transport: "unixpacket", path: place.path }
    : { ...place };
  return {
    async send(messages): Promise<void> {
      for (const message of messages) await own.send(message, to);
    },
    close: () => own.close(),
  };
}

/** Sockets that were opened: each has an address of its own. */
let opened = 0;

async function openStream(
  { hostname, port }: Extract<SyslogPlace, { readonly port: number }>,
): Promise<Sender> {
  const connection = await Deno.connect({ hostname, port });
  return {
    async send(messages): Promise<void> {
      const bytes = countedMessages(messages);
      for (let done = 0; done < bytes.length;) {
        done += await connection.write(bytes.subarray(done));
      }
    },
    close: () => connection.close(),
  };
}
