// Goal: whatever an upstream or a client does, a request is answered once and acts at most once.
// Method: the real program, raw upstreams and raw clients (cases of RFC 9110 and of other proxies).
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HOST, ProxiedSite } from "../../support/proxy/proxied_site.ts";
import { RawProgram } from "../../support/proxy/raw_program.ts";
import { type RawClient, rawConnect } from "../../support/raw_client.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os !== "linux";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

/** Sends `text` on a connection of its own; returns it when `isEnough` holds for what came back. */
async function talk(
  { port }: ProxiedSite,
  text: string,
  isEnough = (received: string): boolean => /\r\n\r\n.*right$/s.test(received),
): Promise<RawClient> {
  const client = await rawConnect({ hostname: HOST, port });
  await client.send(text);
  await waitFor(() => client.isClosed || isEnough(client.received), "a response");
  return client;
}

function request(line: string, fields = "", body = ""): string {
  return `${line} HTTP/1.1\r\nHost: shop.test\r\n${fields}\r\n${body}`;
}

async function statusOf(site: ProxiedSite, text: string): Promise<string> {
  const client = await talk(site, text, (received) => received.includes("\r\n\r\n"));
  client.close();
  return client.received.slice(9, 12);
}

test("an idle connection that closes as a request arrives: GET again, POST never", async () => {
  let dies = false;
  await using raw = await RawProgram.start((connection, head) => {
    if (dies && head.includes("/race")) {
      dies = false;
      return connection.end();
    }
    return connection.send(OK);
  });
  await using site = await ProxiedSite.start(["--proxy", raw.url]);
  for (const [method, status, seen] of [["GET", "200", 2], ["POST", "502", 1]] as const) {
    const client = await rawConnect({ hostname: HOST, port: site.port });
    await client.send(request("GET /warm"));
    await waitFor(() => client.received.endsWith("right"), "the first response");
    dies = true;
    const before = client.received.length;
    const body = method === "POST" ? "Content-Length: 0\r\n" : "";
    await client.send(request(`${method} /race`, body));
    await waitFor(() => client.isClosed || client.received.length > before + 12, "an answer");
    assertEquals(client.received.slice(before + 9, before + 12), status);
    const heads = raw.heads.filter((head) => head.startsWith(`${method} /race`));
    assertEquals(heads.length, seen, method);
    client.close();
  }
});

test("an answer that comes before the end of an upload reaches the client", async () => {
  await using raw = await RawProgram.start(async (connection) => {
    await connection.send(
      "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nright",
    );
    connection.reset();
  });
  await using site = await ProxiedSite.start(["--proxy", raw.url]);
  const client = await rawConnect({ hostname: HOST, port: site.port });
  await client.send(request("POST /up", "Content-Length: 8000000\r\n"));
  const piece = new Uint8Array(100_000).fill(97);
  for (let i = 0; i < 80 && !client.isClosed; i++) await client.send(piece);
  await waitFor(() => client.isClosed || client.received.includes("right"), "the answer");
  assertMatch(client.received, /^HTTP\/1\.1 413 /);
  client.close();
});

test("a client that ends its direction after its request gets the whole answer", async () => {
  await using raw = await RawProgram.start((connection) => connection.send(OK));
  await using site = await ProxiedSite.start(["--proxy", raw.url]);
  const client = await rawConnect({ hostname: HOST, port: site.port });
  await client.send(request("GET /"));
  client.halfClose();
  await client.closed;
  assertMatch(client.received, /^HTTP\/1\.1 200 .*right$/s);
});

test("what Connection names does not pass, but our own fields do", async () => {
  await using raw = await RawProgram.start((connection) => connection.send(OK));
  await using site = await ProxiedSite.start([
    ...["--proxy", raw.url, "--host-header", "inner:8080", "--remove-request-header", "X-Secret"],
    ...["--set-request-header", "X-Set: ours"],
  ]);
  const fields = "Connection: close, X-Forwarded-For, Cookie\r\nCookie: a=b\r\nX-Secret: 1\r\n" +
    "X-Set: theirs\r\nX-Forwarded-For: 6.6.6.6\r\nX-Other: stays\r\n";
  (await talk(site, request("GET /", fields))).close();
  const [head = ""] = raw.heads;
  assert(!/cookie|6\.6\.6\.6|x-secret|theirs/i.test(head), head);
  assertStringIncludes(head, "Host: inner:8080\r\n");
  assertStringIncludes(head, "X-Set: ours\r\n");
  assertStringIncludes(head, "X-Other: stays\r\n");
  assertMatch(head, /X-Forwarded-For: 127\.0\.0\.\d+\r\n/);
  assertStringIncludes(head, "X-Forwarded-Host: shop.test\r\n");
});

