/**
 * What `/proc` tells about sockets, as one text: a shell script that prints it and the reader of what
 * it prints. Pure.
 *
 * Deno lets no program read `/proc` unless it may do everything, foreign functions included. The
 * built program may not; it has this script run instead, which reads and changes nothing.
 *
 * @module
 */

/** The part of `/proc` that the search for holders reads. */
export interface ProcFiles {
  /** Text of a file; "" where it cannot be read. */
  text(path: string): string;
  /** Where a link leads; null where it cannot be read. */
  link(path: string): string | null;
  /** Names in a folder; none where it cannot be read. */
  list(path: string): readonly string[];
}

/**
 * Prints links as `ls -l` does and lines of text after their file's name. One table of sockets for
 * each network namespace, because all processes of one see the same. Needs ls and grep.
 */
export const PROC_LISTING_SCRIPT = `\
ls -ln /proc/self/ns/net /proc/[0-9]*/ns/net /proc/[0-9]*/fd 2>/dev/null |
  grep -e '^/proc/' -e ' -> socket:' -e ' -> net:'
seen=
ls -ln /proc/self/ns/net /proc/[0-9]*/ns/net 2>/dev/null | while IFS= read -r line; do
  case $seen in *"\${line##* }"*) continue ;; esac
  seen=$seen\${line##* }
  process=\${line#* /proc/}
  grep -H '' "/proc/\${process%%/*}/net/tcp" "/proc/\${process%%/*}/net/tcp6" 2>/dev/null
done
grep -H '' /proc/[0-9]*/comm 2>/dev/null
:`;

const LINK = /^l\S+ +\d+ +\d+ +\d+ .* (\S+) -> (\S+)$/;
const FOLDER = /^(\/proc\/\S+):$/;
const TEXT = /^(\/proc\/[^:]+):(.*)$/;

/** The files that the script printed. */
export function parseProcListing(listing: string): ProcFiles {
  const links = new Map<string, string>();
  const texts = new Map<string, string>();
  const folders = new Map<string, string[]>([["/proc", []]]);
  let folder = "";
  for (const line of listing.split("\n")) {
    const link = LINK.exec(line);
    const opened = FOLDER.exec(line);
    const text = TEXT.exec(line);
    if (link !== null) {
      const [, name = "", target = ""] = link;
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
    }
  }
  return {
    text: (path) => texts.get(path) ?? texts.get(tableOfNamespace(path, links, texts)) ?? "",
    link: (path) => links.get(path) ?? null,
    list: (path) => folders.get(path) ?? [],
  };
}

/** The table of sockets of the same network namespace, which may stand under another process. */
function tableOfNamespace(
  path: string,
  links: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): string {
  const [, process, table] = /^\/proc\/(\w+)\/net\/(tcp6?)$/.exec(path) ?? [];
  const namespace = links.get(`/proc/${process}/ns/net`);
  for (const known of texts.keys()) {
    const [, other, name] = /^\/proc\/(\w+)\/net\/(tcp6?)$/.exec(known) ?? [];
    if (name === table && links.get(`/proc/${other}/ns/net`) === namespace) return known;
  }
  return "";
}
