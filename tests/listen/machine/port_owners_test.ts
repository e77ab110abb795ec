/** Goal: the owner of a port is found. Method: sockets of this process and of another. */
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { findListeners, ownersAmong } from "../../../mod/listen/machine/port_owners.ts";

const isLinux = Deno.build.os === "linux";

Deno.test({
  name: "ownersAmong() finds the exact socket, and a wildcard that covers the address",
  ignore: !isLinux,
  async fn(): Promise<void> {
    for (const hostname of ["127.0.0.2", "0.0.0.0", "::"]) {
      const listener = Deno.listen({ hostname, port: 0 });
      const { port } = listener.addr as Deno.NetAddr;
      try {
        const { owners: listeners } = await findListeners(new Set([port]));
        const found = ownersAmong(listeners, { ip: "127.0.0.2" as Ip, port });
        assertEquals(found.map(({ ip, pid }) => `${ip} ${pid}`), [`${hostname} ${Deno.pid}`]);
        assertEquals(
          ownersAmong(listeners, { ip: "127.0.0.2" as Ip, port: port === 1 ? 2 : 1 }),
          [],
        );
        if (hostname === "127.0.0.2") {
          assertEquals(ownersAmong(listeners, { ip: "127.0.0.3" as Ip, port }), []);
        }
      } finally {
        listener.close();
      }
    }
  },
});

Deno.test({
  name: "findListeners() finds another process",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const code =
      'const l = Deno.listen({ hostname: "127.0.0.4", port: 0 }); console.log(l.addr.port); await Deno.stdin.read(new Uint8Array(1));';
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", code],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const port = Number(new TextDecoder().decode((await reader.read()).value));
    const { owners: found, unseen } = await findListeners(new Set([port]));
    await child.stdin.close();
    await reader.cancel();
    await child.status;
    assertEquals(found.map(({ ip, pid }) => `${ip} ${pid}`), [`127.0.0.4 ${child.pid}`]);
    assertEquals([found[0]?.program?.raw, unseen], ["deno", null]);
  },
});
