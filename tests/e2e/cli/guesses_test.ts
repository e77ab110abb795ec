// Story: a user of other servers types what they are used to, sees what it is called here, and gets
// it.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { CALL, Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const ADDRESS = "127.0.0.2";
const STOP = "httpcfg net stop http /y";
const START = "httpcfg net start w3svc";

async function get(port: number, path = "/"): Promise<string> {
  const response = await fetch(`http://${ADDRESS}:${port}${path}`);
  return await response.text();
}

Deno.test("add, site add NAME DIR, start, restart, logs, stop", async () => {
  await using program = await Program.make();
  const port = freePort();
  const folder = `${program.home}/www`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/index.html`, "from the folder");
  await program.do("site remove W3SVC/1");

  const added = await program.do(`add ${ADDRESS}`);
  assertStringIncludes(added.err, `note: httpcfg set iplisten -i ${ADDRESS}\n`);
  const site = await program.do(`site add shop ${folder} --bind ${port}`);
  assertStringIncludes(site.err, `note: httpcfg site add shop --bind :${port}: --root ${folder}\n`);

  const started = await program.do("start");
  assertStringIncludes(started.err, `note: ${START}\n`);
  assertStringIncludes(started.out, "service was started successfully.");
  assertEquals(await get(port), "from the folder");

  const other = freePort();
  await program.do(`site set shop --bind ${other}`);
  const restarted = await program.do("restart");
  assertStringIncludes(restarted.err, `note: ${STOP}; ${START}\n`);
  assert(restarted.out.indexOf("was stopped") < restarted.out.indexOf("is starting"));
  assertEquals([await isRefused(ADDRESS, port), await get(other)], [true, "from the folder"]);
  await program.do(`site set shop --bind ${ADDRESS}:${port}`);
  await program.do("restart w3svc");
  assertEquals(await get(port), "from the folder");

  await (await fetch(`http://${ADDRESS}:${port}/missing`)).text();
  const logs = await program.do("log shop");
  assertMatch(logs.out, /^#Fields: .*\n.* GET \/ .* 200 /m);
  assertMatch(logs.out, / GET \/missing .* 404 /);
  const paths = await program.do("logs shop --paths");
  assertStringIncludes(await Deno.readTextFile(paths.out.trimEnd()), " GET /missing ");

  const stopped = await program.do("stop");
  assertStringIncludes(stopped.err, `note: ${STOP}\n`);
  assert(await isRefused(ADDRESS, port));
  const again = await program.do("restart");
  assert(again.err.includes(`note: ${START}\n`) && !again.err.includes(STOP), again.err);
  assertEquals(await get(port), "from the folder");
});

Deno.test("logs --follow shows requests as they are served", ON_POSIX, async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(`site add shop --bind ${ADDRESS}:${port} --respond hi`);
  await program.do("start");
  await get(port, "/before");
  const child = new Deno.Command(CALL[0]!, {
    args: [...CALL.slice(1), "logs", "shop", "-f"],
    env: { HTTPCFG_HOME: program.home },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    let text = "";
    const reading = (async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const part of child.stdout) text += decoder.decode(part, { stream: true });
    })();
    await waitFor(() => text.includes(" /before "), "the line before");
    await get(port, "/after");
    await waitFor(() => text.includes(" /after "), "the line after");
    child.kill("SIGTERM");
    await reading;
    assertEquals(text.match(/ \/before /g)?.length, 1);
    assertEquals(text.match(/^#Fields/gm)?.length, 1);
  } finally {
    await child.status;
  }
});

Deno.test("httpcfg alone follows the situation", async () => {
  await using program = await Program.make();
  const alone = async (): Promise<string> => (await program.do([])).out;
  const port = freePort();
  assertMatch(await alone(), /is not running\.[^]*Next:\n {2}httpcfg net start w3svc\n/);
  await program.do(`set iplisten -i ${ADDRESS}`);
  await program.do("site remove W3SVC/1");
  await program.do(`site add shop --bind ${ADDRESS}:${port} --echo`);
  await program.do("start");
  assertMatch(
    await alone(),
    new RegExp(`Listening: ${ADDRESS}:${port}\n[^]*httpcfg explain http://`),
  );
  await program.do("site set shop --name other");
  assertMatch(await alone(), /Next:\n {2}httpcfg reload\n/);
});
