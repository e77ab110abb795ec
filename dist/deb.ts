/**
 * Edge: makes a Debian package of a built file, with dpkg-deb.
 *
 * The scripts and texts of the package are in `dist/debian`. The units are those of `service install`,
 * where a package has them; manual pages and completions are what the program prints.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { PACKAGED_PROGRAM, servicePlan } from "../mod/cli/commands/service/service_units.ts";
import { MAIN_FILE } from "./bundle.ts";
import { BuildError, run, runOrThrow } from "./run.ts";
import type { Target } from "./targets.ts";

/** Who answers for the package, unless DEBFULLNAME and DEBEMAIL say otherwise. */
const MAINTAINER = "The httpcfg authors <httpcfg@users.noreply.github.com>";

/** Debian's names of the architectures that a package can be made for. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  "linux-x64": "amd64",
  "linux-arm64": "arm64",
};

/** What the runtime is linked to, and what makes the user of the service and its directories. */
const DEPENDS = "libc6 (>= 2.27), libgcc-s1, " +
  "systemd | systemd-standalone-sysusers | systemd-sysusers, " +
  "systemd | systemd-standalone-tmpfiles | systemd-tmpfiles";

const DESCRIPTION = `Web service that listens only on the addresses you list
 httpcfg keeps an IP inclusion list, as HTTP.sys does: its HTTP service listens
 on those addresses of the machine and on no others, so that other programs can
 use the same port on the other addresses. Sites are bound to IP:Port:Host, and
 local programs can share a port by URL. The commands are those of Microsoft
 KB 813368 and of the tools of its time, and say what listens, where, and why.
 .
 The service is not started by the installation: systemctl enable --now httpcfg
`;

/** Where Debian has the completions of each shell. */
const COMPLETIONS: Readonly<Record<string, string>> = {
  bash: "usr/share/bash-completion/completions/httpcfg",
  zsh: "usr/share/zsh/vendor-completions/_httpcfg",
  fish: "usr/share/fish/vendor_completions.d/httpcfg.fish",
};

interface DebOptions {
  /** The project. */
  readonly root: string;
  /** The directory of the bundle, which prints pages and completions. */
  readonly bundle: string;
  /** The built file that the package contains. */
  readonly program: string;
  readonly isPortable: boolean;
  readonly target: Target;
  readonly version: string;
  readonly out: string;
}

/** Reports whether a package can be made for `target`. */
export function hasDeb(target: Target): boolean {
  return target.name in ARCHITECTURES;
}

