// Goal: a report is made whatever the state of the machine is, each part says why it is missing, and
// the status says whether all are there. Method: command lines in a home, with and without a service.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runQuestion } from "../../../../mod/cli/commands/observe/diagnosis/run_script.ts";
import { factSources } from "../../../../mod/cli/commands/observe/diagnosis/system_facts.ts";
import { commandHome } from "../../../support/command_home.ts";
import { startFakeService } from "../../../support/fake_service.ts";

const isUnix = Deno.build.os !== "windows";

/** The lines of a section. */
function section(out: string, title: string): string[] {
  const [, text = ""] = out.split(`\n== ${title} ==\n`);
  return text.split("\n\n")[0]!.split("\n");
}

Deno.test("diagnose works with nothing stored and nothing running", async () => {
  await using home = await commandHome();
  const { status, out, note } = await home.run("diagnose", { os: Deno.build.os });
  assertEquals(section(out, "Document"), ["nothing is stored: the built-in document applies"]);
  for (const title of ["Service", "Metrics"]) assertEquals(section(out, title), ["not running"]);
  assertMatch(out, /^httpcfg: [0-9.]+ \(source\)$/m);
  assertMatch(out, /^runtime: Deno [0-9.]+, V8 /m);
  // As a user, perhaps in a machine that does not show everything.
  assertEquals(status, note === "" ? 0 : 3, note);
});

Deno.test("diagnose shows the service, the plan and what is not applied", async () => {
  await using home = await commandHome();
  await home.store({ settings: { MaxConnections: 500 } });
  await startFakeService(home, "W3SVC");
  await home.store({ settings: { MaxConnections: 700 } });
  const { out } = await home.run("diagnose", { os: Deno.build.os });
  assertMatch(section(out, "Service").join("\n"), /HTTP running, .*W3SVC running/);
  assertMatch(section(out, "Metrics")[0]!, /^responses: 1xx 0, 2xx [1-9]/);
  assertEquals(section(out, "Stored and in force")[0], "changes that are not applied: 1");
  assertMatch(section(out, "Plan").join("\n"), / http \[::\]:8080/);
});

Deno.test("diagnose is there for a damaged document, and does not show it", async () => {
  await using home = await commandHome();
  const cases: [string, RegExp][] = [
    ['{ "version": 2, "sites": [ "tok-secret-1" }', /^cannot be read: .*line 1 column/],
    ["", /^cannot be read: /],
    ['{ "version": 2 }', /^cannot be used: /],
    ["tok-secret-1\0\xff", /^cannot be read: /],
  ];
  for (const [text, want] of cases) {
    await Deno.writeTextFile(`${home.path}/config.json`, text);
    const { status, out, note } = await home.run("diagnose", { os: Deno.build.os });
    assertMatch(section(out, "Document")[0]!, want, text);
    assertEquals(section(out, "Plan"), ["there is none for a document that cannot be used"]);
    assertEquals(status, note === "" ? 0 : 3, note);
    assert(!out.includes("secret"), out);
  }
  await Deno.remove(`${home.path}/config.json`);
  await Deno.mkdir(`${home.path}/config.json`);
  const { out } = await home.run("diagnose", { os: Deno.build.os });
  assertEquals(section(out, "Document"), ["it is no regular file"]);
});

Deno.test({
  name: "a part that cannot be read is missing, the others are there, and the status says so",
  ignore: !isUnix,
  async fn(): Promise<void> {
    await using home = await commandHome();
    await home.serve(() => Promise.reject(new Error("broken")));
    await Deno.writeTextFile(`${home.path}/log`, "no directory");
    const { status, out, note } = await home.run("diagnose", { os: Deno.build.os });
    assertEquals(status, 3);
    assertMatch(note, /^warning: not collected: .*Service.*Events/m);
    assertMatch(section(out, "Service").join("\n"), /^not collected: /);
    assertEquals(section(out, "Document").length, 1);
    assertMatch(out, /^== Kernel ==$/m);
  },
});

