/**
 * Who else can use the directories with secrets. On Windows alone: elsewhere modes say it, which are
 * set when a file is made.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import { quote } from "../../../base/fault.ts";
import { directoryOf } from "../../../base/file_fault.ts";
import type { Paths } from "../../../config/store/paths.ts";
import type { FolderAccess } from "../../../config/store/private_folder.ts";
import { outsidersText } from "../../../config/store/access_list.ts";
import type { CommandIo } from "../command.ts";

/** A directory of ours, and who else may use it. */
interface SeenFolder {
  readonly folder: string;
  readonly access: FolderAccess;
  /** The line that gives the directory to its owners alone. */
  readonly cure: string;
}

/** What is wrong with the directories with secrets. */
interface SecretAccess {
  readonly notices: readonly Notice[];
  /** Somebody else may use one: not only that it is not known. */
  readonly isOpen: boolean;
}

/** Returns who else may use the directories with secrets in the home of `io`; nobody elsewhere. */
export async function secretAccess(
  { os, paths }: Pick<CommandIo, "os" | "paths">,
): Promise<SecretAccess> {
  if (os !== "windows") return { notices: [], isOpen: false };
  const { folderAccess, protectionOf } = await import("../../../config/store/private_folder.ts");
  const seen = secretFolders(paths).map((folder): SeenFolder => {
    return { folder, access: folderAccess(folder), cure: protectionOf(folder) };
  });
  return { notices: noticesOf(seen), isOpen: seen.some(({ access }) => access.kind === "open") };
}

/** Returns what is wrong with the directories with secrets in the home of `io`. */
export async function accessNotices(
  io: Pick<CommandIo, "os" | "paths">,
): Promise<readonly Notice[]> {
  return (await secretAccess(io)).notices;
}

/**
 * Makes the directories of the service, which cannot make them private any more when it serves, and
 * returns what is wrong with those that are there.
 */
export async function prepareFolders(
  io: Pick<CommandIo, "os" | "paths">,
): Promise<readonly Notice[]> {
  if (io.os !== "windows") return [];
  const { makePrivateFolder } = await import("../../../config/store/private_folder.ts");
  const { config, run, certs, history, log } = io.paths;
  for (const folder of [directoryOf(config), run, certs, history, log]) {
    await makePrivateFolder(folder);
  }
  return await accessNotices(io);
}

/** The keys, the token of the control port, and earlier documents with what they had. */
function secretFolders({ certs, run, history }: Paths): string[] {
  return [certs, run, history];
}

/** Returns a notice for each directory that others may use, and one for those that tell nothing. */
export function noticesOf(seen: readonly SeenFolder[]): Notice[] {
  const open = seen.flatMap(({ access, cure }): Notice[] => {
    if (access.kind !== "open") return [];
    const who = outsidersText(access.outsiders);
    const text = `${quote(access.path)} is not private: ${who}, beside its owners`;
    return [{ kind: "warning", text, hint: cure }];
  });
  const unknown = seen.filter(({ access }) => access.kind === "unknown");
  const [first] = unknown;
  if (first?.access.kind !== "unknown") return open;
  const folders = unknown.map(({ folder }) => quote(folder)).join(", ");
  return [...open, {
    kind: "warning",
    text: `it is not known whether other users can read the secrets in ${folders}: ` +
      first.access.reason,
    hint: `icacls "${first.folder}"`,
  }];
}
