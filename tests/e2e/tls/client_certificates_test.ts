// Goal: a site that asks for certificates of clients gets them, and lets nobody else pass. Method:
// curl and openssl with certificates of every kind, against the real program.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { makeList, makeParty } from "../../support/tls/pki.ts";
import { CA, IP, OLD_LIST, OTHER_CA, startSecured, usages } from "./secured_sites.ts";

const REQUIRE = { access: { sslFlags: ["SslRequireCert"] } } as const;
const ASK = { access: { sslFlags: ["SslNegotiateCert"] } } as const;
const TLS = ["--tlsv1.2 --tls-max 1.2", "--tlsv1.3 --tls-max 1.3"];

testWith(["curl"], "client certificates: required, over TLS 1.2 and 1.3", async () => {
  await using secured = await startSecured({ sites: [REQUIRE] });
  const clients: [client: string | null, status: string, logged: string][] = [
    [null, "403", "403.7"],
    ["alice", "200", "200.0"],
    ["middle-bob", "200", "200.0"],
    ["lone-bob", "403", "403.16"],
    ["mallory", "403", "403.16"],
    ["self", "403", "403.16"],
    ["server", "403", "403.16"],
    ["old", "403", "403.17"],
    ["early", "403", "403.17"],
    ["revoked", "403", "403.13"],
  ];
  const logged: string[] = [];
  for (const tls of TLS) {
    for (const [client, status, line] of clients) {
      assertEquals(await secured.curl(client, tls), status, `${client} ${tls}`);
      logged.push(line);
    }
  }
  // Each request of a connection is judged by what the handshake has shown.
  const url = `https://${IP}:${secured.port}/`;
  assertEquals(await secured.curl("alice", `${url} -o /dev/null ${url}`), "200 200");
  assertEquals(await secured.curl("revoked", `${url}a -o /dev/null ${url}b`), "403 403");
  logged.push("200.0", "200.0", "403.13", "403.13");
  assertEquals(await secured.substatuses(logged.length), logged);
});

testWith(
  ["curl"],
  "client certificates: asked for, a bad one is refused and none is not",
  async () => {
    await using secured = await startSecured({ sites: [ASK] });
    for (
      const [client, status] of [
        [null, "200"],
        ["alice", "200"],
        ["mallory", "403"],
        ["revoked", "403"],
        ["old", "403"],
      ] as const
    ) assertEquals(await secured.curl(client), status, `${client}`);
  },
);

testWith(
  ["curl"],
  "client certificates: httpcfg -f 2 and netsh ask, and say what they need",
  async () => {
    await using secured = await startSecured({ sites: [{}], trust: false });
    const { program, port } = secured;
    const key = `0.0.0.0:${port}`;
    const asks = async (): Promise<boolean> => {
      const { out, err } = await program.shell(
        `timeout 20 openssl s_client -connect ${IP}:${port} </dev/null`,
      );
      return !/No client certificate CA names sent/.test(out + err) ||
        /Requested Signature Algorithms/.test(out + err);
    };
    assertEquals(await asks(), false);
    const { out } = await program.do("query ssl --format json");
    const { hash } = JSON.parse(out).ssl[0];
    await program.do(`delete ssl -i ${key}`);
    const set = await program.run(`set ssl -i ${key} -h ${hash} -f 2`);
    assertEquals(set.status, 0);
    assertStringIncludes(set.err, "no certificate of a client is believed: the store CA has no");
    await program.do("reload");
    assertEquals(await asks(), true);
    // The site itself does not ask: it does not care whom the handshake has asked.
    assertEquals(await secured.curl(null), "200");
    assertEquals(await secured.curl("mallory"), "200");
    const status = await program.do("status");
    assertStringIncludes(status.out, "the store CA has no authority");
    await program.do(["cert", "import", "--store", "CA", await secured.file("ca.pem", CA.cert)]);
    await waitFor(async () => {
      return (await program.do("status")).out.includes("the store CA has no revocation list");
    }, "the service has the authority");
  },
);

