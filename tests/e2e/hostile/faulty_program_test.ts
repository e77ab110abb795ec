// Goal: whatever a program behind the service sends, its clients get a sound response or see that
// it was cut off, and nobody gets the answer to another's request. Method: the real program, raw
// programs and raw clients.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { rawConnect } from "../../support/raw_client.ts";
import { RawProgram } from "../../support/proxy/raw_program.ts";
import { HOST, share } from "../../support/proxy/sharing.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os === "windows";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";

/** Sends one request on a connection of its own; returns all that comes until its end. */
async function ask(port: number, path: string, method = "GET"): Promise<string> {
  const client = await rawConnect({ hostname: HOST, port });
  await client.send(`${method} ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
  await client.closed;
  client.close();
  return client.received;
}

const HEAD = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** What the program sends before it closes its connection. */
const NONSENSE: Readonly<Record<string, string>> = {
  "no-head": "",
  "half-head": "HTTP/1.1 200 O",
  "no-status": "nonsense\r\n\r\n",
  "http2": "HTTP/2.0 200 OK\r\n\r\n",
  "status-0": "HTTP/1.1 000 No\r\n\r\n",
  "status-letters": "HTTP/1.1 2x0 No\r\n\r\n",
  "nul": `${HEAD}A: \0\r\nContent-Length: 0\r\n\r\n`,
  "nul-name": `${HEAD}A\0: b\r\nContent-Length: 0\r\n\r\n`,
  "fold": `${HEAD}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`,
  "bare-cr": `${HEAD}A: b\rc: d\r\nContent-Length: 0\r\n\r\n`,
  "bare-lf": "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
  "space-name": `${HEAD}A : b\r\nContent-Length: 0\r\n\r\n`,
  "no-colon": `${HEAD}nonsense\r\nContent-Length: 0\r\n\r\n`,
  "large-head": `${HEAD}A: ${"x".repeat(100_000)}\r\n\r\n`,
  "many-fields": `${HEAD}${"A: b\r\n".repeat(1000)}\r\n`,
  "two-lengths": `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nwrong!`,
  "same-lengths": `${HEAD}Content-Length: 5\r\nContent-Length: 5\r\n\r\nwrong`,
  "negative-length": `${HEAD}Content-Length: -5\r\n\r\nwrong`,
  "length-and-chunked": `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "unknown-coding": `${HEAD}Transfer-Encoding: gzip\r\n\r\nwrong`,
  "interim-flood": "HTTP/1.1 102 Processing\r\n\r\n".repeat(10_000),
  "interim-only": "HTTP/1.1 103 Early Hints\r\n\r\n",
  "switch": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nwrong",
  "first-chunk": `${CHUNKED}zz\r\nwrong`,
  "no-body": `${HEAD}Content-Length: 5\r\n\r\n`,
};

/** What comes after a valid head and the first bytes of a body. */
const CUT: Readonly<Record<string, string>> = {
  "no-chunk": CHUNKED, // the head of a stream does not wait for what may never come
  "bad-chunk": `${CHUNKED}5\r\nright\r\nzz\r\n`,
  "long-chunk": `${CHUNKED}5\r\nrightXX0\r\n\r\n`,
  "early-chunk": `${CHUNKED}5\r\nright\r\n`,
  "reset-chunk": `${CHUNKED}5\r\nright\r\n`,
  "early-length": `${HEAD}Content-Length: 50000\r\n\r\nright`,
  "reset-length": `${HEAD}Content-Length: 50000\r\n\r\nright`,
  "reset-close": `${HEAD}X: y\r\n\r\nright`,
};

Deno.test({
  name: "nonsense of a program is 502 or a response that is cut off, and a line in the HTTPERR log",
  ignore,
  async fn(): Promise<void> {
    await using raw = await RawProgram.start(async (connection, head) => {
      const [, name = ""] = /\/a\/([^ ]*)/.exec(head) ?? [];
      await connection.send(NONSENSE[name] ?? CUT[name] ?? OK);
      if (name.startsWith("reset")) {
        // The bytes must have been read: a reset may destroy what was not.
        await waitFor(() => cutBytes(name) > 0, name);
        connection.reset();
      } else if (name !== "") connection.end();
    });
    const seen = new Map<string, { readonly received: string }>();
    const cutBytes = (name: string): number => {
      const received = seen.get(name)?.received ?? "";
      return received.includes("right") ? received.length : 0;
    };
    await using sharing = await share(raw, ["/a/"]);
    const { port, program, service } = sharing;
    for (const name of Object.keys(NONSENSE)) {
      assertMatch(await ask(port, `/a/${name}`), /^HTTP\/1\.1 502 Bad Gateway\r\n/, name);
    }
    for (const name of Object.keys(CUT)) {
      const client = await rawConnect({ hostname: HOST, port });
      seen.set(name, client);
      await client.send(`GET /a/${name} HTTP/1.1\r\nHost: a.test\r\n\r\n`);
      await client.closed;
      client.close();
      assertMatch(client.received, /^HTTP\/1\.1 200 OK\r\n/, name);
      const isChunked = /\r\nTransfer-Encoding: chunked\r\n/.test(client.received);
      assertEquals(isChunked, !name.endsWith("-length"));
      assert(!client.received.endsWith("0\r\n\r\n"), `${name} looks complete`);
    }
    assertMatch(await ask(port, "/a/"), /right$/, "it still answers");

    const count = Object.keys(NONSENSE).length + Object.keys(CUT).length;
    const lines = async (): Promise<string[]> => {
      const { out } = await program.shell('cat "$HTTPCFG_HOME"/log/HTTPERR/*.log');
      return out.split("\n").filter((line) => line.includes("/a/"));
    };
    await waitFor(async () => (await lines()).length >= count, "the HTTPERR log");
    const found = await lines();
    assertEquals(found.filter((line) => !/ - BadGateway -$/.test(line)), []);
    assertEquals(found.length, count, "one line each");
    const events = await program.run("events --format json");
    assertEquals(events.out.split("does not respond correctly").length - 1, 1, "told once");
    assertEquals(/Error|\n {4}at /.test(service.stderr()), false, service.stderr());
  },
});

const WRONG = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong";
const ANSWERS: readonly [kind: string, method: string, answer: string][] = [
  ["head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
  ["no-content", "GET", "HTTP/1.1 204 No Content\r\n\r\n"],
  ["not-modified", "GET", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"],
  ["length", "GET", OK],
  ["chunked", "GET", `${CHUNKED}5\r\nright\r\n0\r\n\r\n`],
];
const DELAYS_MS = [0, 1, 5, 50];

Deno.test({
  name: "what a program sends after its answer is never the answer to another request",
  ignore,
  async fn(): Promise<void> {
    await using raw = await RawProgram.start(async (connection, head) => {
      const [, kind = "", delay = ""] = /\/([a-z-]+)-([0-9]+)\/first/.exec(head) ?? [];
      const found = ANSWERS.find(([name]) => name === kind);
      if (found === undefined) return await connection.send(OK);
      if (delay === "0") return await connection.send(found[2] + WRONG);
      await connection.send(found[2]);
      setTimeout(() => connection.send(WRONG), Number(delay));
    });
    const paths = ANSWERS.flatMap(([kind]) => DELAYS_MS.map((delay) => `/${kind}-${delay}/`));
    await using sharing = await share(raw, paths);
    const wrong: string[] = [];
    for (const path of paths) {
      const method = path.startsWith("/head") ? "HEAD" : "GET";
      const first = await ask(sharing.port, `${path}first`, method);
      const second = await ask(sharing.port, `${path}second`);
      if (/wrong/.test(first) || !/right$/.test(second)) wrong.push(path);
    }
    assertEquals(wrong, []);
  },
});

Deno.test({
  name: "a program learns of a request's origin only what the service has seen",
  ignore,
  async fn(): Promise<void> {
    await using raw = await RawProgram.start((connection) => connection.send(OK));
    await using sharing = await share(raw, ["/a/"]);
    const client = await rawConnect({ hostname: HOST, port: sharing.port });
    const origin = ["X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded", "Proxy"];
    const more = ["True-Client-IP", "REMOTE_USER", "X.Real.Ip", "X-Original-URL", "Host_", "X-B"];
    const fields = [...origin, ...more].map((name) => `${name}: 6.6.6.6\r\n`).join("");
    await client.send(
      `POST /a/x HTTP/1.1\r\nHost: a.test\r\n${fields}Connection: close, X-B, X-Forwarded-Proto\r\n` +
        "Trailer: X-Forwarded-For\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "3\r\nabc\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n\r\n",
    );
    await client.closed;
    client.close();
    assertMatch(client.received, /right$/);
    const [head = ""] = raw.heads;
    assertEquals(
      head.replace(/Via: .*\r\n/, ""),
      [
        "POST /a/x HTTP/1.1",
        "Host: a.test",
        "Host_: 6.6.6.6",
        "Transfer-Encoding: chunked",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: a.test",
        'Forwarded: for=127.0.0.1;host="a.test";proto=http',
        "\r\n",
      ].join("\r\n"),
    );
    assertEquals(raw.heads.slice(1), ["3\r\nabc\r\n0\r\n\r\n"], "a body without trailers");
    assertEquals([...raw.connections].some(({ received }) => received.includes("6.6.6.6")), false);
  },
});
