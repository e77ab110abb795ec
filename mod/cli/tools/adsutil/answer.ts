/**
 * The input and the result of one command of adsutil.vbs.
 *
 * @module
 */
import { ADSUTIL_EXIT } from "../../../base/exit_status.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import type { ConfigDocument, MetabaseValue } from "../../../config/document/document.ts";
import type { SiteStates } from "../../../config/metabase/tree.ts";
import * as messages from "./text.ts";

/** A site for the running service to start, stop, pause or continue. */
export interface ServerAction {
  readonly verb: messages.ServerVerb;
  readonly siteId: number;
  /** As typed, for the output. */
  readonly path: string;
}

export interface AdsutilAnswer {
  readonly text: string;
  readonly exit: number;
  /** The document to store; absent if nothing changes. */
  readonly document?: ConfigDocument;
  /** The property that was stored: its canonical path and name. */
  readonly stored?: {
    readonly path: string;
    readonly name: string;
    readonly value?: MetabaseValue | undefined;
  };
  /** What the original does not say, for stderr. */
  readonly notes?: readonly Notice[];
  readonly action?: ServerAction;
}

/** The words after the command, and what they refer to. */
export interface AdsutilCall {
  readonly words: readonly string[];
  readonly document: ConfigDocument;
  readonly states: SiteStates;
}

/** Splits `W3SVC/1/ServerBindings` into the path and the property name, both as typed. */
export function splitProperty(typed: string): { readonly path: string; readonly name: string } {
  const text = typed.replaceAll("\\", "/").replace(/\/+$/, "");
  const slash = text.lastIndexOf("/");
  return { path: text.slice(0, Math.max(slash, 0)), name: text.slice(slash + 1) };
}

export function failed(hresult: number, action: string): AdsutilAnswer {
  return { text: messages.errorText(hresult, action), exit: hresult };
}

export function wrongArgs(command: string): AdsutilAnswer {
  return { text: messages.wrongArgs(command), exit: ADSUTIL_EXIT.failed };
}
