// Goal: one service per home, whatever a killed one left. Method: claims by this process, files.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Fault, quote } from "../../../mod/base/fault.ts";
import { AlreadyRunningFault, claimInstance } from "../../../mod/host/process/instance.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("claimInstance() rejects a second claim until the first is released", async () => {
  await using folder = await tempFolder();
  const run = folder.at("deep/run");
  const first = await claimInstance(run);
  assertEquals(await Deno.readTextFile(`${run}/httpcfg.pid`), `${Deno.pid}\n`);
  const fault = await assertRejects(
    () => claimInstance(run),
    AlreadyRunningFault,
    "already running as process",
  );
  assertStringIncludes(fault.message, quote(run));
  assertStringIncludes(fault.message, `process ${Deno.pid}`);
  assertEquals(fault.hint, "httpcfg status");
  await Deno.truncate(`${run}/httpcfg.pid`); // as it is for a moment after locking
  await assertRejects(
    () => claimInstance(run),
    AlreadyRunningFault,
    "another process is starting or stopping it",
  );
  await first.release();
  assertEquals(await Deno.readTextFile(`${run}/httpcfg.pid`), "");
  await (await claimInstance(run)).release();
});

Deno.test("claimInstance() replaces what a killed service left", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("httpcfg.pid"), "123456789\n");
  const claimed = await claimInstance(folder.path);
  assertEquals(await Deno.readTextFile(folder.at("httpcfg.pid")), `${Deno.pid}\n`);
  await claimed.release();
});

Deno.test({
  name: "claimInstance() creates a directory and a file for this user only",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const claimed = await claimInstance(folder.at("run"));
    assertEquals((await Deno.stat(folder.at("run"))).mode! & 0o777, 0o700);
    assertEquals((await Deno.stat(folder.at("run/httpcfg.pid"))).mode! & 0o777, 0o600);
    await claimed.release();
  },
});

Deno.test("claimInstance() says why the directory cannot be used", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("file"), "");
  const fault = await assertRejects(() => claimInstance(folder.at("file/run")), Fault);
  assertStringIncludes(fault.message, "Cannot start httpcfg in");
  assertEquals(typeof fault.hint, "string");
});

Deno.test({
  name: "Instance.renew() makes a removed process file again, unless another has the home",
  ignore: Deno.build.os === "windows", // where the name of an open file stays until it is closed
  fn: renewsFile,
});

async function renewsFile(): Promise<void> {
  await using folder = await tempFolder();
  const run = folder.at("run");
  const path = `${run}/httpcfg.pid`;
  const instance = await claimInstance(run);
  assertEquals(await instance.renew(), false);
  await Deno.remove(run, { recursive: true });
  assertEquals(await instance.renew(), true);
  assertEquals(await Deno.readTextFile(path), `${Deno.pid}\n`);
  await assertRejects(() => claimInstance(run), AlreadyRunningFault);

  await Deno.remove(path);
  const other = await claimInstance(run);
  await assertRejects(() => instance.renew(), AlreadyRunningFault, "already running as process");
  await other.release();
  assertEquals(await instance.renew(), true);
  await instance.release();
}

Deno.test({
  name: "claimInstance() on a full file system says so, and leaves nothing open",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await Deno.symlink("/dev/full", folder.at("httpcfg.pid"));
    const fault = await assertRejects(() => claimInstance(folder.path), Fault);
    assertStringIncludes(fault.message, "not a regular file");
  },
});

Deno.test("claimInstance() on Windows locks a file of its own, so that others can read the pid", async () => {
  await using folder = await tempFolder();
  const run = folder.at("run");
  const first = await claimInstance(run, "windows");
  {
    using read = await Deno.open(`${run}/httpcfg.pid`);
    assertEquals(await read.tryLock(true), true);
    using lock = await Deno.open(`${run}/httpcfg.lock`, { write: true });
    assertEquals(await lock.tryLock(true), false);
  }
  const already = `already running as process ${Deno.pid}`;
  await assertRejects(() => claimInstance(run, "windows"), AlreadyRunningFault, already);
  assertEquals(await first.renew(), false);
  if (Deno.build.os !== "windows") { // there the name of an open file stays until it is closed
    await Deno.remove(`${run}/httpcfg.pid`);
    assertEquals(await first.renew(), true);
    assertEquals(await first.renew(), false);
  }
  await assertRejects(() => claimInstance(run, "windows"), AlreadyRunningFault, already);
  await first.release();
  assertEquals(await Deno.readTextFile(`${run}/httpcfg.pid`), "");
  await (await claimInstance(run, "windows")).release();
});
