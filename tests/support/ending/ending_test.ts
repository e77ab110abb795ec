// Goal: nothing that a test starts outlives it, also if it throws while it makes what it needs.
// Method: tests that throw, each with a program in every place that there is, in a process namespace
// whose first process sees what is left when they have ended.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { tempFolder } from "../temp_folder.ts";
import { have } from "../tools.ts";

const ROOT = `${import.meta.dirname}/../../../`;
const CAN_UNSHARE = Deno.build.os === "linux" && Deno.uid() === 0 && have("unshare", "setsid") &&
  new Deno.Command("unshare", { args: ["-m", "-p", "-f", "true"], stderr: "null" })
    .outputSync().success;

const SLEEP = "setsid sleep 1000 >/dev/null 2>&1 &";

const TESTS = `
import { Container } from "${ROOT}tests/dist/containerfile.ts";
import { makeRoot } from "${ROOT}tests/dist/clean_root.ts";
import { testOnMachine } from "${ROOT}tests/dist/scratch_machine.ts";
import { freePort } from "${ROOT}tests/support/ports.ts";
import { Program } from "${ROOT}tests/support/program.ts";
import { testInNamespace } from "${ROOT}tests/support/spaces/net_namespace.ts";
import { testInSystemSpace } from "${ROOT}tests/support/spaces/system_space.ts";
import { testOnServer } from "${ROOT}tests/support/terminal/server_machine.ts";

Deno.test("program", async () => {
  const program = await Program.make();
  await program.do("site set W3SVC/1 --bind 127.0.0.2:" + freePort() + ":");
  await program.do("net start w3svc");
  await program.shell("${SLEEP}");
  throw new Error("half-way");
});

Deno.test("container", async () => {
  const root = Deno.args[0] + "/root";
  await makeRoot(root);
  const image = { env: {}, volumes: [], stopSignal: "SIGTERM", health: [], command: [] };
  await Container.start({ ...image, root, user: "65532:65532" }, ["cat", "/dev/zero"]);
  throw new Error("half-way");
});

testOnMachine("machine", false, async (machine) => {
  await machine.shell("${SLEEP}");
  throw new Error("half-way");
});

testInNamespace("network", async (space) => {
  const sleep = "ip netns exec " + space.name + " ${SLEEP}";
  await new Deno.Command("sh", { args: ["-c", sleep] }).output();
  throw new Error("half-way");
});

testInSystemSpace("system", async (space) => {
  await space.shell("${SLEEP}");
  throw new Error("half-way");
});

testOnServer("server", [], async (machine) => {
  await machine.root("${SLEEP}");
  await using terminal = await machine.openTerminal(80);
  await terminal.press("sleep 1000\\r"); // the shell does not exit
  throw new Error("half-way");
});
`;

/** Runs the command, and prints what is left after it, once nothing more ends. */
const LIST = `
"$@" 2>&1
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  left=
  for process in /proc/[0-9]*; do
    [ "$process" = /proc/1 ] || left="$left$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null)"
  done
  [ -n "$left" ] || break
  sleep 0.1
done
printf '\\nleft: %s' "$left"
`;

Deno.test({
  name: "no process is left of tests that throw, wherever it runs",
  ignore: !CAN_UNSHARE,
  async fn(): Promise<void> {
    await using temp = await tempFolder();
    await Deno.chmod(temp.path, 0o755);
    await Deno.writeTextFile(temp.at("a_test.ts"), TESTS);
    const deno = [Deno.execPath(), "test", "-A", "--quiet", "--no-check"];
    const config = ["--config", `${ROOT}deno.json`, temp.at("a_test.ts"), "--", temp.path];
    const { stdout } = await new Deno.Command("unshare", {
      args: ["-m", "-p", "-f", "--mount-proc", "sh", "-c", LIST, "sh", ...deno, ...config],
      stdin: "null",
    }).output();
    const out = new TextDecoder().decode(stdout);
    assertMatch(out, /0 passed \| \d+ failed/);
    assertEquals(/^error: (?!Error: half-way|Test failed).*/m.exec(out)?.[0], undefined, out);
    assertStringIncludes(out, "\nleft: ");
    assertEquals(out.slice(out.lastIndexOf("\nleft: ") + 7), "", out);
  },
});

Deno.test("what has no owner when a test throws is ended with it, the last first", async () => {
  await using temp = await tempFolder();
  const module = new URL("./test_end.ts", import.meta.url);
  await Deno.writeTextFile(
    temp.at("a_test.ts"),
    `import { endWithTest } from "${module}";
    const end = (name) => endWithTest(() => Deno.writeTextFile(Deno.args[0], name, { append: true }));
    Deno.test("throws", async () => {
      end("1");
      await end("2")();
      endWithTest(() => Promise.reject(new Error("not ended")));
      end("3");
      throw new Error("half-way");
    });
    Deno.test("next", () => Deno.writeTextFile(Deno.args[0], " next", { append: true }));`,
  );
  await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", "--no-check", temp.at("a_test.ts"), "--", temp.at("order")],
  }).output();
  assertEquals(await Deno.readTextFile(temp.at("order")), "231 next");
});
