/**
 * The output of appcmd.exe for SITE objects.
 *
 * @module
 */
import { oneLine } from "../../../base/printable.ts";
import { win32Text } from "../../../base/win32_text.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import type { SiteBinding } from "./args.ts";

export type SiteState = "Started" | "Stopped" | "Paused";

/** Returns the bindings as appcmd.exe lists them: `http/*:80:,https/*:443:www.example.com`. */
function bindingsText({ bindings, secureBindings }: SiteRecord): string {
  const all = [
    ...bindings.map((text) => bindingText({ protocol: "http", text })),
    ...secureBindings.map((text) => bindingText({ protocol: "https", text })),
  ];
  return all.join(",");
}

/** One of them; any address is `*`. */
export function bindingText({ protocol, text }: SiteBinding): string {
  return `${protocol}/${text.startsWith(":") ? "*" : ""}${text}`;
}

/** A line of `appcmd list site`. */
export function siteLine(site: SiteRecord, state: SiteState): string {
  const name = oneLine(site.name);
  return `SITE "${name}" (id:${site.id},bindings:${bindingsText(site)},state:${state})\n`;
}

/** A line of `appcmd list site /text:PROPERTY`. */
export function siteText(site: SiteRecord, state: SiteState, property: string): string {
  const values: Readonly<Record<string, string>> = {
    id: String(site.id),
    bindings: bindingsText(site),
    state,
  };
  return `${values[property] ?? oneLine(site.name)}\n`;
}

/** What happened to an object: `SITE object "X" changed`. */
export function objectDone(kind: "SITE" | "APP" | "VDIR", name: string, done: string): string {
  return `${kind} object "${oneLine(name)}" ${done}\n`;
}

export function siteControlled(name: string, verb: "start" | "stop"): string {
  return `"${oneLine(name)}" successfully ${verb === "start" ? "started" : "stopped"}.\n`;
}

/** An error of appcmd.exe, which goes to stdout. */
export function appcmdError(message: string): string {
  return `ERROR ( message:${oneLine(message)} )\n`;
}

/** A command that was carried out and failed, with the text of the system. */
export function executionFailed(code: number): string {
  const hresult = (0x80070000 + code).toString(16);
  const text = win32Text(code) ?? "";
  return `ERROR ( hresult:${hresult}, message:Command execution failed.\n${text}\n )\n`;
}

export function siteNotFound(name: string): string {
  return appcmdError(`Cannot find SITE object with identifier "${name}".`);
}

/** `appcmd /?`: what there is here. */
export const APPCMD_USAGE = `General purpose IIS command line administration tool.

APPCMD (command) (object-type) <identifier> </parameter1:value1 ...>

Supported object types here: SITE

  LIST SITE   [NAME] [/site.name:NAME] [/id:N] [/text:name|id|bindings|state]
  ADD SITE    /name:NAME /bindings:LIST /physicalPath:DIRECTORY [/id:N]
              [/serverAutoStart:true|false]
  SET SITE    NAME [/name:NEW] [/bindings:LIST] [/serverAutoStart:true|false]
              [/+bindings.[protocol='http',bindingInformation='IP:Port:Host']]
              [/-bindings.[protocol='http',bindingInformation='IP:Port:Host']]
  DELETE SITE NAME
  START SITE  NAME
  STOP SITE   NAME

LIST is http/*:80:,https/*:443:www.example.com
`;
