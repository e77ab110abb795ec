/**
 * Parses the text of /proc/PID/status on Linux. Pure.
 *
 * @module
 */
import { ForeignText } from "../../base/printable.ts";

/** What the file says of a process. */
interface ProcStatus {
  /** Process id of the parent; 0 if that is in another PID namespace. */
  readonly parent: number;
  readonly program: ForeignText | null;
  /** The user as which it acts now. */
  readonly uid: number;
}

/** Returns the facts; null for the text of a file that could not be read. */
export function parseProcStatus(text: string): ProcStatus | null {
  // The name may have a carriage return, at which ^ of a pattern would begin a line.
  const fields = new Map(
    text.split("\n").map((line): [string, string] => {
      const at = line.indexOf(":\t");
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  const [name = "", parent, uid] = [fields.get("Name"), fields.get("PPid"), fields.get("Uid")];
  if (parent === undefined || uid === undefined) return null;
  const program = name === "" ? null : new ForeignText(unescaped(name));
  return { parent: Number(parent), program, uid: Number(uid.split("\t")[1]) };
}

/** The kernel escapes what would end the line, and the escape itself. */
function unescaped(name: string): string {
  return name.replace(/\\([n\\])/g, (_, c: string) => c === "n" ? "\n" : c);
}