testWith(
  ["curl"],
  "client certificates: sites on one port, by SNI, and an application",
  async () => {
    const b = await makeParty("b-client", { by: OTHER_CA, usages });
    await using secured = await startSecured({
      ssl: { "0.0.0.0": {}, "b.test": { sslCtlStoreName: "OTHER" }, "c.test": {} },
      sites: [
        { secureBindings: [":PORT:a.test"] },
        { secureBindings: [":PORT:b.test"], ...REQUIRE },
        {
          secureBindings: [":PORT:c.test"],
          applications: [
            {
              path: "/in/",
              content: { kind: "respond", text: "in" } as never,
              sslFlags: ["SslRequireCert"],
            },
          ],
        },
        {
          secureBindings: [":PORT:d.test"],
          ...REQUIRE,
          applications: [
            { path: "/out/", content: { kind: "respond", text: "out" } as never, sslFlags: [] },
          ],
        },
      ],
    });
    const { program, port } = secured;
    await program.do([
      "cert",
      "import",
      "--store",
      "OTHER",
      await secured.file("o.pem", OTHER_CA.cert),
    ]);
    await secured.file("b.pem", b.cert);
    await secured.file("b.key", b.key);
    await program.do("reload");
    const at = (host: string, path = "/", sni = host): string => {
      const to = `--resolve ${sni}:${port}:${IP} https://${sni}:${port}${path}`;
      return sni === host ? to : `-H 'Host: ${host}' ${to}`;
    };
    const cases: [client: string | null, line: string, status: string][] = [
      [null, at("a.test"), "200"],
      ["mallory", at("a.test"), "200"],
      [null, at("b.test"), "403"],
      ["b", at("b.test"), "200"],
      ["alice", at("b.test"), "403"], // of the authority of the other sites
      // Another host than the one of the handshake, whose record believes another authority.
      ["alice", at("b.test", "/", "d.test"), "403"],
      [null, at("b.test", "/", "a.test"), "403"],
      [null, at("c.test"), "200"],
      [null, at("c.test", "/in/"), "403"],
      ["alice", at("c.test", "/in/x"), "200"],
      [null, at("d.test"), "403"],
      ["alice", at("d.test"), "200"],
      [null, at("d.test", "/out/"), "200"],
      [null, at("d.test", "/%6fut/"), "200"],
    ];
    for (const [client, line, status] of cases) {
      assertEquals(await secured.curl(client, line), status, `${client} ${line}`);
    }
  },
);

testWith(
  ["curl", "openssl"],
  "client certificates: a session gives nothing that it had not",
  async () => {
    await using secured = await startSecured({
      ssl: { "127.0.0.2": {}, "127.0.0.3": { sslCtlStoreName: "OTHER" }, "127.0.0.4": {} },
      sites: [
        { secureBindings: ["127.0.0.2:PORT:"], ...REQUIRE },
        { secureBindings: ["127.0.0.3:PORT:"], ...REQUIRE },
        { secureBindings: ["127.0.0.4:PORT:"] },
      ],
    });
    const { program, port } = secured;
    await program.do([
      "cert",
      "import",
      "--store",
      "OTHER",
      await secured.file("o.pem", OTHER_CA.cert),
    ]);
    for (const ip of ["127.0.0.3", "127.0.0.4"]) {
      await program.do(
        `netsh http add iplisten ipaddress=${ip}`,
      );
    }
    await program.do("reload");
    const ask = async (ip: string, version: string, line: string): Promise<string> => {
      const { out } = await program.shell(
        `(printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n'; sleep 2) | ` +
          `timeout 20 openssl s_client -connect ${ip}:${port} -servername one.test -${version} ${line} ` +
          "-ign_eof 2>&1",
      );
      const isResumed = /^Reused, /m.test(out) ? "resumed" : "new";
      const status = /HTTP\/1\.1 ([0-9]+)/.exec(out)?.[1];
      return status === undefined ? out : `${isResumed} ${status}`;
    };
    const alice = `-cert ${program.home}/alice.pem -key ${program.home}/alice.key`;
    for (const version of ["tls1_2", "tls1_3"]) {
      const session = `${program.home}/${version}.session`;
      // Begun where nobody is asked: it has no certificate.
      assertEquals(await ask("127.0.0.4", version, `-sess_out ${session}`), "new 200");
      assertEquals(await ask("127.0.0.2", version, `-sess_in ${session} ${alice}`), "resumed 403");
      // Begun with a certificate: it is judged anew, by what is believed there.
      assertEquals(await ask("127.0.0.2", version, `-sess_out ${session} ${alice}`), "new 200");
      assertEquals(
        await ask("127.0.0.2", version, `-sess_in ${session} -sess_out ${session}`),
        "resumed 200",
      );
      assertEquals(await ask("127.0.0.3", version, `-sess_in ${session}`), "resumed 403");
    }
    // A list that is imported now counts for sessions that began before.
    const session = `${program.home}/later.session`;
    assertEquals(await ask("127.0.0.2", "tls1_3", `-sess_out ${session} ${alice}`), "new 200");
    const list = await makeList(CA, [], { fromDays: -9, dueDays: -1 });
    await Deno.writeTextFile(`${program.home}/certs/CA/good-ca.crl`, list.pem);
    await waitFor(async () => await secured.curl("alice") === "403", "the list is followed");
    assertEquals(await ask("127.0.0.2", "tls1_3", `-sess_in ${session}`), "resumed 403");
  },
);

