// Goal: what other users of the machine do to the service keeps nobody from using it, and costs it
// nothing. Method: the real program, and programs of another user that connect and stay silent, or
// write wherever they may.
import { assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { OTHER_USER, otherUser, scriptOfOtherUser } from "../support/other_user.ts";
import { freePort } from "../support/ports.ts";
import { kill, Program } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

/** Keeps as many connections to a socket as an argument says; or, for "stream", makes new ones. */
const SILENT = `
const [path, count] = Deno.args;
const dial = () => Deno.connect({ transport: "unix", path }).catch(() => null);
const keep = async (conn) => {
  for (;; conn = await dial()) await conn?.read(new Uint8Array(1)).catch(() => null);
};
if (count !== "stream") {
  const held = await Promise.all(Array.from({ length: Number(count) }, dial));
  console.log("connected");
  await Promise.all(held.map(keep));
}
console.log("connected");
for (const held = [];;) {
  held.push(await dial());
  if (held.length > 200) held.shift()?.close();
}
`;

/** Creates files and folders in every folder that the arguments name. */
const WRITE = `
let made = 0;
for (const folder of Deno.args) {
  for (let i = 0; i < 500; i++) {
    try { Deno.writeTextFileSync(folder + "/f" + i, ""); made++; } catch { break; }
    try { Deno.mkdirSync(folder + "/d" + i); made++; } catch { break; }
  }
}
console.log("made", made);
`;

/** Runs a command with a /tmp in which what it creates is seen by nobody else. */
const PRIVATE_TMP = `
mount --bind /tmp /mnt && mount -t tmpfs -o mode=1777 none /tmp || exit
for folder in /mnt/*/; do
  mkdir "/tmp/$(basename "$folder")" && mount --bind "$folder" "/tmp/$(basename "$folder")"
done 2>/dev/null
exec "$@"
`;

const ignore = Deno.build.os !== "linux" || Deno.uid() !== 0; // only root can become another user

/** Starts a service on one port, where the other user may register /mine/. */
async function neighbourhood(): Promise<{ program: Program; port: number; pid: number }> {
  const program = await Program.make();
  const port = freePort();
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`] };
  const sddl = `D:(A;;GX;;;S-1-22-1-${OTHER_USER})`;
  const document = {
    ...DEFAULT_DOCUMENT,
    ipListen: ["127.0.0.2"],
    sites: [site],
    urlAcl: [{ url: `http://+:${port}/mine/`, sddl }],
  };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const { pid } = await program.serve();
  return { program, port, pid };
}

Deno.test({
  name: "silent callers keep neither the others nor root from registering",
  ignore,
  async fn(): Promise<void> {
    const { program, port, pid } = await neighbourhood();
    await using _ = program;
    const httpcfg = await otherUser(program);
    await httpcfg("--version"); // the built program unpacks
    const run = `${program.home}/run`;
    const filesBefore = entries(run);
    for (const count of ["32", "500", "stream"]) {
      const silent = await scriptOfOtherUser(program, SILENT, [
        `${run}/sharing/register.sock`,
        count,
      ]);
      const output = silent.stdout.getReader();
      try {
        await output.read(); // it is connected
        const url = `http://+:${port}/mine/${count}/`;
        const granted = await httpcfg(`register ${url} --to http://127.0.0.1:1 --keep`);
        assertEquals([granted.status, granted.err], [0, ""], count);
        assertEquals((await httpcfg(`unregister ${url}`)).status, 0, count);
        const root = `http://+:${port}/root/${count}/`;
        await program.do(`register ${root} --to http://127.0.0.1:1 --keep`);
        await program.do(`unregister ${root}`);
        assertMatch((await httpcfg("status")).err, /which runs/, count);
      } finally {
        kill(silent, "SIGKILL");
        await output.cancel();
        await silent.stderr.cancel();
        await silent.status;
      }
    }
    assertEquals(entries(run), filesBefore, "no file is left");
    await waitFor(() => descriptors(pid) < 100, "the connections to be closed");
  },
});

Deno.test({
  name: "other users can write to nothing in the run folder",
  ignore,
  async fn(): Promise<void> {
    const { program } = await neighbourhood();
    await using _ = program;
    const run = `${program.home}/run`;
    const before = entries(run);
    for (const path of before) {
      const { mode, isSocket } = Deno.lstatSync(path);
      const isOpen = path.endsWith("/sharing/register.sock") && isSocket;
      assertEquals((mode! & 0o022) === 0 || isOpen, true, path);
    }
    const folders = before.filter((path) => Deno.lstatSync(path).isDirectory);
    const writing = await scriptOfOtherUser(program, WRITE, folders);
    const { stdout } = await writing.output();
    assertEquals(new TextDecoder().decode(stdout), "made 0\n");
    assertEquals(entries(run), before);
  },
});

Deno.test({
  name: "a caller with a /tmp of its own is refused, with the reason",
  ignore,
  async fn(): Promise<void> {
    const { program, port } = await neighbourhood();
    await using _ = program;
    const url = `http://+:${port}/mine/`;
    const line = `register ${url} --to http://127.0.0.1:1 --keep`;
    const other = await otherUser(program, ["unshare", "-m", "sh", "-c", PRIVATE_TMP, "sh"]);
    const refused = await other(line);
    assertEquals(refused.status, 5, refused.err);
    assertMatch(refused.err, /its \/tmp is not that of the service/);
    assertMatch(refused.err, /hint: run it with the \/tmp of the system: PrivateTmp=no/);
    assertEquals((await (await otherUser(program))(line)).status, 0);
  },
});

/** Returns the paths of all entries below a folder, and its own. */
function entries(folder: string): string[] {
  return [
    folder,
    ...[...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
      return isDirectory ? entries(`${folder}/${name}`) : [`${folder}/${name}`];
    }),
  ].sort();
}

/** Returns how many files a process has open. */
function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}
