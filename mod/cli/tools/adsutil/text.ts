/**
 * The output of adsutil.vbs: values, lists, errors and help.
 *
 * A name is printed as typed, padded to 32 columns. GET prints two spaces before the count of a
 * list; ENUM prints one, and an empty line after the items; SET echoes a list on one line, with a
 * space after each item. The closing quote of "not set at this node" is missing in the shipped
 * script and therefore here: scripts look for that line.
 *
 * @module
 */
import { oneLine } from "../../../base/printable.ts";
import type { MetabaseValue } from "../../../config/document/document.ts";
import { HRESULT } from "../../../config/metabase/edit.ts";
import { adsiTypeName } from "../../../config/metabase/schema.ts";
import type { PropertyRow } from "../../../config/metabase/property.ts";

const NAME_WIDTH = 32;

/** One property as GET shows it. */
export function getText(name: string, property: PropertyRow, value: MetabaseValue): string {
  if (property.type === "MIMEMAP") return mimeMapText(value as readonly string[]);
  const head = headOf(name, property);
  if (!Array.isArray(value)) return `${head} ${scalarText(value)}\n`;
  return `${head}  (${value.length} Items)\n${itemLines(value)}`;
}

/** One property as ENUM shows it. */
export function enumText(property: PropertyRow, value: MetabaseValue): string {
  if (property.type === "MIMEMAP") return mimeMapText(value as readonly string[]);
  const head = headOf(property.name, property);
  if (!Array.isArray(value)) return `${head} ${scalarText(value)}\n`;
  return `${head} (${value.length} Items)\n${itemLines(value)}\n`;
}

/** What SET echoes. */
export function setText(name: string, property: PropertyRow, value: MetabaseValue): string {
  if (property.type === "MIMEMAP") return mimeMapText(value as readonly string[]);
  const head = headOf(name, property);
  if (!Array.isArray(value)) return `${head} ${scalarText(value)}\n`;
  return `${head} ${quoted(value)}\n`;
}

/** What SET of a name of mdutil echoes: the type is the one of VBScript. */
export function specialText(name: string, type: "Long" | "String", value: string): string {
  return `${name.padEnd(NAME_WIDTH)}: (${type}) ${oneLine(value)}\n`;
}

/** A list of media types, which the script shows and echoes on one line. */
function mimeMapText(items: readonly string[]): string {
  return `${"MimeMap".padEnd(NAME_WIDTH)}: (MimeMapList) ${quoted(items)}\n`;
}

/** What GET says of a name of mdutil, without the closing quote, as the script. */
export function mappedText(typed: string, name: string, hint: string): string {
  return `Note: Your parameter "${oneLine(typed)} is being mapped to ${name}\n      ${hint}\n`;
}

/** What ENUM says of a property for whose type the script has no form. */
export function unsupportedText({ name, type }: PropertyRow): string {
  return `\nDataType: "${adsiTypeName(type)}" Not Yet Supported on property: ${name}\n\n`;
}

/** A child key, as ENUM lists it. */
export function childText(path: string): string {
  return `[/${oneLine(path)}]\n`;
}

export function notSetText(name: string): string {
  return `The parameter "${oneLine(name)} is not set at this node.\n`;
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [HRESULT.PATH_NOT_FOUND, "The path requested could not be found."],
  [HRESULT.ACCESS_DENIED, "Access is denied for the requested path or property."],
]);

/** A failed call: the reason if the script has a text for it, the number, and the action. */
export function errorText(hresult: number, action: string): string {
  const reason = REASONS.get(hresult);
  const hex = (hresult >>> 0).toString(16).toUpperCase();
  const lines = [`ErrNumber: ${hresult} (0x${hex})`, action];
  return `${(reason === undefined ? lines : [reason, ...lines]).join("\n")}\n`;
}

export function wrongArgs(command: string): string {
  return `Error: Wrong number of Args for the ${oneLine(command)} command\n`;
}

export function unknownCommand(command: string): string {
  return `Command not recognized: ${
    oneLine(command)
  }\nFor help, just type "Cscript.exe adsutil.vbs".\n`;
}

/** Verbs that act on a running site. */
export type ServerVerb = "START" | "STOP" | "PAUSE" | "CONTINUE";

const DONE: Readonly<Record<ServerVerb, string>> = {
  START: "STARTED",
  STOP: "STOPPED",
  PAUSE: "PAUSED",
  CONTINUE: "CONTINUED",
};

export function serverDone(verb: ServerVerb, path: string): string {
  return `Server ${oneLine(path)} Successfully ${DONE[verb]}\n`;
}

export function serverFailed(verb: ServerVerb, path: string, hresult: number): string {
  return errorText(hresult, `Error trying to ${verb} the server: ${oneLine(path)}`);
}

