/**
 * `netsh http add|delete|show urlacl`.
 *
 * @module
 */
import { accountOfSid, type Accounts, findAccount } from "../../../admin/accounts.ts";
import { reserve, unreserve } from "../../../admin/reservations.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { explainNoPrefix } from "../../../base/hints/no_url_prefix.ts";
import { isProblem } from "../../../base/problem.ts";
import { formatSddl, parseSddl, RIGHT } from "../../../base/sddl.ts";
import { WIN32 } from "../../../base/win32.ts";
import { win32Text } from "../../../base/win32_text.ts";
import { findUrlAcl } from "../../../config/document/http_records.ts";
import { readLocalUsers } from "../../../host/sharing/local_users.ts";
import type { CommandIo } from "../../core/command.ts";
import { reportHint } from "../../core/report.ts";
import {
  explain,
  printResult,
  printText,
  refuse,
  retyped,
  type Run,
  type Wrong,
} from "./answers.ts";
import type { NetshRequest } from "./args.ts";
import { hostName } from "../../core/this_machine.ts";
import { createSddlFailure, urlAclText } from "./text.ts";

/** By `verb noun`. */
export const URLACL_COMMANDS: Readonly<Record<string, Run>> = {
  "add urlacl": addReservation,
  "delete urlacl": async (request, io) => {
    const wrong = wrongUrl(request);
    if (wrong !== null) return refuse(io, request, DELETED.failed, { wrongs: [wrong] });
    return printResult(io, await unreserve(io, request.values.get("url") ?? ""), DELETED);
  },
  "show urlacl": showReservations,
};

const ADDED = { done: "URL reservation successfully added", failed: "Url reservation add failed" };
const DELETED = {
  done: "URL reservation successfully deleted",
  failed: "URL reservation delete failed",
};

/** Returns what is wrong with the URL; null if nothing is. */
function wrongUrl({ values }: NetshRequest): Wrong | null {
  const value = values.get("url") ?? "";
  const found = explainNoPrefix(value);
  return found === null ? null : { tag: "url", value, reason: found.reason, cure: found.prefix };
}

async function addReservation(request: NetshRequest, io: CommandIo): Promise<number> {
  const url = wrongUrl(request);
  const grant = await grantOf(request);
  const wrongs = [url, "wrong" in grant ? grant.wrong : null].filter((one) => one !== null);
  if (!("wrong" in grant) && url === null) {
    const record = { url: request.values.get("url") ?? "", sddl: grant.sddl };
    return printResult(io, await reserve(io, record), ADDED);
  }
  if (!("wrong" in grant) || grant.code !== WIN32.NONE_MAPPED) {
    const status = refuse(io, request, ADDED.failed, {
      wrongs,
      code: url === null && "wrong" in grant ? grant.code : WIN32.INVALID_PARAMETER,
    });
    if (wrongs.some(({ cure }) => cure === null)) reportHint(io, forCaller(request, url));
    return status;
  }
  printText(io, createSddlFailure());
  explain(io, request, wrongs, forCaller(request, url));
  return EXIT.failed;
}

/** Returns the line that reserves the URL for the user who types it. */
function forCaller(request: NetshRequest, url: Wrong | null): string {
  const changes = { user: null, sddl: null, ...(url === null ? {} : { url: url.cure ?? null }) };
  return `${retyped(request, changes)} user="$(id -un)"`;
}

/** The list that a reservation has, or why there is none. */
type Grant = { readonly sddl: string } | { readonly wrong: Wrong; readonly code: number };

async function grantOf({ values }: NetshRequest): Promise<Grant> {
  const [user, sddl] = [values.get("user"), values.get("sddl")];
  if (user !== undefined && sddl !== undefined) {
    const reason = "user says the same, and only one of the two is given";
    return wrongGrant({ tag: "sddl", value: sddl, reason, cure: undefined });
  }
  if (sddl !== undefined) {
    const aces = parseSddl(sddl);
    if (!isProblem(aces)) return { sddl };
    return wrongGrant({ tag: "sddl", value: sddl, reason: aces.reason, cure: null }, aces.code);
  }
  if (user === undefined) {
    const reason = "it says who may register the URL; or sddl does";
    return wrongGrant({ tag: "user", value: null, reason, cure: null });
  }
  const found = findAccount(user, await readAccounts());
  if ("sid" in found) return { sddl: formatSddl(found.sid, rightsOf(values)) };
  const { reason, near } = found;
  return wrongGrant({ tag: "user", value: user, reason, cure: near }, WIN32.NONE_MAPPED);
}

function wrongGrant(wrong: Wrong, code: number = WIN32.INVALID_PARAMETER): Grant {
  return { wrong, code };
}

function rightsOf(values: ReadonlyMap<string, string>): number {
  const listen = (values.get("listen") ?? "yes") === "yes" ? RIGHT.register : 0;
  const delegate = values.get("delegate") === "yes" ? RIGHT.delegate : 0;
  return listen | delegate;
}

async function readAccounts(): Promise<Accounts> {
  return { ...await readLocalUsers(), host: hostName() };
}

async function showReservations(request: NetshRequest, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  const accounts = await readLocalUsers();
  const print = (records: typeof document.urlAcl): number => {
    return printText(io, urlAclText(records, (sid) => accountOfSid(sid, accounts)));
  };
  const url = request.values.get("url");
  if (url === undefined) return print(document.urlAcl);
  const found = findUrlAcl(document, url);
  if (!isProblem(found)) return print([found]);
  const wrong = wrongUrl(request);
  // Programs that look for a reservation read the listing, and take another status for a fault.
  if (wrong === null) return print([]);
  print([]);
  printText(io, `${win32Text(WIN32.INVALID_PARAMETER)}\n\n`);
  explain(io, request, [wrong]);
  return EXIT.failed;
}
