/**
 * SET of the names that adsutil.vbs treats apart: AccessPerm, VRPath and Authorization of the older
 * mdutil, AppPoolCommand, and IPSecurity, whose value the script can neither show nor set.
 *
 * @module
 */
import { ADSUTIL_EXIT } from "../../../base/exit_status.ts";
import { shellWord } from "../../../base/fault.ts";
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { HRESULT, setProperty } from "../../../config/metabase/edit.ts";
import { adsiTypeName } from "../../../config/metabase/schema.ts";
import type { PropertyRow } from "../../../config/metabase/property.ts";
import { keyAt, siteOfPath } from "../../../config/metabase/tree.ts";
import { type AdsutilAnswer, type AdsutilCall, failed } from "./answer.ts";
import * as messages from "./text.ts";

/** A property to set: the path and the name as typed, and the values. */
interface SetCall {
  readonly document: AdsutilCall["document"];
  readonly path: string;
  readonly values: readonly string[];
}

/** The words for the bits of AccessFlags and AuthFlags, as they are shown. */
const ACCESS_WORDS: Readonly<Record<string, readonly [bit: number, shown: string]>> = {
  READ: [0x1, "Read"],
  WRITE: [0x2, "Write"],
  EXECUTE: [0x4, "Execute"],
  SCRIPT: [0x200, "Script"],
};
const AUTH_WORDS: Readonly<Record<string, readonly [bit: number, shown: string]>> = {
  NT: [0x4, "NT"],
  ANONYMOUS: [0x1, "Anonymous"],
  BASIC: [0x2, "Basic"],
};

/** The names, in lower case, and what sets them. */
export const SPECIAL: ReadonlyMap<string, (call: SetCall) => AdsutilAnswer> = new Map([
  ["accessperm", setAccessPerm],
  ["authorization", setAuthorization],
  ["vrpath", setPath],
  ["apppoolcommand", commandPool],
]);

/** What GET shows for a name of mdutil: the property that it is, and what the script says of it. */
export const MAPPED: ReadonlyMap<string, readonly [name: string, hint: string | null]> = new Map([
  [
    "accessperm",
    ["AccessFlags", 'Check individual perms using "GET AccessRead", "GET AccessWrite", etc.'],
  ],
  [
    "authorization",
    ["AuthFlags", 'Check individual auths using "GET AuthNTLM", "GET AuthBasic", etc.'],
  ],
  ["vrpath", ["Path", null]],
]);

function setAccessPerm(call: SetCall): AdsutilAnswer {
  const [first = ""] = call.values;
  const name = "AccessFlags (AccessPerm)";
  if (/^(?:[0-9]+|0x[0-9a-f]+)$/i.test(first)) {
    const flags = Number(first);
    return setFlags(call, "AccessFlags", flags, {
      name,
      shown: `${flags} (0x${flags.toString(16).toUpperCase()})`,
    });
  }
  return setWords(call, "AccessFlags", ACCESS_WORDS, name);
}

function setAuthorization(call: SetCall): AdsutilAnswer {
  return setWords(call, "AuthFlags", AUTH_WORDS, "Authorization");
}

function setWords(
  call: SetCall,
  property: string,
  words: typeof ACCESS_WORDS,
  name: string,
): AdsutilAnswer {
  const unknown = call.values.find((word) => !Object.hasOwn(words, word.toUpperCase()));
  if (unknown !== undefined) {
    const text = `Error: Setting not supported: ${oneLine(unknown)}\n`;
    return { text, exit: ADSUTIL_EXIT.failed };
  }
  const bits = call.values.map((word) => words[word.toUpperCase()]!);
  const flags = bits.reduce((sum, [bit]) => sum | bit, 0);
  return setFlags(call, property, flags, {
    name,
    shown: bits.map(([, shown]) => shown).join(" "),
  });
}

function setFlags(
  { document, path }: SetCall,
  property: string,
  flags: number,
  { name, shown }: { readonly name: string; readonly shown: string },
): AdsutilAnswer {
  return stored({ document, path, values: [String(flags)] }, property, () => {
    return messages.specialText(name, "Long", ` ${shown}`);
  });
}

function setPath(call: SetCall): AdsutilAnswer {
  return stored(call, "Path", (value) => messages.specialText("Path (VRPath)", "String", value));
}

function stored(
  { document, path, values }: SetCall,
  property: string,
  text: (value: string) => string,
): AdsutilAnswer {
  const key = keyAt(document, path);
  if (key === null) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error Trying To Get the Object: ${oneLine(path)}`);
  }
  const edit = setProperty(document, path, property, values.slice(0, 1));
  if (isProblem(edit)) {
    return failed(edit.code, `Error Trying To Set data on the Object: ${oneLine(path)}`);
  }
  return {
    text: text(String(edit.value ?? "")),
    exit: ADSUTIL_EXIT.ok,
    document: edit.document,
    stored: { path: key.path, name: property, value: edit.value },
  };
}

/** AppPoolCommand: there is no pool to start or stop. */
function commandPool({ document, path, values: [value = ""] }: SetCall): AdsutilAnswer {
  const key = keyAt(document, path);
  if (key === null) {
    return failed(HRESULT.PATH_NOT_FOUND, `Error Trying To Get the Object: ${oneLine(path)}`);
  }
  if (key.keyType !== "IIsApplicationPool") {
    const text = "Can't set AppPoolCommand on a non-IIsApplicationPool object.\n";
    return { text, exit: ADSUTIL_EXIT.failed };
  }
  if (value !== "1" && value !== "2") {
    return { text: `Invalid AppPoolCommand: ${oneLine(value)}\n`, exit: ADSUTIL_EXIT.failed };
  }
  const verb = value === "1" ? "Start" : "Stop";
  return {
    ...failed(
      HRESULT.NOT_SUPPORTED,
      `Error Trying To ${verb} the application pool: ${oneLine(path)}`,
    ),
    notes: [{ kind: "note", text: "there are no worker processes of applications" }],
  };
}

/** Reports whether the script has no form for the values of `property`. */
export function isUnsupported({ type }: Pick<PropertyRow, "type">): boolean {
  return type === "IPSEC" || type === "NTACL";
}

/** The answer of SET for such a property, with the command that does what it is for. */
export function unsupported(
  { document, path }: Pick<SetCall, "document" | "path">,
  property: PropertyRow,
): AdsutilAnswer {
  return {
    text: `Error: Unknown data type in schema: ${adsiTypeName(property.type)}\n`,
    exit: ADSUTIL_EXIT.failed,
    notes: property.name === "IPSecurity" ? [addressNote(document, path)] : [],
  };
}

/** Says which command lets clients in by their addresses. */
export function addressNote(document: AdsutilCall["document"], path: string): Notice {
  const key = keyAt(document, path);
  const site = (key === null ? undefined : siteOfPath(document, key.path)) ?? document.sites[0];
  return {
    kind: "note",
    text: "which addresses may use a site is set by httpcfg itself",
    hint: `httpcfg site set ${shellWord(site?.name ?? "NAME")} --deny 192.0.2.0/24`,
  };
}
