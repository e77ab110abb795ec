// Goal: the flags of a record act on connections. Method: curl and openssl against the real program.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SSL_FLAG } from "../../../mod/config/certs/ssl_flags.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { IP, startSecured } from "./secured_sites.ts";

testWith(
  ["curl", "openssl"],
  "ssl flags: versions and rejection, by name and after a reload",
  async () => {
    await using secured = await startSecured({
      ssl: {
        "0.0.0.0": {},
        "no12.test": { flags: SSL_FLAG.DISABLE_TLS12 },
        "no13.test": { flags: SSL_FLAG.DISABLE_TLS13 },
        "none.test": { flags: SSL_FLAG.DISABLE_TLS12 | SSL_FLAG.DISABLE_TLS13 },
        "gone.test": { flags: SSL_FLAG.REJECT | SSL_FLAG.ENABLE_TOKEN_BINDING },
      },
      sites: [{}],
    });
    const { program, port } = secured;
    const handshake = async (name: string, version: string): Promise<string> => {
      const { out, err } = await program.shell(
        `timeout 20 openssl s_client -connect ${IP}:${port} -servername ${name} -${version} </dev/null`,
      );
      const alert = /SSL alert number ([0-9]+)/.exec(err)?.[1];
      return alert ?? /^ *(?:New|Reused), (TLSv1\.[23])/m.exec(out)?.[1] ?? "none";
    };
    const cases: [name: string, tls12: string, tls13: string][] = [
      ["any.test", "TLSv1.2", "TLSv1.3"],
      ["no12.test", "70", "TLSv1.3"],
      ["no13.test", "TLSv1.2", "70"],
      ["none.test", "70", "70"],
      ["gone.test", "49", "49"],
    ];
    for (const [name, tls12, tls13] of cases) {
      assertEquals([name, await handshake(name, "tls1_2")], [name, tls12]);
      assertEquals([name, await handshake(name, "tls1_3")], [name, tls13]);
    }
    const status = (await program.do("status")).out.replace(/\s+/g, " ");
    assertStringIncludes(status, `gone.test:${port}: token binding has no effect`);
    assertStringIncludes(status, `none.test:${port}: without TLS 1.2 and TLS 1.3 nothing is left`);
    assertStringIncludes(
      (await program.do("events")).out,
      "is not in effect as a whole: token binding",
    );
    // What runs takes another value at a reload.
    const document = JSON.parse(await Deno.readTextFile(program.config));
    for (const record of document.ssl) record.flags = record.flags === 0 ? SSL_FLAG.REJECT : 0;
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    await program.do("reload");
    assertEquals(await handshake("any.test", "tls1_3"), "49");
    assertEquals(await handshake("gone.test", "tls1_3"), "TLSv1.3");
  },
);

testWith(["curl"], "ssl flags: https can be demanded, and http is 403.4", async () => {
  await using secured = await startSecured({ sites: [{}] });
  const { program, port } = secured;
  const plain = port + 1;
  await program.do(["site", "set", "s1", "--bind", `:${plain}:`, "--require-https"]);
  await program.do("reload");
  assertEquals(await secured.curl(null), "200");
  const { out } = await program.shell(
    `curl -s -o /dev/null -w '%{http_code}' http://${IP}:${plain}/`,
  );
  assertEquals(out, "403");
  assertStringIncludes((await program.do("site show s1")).out, "requireHttps");
  await program.do(["site", "set", "s1", "--require-https", "off", "--client-cert", "require"]);
  await program.do("reload");
  assertEquals(await secured.curl(null), "403");
  assertEquals(await secured.curl("alice"), "200");
  assertEquals(await secured.substatuses(4), ["200.0", "403.4", "403.7", "200.0"]);
});

testWith(["openssl"], "SslThrottle: one handshake too many ends the oldest", async () => {
  await using secured = await startSecured({ sites: [{}], settings: { SslThrottle: 2 } });
  const { program, port } = secured;
  const open = (): Promise<Deno.TcpConn> => Deno.connect({ hostname: IP, port });
  using first = await open();
  using second = await open();
  await first.write(Uint8Array.of(0x16, 3, 1));
  await second.write(Uint8Array.of(0x16, 3, 1));
  let hasEnded = false;
  void first.read(new Uint8Array(1)).catch(() => null).then(() => hasEnded = true);
  await program.shell(`timeout 20 openssl s_client -connect ${IP}:${port} </dev/null`);
  await waitFor(() => hasEnded, "the oldest has ended");
  // More room after a change of the setting.
  await program.do("config set SslThrottle 1000");
  await program.do("reload");
  using third = await open();
  using fourth = await open();
  await third.write(Uint8Array.of(0x16, 3, 1));
  await fourth.write(Uint8Array.of(0x16, 3, 1));
  let stays = true;
  void third.read(new Uint8Array(1)).catch(() => null).then(() => stays = false);
  const { out } = await program.shell(
    `timeout 20 openssl s_client -connect ${IP}:${port} </dev/null`,
  );
  assertStringIncludes(out, "TLSv1.3");
  assert(stays);
});
