// Goal: one identifier for the client, the response and the program behind the service. Method: the
// real program, a proxied program that answers with the head that it got.
import { assertEquals, assertMatch } from "@std/assert";
import { startProxied } from "../../support/proxy/proxied_service.ts";

const MADE = /^[0-9a-f]{32}$/;

function request(path: string, id: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a.test\r\nX-Request-ID: ${id}\r\nConnection: close\r\n\r\n`;
}

for (const workers of [1, 2]) {
  Deno.test(`a request is identified to its client and to programs, with ${workers} workers`, async () => {
    const settings = { EnableRequestIds: true, TrustedProxies: ["127.0.0.9"], Workers: workers };
    await using proxied = await startProxied(settings);
    const ids = async (path: string, from: string): Promise<string[]> => {
      const text = await proxied.talk([request(path, "theirs")], from);
      return [...text.matchAll(/^X-Request-ID: (.*?)\r?$/gim)].map(([, id]) => id!);
    };
    const [own, passedOn, ...more] = await ids("/app/x", "127.0.0.1");
    assertMatch(own!, MADE);
    assertEquals([passedOn, ...more], [own]); // the program has got the same, and no other
    assertEquals(await ids("/app/x", "127.0.0.9"), ["theirs", "theirs"]);
    const site = await proxied.talk([request("/", "theirs")], "127.0.0.9");
    assertEquals(site.split("\r\n\r\n")[0]!.match(/x-request-id: .*/gi), ["X-Request-ID: theirs"]);
  });
}
