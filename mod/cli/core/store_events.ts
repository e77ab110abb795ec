/**
 * What follows from a change of the stored document, or from one that cannot be used: a version in
 * the history, the author, notices, and what to type.
 *
 * @module
 */
import { typedLine } from "../../base/hints/retype.ts";
import { History } from "../../config/store/history.ts";
import type { Author } from "../../config/store/store.ts";
import { callerName } from "./caller_name.ts";
import type { CommandIo } from "./command.ts";
import { commentNotices } from "./notices/comment_notices.ts";
import { damageNotices } from "./notices/damage_notices.ts";
import { documentCure } from "./notices/document_cure.ts";
import { orderNotices } from "./notices/order_notices.ts";
import { report, type Stderr } from "./report.ts";

/** The callbacks of a store; `config/store/store.ts` says when they are called. */
export interface StoreEvents {
  onReplace(before: string | null, after: string, author?: Author): Promise<void>;
  cureOf(file: string): Promise<string>;
  onComments(copy: string): void;
  onMigrate(from: number, ipListen: readonly string[]): void;
}

/** Returns those of a store with its history in `folder`, for the command line `words`. */
export function storeEvents(
  io: Stderr & Pick<CommandIo, "uid" | "env">,
  folder: string,
  words: readonly string[],
): StoreEvents {
  // Quoted, so that a line of the history can be typed again.
  const command = typedLine(words);
  let isWarned = false;
  return {
    async onReplace(before, after, other): Promise<void> {
      const author = other ?? { user: await callerName(io), command };
      const damage = await new History(folder).record(before, after, author);
      report(io, damageNotices(damage));
    },
    cureOf: async (file) => await documentCure(file, folder),
    onComments: (copy) => report(io, commentNotices(copy)),
    onMigrate(from, ipListen): void {
      if (from > 1 || isWarned) return;
      isWarned = true;
      report(io, orderNotices(ipListen));
    },
  };
}
