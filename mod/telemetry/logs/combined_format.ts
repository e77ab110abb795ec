/**
 * The lines of an access log in the format "combined" of Apache and nginx, with the escapes of Apache:
 *
 *     %h - %u [%t] "%r" %>s %b "%{Referer}i" "%{User-Agent}i"
 *
 * Times are in UTC. Where nothing was sent, the number of bytes is 0, which the patterns for both
 * servers read; Apache itself has "-".
 *
 * @module
 */
import type { HttpRequest, ServedRecord } from "../../base/exchange.ts";
import { latin1Bytes, writeInteger, writeLatin1 } from "../../wire/byte_text.ts";
import { quotedBytes, quotedText, TEXT_MAX } from "./client_text.ts";
import type { LineBuffer } from "./line_buffer.ts";
import {
  copyPart,
  type HeadParts,
  type LineFormat,
  type LinePart,
  writePart,
} from "./line_format.ts";
import type { Stamp } from "./stamp.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Maximum bytes of the number, and of what is around it. */
const NUMBER_BYTES_MAX = 32;
const SPACE = 0x20;

/** Formats lines; what repeats from one line to the next is kept as bytes. */
export class CombinedFormat implements LineFormat {
  readonly millisecondAt = null;
  readonly hasClientPort = false;
  /** From the client to the request, for the second and user that follow. */
  #time = NO_BYTES;
  #timeSecond = -1;
  #timeUser: string | null = null;
  /** Behind the request, for the status that follows. */
  #status = NO_BYTES;
  #statusCode = -1;

  /** A file has no header. */
  header(): string {
    return "";
  }

  headParts(request: HttpRequest): HeadParts<string> {
    return { path: requestLine(request), fields: fieldsOf(request) };
  }

  write(
    lines: LineBuffer,
    record: ServedRecord,
    _siteId: number,
    stamp: Stamp,
    { path, fields }: HeadParts<LinePart>,
  ): number {
    const { request, status } = record;
    const isSameTime = stamp.second === this.#timeSecond && request.user === this.#timeUser;
    if (!isSameTime) this.#makeTime(stamp, request.user);
    if (status !== this.#statusCode) this.#makeStatus(status);
    const { ip } = request.remote;
    lines.reserve(
      ip.length + this.#time.length + path.length + this.#status.length + NUMBER_BYTES_MAX +
        fields.length,
    );
    const { bytes } = lines;
    let end = writeLatin1(bytes, lines.end, ip);
    end = copyPart(bytes, end, this.#time);
    end = writePart(bytes, end, path);
    end = copyPart(bytes, end, this.#status);
    end = writeInteger(bytes, end, record.contentBytes);
    bytes[end++] = SPACE;
    return writePart(bytes, end, fields);
  }

  #makeTime({ second, date, time }: Stamp, user: string | null): void {
    const [year, month, day] = date.split("-");
    const name = user === null || user === "" ? "-" : quotedText(user, TEXT_MAX.name);
    this.#time = latin1Bytes(
      ` - ${name} [${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000] "`,
    );
    this.#timeSecond = second;
    this.#timeUser = user;
  }

  #makeStatus(status: number): void {
    this.#status = latin1Bytes(`" ${status} `);
    this.#statusCode = status;
  }
}

function requestLine({ method, rawPath, query, minor }: HttpRequest): string {
  const path = quotedBytes(rawPath, TEXT_MAX.path);
  const target = query === null ? path : `${path}?${quotedBytes(query, TEXT_MAX.query)}`;
  return `${quotedBytes(method, TEXT_MAX.method)} ${target} HTTP/1.${minor}`;
}

/** Returns the fields at the end of a line, with its end. */
function fieldsOf(request: HttpRequest): string {
  const referrer = request.header("referer") ?? "";
  const agent = request.header("user-agent") ?? "";
  return `"${quotedBytes(referrer, TEXT_MAX.referrer) || "-"}" ` +
    `"${quotedBytes(agent, TEXT_MAX.agent) || "-"}"\n`;
}
