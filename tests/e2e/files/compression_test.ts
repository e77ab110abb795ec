/**
 * Files and answers over the network as a cache and a client see them: what RFC 9110 and 9111 demand
 * of validators, Vary, codings, ranges and HEAD, asked with curl.
 */
import { assertEquals } from "@std/assert";
import { sampleText } from "../../site/coding/decoding.ts";
import { parseMultipart } from "../../site/static/multipart_parser.ts";
import { startService } from "../../support/service.ts";
import { tempFolder } from "../../support/temp_folder.ts";

interface Answer {
  readonly status: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Runs curl, which writes the head and then the body. */
async function curl(...words: string[]): Promise<Answer> {
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    // With -I, the head is what it writes anyway.
    args: ["-sS", "--max-time", "60", ...words.includes("-I") ? [] : ["-D", "-"], ...words],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const text = Array.from(stdout, (byte) => String.fromCharCode(byte)).join("");
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...lines] = text.slice(0, end).split("\r\n");
  return {
    status: Number(line.split(" ")[1]),
    fields: lines.map((one) => {
      const colon = one.indexOf(":");
      return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()];
    }),
    body: stdout.slice(end + 4),
  };
}

function field({ fields }: Answer, name: string): string | null {
  const values = fields.filter(([own]) => own === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(" | ");
}

Deno.test("files: each coding, its tag, its 304 and its HEAD, as curl reads them", async () => {
  await using temp = await tempFolder();
  const text = sampleText(20_000);
  await Deno.writeTextFile(temp.at("a.json"), text);
  await Deno.utime(temp.at("a.json"), 1000, 1000);
  await using service = await startService({ sites: { site: { kind: "root", path: temp.path } } });
  const url = `http://${service.hostname}:${service.port}/a.json`;
  const plain = await curl(url);
  assertEquals([field(plain, "content-encoding"), field(plain, "vary")], [null, "Accept-Encoding"]);
  const tags = new Set([field(plain, "etag")]);
  for (const coding of ["gzip", "br", "zstd"]) {
    const accept = ["-H", `Accept-Encoding: ${coding}`];
    const decoded = await curl("--compressed", ...accept, url);
    assertEquals(new TextDecoder().decode(decoded.body), text, coding);
    assertEquals(field(decoded, "content-encoding"), coding);
    assertEquals(field(decoded, "vary"), "Accept-Encoding");
    const etag = field(decoded, "etag")!;
    tags.add(etag);
    const head = await curl("-I", ...accept, url);
    const same = (answer: Answer): unknown => answer.fields.filter(([name]) => name !== "date");
    assertEquals([head.status, same(head)], [200, same(decoded)]);
    const known = await curl(...accept, "-H", `If-None-Match: ${etag}`, url);
    assertEquals([known.status, known.body.length], [304, 0]);
    assertEquals([field(known, "etag"), field(known, "vary")], [etag, "Accept-Encoding"]);
    assertEquals((await curl("-H", `If-None-Match: ${etag}`, url)).status, 200);
    const part = await curl(...accept, "-r", "10-19", url);
    assertEquals([part.status, field(part, "content-encoding")], [206, null]);
    assertEquals(new TextDecoder().decode(part.body), text.slice(10, 20));
    assertEquals(field(part, "vary"), "Accept-Encoding");
  }
  assertEquals(tags.size, 4);
});

Deno.test("files: several ranges are the bytes of the file", async () => {
  await using temp = await tempFolder();
  const text = "abcdefghijklmnopqrstuvwxyz";
  await Deno.writeTextFile(temp.at("a.txt"), text);
  await using service = await startService({ sites: { site: { kind: "root", path: temp.path } } });
  const url = `http://${service.hostname}:${service.port}/a.txt`;
  for (let i = 0; i < 2; i++) {
    const several = await curl("-r", "0-1,5-6,-1", url);
    assertEquals(several.status, 206);
    assertEquals(field(several, "content-length"), `${several.body.length}`);
    const parts = parseMultipart(field(several, "content-type")!, several.body);
    assertEquals(parts.map(({ bytes }) => new TextDecoder().decode(bytes)), ["ab", "fg", "z"]);
    assertEquals((await curl("-r", "30-", url)).status, 416);
    await curl(url); // from memory the next time
  }
});

Deno.test("answers are compressed only by a site that asks for it", async () => {
  await using service = await startService({
    sites: { site: { kind: "respond", text: sampleText(5000) } },
  });
  const url = `http://${service.hostname}:${service.port}/`;
  const plain = await curl("-H", "Accept-Encoding: gzip", url);
  assertEquals([field(plain, "content-encoding"), field(plain, "vary")], [null, null]);
});
