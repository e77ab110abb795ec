// Story: people use their usual HTTP client with the service, over IPv4 and IPv6.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get, parseResponse, receive, send, talk } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";

const V4 = "127.0.0.2";
const TEXT = "hello, world\n";

/** Starts a service with a fixed text, files and the welcome page, on 127.0.0.2 and ::1. */
async function service(): Promise<{ program: Program; port: number }> {
  const program = await Program.make();
  const port = freePort();
  await Deno.mkdir(`${program.home}/www`);
  await Deno.writeTextFile(`${program.home}/www/index.html`, "<h1>index</h1>\n");
  await Deno.writeTextFile(`${program.home}/www/data.json`, '{"a":1}\n');
  const bound = (host: string): string[] => {
    return ["--bind", `${V4}:${port}:${host}`, "--bind", `[::1]:${port}:${host}`];
  };
  await program.do(`set iplisten -i ${V4}`);
  await program.do("set iplisten -i ::1");
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "text", ...bound("text"), "--respond", TEXT]);
  await program.do(["site", "add", "www", ...bound("www"), "--root", `${program.home}/www`]);
  const hello = [...bound("hello.localhost"), ...bound("hello.example")];
  await program.do(["site", "add", "hello", ...hello, "--welcome"]);
  await program.serve();
  return { program, port };
}

for (const ip of [V4, "::1"]) {
  const url = ip === V4 ? ip : `[${ip}]`;

  testWith(["curl"], `curl on ${url}: GET, HEAD, keep-alive and HTTP/1.0`, async () => {
    const { program, port } = await service();
    await using _program = program;
    const curl = async (args: string): Promise<string> => {
      const { out, err } = await program.shell(`curl -sS --globoff ${args}`);
      assertEquals(err, "", args);
      return out;
    };
    const text = `-H 'Host: text' http://${url}:${port}/`;
    assertEquals(await curl(text), TEXT);

    const head = await curl(`-I ${text}`);
    assertMatch(head, /^HTTP\/1\.1 200 OK\r\n/);
    assertMatch(head, new RegExp(`^content-length: ${TEXT.length}\r$`, "im"));
    assertMatch(head, /^date: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT\r$/im);
    assert(!head.includes("hello"), "HEAD has no body");

    const twice = `-w '%{num_connects} ' -o /dev/null -o /dev/null ${text} ${text}`;
    assertEquals(await curl(twice), "1 0 ", "the second request needs no new connection");
    assertEquals(await curl(`-0 -w '%{http_version}' ${text}`), `${TEXT}1.1`);

    assertEquals(await curl(`-H 'Host: www' http://${url}:${port}/`), "<h1>index</h1>\n");
    const json = await curl(`-i -H 'Host: www' http://${url}:${port}/data.json`);
    assertMatch(json, /^content-type: application\/json/im);
    const missing = `-o /dev/null -w '%{http_code}' -H 'Host: www' http://${url}:${port}/missing`;
    assertEquals(await curl(missing), "404");
  });
}

Deno.test("pipelined requests get their responses in order on one connection", async () => {
  const { program, port } = await service();
  await using _program = program;
  using conn = await Deno.connect({ hostname: V4, port });
  const request = (path: string, more = ""): string => {
    return `GET ${path} HTTP/1.1\r\nHost: www\r\n${more}\r\n`;
  };
  await send(
    conn,
    request("/data.json") + request("/nowhere") + request("/", "Connection: close\r\n"),
  );
  const all = await receive(conn, () => false);
  const statuses = [...all.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]!);
  assertEquals(statuses, ["200", "404", "200"]);
  assert(all.indexOf('{"a":1}') < all.indexOf("<h1>index</h1>"), all);
  assert(all.endsWith("<h1>index</h1>\n"), all);
});

Deno.test("HTTP/1.0 closes the connection, and keeps it open on request", async () => {
  const { program, port } = await service();
  await using _program = program;
  const closed = await talk(V4, port, "GET / HTTP/1.0\r\nHost: text\r\n\r\n");
  assertEquals(parseResponse(closed).body, TEXT);
  using conn = await Deno.connect({ hostname: V4, port });
  const kept = "GET / HTTP/1.0\r\nHost: text\r\nConnection: keep-alive\r\n\r\n";
  for (let round = 0; round < 3; round++) {
    await send(conn, kept);
    const { body, headers } = parseResponse(await receive(conn, (text) => text.endsWith(TEXT)));
    assertEquals([body, headers["connection"]?.toLowerCase()], [TEXT, "keep-alive"]);
  }
});

Deno.test("a host of no site gets the 400 of HTTP.sys", async () => {
  const { program, port } = await service();
  await using _program = program;
  const { status, reason, body, headers } = await get(V4, port, { host: "nobody" });
  assertEquals([status, reason], [400, "Bad Request"]);
  assertStringIncludes(body, "<h2>Bad Request - Invalid Hostname</h2>");
  assertStringIncludes(body, "HTTP Error 400. The request hostname is invalid.");
  assertEquals(headers["connection"], "close");
  assertEquals(headers["content-length"], "334");
  const missing = await talk(V4, port, "GET / HTTP/1.1\r\n\r\n");
  assertEquals(parseResponse(missing).status, 400);
});

Deno.test("the welcome page shows this machine what is listening, and nothing to others", async () => {
  const { program, port } = await service();
  await using _program = program;
  for (const ip of [V4, "::1"]) {
    const { status, body, headers } = await get(ip, port, { host: "hello.localhost" });
    assertEquals(status, 200);
    assertMatch(headers["content-type"] ?? "", /^text\/html/);
    assertStringIncludes(body, `${V4}:${port}`);
    assertStringIncludes(body, `[::1]:${port}`);
    // A proxy on this machine, and a name of somebody else that leads here.
    const strangers = ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "Via: 1.1 proxy"]
      .map((line) => `Host: hello.localhost\r\n${line}\r\n`);
    for (const lines of [...strangers, "Host: hello.example\r\n"]) {
      for (const accept of ["text/html", "application/json"]) {
        const request = `GET / HTTP/1.1\r\n${lines}Accept: ${accept}\r\nConnection: close\r\n\r\n`;
        const response = await talk(ip, port, request);
        assertEquals(parseResponse(response).status, 200);
        const told = /127\.|\[::1\]|W3SVC|hello|httpcfg|[0-9]+\.[0-9]+\.[0-9]+/i;
        assertEquals(told.exec(parseResponse(response).body), null, response);
        assertStringIncludes(response, "Cache-Control: no-store");
      }
    }
  }
});

Deno.test("an endless head is refused, and others are served meanwhile", async () => {
  const { program, port } = await service();
  await using _program = program;
  using slow = await Deno.connect({ hostname: V4, port });
  await send(slow, "GET / HTTP/1.1\r\nHost: text\r\nX: ");
  assertEquals((await get(V4, port, { host: "text" })).body, TEXT);
  await send(slow, "x".repeat(20_000)).catch(() => {}); // aborted perhaps, before all is sent
  const refused = await receive(slow, () => false).catch(() => "");
  assert(refused === "" || refused.startsWith("HTTP/1.1 400 "), refused);
  assertEquals((await get(V4, port, { host: "text" })).body, TEXT);
});