test("interim answers never pass for the answer, not for a client of HTTP/1.0 either", async () => {
  const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
    "HTTP/1.1 100 Continue\r\n\r\n";
  await using raw = await RawProgram.start((connection) => connection.send(interim + OK));
  await using site = await ProxiedSite.start(["--proxy", raw.url]);
  const client = await talk(site, "GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n");
  assertMatch(client.received, /^HTTP\/1\.1 200 /);
  assertEquals(client.received.match(/HTTP\/1\.1/g)?.length, 1);
});

test("a body that may not be there never becomes the next answer", async () => {
  await using raw = await RawProgram.start((connection, head) => {
    const none = "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong";
    return connection.send(head.includes("/none") ? none : OK);
  });
  await using site = await ProxiedSite.start(["--proxy", raw.url]);
  const client = await talk(site, request("GET /none"), (text) => text.includes("\r\n\r\n"));
  assertMatch(client.received, /^HTTP\/1\.1 204 /);
  await client.send(request("GET /next"));
  await waitFor(() => client.isClosed || /right$/.test(client.received), "the second answer");
  assert(!client.received.includes("wrong"));
  client.close();
});

test("a prefix is replaced in the raw path, or the request is refused", async () => {
  await using raw = await RawProgram.start((connection) => connection.send(OK));
  await using site = await ProxiedSite.start([
    ...["--respond", "home", "--map", `/app/=${raw.url}/base/`, "--map", `/keep/=${raw.url}`],
  ]);
  const cases: [path: string, want: string][] = [
    ["/app/x%2Cy//z?q=%2f", "/base/x%2Cy//z?q=%2f"],
    ["/app//x", "/base//x"],
    ["/APP", "/base"],
    ["/app/?", "/base/?"],
    ["/app%2Fx", "400"],
    ["/app/%2e%2e/app/x", "400"],
    ["/app/../x", "home"],
    ["/apple", "home"],
    ["/keep/a%20b", "/keep/a%20b"],
  ];
  for (const [path, want] of cases) {
    const before = raw.heads.length;
    const isDone = (text: string): boolean => /(?:right|home)$/.test(text) || / 400 /.test(text);
    const client = await talk(site, request(`GET ${path}`), isDone);
    client.close();
    const target = raw.heads[before]?.split(" ")[1];
    const got = target ??
      (client.received.endsWith("home") ? "home" : client.received.slice(9, 12));
    assertEquals(got, want, path);
  }
});

test("a POST that an upstream has not read goes to another; one that it has read does not", async () => {
  await using live = await RawProgram.start((connection) => connection.send(OK));
  await using resets = await RawProgram.start((connection) => connection.reset());
  const dead = await RawProgram.start(() => {});
  await dead[Symbol.asyncDispose]();
  const post = request("POST /", "Content-Length: 2\r\n", "ab");
  {
    await using site = await ProxiedSite.start(["--proxy", dead.url, "--proxy", live.url]);
    for (let i = 0; i < 8; i++) assertEquals(await statusOf(site, post), "200");
    assertEquals(live.heads.length, 8);
    const [down] = await site.upstreams();
    assertEquals(down!.state, "down");
  }
  {
    await using site = await ProxiedSite.start([
      ...["--proxy", resets.url, "--proxy", live.url, "--fails", "100"],
    ]);
    const before = live.heads.length;
    const statuses = new Set<string>();
    for (let i = 0; i < 6; i++) statuses.add(await statusOf(site, post));
    assertEquals([...statuses].sort(), ["200", "502"]);
    assertEquals(live.heads.length - before, 3);
    const get = request("GET /");
    for (let i = 0; i < 6; i++) assertEquals(await statusOf(site, get), "200");
  }
});

test("the only upstream is asked although it is down; a full one is 503 with Retry-After", async () => {
  let isReset = true;
  await using raw = await RawProgram.start((connection, head) => {
    if (isReset) return connection.reset();
    return head.includes("/hang") ? undefined : connection.send(OK);
  });
  await using site = await ProxiedSite.start(["--proxy", raw.url, "--upstream-connections", "2"]);
  for (let i = 0; i < 4; i++) assertEquals(await statusOf(site, request("GET /")), "502");
  await site.settled("down");
  isReset = false;
  assertEquals(await statusOf(site, request("GET /")), "200");
  await site.settled("up");
  const hanging = await Promise.all([1, 2].map(() => talk(site, request("GET /hang"), () => true)));
  await waitFor(() => raw.heads.filter((head) => head.includes("/hang")).length === 2, "two");
  const full = await talk(site, request("GET /"), (text) => text.includes("\r\n\r\n"));
  assertMatch(full.received, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
  for (const client of [...hanging, full]) client.close();
});
