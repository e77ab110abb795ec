/** A root directory of a machine that has a shell, a dozen small tools and the C library. */
import { run } from "./support.ts";

const TOOLS = [
  "sh",
  "env",
  "cat",
  "tail",
  "mkdir",
  "mv",
  "rm",
  "ls",
  "id",
  "wc",
  "grep",
  "sync",
  "tar",
  "gzip",
  "cksum",
  "chown",
];
/** Libraries that the runtime needs; every Linux with the GNU C library has them. */
const LIBRARIES = ["libdl.so.2", "libgcc_s.so.1", "librt.so.1", "libpthread.so.0", "libm.so.6"];

/** Copies `path` and the libraries it is linked against to the same paths below `root`. */
async function copyWithLibraries(path: string, root: string): Promise<void> {
  const { stdout } = await run(["ldd", path], { PATH: "/usr/bin:/bin" });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? "");
  for (const file of [path, ...libraries]) {
    await Deno.mkdir(`${root}${file.replace(/\/[^/]*$/, "")}`, { recursive: true });
    await Deno.copyFile(await Deno.realPath(file), `${root}${file}`);
  }
}

/** Makes a root directory with a shell, what the portable form needs, and no more. */
export async function makeRoot(root: string): Promise<void> {
  const environment = Deno.env.toObject();
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await Deno.mkdir(`${root}/usr/${name}`, { recursive: true });
    const isLink = (await Deno.lstat(`/${name}`)).isSymlink;
    if (isLink) await Deno.symlink(`usr/${name}`, `${root}/${name}`);
  }
  for (const tool of TOOLS) {
    const { stdout } = await run(["/bin/sh", "-c", `command -v ${tool}`], environment);
    await copyWithLibraries(stdout.trim(), root);
  }
  const { stdout } = await run(["ldconfig", "-p"], { PATH: "/usr/sbin:/sbin" });
  for (const library of LIBRARIES) {
    const path = new RegExp(`${library.replaceAll(".", "\\.")} .*x86-64.*=> (\\S+)`).exec(stdout) ??
      new RegExp(`${library.replaceAll(".", "\\.")} .*=> (\\S+)`).exec(stdout);
    if (path?.[1] !== undefined) await copyWithLibraries(path[1], root);
  }
  for (const folder of ["proc", "dev", "tmp", "etc"]) {
    await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  }
}
