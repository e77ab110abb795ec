// Story: an administrator wants slow clients cut as nginx cuts them. Method: the profile through the
// commands; then its settings at one second, and a client that is slow in each of the ways.
import { assertEquals, assertMatch } from "@std/assert";
import { PROFILES } from "../../mod/config/document/profiles.ts";
import { Program } from "../support/program.ts";
import { rawConnect } from "../support/raw_client.ts";
import { startService } from "../support/service.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { waitFor } from "../support/wait.ts";

Deno.test("a profile is stored, planned, applied and shown", async () => {
  await using program = await Program.make();
  await program.do("set iplisten -i 127.0.0.2");
  await program.serve();
  const { err } = await program.do("config profile strict");
  assertMatch(err, /^note: stored; HTTP reads the list and the settings when it starts\nhint: /m);
  assertMatch(
    (await program.run("status")).out,
    /^Stored, not applied: 5 changes\nhint: httpcfg plan$/m,
  );
  assertMatch((await program.run("plan")).err, /5 changes are not applied/);
  await program.do("reload");
  assertMatch((await program.run("status")).out, /^Time-outs: profile strict$/m);
  const status = JSON.parse((await program.run("status --format json")).out);
  assertEquals(status.settings, PROFILES.strict.settings);
  assertMatch((await program.do("netsh http show timeout")).out, /75(.|\n)*60/);
});

Deno.test("every setting of the profile cuts a slow client, and says so in HTTPERR", async () => {
  await using folder = await tempFolder();
  await Deno.writeFile(folder.at("large"), new Uint8Array(32 * 1024 * 1024));
  const settings = Object.fromEntries(
    Object.keys(PROFILES.strict.settings).map((
      name,
    ) => [name, name.startsWith("Min") ? 2 ** 31 : 1]),
  );
  await using service = await startService({
    sites: { site: { kind: "root", path: folder.path }, echo: { kind: "echo" } },
    settings,
  });
  const slow: readonly (readonly [reason: string, bytes: string])[] = [
    ["Timer_ConnectionIdle", ""],
    ["Timer_HeaderWait", "GET / HTTP/1.1\r\nHost: a\r\n"],
    ["Timer_EntityBody", "POST / HTTP/1.1\r\nHost: echo\r\nContent-Length: 9\r\n\r\nbeg"],
    ["Timer_MinBytesPerSecond", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"],
  ];
  for (const [reason, bytes] of slow) {
    const client = await rawConnect(service);
    if (reason === "Timer_MinBytesPerSecond") client.pause();
    await client.send(bytes);
    if (reason !== "Timer_MinBytesPerSecond") await client.closed;
    await waitFor(async () => {
      return (await service.logLines(/httperr\d+\.log$/)).some((line) => line.includes(reason));
    }, reason);
    client.close();
  }
});