/** The warning of CREATE that the parent does not exist. */
export function parentWarning(parent: string): string {
  return `WARNING: The parent path (${oneLine(parent)}) was not already created.
    This means that some of the intermediate objects will not have an accurate
    Object Type. You should fix this by setting the KeyType on the intermediate
    objects.
`;
}

export function keyTypeWarning(): string {
  return `WARNING: The Object Type of this object was not specified or was specified as
    IIsObject.  This means that you will not be able to set or get properties
    on the object until the KeyType property is set.
`;
}

const SAMPLES = `Samples:
  adsutil.vbs GET W3SVC/1/ServerBindings
  adsutil.vbs SET W3SVC/1/ServerBindings ":81:"
  adsutil.vbs CREATE W3SVC/1/Root/MyVdir "IIsWebVirtualDir"
  adsutil.vbs START_SERVER W3SVC/1
  adsutil.vbs ENUM /P W3SVC
`;

/** Without arguments. */
export const ADSUTIL_USAGE = `Usage:
      ADSUTIL.VBS <cmd> [<path> [<value>]]

Description:
IIS administration utility that enables the configuration of metabase properties.

Supported Commands:
  GET, SET, ENUM, ENUM_ALL, DELETE, CREATE, COPY, MOVE, FIND,
  CREATE_VDIR, CREATE_VSERV, START_SERVER, STOP_SERVER, PAUSE_SERVER, CONTINUE_SERVER,
  APPCREATEINPROC, APPCREATEOUTPROC, APPCREATEPOOLPROC, APPDELETE, APPUNLOAD,
  APPDISABLE, APPENABLE, APPGETSTATUS, HELP

${SAMPLES}
For Extended Help type:
  adsutil.vbs HELP
`;

/** HELP. */
export const ADSUTIL_HELP = `Usage:
      ADSUTIL.VBS CMD [param param]

Description:
IIS administration utility that enables the manipulation with ADSI parameters

Standard Commands:
 adsutil.vbs GET      path             - display chosen parameter
 adsutil.vbs SET      path value ...   - assign the new value
 adsutil.vbs ENUM     path ["/P" ]   - enumerate all parameters for given path
 adsutil.vbs ENUM_ALL path             - the same, with everything below the path
 adsutil.vbs DELETE   path             - delete given path or parameter
 adsutil.vbs CREATE   path [KeyType]   - create given path and assigns it the given KeyType
 adsutil.vbs COPY     pathsrc pathdst  - copy all from pathsrc to pathdst (will create pathdst)
 adsutil.vbs MOVE     pathsrc pathdst  - same as COPY, but deletes pathsrc

 adsutil.vbs APPCREATEINPROC  w3svc/1/root - Create an in-proc application
 adsutil.vbs APPCREATEOUTPROC w3svc/1/root - Create an out-proc application
 adsutil.vbs APPCREATEPOOLPROC w3svc/1/root- Create a pooled-proc application
 adsutil.vbs APPDELETE        w3svc/1/root - Delete the application if there is one
 adsutil.vbs APPUNLOAD        w3svc/1/root - Unload an application from w3svc runtime lookup table.
 adsutil.vbs APPDISABLE       w3svc/1/root - Disable an application (refused: none runs here)
 adsutil.vbs APPENABLE        w3svc/1/root - Enable an application (refused: none runs here)
 adsutil.vbs APPGETSTATUS     w3svc/1/root - Get status of the application

 /P - Valid for ENUM only.  Enumerates the paths only (no data)
 KeyType - Valide for CREATE only.  Assigns the valid KeyType to the path

Extended ADSUTIL Commands:
 adsutil.vbs FIND             path     - find the paths where a given parameter is set
 adsutil.vbs CREATE_VDIR      path     - create given path as a Virtual Directory
 adsutil.vbs CREATE_VSERV     path     - create given path as a Virtual Server
 adsutil.vbs START_SERVER     path     - starts the given web site
 adsutil.vbs STOP_SERVER      path     - stops the given web site
 adsutil.vbs PAUSE_SERVER     path     - pauses the given web site
 adsutil.vbs CONTINUE_SERVER  path     - continues the given web site

${SAMPLES}`;

function headOf(name: string, property: PropertyRow): string {
  return `${name.padEnd(NAME_WIDTH)}: (${adsiTypeName(property.type)})`;
}

function scalarText(value: MetabaseValue): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : `"${oneLine(String(value))}"`;
}

function quoted(items: readonly string[]): string {
  return items.map((item) => `"${oneLine(item)}" `).join("");
}

function itemLines(items: readonly string[]): string {
  return items.map((item) => `  "${oneLine(item)}"\n`).join("");
}
