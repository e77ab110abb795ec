/**
 * adsutil.vbs as a function from its words and the document to its output, the resulting document,
 * and the request to the running service. Nothing is read or written here.
 *
 * The numbers of ServerCommand, and servers other than this one (`-s:NAME`): ARCHITECTURE.md,
 * "Decisions".
 *
 * @module
 */
import { ADSUTIL_EXIT } from "../../../base/exit_status.ts";
import { oneLine } from "../../../base/printable.ts";
import { isProblem, type Problem } from "../../../base/problem.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import {
  keyAt,
  normalPath,
  parentPath,
  siteIdOfPath,
  type SiteStates,
} from "../../../config/metabase/tree.ts";
import {
  copyKey,
  createKey,
  deleteKey,
  deleteProperty,
  HRESULT,
  type MetabaseEdit,
  setProperty,
} from "../../../config/metabase/edit.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { parseValue, propertyRow } from "../../../config/metabase/schema.ts";
import { refusalReason } from "../../../config/metabase/values.ts";
import {
  type AdsutilAnswer,
  type AdsutilCall,
  failed,
  splitProperty,
  wrongArgs,
} from "./answer.ts";
import { appStatus, createApp, deleteApp, switchApp, unloadApp } from "./apps.ts";
import { enumerate, findProperty, getProperty } from "./read.ts";
import { isUnsupported, SPECIAL, unsupported } from "./special.ts";
import * as messages from "./text.ts";

/** VBScript: "The remote server machine does not exist or is unavailable". */
const NO_SUCH_SERVER = 462;

const COMMANDS: ReadonlyMap<string, (call: AdsutilCall) => AdsutilAnswer> = new Map([
  ["GET", getProperty],
  ["SET", set],
  ["ENUM", (call: AdsutilCall) => enumerate(call, "ENUM", false)],
  ["ENUM_ALL", (call: AdsutilCall) => enumerate(call, "ENUM_ALL", true)],
  ["ENUMALL", (call: AdsutilCall) => enumerate(call, "ENUM_ALL", true)],
  ["DELETE", remove],
  ["CREATE", (call: AdsutilCall) => create(call, call.words[1])],
  [
    "CREATE_VSERV",
    (call: AdsutilCall) => create(call, "IIsWebServer"),
  ],
  [
    "CREATE_VDIR",
    (call: AdsutilCall) => create(call, "IIsWebVirtualDir"),
  ],
  ["COPY", (call: AdsutilCall) => copy(call, false)],
  ["MOVE", (call: AdsutilCall) => copy(call, true)],
  ["FIND", findProperty],
  ["START_SERVER", (call: AdsutilCall) => control(call, "START")],
  ["STOP_SERVER", (call: AdsutilCall) => control(call, "STOP")],
  ["PAUSE_SERVER", (call: AdsutilCall) => control(call, "PAUSE")],
  ["CONTINUE_SERVER", (call: AdsutilCall) => control(call, "CONTINUE")],
  ["APPCREATEINPROC", (call: AdsutilCall) => createApp(call, "APPCREATEINPROC")],
  ["APPCREATEOUTPROC", (call: AdsutilCall) => createApp(call, "APPCREATEOUTPROC")],
  ["APPCREATEPOOLPROC", (call: AdsutilCall) => createApp(call, "APPCREATEPOOLPROC")],
  ["APPDELETE", deleteApp],
  ["APPUNLOAD", unloadApp],
  ["APPDISABLE", (call: AdsutilCall) => switchApp(call, "APPDISABLE")],
  ["APPENABLE", (call: AdsutilCall) => switchApp(call, "APPENABLE")],
  ["APPGETSTATUS", appStatus],
  ["HELP", () => ({ text: messages.ADSUTIL_HELP, exit: ADSUTIL_EXIT.ok })],
]);

