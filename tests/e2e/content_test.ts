/**
 * The contents of sites over the network: files and the boundary of their directory, echo, fixed
 * texts, redirects.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type RawClient, rawConnect } from "../support/raw_client.ts";
import { type RunningService, startService } from "../support/service.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { waitFor } from "../support/wait.ts";
import { ON_POSIX } from "../support/platforms.ts";

const SECRET = "secret text";

// Goal: no path leaves the root. Method: raw targets, so that no client normalizes them.
Deno.test(
  "files: no path and no link reaches a file that is not below the root",
  ON_POSIX,
  async () => {
    await using temp = await tempFolder();
    await Deno.mkdir(temp.at("www/sub"), { recursive: true });
    await Deno.writeTextFile(temp.at("secret.txt"), SECRET);
    await Deno.mkdir(temp.at("www2"));
    await Deno.writeTextFile(temp.at("www2/secret.txt"), SECRET);
    await Deno.writeTextFile(temp.at("www/.secret.txt"), SECRET);
    await Deno.mkdir(temp.at("www/.git"));
    await Deno.writeTextFile(temp.at("www/.git/config"), SECRET);
    await Deno.writeTextFile(temp.at("www/index.html"), "public");
    await Deno.symlink("../secret.txt", temp.at("www/link.txt"));
    await Deno.symlink("../www2", temp.at("www/beside"));
    await using service = await startService({
      sites: { site: { kind: "root", path: temp.at("www"), listing: true } },
    });
    const targets = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/%2e%2e%2fsecret.txt",
      "/..%2fsecret.txt",
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/sub/../../secret.txt",
      "/sub/%2e%2e/%2e%2e/secret.txt",
      "/sub/..%2f..%2fsecret.txt",
      "/%252e%252e/secret.txt",
      "/..%c0%afsecret.txt",
      "/%c0%ae%c0%ae/secret.txt",
      "/..%00/secret.txt",
      "/index.html%00/../../secret.txt",
      "/../www2/secret.txt",
      "//../secret.txt",
      "/./../secret.txt",
      `/${temp.path}/secret.txt`,
      `//${temp.path}/secret.txt`,
      `http://a/../secret.txt`,
      "/link.txt",
      "/beside/secret.txt",
      "/.secret.txt",
      "/%2esecret.txt",
      "/.git/config",
      "/sub/../.git/config",
    ];
    for (const target of targets) {
      const response = await ask(
        service,
        `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      assertEquals(response.includes(SECRET), false, target);
      assert(/^HTTP\/1\.1 (?:400|403|404) /.test(response), `${target}: ${response.slice(0, 40)}`);
    }
    const listing = await (await service.get("/sub/")).text();
    assertEquals(listing.includes("secret"), false);
    assertEquals(await (await service.get("/")).text(), "public");
  },
);

Deno.test("files: conditions, ranges, HEAD and methods as curl and browsers use them", async () => {
  await using temp = await tempFolder();
  const text = "0123456789".repeat(100_000);
  await Deno.writeTextFile(temp.at("large.bin"), text); // nothing that is compressed
  await Deno.writeTextFile(temp.at("small.txt"), "small");
  await using service = await startService({ sites: { site: { kind: "root", path: temp.path } } });
  for (const [path, whole] of [["/large.bin", text], ["/small.txt", "small"]] as const) {
    for (let i = 0; i < 4; i++) { // from the disk, then from memory
      const response = await service.get(path);
      assertEquals(await response.text() === whole, true);
      assertEquals(response.headers.get("content-length"), String(whole.length));
      const etag = response.headers.get("etag")!;
      const same = await service.get(path, { "If-None-Match": etag });
      assertEquals([same.status, await same.text()], [304, ""]);
      const part = await service.get(path, { Range: "bytes=-3", "If-Range": etag });
      assertEquals([part.status, await part.text()], [206, whole.slice(-3)]);
      const beyond = await service.get(path, { Range: `bytes=${whole.length}-` });
      await beyond.text();
      assertEquals(beyond.headers.get("content-range"), `bytes */${whole.length}`);
      const head = await ask(
        service,
        `HEAD ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      assertStringIncludes(head, `Content-Length: ${whole.length}\r\n`);
      assertEquals(head.endsWith("\r\n\r\n"), true);
    }
  }
  const put =
    "PUT /small.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnew";
  const refused = await ask(service, put);
  assertStringIncludes(refused, "HTTP/1.1 405 ");
  assertStringIncludes(refused, "Allow: GET, HEAD, OPTIONS\r\n");
});

