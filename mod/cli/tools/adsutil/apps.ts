/**
 * The commands of adsutil.vbs for applications that run inside IIS, APPCREATE… to APPGETSTATUS. Nothing
 * runs inside this service: an application is its properties, AppRoot and AppIsolated, and is never
 * loaded. What would have to act on a running one is refused.
 *
 * @module
 */
import { ADSUTIL_EXIT } from "../../../base/exit_status.ts";
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import { HRESULT, setProperty } from "../../../config/metabase/edit.ts";
import { keyAt, type MetabaseKey } from "../../../config/metabase/tree.ts";
import { type AdsutilAnswer, type AdsutilCall, failed, wrongArgs } from "./answer.ts";

const NOTE = {
  kind: "note",
  text: "no script or program runs inside the service: the application is stored but has no effect",
} as const;

/** AppIsolated: in the process of IIS, in one of its own, in the pool. */
const ISOLATION = { APPCREATEINPROC: "0", APPCREATEOUTPROC: "1", APPCREATEPOOLPROC: "2" } as const;

/** What APPGETSTATUS shows: the application is defined but not loaded, or there is none. */
const STATUS = { stopped: 0, undefined: 2 } as const;

/** The properties that make an application. */
const OWN_PROPERTIES = ["AppRoot", "AppIsolated"];

/** APPCREATEINPROC, APPCREATEOUTPROC and APPCREATEPOOLPROC. */
export function createApp(call: AdsutilCall, command: keyof typeof ISOLATION): AdsutilAnswer {
  const key = keyOf(call, "APPCREATE");
  if (!("path" in key)) return key;
  const values = [["AppRoot", `/LM/${key.path}`], ["AppIsolated", ISOLATION[command]]] as const;
  let { document } = call;
  for (const [name, value] of values) {
    const edit = setProperty(document, key.path, name, [value]);
    if (isProblem(edit)) {
      return failed(edit.code, `Error trying to create the application: ${at(call)}`);
    }
    document = edit.document;
  }
  return { ...done("Application Created."), document, notes: [NOTE] };
}

/** APPDELETE. */
export function deleteApp(call: AdsutilCall): AdsutilAnswer {
  const key = keyOf(call, "APPDELETE");
  if (!("path" in key)) return key;
  const { document } = call;
  if (!isApp(call, key)) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error trying to DELETE the application: ${at(call)}`);
  }
  const properties = Object.entries(document.metabase[key.path]!)
    .filter(([name]) => !OWN_PROPERTIES.includes(name));
  const { [key.path]: _, ...others } = document.metabase;
  const metabase = properties.length === 0
    ? others
    : { ...others, [key.path]: Object.fromEntries(properties) };
  return { ...done("Application Deleted."), document: { ...document, metabase } };
}

/** APPUNLOAD: nothing is ever loaded. */
export function unloadApp(call: AdsutilCall): AdsutilAnswer {
  const key = keyOf(call, "APPUNLOAD");
  if (!("path" in key)) return key;
  if (isApp(call, key)) return done("Application Unloaded.");
  return failed(HRESULT.PATH_NOT_FOUND, `Error trying to UNLOAD the application: ${at(call)}`);
}

/** APPDISABLE and APPENABLE, which would have to stop and start what does not run. */
export function switchApp(call: AdsutilCall, command: "APPDISABLE" | "APPENABLE"): AdsutilAnswer {
  const key = keyOf(call, command);
  if (!("path" in key)) return key;
  const verb = command === "APPDISABLE" ? "disable" : "Enable";
  return {
    ...failed(HRESULT.NOT_SUPPORTED, `Error trying to ${verb} the application: ${at(call)}`),
    notes: [{
      kind: "note",
      text: "no script or program runs inside the service; a site can be stopped",
      hint: `httpcfg adsutil ${command === "APPDISABLE" ? "STOP" : "START"}_SERVER ${
        key.path.split("/").slice(0, 2).join("/")
      }`,
    }],
  };
}

/** APPGETSTATUS. */
export function appStatus(call: AdsutilCall): AdsutilAnswer {
  const key = keyOf(call, "APPGETSTATUS");
  if (!("path" in key)) return key;
  return done(`Application Status: ${isApp(call, key) ? STATUS.stopped : STATUS.undefined}`);
}

/** Returns the only word as the key of a folder, or the answer that it is none. */
function keyOf(call: AdsutilCall, command: string): MetabaseKey | AdsutilAnswer {
  if (call.words.length !== 1) return wrongArgs(command);
  const key = keyAt(call.document, call.words[0]!);
  if (key?.keyType === "IIsWebVirtualDir" || key?.keyType === "IIsWebDirectory") return key;
  return failed(
    key === null ? HRESULT.PATH_NOT_FOUND : HRESULT.NOT_SUPPORTED,
    `Error trying to get the path of the application: ${at(call)}`,
  );
}

function isApp({ document }: AdsutilCall, { path }: MetabaseKey): boolean {
  return document.metabase[path]?.AppRoot !== undefined;
}

function at({ words: [path = ""] }: AdsutilCall): string {
  return oneLine(path);
}

function done(text: string): AdsutilAnswer {
  return { text: `${text}\n`, exit: ADSUTIL_EXIT.ok };
}