const EDITING: ReadonlySet<string> = new Set([
  "SET",
  "DELETE",
  "CREATE",
  "CREATE_VDIR",
  "CREATE_VSERV",
  "COPY",
  "MOVE",
  "APPCREATEINPROC",
  "APPCREATEOUTPROC",
  "APPCREATEPOOLPROC",
  "APPDELETE",
]);

/** Reports whether the command may change the document and has to run under its lock. */
export function mayEdit(words: readonly string[]): boolean {
  return EDITING.has(commandOf(words));
}

/** Reports whether the command shows what is stored. */
export function isView(words: readonly string[]): boolean {
  return ["GET", "ENUM", "ENUM_ALL", "ENUMALL", "FIND"].includes(commandOf(words));
}

function commandOf(words: readonly string[]): string {
  return withoutServer(words).words[0]?.toUpperCase() ?? "";
}

/** Runs one command line of the script. */
export function runAdsutil(
  typed: readonly string[],
  document: ConfigDocument,
  states: SiteStates,
): AdsutilAnswer {
  const { words: [command, ...words], server } = withoutServer(typed);
  if (command === undefined) return { text: messages.ADSUTIL_USAGE, exit: ADSUTIL_EXIT.failed };
  const run = COMMANDS.get(command.toUpperCase());
  if (run === undefined) {
    return { text: messages.unknownCommand(command), exit: ADSUTIL_EXIT.failed };
  }
  if (server !== null) {
    const text = messages.errorText(
      NO_SUCH_SERVER,
      `Error Trying To GET the Object (GetObject Failed): ${oneLine(words[0] ?? "")}`,
    );
    return { text, exit: NO_SUCH_SERVER };
  }
  return run({ words, document, states });
}

const NO_PASSWORDS = {
  kind: "note",
  text: "passwords of accounts are not stored: none is logged on",
} as const;

function set({ words: [target, ...values], document }: AdsutilCall): AdsutilAnswer {
  if (target === undefined || values.length === 0) return wrongArgs("SET");
  const { path, name } = splitProperty(target);
  if (name.toLowerCase() === "servercommand") return setCommand(document, path, values);
  const special = SPECIAL.get(name.toLowerCase());
  if (special !== undefined) return special({ document, path, values });
  if (keyAt(document, path) === null) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error Trying To Get the Object: ${oneLine(path)}`);
  }
  const property = propertyRow(name);
  if (property === undefined) {
    const action = `Error Trying To GET the Schema of the property: ${oneLine(name)}`;
    return failed(HRESULT.PATH_NOT_FOUND, action);
  }
  if (isUnsupported(property)) return unsupported({ document, path }, property);
  const isList = property.type === "MULTISZ" || property.type === "MIMEMAP";
  if (!isList && values.length > 1) return wrongArgs("SET");
  const edit = setProperty(document, path, name, values);
  if (isProblem(edit)) {
    const answer = failed(edit.code, `Error Trying To SET the Property: ${oneLine(name)}`);
    const reason = refusalReason(property, parseValue(property, values));
    const notes: readonly Notice[] = property.isSecure === true
      ? [NO_PASSWORDS]
      : reason === null
      ? []
      : [{ kind: "error", text: reason }];
    return notes.length === 0 ? answer : { ...answer, notes };
  }
  return {
    text: messages.setText(name, property, edit.value ?? ""),
    exit: ADSUTIL_EXIT.ok,
    document: edit.document,
    stored: { path: keyAt(document, path)!.path, name: property.name, value: edit.value },
  };
}

/** `SET W3SVC/1/ServerCommand 1` starts the site instead of storing anything. */
function setCommand(
  document: ConfigDocument,
  path: string,
  values: readonly string[],
): AdsutilAnswer {
  const key = keyAt(document, path);
  if (key === null) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error Trying To Get the Object: ${oneLine(path)}`);
  }
  const siteId = siteIdOfPath(key.path);
  if (key.keyType !== "IIsWebServer" || siteId === null) {
    const text = "Can't set ServerCommand on a non-IIsWebServer object.\n";
    return { text, exit: ADSUTIL_EXIT.failed };
  }
  const [value = ""] = values;
  const verb = (["START", "STOP", "PAUSE", "CONTINUE"] as const)[
    /^[1-4]$/.test(value) ? Number(value) - 1 : -1
  ];
  if (verb === undefined) {
    return { text: `Invalid ServerCommand: ${oneLine(value)}\n`, exit: ADSUTIL_EXIT.failed };
  }
  return { text: "", exit: ADSUTIL_EXIT.ok, action: { verb, siteId, path } };
}

