/**
 * https on the real program, as curl and openssl see it: the certificate, the versions, what
 * happens without a certificate and when it is replaced, and hostile clients.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ConfigDocument, SiteRecord } from "../../mod/config/document/document.ts";
import { parseResponse, receive, send } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { type Foreground, Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";
import { waitFor } from "../support/wait.ts";
import { ON_POSIX } from "../support/platforms.ts";

const IP = "127.0.0.2";
const APP = "{00000000-0000-0000-0000-000000000000}";

interface Secure extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  readonly served: Foreground;
  /** Returns the PEM file of the certificate called `name`. */
  pem(name: string): string;
  /** Runs curl, which trusts the certificate called `name`. */
  curl(name: string, line: string): Promise<{ status: number; out: string; err: string }>;
  /** Runs `openssl s_client` and returns all of its output. */
  handshake(line: string): Promise<string>;
}

interface Wanted {
  /** Names of self-signed certificates, by the key of their record without the port. */
  readonly ssl: Readonly<Record<string, string>>;
  readonly sites?: readonly Partial<SiteRecord>[];
  readonly settings?: ConfigDocument["settings"];
}

async function startHttps({ ssl, sites = [{}], settings = {} }: Wanted): Promise<Secure> {
  const program = await Program.make();
  const port = freePort();
  const hashes = new Map<string, string>();
  for (const name of new Set(Object.values(ssl))) {
    const made = await program.do(`cert create --self-signed --name ${name} --ip ${IP}`);
    hashes.set(name, made.out.trim());
  }
  const base = { autoStart: true, bindings: [], content: { kind: "echo" } } as const;
  const document: ConfigDocument = {
    version: 2,
    ipListen: [IP],
    urlAcl: [],
    metabase: {},
    settings,
    ssl: Object.entries(ssl).map(([key, certName]) => ({
      key: `${key}:${port}`,
      hash: hashes.get(certName)!,
      certName,
      appId: APP,
      certCheckMode: 0,
      revocationFreshnessTime: 0,
      urlRetrievalTimeout: 0,
      flags: 0,
    })),
    sites: sites.map((site, i) => ({
      ...base,
      id: i + 1,
      name: `s${i + 1}`,
      ...site,
      secureBindings: (site.secureBindings ?? [`:PORT:`]).map((one) =>
        one.replace("PORT", String(port))
      ),
    })),
  };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const served = await program.serve();
  const pem = (name: string): string => `${program.home}/certs/MY/${name}.pem`;
  return {
    program,
    port,
    served,
    pem,
    curl: (name, line) => program.shell(`curl -sS -m 60 --cacert ${pem(name)} ${line}`),
    async handshake(line): Promise<string> {
      const { out, err } = await program.shell(
        `timeout 20 openssl s_client -connect ${IP}:${port} ${line} </dev/null`,
      );
      return out + err;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

testWith(["curl"], "https: the KB's commands and curl, from nothing to a response", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do(`set iplisten -i ${IP}`);
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "safe", "--bind-tls", `:${port}:`, "--respond", "secret"]);
  const before = await program.run("net start w3svc");
  assertEquals(before.status, 2);
  assertStringIncludes(before.err, `https on ":${port}:" has no certificate`);
  assertStringIncludes((await program.run("plan")).out, `https on ":${port}:" has no certificate`);

  const made = await program.do(`cert create --self-signed --name safe.test --ip ${IP}`);
  await program.do(`set ssl -i ${IP}:${port} -h ${made.out.trim()}`);
  await program.do("net start w3svc");
  const pem = `${program.home}/certs/MY/safe.test.pem`;
  const url = `https://${IP}:${port}/`;
  assertEquals((await program.shell(`curl -sS --cacert ${pem} ${url}`)).out, "secret");
  const [endpoint] = (await program.status()).endpoints;
  assertEquals([endpoint?.ip, endpoint?.scheme, endpoint?.state], [IP, "https", "open"]);
  await program.do("net stop http /y");
});

testWith(
  ["curl"],
  "https: a site with both bindings runs in part without a certificate",
  async () => {
    await using program = await Program.make();
    const [plain, secure] = [freePort(), freePort()];
    await program.do(`set iplisten -i ${IP}`);
    await program.do("site remove W3SVC/1");
    const binds = ["--bind", `:${plain}:`, "--bind-tls", `:${secure}:`];
    await program.do(["site", "add", "both", ...binds, "--respond", "here"]);
    const served = await program.serve();
    await waitFor(() => served.stderr().includes("has no certificate"), "the reason");
    assertStringIncludes(served.stderr(), 'Site "both" runs in part: https on');
    assertEquals((await program.shell(`curl -s http://${IP}:${plain}/`)).out, "here");
    assertEquals((await program.status()).endpoints.map(({ port }) => port), [plain]);
  },
);

