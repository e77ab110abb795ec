/** A reader of `multipart/byteranges` as clients have one, by RFC 2046 5.1 alone. */

export interface Part {
  readonly type: string | null;
  readonly start: number;
  readonly end: number;
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** Returns the parts of a body with this Content-Type. Throws if it has any other form. */
export function parseMultipart(contentType: string, body: Uint8Array): Part[] {
  const boundary = /^multipart\/byteranges; *boundary="?([0-9A-Za-z'()+_,./:=?-]{1,70})"?$/
    .exec(contentType)?.[1];
  if (boundary === undefined) throw new Error(`no boundary: ${contentType}`);
  const text = Array.from(body, (byte) => String.fromCharCode(byte)).join("");
  const sections = `\r\n${text}`.split(`\r\n--${boundary}`);
  const preamble = sections.shift();
  const end = sections.pop();
  if (preamble !== "" || (end !== "--\r\n" && end !== "--")) throw new Error("not closed");
  return sections.map((section) => {
    const headEnd = section.indexOf("\r\n\r\n");
    if (!section.startsWith("\r\n") || headEnd < 0) throw new Error("a part without a head");
    const fields = new Map(
      section.slice(2, headEnd).split("\r\n").map((line) => {
        const [name = "", value = ""] = line.split(/: */, 2);
        return [name.toLowerCase(), value];
      }),
    );
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(fields.get("content-range") ?? "");
    if (range === null) throw new Error("a part without its range");
    const [first, last, size] = range.slice(1).map(Number) as [number, number, number];
    const content = section.slice(headEnd + 4);
    if (content.length !== last - first + 1) throw new Error("a part of another length");
    const bytes = Uint8Array.from(content, (c) => c.charCodeAt(0));
    return { type: fields.get("content-type") ?? null, start: first, end: last, size, bytes };
  });
}
