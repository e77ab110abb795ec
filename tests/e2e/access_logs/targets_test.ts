/** Access logs in every form and at every target, as the real program writes them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ON_LINUX, ON_POSIX } from "../../support/platforms.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";

async function linesOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Returns the path of the one file of `folder` with this ending. */
function fileIn(folder: string, ending: RegExp): string {
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    return `${folder}/${names.find((name) => ending.test(name))}`;
  } catch {
    return `${folder}/none`;
  }
}

Deno.test(
  "a new home logs as its environment says; a site, a reload and workers change that",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const stdoutFile = `${program.home}/stdout`;
    const [plain, health] = [freePort(), freePort()];
    const get = (port: number, path: string): Promise<unknown> => {
      return program.shell(`curl -s -o /dev/null -A 'é "1"' 'http://127.0.0.1:${port}${path}'`);
    };
    const env = { HTTPCFG_NEW_SETTINGS: "AccessLogFormat=json  accesslogtarget=stdout" };
    const service = await program.serve({ env, stdoutFile });
    assertStringIncludes(
      service.stderr(),
      "note: stored, as there was no document: AccessLogFormat json, AccessLogTarget stdout\n",
    );
    assertEquals((await program.do("settings get AccessLogTarget")).out, "stdout\n");
    await program.do(`site set W3SVC/1 --bind 127.0.0.1:${plain}: --respond hello`);
    await program.do([
      ..."site add health --respond ok --log-format combined --log-target file".split(" "),
      ...`--log-sample /live=10 --bind 127.0.0.1:${health}:`.split(" "),
    ]);
    await program.do("reload");
    await get(plain, "/a?b=c");
    for (let i = 0; i < 11; i++) await get(health, "/live");
    await waitFor(async () => (await linesOf(stdoutFile)).length === 1, "a line of JSON");
    const [line] = await linesOf(stdoutFile);
    const { url, http, server, httpcfg, user_agent: agent } = JSON.parse(line!);
    assertEquals(url, { domain: "127.0.0.1", path: "/a", query: "b=c" });
    assertEquals(server, { address: "127.0.0.1" });
    assertEquals(httpcfg, { site: { name: "Default Web Site" } });
    assertEquals(agent, { original: 'é "1"' });
    assertEquals(http.response.status_code, 200);
    assert(http.response.bytes > "HTTP/1.1 200 OK\r\n\r\nhello".length);
    const combinedFile = (): string => fileIn(`${program.home}/log/W3SVC2`, /^ac\d{6}\.log$/);
    await waitFor(async () => (await linesOf(combinedFile())).length === 2, "two of 11 probes");
    const combined = combinedFile();
    assertMatch(
      (await linesOf(combined))[1]!,
      /^127\.0\.0\.1 - - \[.*\] "GET \/live HTTP\/1\.1" 200 2 "-" "\\xc3\\xa9 \\"1\\""$/,
    );
    const told = await program.do("logs");
    assertStringIncludes(told.err, "Default Web Site: its lines go to stdout of the service");
    assertStringIncludes(told.out, combined);

    // Two processes format, one writes; the files of the former format stay as they are.
    await program.do("settings set AccessLogTarget file Workers 2 EnableRequestIds true");
    await program.do("settings set AccessLogFields url.path,client.ip,http.request.id");
    await program.do("site set health --log-format w3c --log-sample none");
    const before = await Deno.readTextFile(combined);
    await program.do("reload");
    const want: [path: string, id: string][] = [];
    for (let i = 0; i < 10; i++) {
      const { out } = await program.shell(
        `curl -s -D - -o /dev/null 'http://127.0.0.1:${plain}/${i}'`,
      );
      want.push([`/${i}`, /^x-request-id: (\S+)/im.exec(out)![1]!]);
    }
    await get(health, "/live");
    const readJson = async (): Promise<string[]> => {
      return await linesOf(fileIn(`${program.home}/log/W3SVC1`, /^ac\d{6}\.ndjson$/));
    };
    await waitFor(async () => (await readJson()).length === 10, "ten lines of JSON");
    const read = (await readJson()).map((one) => {
      const { client, url, http, ...others } = JSON.parse(one);
      assertEquals([client, others], [{ ip: "127.0.0.1" }, {}], one);
      return [url.path, http.request.id];
    });
    assertEquals(read.sort(), want);
    const w3c = (): string => fileIn(`${program.home}/log/W3SVC2`, /^ex\d{6}\.log$/);
    await waitFor(async () => (await linesOf(w3c())).length === 5, "a line of W3C");
    assertEquals(await Deno.readTextFile(combined), before);
    assertEquals((await linesOf(stdoutFile)).length, 1);
    assertMatch((await program.do("logs health --limit 1")).out, /^#Fields: .*\n.* GET \/live /);
    service.signal("SIGTERM");
    assertEquals(await service.ended, 0);
  },
);