Deno.test("--output writes the report as a whole, for its owner alone", async () => {
  await using home = await commandHome();
  const file = `${home.path}/report.txt`;
  await Deno.writeTextFile(file, "older");
  if (isUnix) await Deno.chmod(file, 0o644);
  const { out } = await home.run(["diagnose", "--output", file], { os: Deno.build.os });
  assertEquals(out, `Written: "${file}"\n`);
  const text = await Deno.readTextFile(file);
  assert(text.startsWith("httpcfg diagnose") && text.endsWith("\n"));
  if (isUnix) assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
  const bad = await home.run(["diagnose", "--output", `${home.path}/none/report.txt`]);
  assertEquals(bad.status, 1);
  assertMatch(bad.note, /^error: Cannot write ".*none\/report.txt": /);
});

Deno.test({
  name: "--output writes to a pipe or a link, and does not take its place",
  ignore: !isUnix,
  fn: async () => {
    await using home = await commandHome();
    const [pipe, link, file] = ["pipe", "link", "report.txt"].map((name) => `${home.path}/${name}`);
    await new Deno.Command("mkfifo", { args: [pipe!] }).output();
    const reader = new Deno.Command("cat", { args: [pipe!], stdout: "piped" }).spawn();
    try {
      const { out } = await home.run(["diagnose", "--output", pipe!], { os: Deno.build.os });
      assertEquals(out, `Written: "${pipe}"\n`);
      assertEquals((await Deno.lstat(pipe!)).isFifo, true, "still a pipe");
      assertMatch(new TextDecoder().decode((await reader.output()).stdout), /^httpcfg diagnose/);
    } finally {
      try {
        reader.kill();
      } catch {
        // It has read everything.
      }
      await reader.status;
    }
    await Deno.writeTextFile(file!, "older");
    await Deno.symlink(file!, link!);
    await home.run(["diagnose", "--output", link!], { os: Deno.build.os });
    assertEquals((await Deno.lstat(link!)).isSymlink, true, "still a link");
    assertMatch(await Deno.readTextFile(file!), /^httpcfg diagnose/);
    assertEquals((await Deno.stat(file!)).mode! & 0o777, 0o600);
  },
});

Deno.test("the variables of the environment are shown as far as they say nothing", async () => {
  await using home = await commandHome();
  const { out } = await home.run("diagnose", {
    os: Deno.build.os,
    env: {
      HTTPCFG_SYSTEM: "tok-secret-1",
      SSH_CONNECTION: "10.9.9.9 1 10.9.9.8 22",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=tok-secret-3",
      LANG: "de_DE.UTF-8",
      TERM: "tok-secret-2",
      HOME: "/home/ann",
    },
  });
  const lines = section(out, "Caller and home");
  for (
    const line of ["HTTPCFG_SYSTEM: set", "SSH_CONNECTION: set", "LANG: de_DE.UTF-8", "HOME: ~"]
  ) {
    assert(lines.includes(line), lines.join("\n"));
  }
  assert(!out.includes("secret") && !out.includes("10.9.9"), out);
});

Deno.test("each system is asked in its own words", () => {
  const asked = (os: string): string[] => {
    const sources = factSources({ os, pid: 7, logFolder: "/var/log/x" });
    return [...new Set(sources.map(({ section }) => section))];
  };
  assertEquals(asked("linux"), ["System", "Kernel", "Limits", "Service manager", "Routes", "Disk"]);
  assertEquals(asked("darwin"), [
    "System",
    "Kernel",
    "Limits",
    "Service manager",
    "Routes",
    "Disk",
  ]);
  assertEquals(asked("freebsd"), ["System", "Kernel", "Limits", "Routes", "Disk"]);
  assertEquals(asked("windows"), ["System", "Kernel", "Service manager", "Routes"]);
  const [limits] = factSources({ os: "linux", pid: 7, logFolder: "/x" }).filter(({ section }) => {
    return section === "Limits";
  });
  assert("script" in limits!.question && limits!.question.args?.[0] === "7");
});

Deno.test({
  name: "a program that hangs is given up, one that fails is said",
  ignore: !isUnix,
  async fn(): Promise<void> {
    assertEquals(await runQuestion({ script: "echo a; exec sleep 600" }, 200), {
      text: "a\n",
      problem: "no answer within 0.2 s",
    });
    assertEquals(await runQuestion({ script: 'printf "%s" "$1"', args: ["a b;c"] }, 60_000), {
      text: "a b;c",
      problem: null,
    });
    assertEquals((await runQuestion({ script: "exit 3" }, 60_000)).problem, "no output");
  },
});