Deno.test("echo: a body is echoed byte for byte, sized or chunked, small or large", async () => {
  await using service = await startService({ sites: { site: { kind: "echo" } } });
  const url = `http://${service.hostname}:${service.port}/`;
  for (const size of [0, 1, 70_000, 3_000_000]) {
    const body = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 256);
    const sized = await fetch(url, { method: "POST", body });
    assertEquals(sameBytes(await sized.bytes(), body), true, `${size}`);
    const chunked = await fetch(url, { method: "POST", body: new Blob([body]).stream() });
    assertEquals(sameBytes(await chunked.bytes(), body), true, `${size} chunked`);
  }
  const shown = await (await service.get("/where?x=1", { Accept: "application/json" })).json();
  assertEquals(
    [shown.local, shown.site, shown.path, shown.query],
    [`${service.hostname}:${service.port}`, "site", "/where", "x=1"],
  );
});

Deno.test("fixed text: every method gets a response, after its body was read", async () => {
  await using service = await startService({
    sites: { site: { kind: "respond", text: "fixed", status: 503 } },
  });
  const client = await rawConnect(service);
  const methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
  for (const method of methods) {
    await client.send(`${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n`);
    await client.send("body");
  }
  const count = (): number => client.received.split("HTTP/1.1 503 ").length - 1;
  await waitFor(() => count() === methods.length, "a response to each method");
  client.close();
});

// Goal: the Location that a browser gets. Method: raw requests, so that no client normalizes them.
Deno.test("redirect: path, query and host as sent, whatever the method", async () => {
  await using service = await startService({
    sites: {
      site: { kind: "redirect", to: "https://{host}:8443{path}", status: 308 },
      "fixed.test": { kind: "redirect", to: "https://www.example.com/" },
      "path.test": { kind: "redirect", to: "/{path}" },
    },
  });
  const cases: [line: string, host: string, status: number, location: string][] = [
    ["GET /a%20b/?x=%2F&y", "a.test:81", 308, "https://a.test:8443/a%20b/?x=%2F&y"],
    ["GET /", "[::1]", 308, "https://[::1]:8443/"],
    ["DELETE //evil.test/..;/", "a.test", 308, "https://a.test:8443//evil.test/..;/"],
    ["GET http://b.test/x?y", "a.test", 308, "https://b.test:8443/x?y"],
    ["GET /any/where?x", "fixed.test", 302, "https://www.example.com/"],
    ["GET //evil.test/", "path.test", 302, "/evil.test/"],
    ["GET /<x>?\\|", "path.test", 302, "/%3Cx%3E?%5C%7C"],
  ];
  for (const [line, host, status, location] of cases) {
    const response = await ask(
      service,
      `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    assertStringIncludes(response, `HTTP/1.1 ${status} `, line);
    assertStringIncludes(response, `\r\nLocation: ${location}\r\n`, line);
    assertStringIncludes(response, `\r\n\r\n${status} `, line);
  }
  const head = await ask(service, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  assertStringIncludes(head, "Location: https://a:8443/\r\n");
  assertEquals(head.endsWith("\r\n\r\n"), true);

  const client = await rawConnect(service);
  await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
  await client.send("body");
  await client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  await waitFor(() => client.received.includes("/next\r\n"), "the response after the body");
  assertEquals(client.received.split("HTTP/1.1 308 ").length, 3);
  client.close();
});

async function ask(service: RunningService, request: string): Promise<string> {
  const client: RawClient = await rawConnect(service);
  await client.send(request);
  await client.closed;
  return client.received;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