/** Writes the package to `out`. The same input gives the same bytes. */
export async function writeDeb(options: DebOptions): Promise<void> {
  const { out, isPortable, root, version } = options;
  if (!(await run(["dpkg-deb", "--version"]).catch(() => ({ success: false }))).success) {
    throw new BuildError("Cannot make a package: dpkg-deb is not here\nhint: apt install dpkg");
  }
  const tree = await Deno.makeTempDir({ prefix: "httpcfg-deb-" });
  try {
    const seconds = await sourceSeconds(root);
    await fillTree(tree, options, seconds);
    await writeControl(tree, options);
    // The portable form is compressed already.
    const compression = isPortable ? ["-Zgzip", "-z1"] : ["-Zxz"];
    await runOrThrow(["dpkg-deb", "--root-owner-group", ...compression, "--build", tree, out], {
      env: { SOURCE_DATE_EPOCH: `${seconds}` },
    });
  } catch (error) {
    if (error instanceof BuildError) {
      throw new BuildError(`Cannot package version ${version}: ${error.message}`);
    }
    throw error;
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
}

/** Fills `tree` with what the package installs. */
async function fillTree(tree: string, options: DebOptions, seconds: number): Promise<void> {
  const { root, bundle, program } = options;
  const put = async (path: string, content: string | Uint8Array, mode = 0o644): Promise<void> => {
    await makeFolders(tree, path);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${tree}/${path}`, bytes);
    await Deno.chmod(`${tree}/${path}`, mode);
  };
  const text = (name: string): Promise<string> => Deno.readTextFile(`${root}/dist/debian/${name}`);
  const httpcfg = async (...words: string[]): Promise<string> =>
    (await runOrThrow([
      ...[Deno.execPath(), "run", "-A", "--no-config", "--unstable-net"],
      ...[`${bundle}/${MAIN_FILE}`, ...words],
    ])).stdout;

  await Deno.chmod(tree, 0o755);
  await put(PACKAGED_PROGRAM.slice(1), await Deno.readFile(program), 0o755);
  for (const { path, text, mode } of packagedFiles()) await put(path.slice(1), text, mode);
  const pages = await manualPages(httpcfg);
  for (const [name, page] of pages) await put(`usr/share/man/${name}.gz`, gzip(page));
  for (const [shell, path] of Object.entries(COMPLETIONS)) {
    await put(path, await httpcfg("completions", shell));
  }
  const doc = "usr/share/doc/httpcfg";
  const changes = await Deno.readTextFile(`${root}/CHANGELOG.md`);
  await put(`${doc}/changelog.gz`, gzip(debianChangelog(changes, options.version, seconds)));
  await put(`${doc}/copyright`, await text("copyright"));
  await put(`${doc}/README.Debian`, await text("README.Debian"));
  await put("usr/share/lintian/overrides/httpcfg", await text("lintian-overrides"));
}

/** Makes the directories of `path` below `tree`, for everyone to enter, whatever the umask is. */
async function makeFolders(tree: string, path: string): Promise<void> {
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const folder = `${tree}/${path.slice(0, at)}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.chmod(folder, 0o755);
  }
}

/** Returns the files of the service: those of `service install`, where a package has them. */
function packagedFiles(): {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}[] {
  return servicePlan("systemd", PACKAGED_PROGRAM).files.map(({ path, text, mode }) => ({
    path: path.replace(/^\/etc\//, "/usr/lib/"),
    text: text.replace(/^# Written by: .*\n/, ""),
    mode,
  }));
}

/** Returns the manual pages by their paths below `man`. */
async function manualPages(
  httpcfg: (...words: string[]) => Promise<string>,
): Promise<[path: string, page: string][]> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-man-" });
  try {
    await httpcfg("man", "--all", folder);
    const paths = await filesOf(folder, "");
    return await Promise.all(paths.map(async (path): Promise<[path: string, page: string]> => [
      path,
      await Deno.readTextFile(`${folder}/${path}`),
    ]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes what dpkg reads: control, checksums and the scripts. */
async function writeControl(tree: string, options: DebOptions): Promise<void> {
  const files = await filesOf(tree, "");
  const sums: string[] = [];
  let bytes = 0;
  for (const path of files) {
    const content = await Deno.readFile(`${tree}/${path}`);
    bytes += content.length;
    sums.push(`${createHash("md5").update(content).digest("hex")}  ${path}\n`);
  }
  const folder = `${tree}/DEBIAN`;
  await Deno.mkdir(folder);
  await Deno.chmod(folder, 0o755);
  const control = `Package: httpcfg
Version: ${debianVersion(options.version)}
Architecture: ${ARCHITECTURES[options.target.name]}
Maintainer: ${maintainer()}
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: ${DEPENDS}
Section: httpd
Priority: optional
Description: ${DESCRIPTION}`;
  await Deno.writeTextFile(`${folder}/control`, control);
  await Deno.writeTextFile(`${folder}/md5sums`, sums.join(""));
  for (const script of ["postinst", "prerm", "postrm"]) {
    await Deno.copyFile(`${options.root}/dist/debian/${script}`, `${folder}/${script}`);
    await Deno.chmod(`${folder}/${script}`, 0o755);
  }
  for (const name of ["control", "md5sums"]) await Deno.chmod(`${folder}/${name}`, 0o644);
}

async function filesOf(tree: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${tree}/${folder}`)) {
    found.push(...isDirectory ? await filesOf(tree, `${folder}${name}/`) : [`${folder}${name}`]);
  }
  return found.sort();
}

/** A version before a release sorts before it: `1.0.0~rc.1`. */
function debianVersion(version: string): string {
  return version.replace("-", "~");
}

function maintainer(): string {
  const [name, address] = [Deno.env.get("DEBFULLNAME"), Deno.env.get("DEBEMAIL")];
  return name && address ? `${name} <${address}>` : MAINTAINER;
}

/** Returns Debian's changelog: the entries of ours, in the form that its tools read. */
export function debianChangelog(changes: string, version: string, seconds: number): string {
  const entries = changes.split("\n").filter((line) => line.startsWith("- ")).map((line) => {
    const words = line.slice(2).split(" ");
    const lines: string[] = [];
    for (let text = "  *"; words.length > 0; text = "   ") {
      while (words.length > 0 && (text.trim().length <= 1 || `${text} ${words[0]}`.length <= 80)) {
        text += ` ${words.shift()}`;
      }
      lines.push(text);
    }
    return lines.join("\n");
  });
  const date = new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");
  const head = `httpcfg (${debianVersion(version)}) unstable; urgency=medium`;
  return `${head}\n\n${entries.join("\n")}\n\n -- ${maintainer()}  ${date}\n`;
}

/** Returns the time of the sources, which is that of all files in the package. */
async function sourceSeconds(root: string): Promise<number> {
  const given = Number(Deno.env.get("SOURCE_DATE_EPOCH"));
  if (given > 0) return given;
  const { success, stdout } = await run(["git", "-C", root, "log", "-1", "--format=%ct"]);
  return success ? Number(stdout) : Math.floor(Date.now() / 1000);
}

function gzip(content: string): Uint8Array {
  return gzipSync(content, { level: 9 });
}