testWith(
  ["openssl"],
  "https: a name's certificate precedes the address's, and that one the default",
  async () => {
    await using secure = await startHttps({
      ssl: { "0.0.0.0": "any.test", "a.test": "a.test", "b.test": "b.test" },
      sites: [{}, { secureBindings: [":PORT:b.test"], content: { kind: "respond", text: "of b" } }],
    });
    const subject = async (line: string): Promise<string> => {
      return /subject=CN ?= ?(\S+)/.exec(await secure.handshake(line))?.[1] ?? "none";
    };
    assertEquals(await subject("-servername a.test"), "a.test");
    assertEquals(await subject("-servername B.test"), "b.test");
    assertEquals(await subject("-servername other.test"), "any.test");
    assertEquals(await subject("-noservername"), "any.test");
    const { port } = secure;
    const line = `--resolve b.test:${port}:${IP} https://b.test:${port}/`;
    assertEquals((await secure.curl("b.test", line)).out, "of b");
  },
);

testWith(
  ["openssl"],
  "https: an odd server name gets an alert or the default certificate, never silence",
  async () => {
    await using secure = await startHttps({ ssl: { "0.0.0.0": "any.test", "a.test": "a.test" } });
    const names = [
      "A.TEST",
      "a.test.",
      "a..test",
      ".test",
      "-a.test",
      "under_score.test",
      "127.0.0.2",
      "[::1]",
      "a.test:443",
      "*.test",
      "xn--bcher-kva.test",
      "\u00e4.test",
      `${"x".repeat(64)}.test`,
      `${"abcdefgh.".repeat(27)}test`,
    ];
    for (const name of names) {
      const output = await secure.handshake(`-servername '${name}'`);
      assertMatch(output, /subject=CN ?= ?(?:any|a)\.test|SSL alert number \d+/, name);
    }
    assertStringIncludes(await secure.handshake("-servername A.TEST"), "a.test");
  },
);

testWith(
  ["openssl"],
  "https: TLS 1.2 and 1.3, only HTTP/1.1, and no client certificate",
  async () => {
    await using secure = await startHttps({ ssl: { "0.0.0.0": "a.test" } });
    for (const [flag, version] of [["-tls1_2", "TLSv1.2"], ["-tls1_3", "TLSv1.3"]]) {
      const output = await secure.handshake(`${flag} -alpn h2,http/1.1`);
      assertMatch(output, new RegExp(`${version}, Cipher is (?!\\(NONE\\))`));
      assertStringIncludes(output, "ALPN protocol: http/1.1");
      assertStringIncludes(output, "No client certificate CA names sent");
    }
    for (
      const flag of ["-tls1_1 -cipher ALL:@SECLEVEL=0", "-tls1 -cipher ALL:@SECLEVEL=0", "-alpn h2"]
    ) {
      assertMatch(await secure.handshake(flag), /Cipher is \(NONE\)/, flag);
    }
    assertStringIncludes(await secure.handshake("-tls1_2"), "Cipher is ECDHE");
    const noCommonCipher = await secure.handshake("-tls1_2 -cipher AES128-SHA");
    assertStringIncludes(noCommonCipher, "alert handshake failure");
    assert(!secure.served.stderr().includes("internal error"), secure.served.stderr());
  },
);

testWith(["curl"], "https: one connection, many requests, and large bodies both ways", async () => {
  await using secure = await startHttps({
    ssl: { "0.0.0.0": "a.test" },
    sites: [{}, { secureBindings: [":PORT:files.test"] }],
  });
  const { program, port } = secure;
  const url = `https://${IP}:${port}/`;
  const many = await secure.curl(
    "a.test",
    `-w '%{num_connects} ' -o /dev/null ${url} -o /dev/null ${url}x`,
  );
  assertEquals(many.out, "1 0 ");

  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(12_000_000).map((_, i) => bytes[i % bytes.length]! ^ (i >> 16));
  await Deno.mkdir(`${program.home}/www`);
  await Deno.writeFile(`${program.home}/www/large`, large);
  const file = `${program.home}/www/large`;
  const down = `${program.home}/down`;
  await program.do(["site", "remove", "s2"]);
  await program.do([
    "site",
    "add",
    "f",
    "--bind-tls",
    `:${port}:files.test`,
    "--root",
    `${program.home}/www`,
  ]);
  await program.do("reload");
  const host = `-H 'Host: files.test:${port}'`;
  const loaded = await secure.curl("a.test", `${host} -o ${down} ${url}large`);
  assertEquals([loaded.status, loaded.err], [0, ""]);
  assertEquals(await Deno.readFile(down), large);
  // The echo returns what it receives, so each of these is a body in both directions at once.
  for (const body of [`--data-binary @${file} -H 'Expect:'`, `-T - <${file}`]) {
    const echoed = await secure.curl("a.test", `-o ${down} ${url}up ${body}`);
    assertEquals([echoed.status, echoed.err], [0, ""], body);
    assertEquals(await Deno.readFile(down), large, body);
  }
});

