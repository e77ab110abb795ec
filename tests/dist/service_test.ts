// Goal: service managers accept the files. Method: their own checkers, and a receiver of datagrams
// in place of systemd.
import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { freePort } from "../support/ports.ts";
import { servicePlan, type ServiceSystem } from "../../mod/cli/commands/service/service_units.ts";
import { bundle, has, run } from "./support.ts";

/**
 * The highest exposure that `systemd-analyze security` may report; 10 is an unrestricted service.
 */
const EXPOSURE_MAX = 2.5;

async function withUnit(
  system: ServiceSystem,
  program: string,
  test: (file: string) => Promise<void>,
  at = 0,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    const { path, text } = servicePlan(system, program).files.at(at)!;
    const file = `${folder}/${path.replace(/.*\//, "")}`;
    await Deno.writeTextFile(file, text);
    await test(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [name, at] of [["httpcfg.service", 0], ["httpcfg-fleet.service", -1]] as const) {
  Deno.test({
    name: `systemd-analyze finds no problem in ${name}, and little exposure`,
    ignore: !(await has("systemd-analyze")),
    fn: () =>
      withUnit("systemd", Deno.execPath(), async (file) => {
        const verified = await run(
          ["systemd-analyze", "verify", "--man=no", file],
          Deno.env.toObject(),
        );
        assertEquals([verified.code, verified.stdout + verified.stderr], [0, ""]);
        const { stdout } = await run(
          ["systemd-analyze", "security", "--offline=true", "--no-pager", file],
          Deno.env.toObject(),
        );
        const exposure = /exposure level for (\S+): ([0-9.]+)/.exec(stdout);
        assertEquals(exposure?.[1], name);
        assertLessOrEqual(Number(exposure?.[2] ?? 10), EXPOSURE_MAX, stdout);
      }, at),
  });
}

for (const [name, at] of [["httpcfg", 0], ["httpcfg-fleet", 1]] as const) {
  Deno.test({
    name: `shellcheck reports nothing for the OpenRC script ${name}`,
    ignore: !(await has("shellcheck")),
    fn: () =>
      withUnit("openrc", "/usr/local/bin/httpcfg", async (file) => {
        // The framework that runs the script reads the variables.
        const command = ["shellcheck", "--shell=sh", "--exclude=SC2034", file];
        const result = await run(command, Deno.env.toObject());
        assertEquals([result.code, result.stdout], [0, ""]);
      }, at),
  });
}

const RECEIVER = `
const socket = Deno.listenDatagram({ transport: "unixpacket", path: Deno.args[0] });
console.log("open");
for (let i = 0; i < 3; i++) {
  console.log(new TextDecoder().decode((await socket.receive())[0]).trim());
}
`;

Deno.test({
  name: "serve notifies systemd that it is ready, and then that it is alive",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { folder } = await bundle("main.ts");
    try {
      await Deno.writeTextFile(`${folder}/receiver.js`, RECEIVER);
      const deno = { args: ["run", "-A", "--no-config", "--unstable-net"], stdin: "null" } as const;
      const receiver = new Deno.Command(Deno.execPath(), {
        ...deno,
        args: [...deno.args, `${folder}/receiver.js`, `${folder}/notify`],
        stdout: "piped",
      }).spawn();
      const lines = receiver.stdout.pipeThrough(new TextDecoderStream() as never).getReader();
      assertMatch(String((await lines.read()).value), /^open/);
      // So many addresses that the machine lacks that a line for each would fit no datagram.
      const absent = Array.from({ length: 5000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
      const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${freePort()}:`] };
      const document = { ipListen: ["127.0.0.1", ...absent], sites: [site] };
      await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(document));
      const serve = new Deno.Command(Deno.execPath(), {
        ...deno,
        args: [...deno.args, `${folder}/main.js`, "serve"],
        env: {
          HTTPCFG_HOME: folder,
          NOTIFY_SOCKET: `${folder}/notify`,
          WATCHDOG_USEC: "200000",
        },
        stderr: "null",
      }).spawn();
      let sent = "";
      for (let part = await lines.read(); !part.done; part = await lines.read()) sent += part.value;
      serve.kill("SIGTERM");
      assertEquals((await serve.status).code, 0);
      await receiver.status;
      assertMatch(sent, /^READY=1\nSTATUS=.*\nWATCHDOG=1\nWATCHDOG=1\n$/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
