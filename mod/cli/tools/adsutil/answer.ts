/**
 * What one command of adsutil.vbs works on and what it gives.
 *
 * @module
 */
import { ADSUTIL_EXIT } from "../../../base/exit_status.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import type { SiteStates } from "../../../config/metabase/tree.ts";
import * as messages from "./text.ts";

/** A site that the running service shall start, stop, pause or continue. */
export interface ServerAction {
  readonly verb: messages.ServerVerb;
  readonly siteId: number;
  /** As typed, for the answer. */
  readonly path: string;
}

export interface AdsutilAnswer {
  readonly text: string;
  readonly exit: number;
  /** The document to store; absent where nothing is to be changed. */
  readonly document?: ConfigDocument;
  /** A property that was stored: canonical path and name. */
  readonly stored?: { readonly path: string; readonly name: string };
  readonly action?: ServerAction;
}

/** The words after the command, and what they are about. */
export interface AdsutilCall {
  readonly words: readonly string[];
  readonly document: ConfigDocument;
  readonly states: SiteStates;
}

/** `W3SVC/1/ServerBindings` -> the path as typed and the property name as typed. */
export function splitProperty(typed: string): { readonly path: string; readonly name: string } {
  const text = typed.replaceAll("\\", "/").replace(/\/+$/, "");
  const cut = text.lastIndexOf("/");
  return { path: text.slice(0, Math.max(cut, 0)), name: text.slice(cut + 1) };
}

export function failed(hresult: number, action: string): AdsutilAnswer {
  return { text: messages.errorText(hresult, action), exit: hresult };
}

export function wrongArgs(command: string): AdsutilAnswer {
  return { text: messages.wrongArgs(command), exit: ADSUTIL_EXIT.failed };
}
