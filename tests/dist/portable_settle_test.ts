// Goal: what the runtime has cached is in its databases, not in their logs, which every start reads.
// Method: a database of a program that ended without a word; and the real program, unpacked, with a
// service and commands.
import { assert, assertEquals, assertLess } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { settleDatabases } from "../../dist/portable_settle.ts";
import { waitFor } from "../support/wait.ts";
import { portable, run } from "./support.ts";

/** Of the runtime's own code, what it loads for some commands only. */
const LOG_BYTES_MAX = 500_000;

/** Returns the bytes of the logs in `folder`. */
function logBytes(folder: string): number {
  const logs = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith("-wal"));
  return logs.reduce((sum, { name }) => sum + Deno.statSync(`${folder}/${name}`).size, 0);
}

Deno.test("settleDatabases() empties the logs and keeps what they had", async () => {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    const script = `import { DatabaseSync } from "node:sqlite";
      const db = new DatabaseSync(Deno.args[0]);
      db.exec("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES ('kept')");
      Deno.exit();`;
    const eval_ = [Deno.execPath(), "eval", "--no-config", script];
    assertEquals((await run([...eval_, `${folder}/some_cache_v2`])).code, 0);
    await Deno.writeTextFile(`${folder}/other`, "no database");
    assert(logBytes(folder) > 0);
    settleDatabases(folder);
    assertEquals(logBytes(folder), 0);
    using database = new DatabaseSync(`${folder}/some_cache_v2`);
    assertEquals(database.prepare("SELECT x FROM t").all().map(({ x }) => x), ["kept"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("portable: commands and a service leave no long log to the next start", async () => {
  const file = await portable("main.ts");
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  const env = {
    PATH: "/usr/bin:/bin",
    HTTPCFG_CACHE: `${folder}/cache`,
    HTTPCFG_HOME: `${folder}/home`,
  };
  const caches = (): string =>
    `${folder}/cache/${[...Deno.readDirSync(`${folder}/cache`)][0]!.name}`;
  try {
    assertEquals((await run([file, "set", "iplisten", "-i", "127.0.0.9"], env)).code, 0);
    assertLess(logBytes(`${caches()}/deno`), LOG_BYTES_MAX, "once unpacked");
    const service = new Deno.Command(file, { args: ["serve"], env, clearEnv: true, stderr: "null" })
      .spawn();
    await waitFor(async () => (await run([file, "status"], env)).code === 0, "the service");
    for (const words of [["plan"], ["who", "80"], ["config", "show"], ["verify"]]) {
      await run([file, ...words], env);
    }
    service.kill("SIGTERM");
    assertEquals((await service.status).code, 0);
    assertLess(logBytes(`${caches()}/deno`), LOG_BYTES_MAX, "after a service");
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(file.replace(/\/httpcfg$/, ""), { recursive: true });
  }
});
