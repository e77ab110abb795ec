// Goal: the shell starts processes, ends them, and leaves none. Method: the real shell with `sleep`,
// and with programs that end by themselves.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { waitFor } from "../../support/wait.ts";
import { testWithShell } from "../../support/workers/spawner_shell.ts";
import { childrenOf, isAlive, spawnerOf, stateOf } from "../../support/workers/worker_service.ts";

testWithShell("Spawner starts processes, and each ends when it is told to", async (shell) => {
  const spawner = shell.start("/bin/sh", "-c", 'exec sleep "$0"');
  const [one, two] = [await spawner.start("61"), await spawner.start("62")];
  assertEquals(childrenOf(spawner.pid).sort(), [one.pid, two.pid].sort());
  assertEquals([await one.isAlive(), await two.isAlive()], [true, true]);
  Deno.kill(one.pid, "SIGSTOP"); // a stopped one ends as well
  assertEquals(await one.end(), 128 + 9);
  assertEquals([isAlive(one.pid), isAlive(two.pid), await two.isAlive()], [false, true, true]);
  assertEquals(await one.end(), 128 + 9); // once more: the same answer
  assertEquals(await Promise.all([two.end(), two.end()]), [137, 137]);
  assertEquals(childrenOf(spawner.pid), []);
  await shell.end();
  await assertRejects(() => spawner.start("63"), Error, "the shell that starts workers has ended");
});

testWithShell("Spawner tells how a process ended that nobody killed", async (shell) => {
  const spawner = shell.start("/bin/sh", "-c", 'exit "$0"');
  const started = await spawner.start("7");
  await waitFor(async () => !(await started.isAlive()), "its end");
  assertEquals(await started.end(), 7);
  await shell.end();
  const none = shell.start("/nowhere/httpcfg");
  const missing = await none.start("x");
  await waitFor(async () => !(await missing.isAlive()), "its end");
  assertEquals(await missing.end(), 127);
  await shell.end();
});

testWithShell(
  "Spawner's shell kills what is left when its service is gone, and nothing else",
  async () => {
    const script = `
    import { Spawner } from "${new URL("../../../mod/host/serving/spawner.ts", import.meta.url)}";
    const spawner = new Spawner(["/bin/sh", "-c", 'exec sleep "$0"']);
    const ended = await spawner.start("61");
    await ended.end();
    const left = [await spawner.start("62"), await spawner.start("63")];
    Deno.kill(left[0].pid, "SIGSTOP");
    console.log(JSON.stringify(left.map(({ pid }) => pid)));
    await new Promise(() => setInterval(() => {}, 1000));`;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, script);
    const service = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", file],
      stdout: "piped",
    }).spawn();
    const reader = service.stdout.getReader();
    const pids = JSON.parse(new TextDecoder().decode((await reader.read()).value)) as number[];
    const shell = spawnerOf(service.pid)!;
    assert(pids.every(isAlive));
    service.kill("SIGKILL");
    await service.status;
    await waitFor(() => ![...pids, shell].some((pid) => stateOf(pid) !== ""), "the end of all");
    await reader.cancel();
    await Deno.remove(file);
  },
);

testWithShell("Spawner's shell is not ended by the signals that end the service", async (shell) => {
  const spawner = shell.start("/bin/sh", "-c", 'exec sleep "$0"');
  const started = await spawner.start("61");
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM", "SIGQUIT"] as const) {
    Deno.kill(spawner.pid, signal);
    Deno.kill(started.pid, signal);
  }
  assertEquals(await started.isAlive(), true);
  assertEquals(await started.end(), 137);
  await shell.end();
});
