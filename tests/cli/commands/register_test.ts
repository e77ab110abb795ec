/** Goal: a command line is checked as far as possible before the service is asked. Method: command
 * lines; a service with prepared answers. */
import { assertEquals, assertMatch } from "@std/assert";
import { commandHome, serviceStatus } from "../../support/command_home.ts";

const HAS_UNIX_SOCKETS = Deno.build.os !== "windows";
/** There is nothing to reach where there are no Unix sockets. */
const UNREACHED: Refusal = [
  ["register", "http://+:80/a/", "--to", "http://127.0.0.1:1"],
  1,
  /no running service that this user can reach/,
];

type Refusal = [args: string[], status: number, note: RegExp];

Deno.test("register and unregister reject an invalid prefix, target or time-out", async () => {
  await using home = await commandHome();
  const to = ["--to", "http://127.0.0.1:1"];
  const cases: [args: string[], status: number, note: RegExp][] = [
    [["register", "http://+/a/", ...to], 87, /The parameter is incorrect \(87\)/],
    [["unregister", "nonsense"], 87, /Cannot unregister "nonsense"/],
    [["register", "http://+:80/a/"], 2, /--to is missing/],
    [
      ["register", "http://+:80/a/", "--to", "http://10.0.0.1:80"],
      2,
      /loopback address with a port or unix:\/PATH expected/,
    ],
    [["register", "http://+:80/a/", ...to, "--timeout", "0"], 2, /must be between 1 and 3600/],
    [["register", "http://+:80/a/", ...to, "--timeout", "1e3"], 2, /must be between 1 and 3600/],
    ...HAS_UNIX_SOCKETS ? [UNREACHED] : [],
    [["register", ...to], 2, /hint: httpcfg register http/],
  ];
  for (const [args, status, note] of cases) {
    const ran = await home.run(args);
    assertEquals([ran.status, ran.out], [status, ""], args.join(" "));
    assertMatch(ran.note, note);
  }
  const windows = await home.run(["register", "http://+:80/a/", ...to], { os: "windows" });
  assertMatch(windows.note, /on Windows/);
});

Deno.test("registrations lists those of the service", async () => {
  await using home = await commandHome();
  assertEquals((await home.run("registrations")).out, "No registered programs.\n");
  const since = "2026-01-02T03:04:05.000Z";
  const one = { url: "http://+:80/a/", to: "unix:/s", uid: 7, keep: true, since };
  const status = serviceStatus({ HTTP: "running" }, { registrations: [one] });
  await home.serve(() => Promise.resolve(status));
  const text = (await home.run("registrations")).out;
  assertMatch(
    text,
    /^URL +TO +UID +KEEP +SINCE +PID +PROGRAM\nhttp:\/\/\+:80\/a\/ +unix:\/s +7 +true +2026/,
  );
  const json = JSON.parse((await home.run("registrations --format json")).out);
  assertEquals(json, {
    version: 1,
    registrations: [{ ...one, pid: null, program: null }],
  });
  assertMatch(
    (await home.run("status")).out,
    /Registered programs: 1\n {2}URL .*\n {2}http:\/\/\+:80\/a\/ /,
  );
});
