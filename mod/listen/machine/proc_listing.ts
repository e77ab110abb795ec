/**
 * What `/proc` says about sockets, as one text: a shell script that prints it, and the parser of
 * its output. Pure.
 *
 * Deno lets a program read `/proc` only if it has all permissions, foreign functions included. The
 * built program does not; it runs this script instead, which only reads and changes nothing.
 *
 * @module
 */

/** The part of `/proc` that the search for port owners reads. */
export interface ProcFiles {
  /** Returns the text of a file; "" if it cannot be read. */
  text(path: string): string;
  /** Returns the target of a link; null if it cannot be read. */
  link(path: string): string | null;
  /** Returns the names in a directory; none if it cannot be read. */
  list(path: string): readonly string[];
  /**
   * Returns the listening sockets of this network namespace as `ss` prints them: the kernel's tables
   * in `/proc` have no interface, and do not say whether one on `::` takes IPv4. "" if there is no
   * `ss`.
   */
  scopedSockets(): Promise<string>;
  /** Returns the executables and command lines: links `/proc/PID/exe`, texts `/proc/PID/cmdline`. */
  commands(): Promise<Pick<ProcFiles, "link" | "text">>;
}

/** Prints the listening sockets that are bound to an interface or to a wildcard. Needs `ss`. */
export const SCOPED_SOCKETS_SCRIPT = `\
ss -Hltne 2>/dev/null | grep -e '%' -e '\\[::\\]:[0-9]' -e ' [*]:[0-9]'
:`;

/** Prints the executable and the command line of each process. */
export const COMMANDS_SCRIPT = `\
LC_ALL=C
export LC_ALL
ls -lnq /proc/[0-9]*/exe 2>/dev/null
grep -aH '' /proc/[0-9]*/cmdline 2>/dev/null
:`;

/**
 * Prints links as `ls -l` does, and lines of text after the name of their file. It prints one table
 * of sockets for each network namespace, because all processes in one see the same. Needs ls, grep,
 * sed and sort; ss for the interfaces of link-local sockets.
 *
 * Users choose the names of their processes and files, so none of them may begin a line: ls shows "?"
 * for what is not printable, and grep puts the file before each line, in a locale in which all bytes
 * are text.
 */
export const PROC_LISTING_SCRIPT = `\
LC_ALL=C
export LC_ALL
ls -lnq /proc/self/ns/net /proc/[0-9]*/ns/net /proc/[0-9]*/fd 2>/dev/null |
  grep -e '^/proc/' -e ' -> socket:' -e ' -> net:'
grep -H '' /proc/self/net/tcp /proc/self/net/tcp6 2>/dev/null
last=
own=$(ls -lnq /proc/self/ns/net 2>/dev/null)
ls -lnq /proc/[0-9]*/ns/net 2>/dev/null |
  sed -n 's|^.* /proc/\\([^/]*\\)/ns/net -> \\(net:.*\\)$|\\2 \\1|p' | grep -vF "\${own##* } " |
  sort -k 1,1 -k 2,2n | while read -r namespace process; do
    [ "$namespace" = "$last" ] && continue
    last=$namespace
    grep -H '' "/proc/$process/net/tcp" "/proc/$process/net/tcp6" 2>/dev/null
  done
grep -H -e '^Name:' -e '^PPid:' -e '^Uid:' /proc/[0-9]*/status 2>/dev/null
${SCOPED_SOCKETS_SCRIPT}`;

/** Mode, links, owner, group, size, and the time in three fields: a file cannot pass for a socket. */
const LINK =
  /^l\S+ +\d+ +\d+ +\d+ +\d+ +\S+ +\S+ +\S+ (?:(\S+) -> ((?:socket|net):\[\d+\])|(\/proc\/\d+\/exe) -> (.+))$/;
const FOLDER = /^(\/proc\/\d+\/fd):$/;
const TEXT = /^(\/proc\/(?:\d+|self)\/(?:status|cmdline|net\/tcp6?)):([^]*)$/;

/** Parses the output of the script; `commands` returns that of the other one. */
export function parseProcListing(
  listing: string,
  commands: () => Promise<string> = () => Promise.resolve(""),
): ProcFiles {
  const links = new Map<string, string>();
  const texts = new Map<string, string>();
  const folders = new Map<string, string[]>([["/proc", []]]);
  const scoped: string[] = [];
  let folder = "";
  for (const line of listing.split("\n")) {
    const link = LINK.exec(line);
    const opened = FOLDER.exec(line);
    const text = TEXT.exec(line);
    if (link !== null) {
      const [, name = link[3]!, target = link[4]!] = link;
      links.set(name.startsWith("/") ? name : `${folder}/${name}`, target);
      if (!name.startsWith("/")) folders.get(folder)?.push(name);
      const process = /^\/proc\/(\d+)\/ns\/net$/.exec(name)?.[1];
      if (process !== undefined) folders.get("/proc")?.push(process);
    } else if (opened !== null) {
      folder = opened[1] ?? "";
      folders.set(folder, []);
    } else if (text !== null) {
      const [, path = "", content = ""] = text;
      texts.set(path, `${texts.get(path) ?? ""}${content}\n`);
    } else if (line.startsWith("LISTEN ")) {
      scoped.push(line);
    }
  }
  return {
    text: (path) => texts.get(path) ?? texts.get(tableOfNamespace(path, links, texts)) ?? "",
    link: (path) => links.get(path) ?? null,
    list: (path) => folders.get(path) ?? [],
    scopedSockets: () => Promise.resolve(scoped.join("\n")),
    commands: async () => parseProcListing(await commands()),
  };
}

/** Finds the table of sockets of the same network namespace, which another process may list. */
function tableOfNamespace(
  path: string,
  links: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): string {
  const [, process, table] = /^\/proc\/(\w+)\/net\/(tcp6?)$/.exec(path) ?? [];
  if (table === undefined) return "";
  const namespace = links.get(`/proc/${process}/ns/net`);
  for (const known of texts.keys()) {
    const [, other, name] = /^\/proc\/(\w+)\/net\/(tcp6?)$/.exec(known) ?? [];
    if (name === table && links.get(`/proc/${other}/ns/net`) === namespace) return known;
  }
  return "";
}
