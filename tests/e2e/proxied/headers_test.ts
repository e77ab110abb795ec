// Goal: a PROXY header decides who the client is, for exactly the peers that must send one. Method:
// the real program, and bytes from two addresses of this machine.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SERVICE_IP, startProxied } from "../../support/proxy/proxied_service.ts";
import { binary, line, tlv, V4_BODY } from "../../support/proxy/proxy_bytes.ts";
import { testWith } from "../../support/tools.ts";

const PROXY = "127.0.0.1";
const OTHER = "127.0.0.9";
const V1 = "PROXY TCP4 192.0.2.9 198.51.100.1 4711 443\r\n";
const V1_V6 = "PROXY TCP6 2001:db8::9 2001:db8::1 4711 443\r\n";
const GET = "GET /where HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
const APP = GET.replace("/where", "/app/x");
const C_IP = 9; // a column of the W3C log
const [CLIENT, REASON] = [2, 11]; // columns of the HTTPERR log

for (const workers of [1, 2]) {
  Deno.test(`a PROXY header names the client, with ${workers} workers`, async () => {
    await using proxied = await startProxied({ ProxyProtocol: [PROXY], Workers: workers });
    const cases = [
      [[V1, GET], "192.0.2.9:4711"],
      [[V1_V6, GET], "[2001:db8::9]:4711"],
      [[binary(), GET], "192.0.2.9:4711"],
      [[...V1].concat(GET), "192.0.2.9:4711"],
      [["PROXY UNKNOWN\r\n", GET], `${PROXY}:`],
      [[binary({ kind: 0x20 }), GET], `${PROXY}:`],
    ] as const;
    for (const [bytes, client] of cases) {
      const answer = await proxied.talk(bytes);
      assertStringIncludes(answer, `\nremote: ${client}`);
      assertStringIncludes(answer, `\nlocal: ${SERVICE_IP}:${proxied.http}\n`); // not the header's
    }
    const head = await proxied.talk([V1_V6, APP]);
    assertStringIncludes(head, "\r\nX-Forwarded-For: 2001:db8::9\r\nX-Forwarded-Proto: http\r\n");
    assertStringIncludes(head, '\r\nForwarded: for="[2001:db8::9]";host="a.test";proto=http\r\n');
    const lines = await proxied.lines(/W3SVC1/, cases.length);
    const clients = new Set(lines.map((columns) => columns[C_IP]));
    assertEquals(clients, new Set(["192.0.2.9", "2001:db8::9", PROXY]));
  });
}

Deno.test("a proxy that tells of TLS is believed about the scheme", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
  const header = binary({ body: [...V4_BODY, ...tlv(0x20, [1, 0, 0, 0, 0])] });
  assertStringIncludes(await proxied.talk([header, APP]), "\r\nX-Forwarded-Proto: https\r\n");
});

Deno.test("what is no header is refused, with one line for each", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY], HeaderWaitTimeout: 1 });
  const cases = [
    [[GET], "NoProxyHeader"],
    [[line("\x16\x03\x01\x00\xc8")], "NoProxyHeader"],
    [["PROXY TCP4 192.0.02.9 198.51.100.1 1 2\r\n", GET], "BadProxyHeader"],
    [["PROXY TCP4 192.0.2.9 198.51.100.1 1 65536\r\n", GET], "BadProxyHeader"],
    [["PROXY TCP4 ::1 ::2 1 2\r\n", GET], "BadProxyHeader"],
    [[binary({ family: 0x41 }), GET], "BadProxyHeader"],
    [[binary({ kind: 0x22 }), GET], "BadProxyHeader"],
    [[binary({ length: 65535 }), GET], "BadProxyHeader"],
    [[binary({ body: [...V4_BODY, ...tlv(3, [0, 0, 0, 0])] }), GET], "BadProxyHeader"],
    [["PROXY TC"], "Timer_ProxyHeader"],
    [[], "Timer_ProxyHeader"],
  ] as const;
  for (const [bytes] of cases) assertEquals(await proxied.talk(bytes), "");
  const lines = await proxied.lines(/httperr/, cases.length);
  assertEquals(lines.map((columns) => columns[REASON]), cases.map(([, reason]) => reason));
  assertEquals(new Set(lines.map((columns) => columns[CLIENT])), new Set([PROXY]));
});

Deno.test("a second header is part of a request, and a bad one", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
  for (const second of [V1, binary()]) {
    assertMatch(await proxied.talk([V1, second, GET]), /^HTTP\/1\.1 400 /);
  }
  const lines = await proxied.lines(/httperr/, 2);
  assertEquals(lines.map((columns) => columns[CLIENT]), ["192.0.2.9", "192.0.2.9"]);
});

Deno.test("a header from any other peer is never read", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
  for (const header of [V1, binary()]) {
    assertMatch(await proxied.talk([header, GET], OTHER), /^HTTP\/1\.1 400 /);
  }
  assertStringIncludes(await proxied.talk([GET], OTHER), `\nremote: ${OTHER}:`);
  const lines = await proxied.lines(/httperr/, 2);
  assertEquals(lines.map((columns) => columns[CLIENT]), [OTHER, OTHER]);
});

Deno.test("health checks of a proxy leave no line", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
  for (
    const header of ["", "PROXY TCP4 127.0.0.1 127.0.0.2 1 2\r\n", binary({ kind: 0x20, body: [] })]
  ) {
    for (const port of [proxied.http, proxied.https]) {
      const conn = await Deno.connect({ hostname: SERVICE_IP, port });
      if (header !== "") await conn.write(typeof header === "string" ? line(header) : header);
      await conn.closeWrite();
      assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null);
      conn.close();
    }
  }
  assertEquals(await proxied.talk([GET]), ""); // comes after them in the log
  const lines = await proxied.lines(/httperr/, 1);
  assertEquals(lines.map((columns) => columns[REASON]), ["NoProxyHeader"]);
});

