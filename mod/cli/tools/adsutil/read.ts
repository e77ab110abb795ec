/**
 * The commands of adsutil.vbs that only read: GET, ENUM, ENUM_ALL and FIND.
 *
 * ENUM lists what is set at the key itself, whereas GET also shows an inherited value; ENUM_ALL
 * descends the tree (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { ADSUTIL_EXIT } from "../../../base/exit_status.ts";
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import {
  childrenOf,
  findValue,
  keyAt,
  type MetabaseKey,
  normalPath,
  ownProperties,
  siteOfPath,
  subtreeOf,
} from "../../../config/metabase/tree.ts";
import { HRESULT, propertyAt } from "../../../config/metabase/edit.ts";
import { propertyRow } from "../../../config/metabase/schema.ts";
import {
  type AdsutilAnswer,
  type AdsutilCall,
  failed,
  splitProperty,
  wrongArgs,
} from "./answer.ts";
import { addressNote, isUnsupported, MAPPED } from "./special.ts";
import * as messages from "./text.ts";

export function getProperty({ words, document, states }: AdsutilCall): AdsutilAnswer {
  if (words.length !== 1) return wrongArgs("GET");
  const { path, name: typed } = splitProperty(words[0]!);
  const [mapped, hint] = MAPPED.get(typed.toLowerCase()) ?? [typed, null];
  if (mapped !== typed) {
    const answer = getProperty({ words: [`${path}/${mapped}`], document, states });
    if (hint === null) return answer;
    return { ...answer, text: messages.mappedText(typed, mapped, hint) + answer.text };
  }
  const name = typed;
  if (keyAt(document, path) === null) {
    return failed(
      HRESULT.PATH_NOT_FOUND,
      `Error Trying To GET the Object (GetObject Failed): ${oneLine(path)}`,
    );
  }
  const found = propertyAt(document, path, name);
  if (isProblem(found)) {
    const action = `Error Trying To GET the property: (Get Method Failed) ${oneLine(name)}
  (This property is probably not allowed at this node)`;
    return failed(found.code, action);
  }
  if (isUnsupported(found.property)) {
    const action = `Error Trying To GET the Property: ${oneLine(name)}`;
    const isClients = found.property.name === "IPSecurity";
    return {
      ...failed(HRESULT.WRONG_TYPE, action),
      notes: isClients ? [addressNote(document, path)] : [],
    };
  }
  const value = findValue(document, found.key, found.property, states);
  if (value === null) return { text: messages.notSetText(name), exit: HRESULT.NOT_SET };
  return { text: messages.getText(name, found.property, value.value), exit: ADSUTIL_EXIT.ok };
}

export function enumerate(call: AdsutilCall, command: string, recurse: boolean): AdsutilAnswer {
  const pathsOnly = call.words.some((word) => word.toUpperCase() === "/P");
  const words = call.words.filter((word) => word.toUpperCase() !== "/P");
  if (words.length > 1) return wrongArgs(command);
  const { document } = call;
  const [typed = ""] = words;
  if (normalPath(typed) === "") return { text: messages.childText("W3SVC"), exit: ADSUTIL_EXIT.ok };
  const key = keyAt(document, typed);
  if (key === null) {
    const action = `Error Trying To ENUM the Object (GetObject Failed): ${oneLine(typed)}`;
    return failed(HRESULT.PATH_NOT_FOUND, action);
  }
  if (!recurse) {
    const children = childrenOf(document, key.path).map(messages.childText).join("");
    return { text: (pathsOnly ? "" : propertiesText(call, key)) + children, exit: ADSUTIL_EXIT.ok };
  }
  const text = subtreeOf(document, key.path).map((path) => {
    const below = keyAt(document, path);
    const properties = pathsOnly || below === null ? "" : propertiesText(call, below);
    return path === key.path ? properties : messages.childText(path) + properties;
  });
  return { text: text.join(""), exit: ADSUTIL_EXIT.ok };
}

function propertiesText({ document, states }: AdsutilCall, key: MetabaseKey): string {
  const { access } = siteOfPath(document, key.path) ?? {};
  const hasClients = key.keyType === "IIsWebServer" &&
    (access?.allow !== undefined || access?.deny !== undefined);
  return ownProperties(document, key, states)
    .map(({ property, value }) => messages.enumText(property, value))
    .join("") + (hasClients ? messages.unsupportedText(propertyRow("IPSecurity")!) : "");
}

export function findProperty({ words, document, states }: AdsutilCall): AdsutilAnswer {
  if (words.length !== 1) return wrongArgs("FIND_DATA");
  const { path, name } = splitProperty(words[0]!);
  const top = keyAt(document, path);
  if (top === null) {
    const action = `Error trying to find data paths for the Object (GetObject Failed): ${
      oneLine(path)
    }`;
    return failed(HRESULT.PATH_NOT_FOUND, action);
  }
  const property = propertyRow(name);
  if (property === undefined) {
    const action = `Error trying to get a path list (GetDataPaths Failed): ${oneLine(path)}`;
    return failed(HRESULT.NO_PROPERTY, action);
  }
  const places = subtreeOf(document, top.path).filter((at) => {
    const key = keyAt(document, at);
    return key !== null && findValue(document, key, property, states)?.at === key.path;
  });
  const text = places.length === 0
    ? `Property ${oneLine(name)} was not found at any node beneath ${oneLine(path)}\n`
    : `Property ${oneLine(name)} found at:\n${places.map((at) => `  ${oneLine(at)}\n`).join("")}`;
  return { text, exit: ADSUTIL_EXIT.ok };
}
