/**
 * Messages of syslog. The facility is local7 and the severity "informational", as for the access log
 * of nginx. Pure.
 *
 * @module
 */

/** 23 is local7, 6 is informational. */
const PRIORITY = 23 * 8 + 6;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NAME = "httpcfg";
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Where messages go. */
export type SyslogPlace =
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "udp" | "tcp"; readonly hostname: string; readonly port: number };

/**
 * The socket of the journal. It is where /dev/log leads on a machine with systemd; the runtime opens
 * nothing below /dev for a program that does not have every permission.
 */
const LOCAL_SYSLOG = "/run/systemd/journal/dev-log";

/** Returns the place that a value of AccessLogSyslog means. */
export function syslogPlace(text: string): SyslogPlace {
  const colon = text.indexOf(":");
  const [scheme, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  if (scheme === "unix") return { transport: "unix", path: rest };
  if (scheme !== "udp" && scheme !== "tcp") return { transport: "unix", path: LOCAL_SYSLOG };
  const port = rest.lastIndexOf(":");
  const hostname = rest.slice(0, port).replace(/^\[|\]$/g, "");
  return { transport: scheme, hostname, port: Number(rest.slice(port + 1)) };
}

interface Sender {
  readonly computerName: string;
  readonly pid: number;
}

/**
 * Returns what precedes a line: for a local socket as syslog(3) writes it, with the local time; for
 * another machine as RFC 5424 says. Neither sort of receiver reads the form of the other as well.
 */
export function syslogHead(
  { transport }: Pick<SyslogPlace, "transport">,
  second: number,
  { computerName, pid }: Sender,
): string {
  const date = new Date(second * 1000);
  if (transport !== "unix") {
    const host = computerName.replace(/[^\x21-\x7e]/g, "").slice(0, 255) || "-";
    const time = date.toISOString().replace(/\.000Z$/, "Z");
    return `<${PRIORITY}>1 ${time} ${host} ${NAME} ${pid} access - `;
  }
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => {
    return String(value).padStart(2, "0");
  }).join(":");
  const day = String(date.getDate()).padStart(2);
  return `<${PRIORITY}>${MONTHS[date.getMonth()]} ${day} ${clock} ${NAME}[${pid}]: `;
}

/** Returns the messages of lines: each with `head`, and without its end. */
export function* syslogMessages(head: Uint8Array, lines: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < lines.length;) {
    const found = lines.indexOf(LINE_FEED, start);
    const next = found < 0 ? lines.length : found;
    const end = next > start && lines[next - 1] === RETURN ? next - 1 : next;
    const message = new Uint8Array(head.length + end - start);
    message.set(head);
    message.set(lines.subarray(start, end), head.length);
    yield message;
    start = next + 1;
  }
}

/** Returns messages for a stream, each preceded by its length (RFC 6587, octet counting). */
export function countedMessages(messages: Iterable<Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const message of messages) {
    const count = new TextEncoder().encode(`${message.length} `);
    parts.push(count, message);
    length += count.length + message.length;
  }
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}