testWith(
  ["openssl"],
  "https: a replaced certificate reaches new clients, and open connections continue",
  async () => {
    await using secure = await startHttps({ ssl: { "0.0.0.0": "a.test" } });
    const { program, port } = secure;
    const pem = await Deno.readTextFile(secure.pem("a.test"));
    using held = await Deno.connectTls({ hostname: IP, port, caCerts: [pem] });
    const ask = async (): Promise<number> => {
      await send(held, `GET / HTTP/1.1\r\nHost: ${IP}:${port}\r\n\r\n`);
      const whole = /^HTTP[^]*?Content-Length: (\d+)[^]*?\r\n\r\n([^]*)$/;
      const text = await receive(held, (text) => {
        const [, length, body] = whole.exec(text) ?? [];
        return length !== undefined && body!.length >= Number(length);
      });
      return parseResponse(text).status;
    };
    assertEquals(await ask(), 200);
    await program.shell(
      `cd ${program.home} && openssl req -x509 -newkey rsa:2048 -nodes -keyout new.key -out new.pem ` +
        "-days 9 -subj /CN=renewed.test 2>/dev/null && mv new.pem certs/MY/a.test.pem && " +
        "mv new.key certs/MY/a.test.key",
    );
    const shown = async (): Promise<boolean> => {
      return (await secure.handshake("")).includes("renewed.test");
    };
    await waitFor(shown, "the new certificate");
    assertEquals(await ask(), 200);

    await Deno.writeTextFile(secure.pem("a.test"), "broken");
    const isLogged = async (): Promise<boolean> => {
      return (await program.shell("grep -rq 15021 $HTTPCFG_HOME/log")).status === 0;
    };
    await waitFor(isLogged, "event 15021");
    const { out } = await program.run("status");
    assertMatch(out, /a\.test\.pem" cannot be used, the previous one is served/);
    assert(await shown());
    assertEquals(await ask(), 200);
    // A reload keeps the previous certificate, because the files are still broken.
    await program.do("reload");
    assert(await shown());
  },
);

testWith(
  ["curl", "openssl"],
  "https: clients that do not speak TLS are rejected",
  async () => {
    await using secure = await startHttps({
      ssl: { "0.0.0.0": "a.test" },
      settings: { HeaderWaitTimeout: 2 },
    });
    const { program, port } = secure;
    const plain = await program.shell(
      `curl -s -w '%{http_code}' http://${IP}:${port}/`,
    );
    assertMatch(plain.out, /HTTPS Required.*use https:\/\/ instead of http:\/\/.*400$/s);
    using garbage = await Deno.connect({ hostname: IP, port });
    await garbage.write(new Uint8Array([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]));
    const illegalParameter = "\x15\x03\x03\x00\x02\x02\x2f";
    assertEquals(await receive(garbage, () => false), illegalParameter);
    using silent = await Deno.connect({ hostname: IP, port });
    assertEquals(await receive(silent, () => false), ""); // after HeaderWaitTimeout
    const served = await secure.curl("a.test", `https://${IP}:${port}/`);
    assertEquals(served.status, 0);
    await program.shell("kill -TERM " + secure.served.pid);
    await secure.served.ended;
    const log = await program.shell("cat $(find $HTTPCFG_HOME/log -iname 'httperr*.log')");
    for (const line of ["400 - PlainHttp", "Connection_Dropped", "Timer_HeaderWait"]) {
      assertStringIncludes(log.out, line);
    }
    assert(!secure.served.stderr().includes("internal error"), secure.served.stderr());
  },
);

testWith(
  ["openssl"],
  "https: a ClientHello on a plain port gets 400 and is closed",
  async () => {
    await using program = await Program.make();
    const port = freePort();
    await program.do(`set iplisten -i ${IP}`);
    await program.do("site remove W3SVC/1");
    await program.do(["site", "add", "plain", "--bind", `:${port}:`, "--respond", "here"]);
    await program.serve();
    using conn = await Deno.connect({ hostname: IP, port });
    await conn.write(
      new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, ...new Uint8Array(300)]),
    );
    assertMatch(await receive(conn, () => false), /^HTTP\/1\.1 400 /);
    const { out } = await program.shell(`curl -s http://${IP}:${port}/`);
    assertEquals(out, "here");
  },
);

Deno.test(
  "https: 200 silent clients harm no other client, and all are closed",
  ON_POSIX,
  async () => {
    await using secure = await startHttps({
      ssl: { "0.0.0.0": "a.test" },
      settings: { HeaderWaitTimeout: 3 },
    });
    const { program, port } = secure;
    const caCerts = [await Deno.readTextFile(secure.pem("a.test"))];
    const silent = await Promise.all(
      Array.from({ length: 200 }, () => Deno.connect({ hostname: IP, port })),
    );
    await Promise.all(silent.slice(0, 100).map((conn) => conn.write(new Uint8Array([0x16, 3, 1]))));
    for (let i = 0; i < 40; i++) {
      using conn = await Deno.connectTls({ hostname: IP, port, caCerts });
      await send(conn, `GET / HTTP/1.1\r\nHost: ${IP}:${port}\r\nConnection: close\r\n\r\n`);
      assertEquals(parseResponse(await receive(conn, () => false)).status, 200);
    }
    const ends = await Promise.all(silent.map((conn) => conn.read(new Uint8Array(1))));
    assertEquals(new Set(ends), new Set([null]));
    silent.forEach((conn) => conn.close());
    assertEquals(
      (await program.status()).services.find(({ name }) => name === "W3SVC")?.state,
      "running",
    );
  },
);