testWith(["curl"], "TLS begins behind the header", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
  const { program, https } = proxied;
  const url = `https://a.test:${https}/`;
  const to =
    `-sS -m 60 --cacert ${program.home}/certs/MY/a.test.pem --resolve a.test:${https}:${SERVICE_IP}`;
  // curl names its own address, which is that of the proxy here.
  const named = await program.shell(`curl ${to} --haproxy-protocol ${url}`);
  assertStringIncludes(named.out, `\nremote: ${PROXY}:`);
  assertStringIncludes(named.out, "\ntls: true\n");
  const bare = await program.shell(`curl ${to} ${url}`);
  assertEquals(bare.out, "");
  const lines = await proxied.lines(/httperr/, 1);
  assertEquals(lines.map((columns) => columns[REASON]), ["NoProxyHeader"]);
  const other = await program.shell(`curl ${to} --interface ${OTHER} ${url}`);
  assertStringIncludes(other.out, `\nremote: ${OTHER}:`);
});

Deno.test("a reload changes who must send a header, and breaks no connection", async () => {
  await using proxied = await startProxied({});
  const { program, http } = proxied;
  const kept = await Deno.connect({ hostname: SERVICE_IP, port: http });
  const ask = async (): Promise<string> => {
    await kept.write(line(GET.replace("close", "keep-alive")));
    const buffer = new Uint8Array(4096);
    return new TextDecoder().decode(buffer.subarray(0, await kept.read(buffer) ?? 0));
  };
  assertStringIncludes(await ask(), `\nremote: ${PROXY}:`);
  assertMatch(await proxied.talk([V1, GET]), /^HTTP\/1\.1 400 /);
  await program.do("settings set ProxyProtocol 127.0.0.0/8");
  await program.do("reload");
  assertStringIncludes(await proxied.talk([V1, GET]), "\nremote: 192.0.2.9:4711\n");
  assertStringIncludes(await ask(), `\nremote: ${PROXY}:`);
  await program.do("settings reset ProxyProtocol");
  await program.do("reload");
  assertMatch(await proxied.talk([V1, GET]), /^HTTP\/1\.1 400 /);
  kept.close();
});

Deno.test("limits of connections count the clients that a header names", async () => {
  await using proxied = await startProxied({
    ProxyProtocol: [PROXY],
    MaxConnectionsPerAddress: 1,
  });
  const open = async (header: string): Promise<Deno.Conn> => {
    const conn = await Deno.connect({ hostname: SERVICE_IP, port: proxied.http });
    await conn.write(line(header + GET.replace("close", "keep-alive")));
    const buffer = new Uint8Array(4096);
    const count = await conn.read(buffer) ?? 0;
    assertMatch(new TextDecoder().decode(buffer.subarray(0, count)), /^HTTP\/1\.1 200 /);
    return conn;
  };
  const first = await open(V1);
  const second = await open(V1_V6);
  assertMatch(await proxied.talk([V1, GET]), /^HTTP\/1\.1 503 /);
  first.close();
  second.close();
});

Deno.test("a client that a proxy on this machine names is not local", async () => {
  await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
  const get = GET.replace("a.test", "localhost");
  const isLocal = async (header: string | Uint8Array, from = PROXY): Promise<boolean> => {
    return (await proxied.talk([header, get], from)).includes("\nsite: ");
  };
  assert(!await isLocal("PROXY TCP4 127.0.0.1 127.0.0.2 1 2\r\n"));
  assert(!await isLocal("PROXY UNKNOWN\r\n"));
  assert(await isLocal(binary({ kind: 0x20 }))); // the proxy itself
  assert(await isLocal("", OTHER));
});

Deno.test("what the service and its commands connect to themselves leaves no line", async () => {
  await using proxied = await startProxied({ ProxyProtocol: ["127.0.0.0/8"] });
  const { program } = proxied;
  assertMatch((await program.do("health")).out, /accept/);
  const verified = await program.do("verify --format json");
  const { findings } = JSON.parse(verified.out);
  assertEquals(findings.filter(({ failed }: { failed: boolean }) => failed), []);
  assertEquals(await proxied.talk([GET]), "");
  const lines = await proxied.lines(/httperr/, 1);
  assertEquals(lines.map((columns) => columns[REASON]), ["NoProxyHeader"]);
});

Deno.test("settings take several blocks and keep one spelling", async () => {
  await using proxied = await startProxied({});
  const { program } = proxied;
  const { history } = JSON.parse((await program.do("history --format json")).out);
  const before = history.at(-1).number;
  await program.do(
    "settings set ProxyProtocol 10.0.0.7/32,127.0.0.0/8 2001:DB8::/32 TrustedProxies 10.0.0.7",
  );
  assertEquals(
    (await program.do("settings get ProxyProtocol")).out,
    "10.0.0.7,127.0.0.0/8,2001:db8::/32\n",
  );
  const wrong = await program.run("settings set ProxyProtocol 127.0.0.1/8");
  assertEquals([wrong.status, wrong.out], [2, ""]);
  assertStringIncludes(wrong.err, "hint: httpcfg settings set ProxyProtocol 127.0.0.0/8\n");
  await program.do("settings set ProxyProtocol none");
  const changes = (await program.run(`history diff ${before} ${before + 1}`)).out;
  assertStringIncludes(changes, '+ settings.TrustedProxies: ["10.0.0.7"]\n');
  assertEquals((await program.do("settings get ProxyProtocol")).out, "none\n");
});