Deno.test(
  "a reader of stdout that has stopped delays no request and no end",
  ON_LINUX,
  async () => {
    await using program = await Program.make();
    const fifo = `${program.home}/fifo`;
    const port = freePort();
    await program.shell(`mkfifo '${fifo}'`);
    const reader = await Deno.open(fifo, { read: true, write: true }); // opens at once, reads nothing
    try {
      await program.do(`site set W3SVC/1 --bind 127.0.0.1:${port}: --respond x`);
      await program.do("settings set AccessLogFormat json AccessLogTarget stdout");
      const service = await program.serve({ stdoutFile: fifo });
      const lost = /The log to stdout cannot be written: the reader is too slow/;
      const urls = `http://127.0.0.1:${port}/?${"q".repeat(3900)}[1-1000]`;
      await waitFor(async () => {
        await program.shell(`curl -s '${urls}' >/dev/null`);
        return lost.test(service.stderr());
      }, "lines that are lost");
      const answer = await program.shell(`curl -s -m 10 'http://127.0.0.1:${port}/'`);
      assertEquals([answer.status, answer.out], [0, "x"]);
      const { out } = await program.run("status");
      assertStringIncludes(out, "Cannot write the access log to stdout: the reader is too slow");
      service.signal("SIGTERM");
      assertEquals(await service.ended, 0);
    } finally {
      reader.close();
    }
  },
);

Deno.test("a service in the background, which has no stdout, logs to files", ON_POSIX, async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do(`site set W3SVC/1 --bind 127.0.0.1:${port}: --respond x`);
  await program.do("settings set AccessLogFormat json AccessLogTarget stdout");
  await program.do("net start w3svc");
  await program.shell(`curl -s 'http://127.0.0.1:${port}/'`);
  const { out } = await program.run("status");
  assertStringIncludes(out, "a service in the background has no stdout: its access logs are files");
  let lines: string[] = [];
  await waitFor(async () => {
    lines = await linesOf(fileIn(`${program.home}/log/W3SVC1`, /^ac\d{6}\.ndjson$/));
    return lines.length > 0;
  }, "a line in a file");
  assertEquals(lines.map((line) => JSON.parse(line).url.path), ["/"]);
});

Deno.test("syslog gets a datagram for each request, from workers too", ON_LINUX, async () => {
  await using program = await Program.make();
  const port = freePort();
  const path = `${program.home}/syslog.sock`;
  const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
  try {
    await program.do(`site set W3SVC/1 --bind 127.0.0.1:${port}: --respond x`);
    await program.do([
      ..."settings set AccessLogFormat combined AccessLogTarget syslog Workers 2".split(" "),
      ...["AccessLogSyslog", `unix:${path}`],
    ]);
    await program.serve();
    for (let i = 0; i < 4; i++) await program.shell(`curl -s 'http://127.0.0.1:${port}/${i}'`);
    const paths: string[] = [];
    while (paths.length < 4) {
      const text = new TextDecoder().decode((await receiver.receive())[0]);
      const [, requested] = /^<190>.* httpcfg\[\d+\]: 127\.0\.0\.1 - - \[.*\] "GET (\S+) /.exec(
        text,
      ) ?? [];
      assert(requested !== undefined, text);
      paths.push(requested);
    }
    assertEquals(paths.sort(), ["/0", "/1", "/2", "/3"]);
  } finally {
    receiver.close();
  }
});