for (const workers of [1, 2]) {
  testWith(
    ["curl"],
    `client certificates: files are followed, with ${workers} worker(s)`,
    async () => {
      await using secured = await startSecured({
        sites: [REQUIRE],
        settings: { Workers: workers },
      });
      const { program } = secured;
      assertEquals([await secured.curl("alice"), await secured.curl("mallory")], ["200", "403"]);
      // Another authority in place of the one.
      await program.do([
        ...["cert", "import", "--store", "CA", "--name", "good-ca"],
        await secured.file("other.pem", OTHER_CA.cert),
      ]);
      await waitFor(async () => {
        const seen = await Promise.all([1, 2, 3, 4].map(() => secured.curl("mallory")));
        return seen.every((status) => status === "200");
      }, "the new authority is believed");
      assertEquals(await secured.curl("alice"), "403");
      // Back, and with a list that is out of date: nobody can be checked.
      await program.do([
        ...["cert", "import", "--store", "CA", "--name", "good-ca"],
        await secured.file("ca.pem", CA.cert),
      ]);
      await Deno.writeTextFile(`${program.home}/certs/CA/good-ca.crl`, OLD_LIST.pem);
      await waitFor(async () => {
        return (await program.do("status")).out.replace(/\s+/g, " ").includes(
          "is out of date since",
        );
      }, "the status tells");
      assertEquals(await secured.curl("alice"), "403");
      assertStringIncludes((await program.do("events")).out, "is out of date since");
      const refused = await program.run([
        "cert",
        "import",
        await secured.file("old.crl", OLD_LIST.pem),
      ]);
      assertEquals(refused.status, 1);
      assertStringIncludes(refused.err, "out of date since");
      await program.do("cert remove good-ca.crl");
      await waitFor(
        async () => await secured.curl("alice") === "200",
        "nothing is checked any more",
      );
      assert((await program.do("status")).out.includes("not checked for revocation"));
    },
  );
}

testWith(
  ["curl"],
  "client certificates: a program behind the site gets them, and no others",
  async () => {
    await using upstream = await startSecured({ sites: [{ content: { kind: "echo" } as never }] });
    await using secured = await startSecured({
      sites: [{
        ...ASK,
        content: {
          kind: "proxy",
          to: [`https://${IP}:${upstream.port}`],
          ca: `${upstream.program.home}/certs/MY/localhost.pem`,
        } as never,
      }],
    });
    const seen = async (client: string | null): Promise<string | undefined> => {
      const { program, port } = secured;
      const own = client === null
        ? ""
        : `--cert ${program.home}/${client}.pem --key ${program.home}/${client}.key`;
      const { out } = await program.shell(
        `curl -sk -m 30 ${own} -H 'Accept: application/json' -H 'Client-Cert: :Zm9yZ2Vk:' -H 'X-Client-Cert: x' https://${IP}:${port}/`,
      );
      return (JSON.parse(out).headers as [string, string][])
        .filter(([name]) => /cert/i.test(name)).map((pair) => pair.join("=")).join();
    };
    const { cert } = (await import("./secured_sites.ts")).CLIENTS.get("alice")!;
    const base64 = cert.replace(/-----[^-]+-----|\s/g, "");
    assertEquals((await seen("alice"))?.toLowerCase(), `client-cert=:${base64}:`.toLowerCase());
    assertEquals(await seen(null), "");
  },
);