function remove({ words, document }: AdsutilCall): AdsutilAnswer {
  if (words.length !== 1) return wrongArgs("DELETE");
  const [typed = ""] = words;
  if (keyAt(document, typed) !== null) {
    return edited(
      deleteKey(document, typed),
      `deleted path "${oneLine(typed)}"`,
      "deleting",
      typed,
    );
  }
  const { path, name } = splitProperty(typed);
  if (propertyRow(name) === undefined) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error deleting the object: ${oneLine(typed)}`);
  }
  return edited(
    deleteProperty(document, path, name),
    `deleted property "${name}"`,
    "deleting",
    typed,
  );
}

function create({ words, document }: AdsutilCall, keyType: string | undefined): AdsutilAnswer {
  if (words.length < 1 || words.length > 2) return wrongArgs("CREATE");
  const [typed = ""] = words;
  const parent = parentPath(normalPath(typed));
  const answer = edited(
    createKey(document, typed, keyType),
    `created "${oneLine(typed)}"`,
    "creating",
    typed,
  );
  const warnings = [
    parent !== null && keyAt(document, parent) === null ? messages.parentWarning(parent) : "",
    keyType === undefined || keyType.toLowerCase() === "iisobject" ? messages.keyTypeWarning() : "",
  ];
  return answer.document === undefined ? answer : {
    ...answer,
    text: warnings.join("") + answer.text,
  };
}

function copy({ words, document }: AdsutilCall, move: boolean): AdsutilAnswer {
  if (words.length !== 2) return wrongArgs("Copy/Move");
  const [from = "", to = ""] = words;
  if (keyAt(document, from) === null) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error trying to open the object: ${oneLine(from)}`);
  }
  const edit = copyKey(document, from, to, move);
  if (isProblem(edit)) {
    return failed(edit.code, "Error trying to Copy/Move Source to Dest.");
  }
  const text = `${move ? "moved" : "copied"} from ${oneLine(from)} to ${oneLine(to)}\n`;
  return { text, exit: ADSUTIL_EXIT.ok, document: edit.document };
}

function control({ words, document }: AdsutilCall, verb: messages.ServerVerb): AdsutilAnswer {
  if (words.length !== 1) return wrongArgs(`${verb}_SERVER`);
  const [path = ""] = words;
  const key = keyAt(document, path);
  const siteId = key === null ? null : siteIdOfPath(key.path);
  if (key?.keyType !== "IIsWebServer" || siteId === null) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error trying to open the object: ${oneLine(path)}`);
  }
  return { text: "", exit: ADSUTIL_EXIT.ok, action: { verb, siteId, path } };
}

function withoutServer(
  typed: readonly string[],
): { readonly words: readonly string[]; readonly server: string | null } {
  const isServer = (word: string): boolean => /^-s:/i.test(word);
  const server = typed.find(isServer)?.slice(3).toLowerCase() ?? "";
  const isHere = ["", ".", "localhost", "127.0.0.1"].includes(server);
  return { words: typed.filter((word) => !isServer(word)), server: isHere ? null : server };
}

function edited(
  edit: MetabaseEdit | Problem,
  done: string,
  doing: "deleting" | "creating",
  path: string,
): AdsutilAnswer {
  if (isProblem(edit)) return failed(edit.code, `Error ${doing} the object: ${oneLine(path)}`);
  return { text: `${done}\n`, exit: ADSUTIL_EXIT.ok, document: edit.document };
}
