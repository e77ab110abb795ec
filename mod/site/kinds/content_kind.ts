/**
 * The record that describes a kind of site content. A kind is one file in this directory, which
 * exports its record, and one line in the table of `kinds.ts`. Nothing else knows a kind by name.
 *
 * @module
 */
import type * as v from "valibot";
import type { Handler } from "../../base/exchange.ts";
import type { FlagInput, FlagSpec } from "../../base/flag_spec.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import type { DocumentProblem } from "../../config/document/document_problems.ts";
import type { SiteContent } from "../../config/document/site_content.ts";
import type { SiteContext } from "./site_context.ts";

export interface ContentKind<C extends SiteContent = SiteContent> {
  /** Name of the kind: the value of `content.kind` in the document. */
  readonly kind: C["kind"];
  /** The shape of the content: a check for each field except `kind`. */
  readonly fields: FieldsOf<C>;
  /** Problems that the shape cannot express, each with its path inside the content. */
  problems?(content: C): readonly DocumentProblem[];
  /** The flag `--KIND`, which selects this kind. */
  readonly flag: FlagSpec;
  /**
   * Flags that are valid with this kind, by name. Two kinds may share a flag name and accept
   * different values, but must agree on whether the flag takes a value.
   */
  readonly details: Readonly<Record<string, FlagSpec>>;
  /** Paragraphs of the help, if the flags need more than a line. */
  readonly help?: readonly string[];
  /** The flags in use. The first example uses `--KIND` alone, because hints show it. */
  readonly examples: readonly [FlagExample, ...FlagExample[]];
  /**
   * Returns the content that the flags describe; values have been checked against `choices`. Throws
   * a Fault.
   */
  read(input: FlagInput): C | Promise<C>;
  /**
   * Returns the content that one short text describes, as `--map` takes it: `/srv/docs`,
   * `redirect:https://www.example.com/`; null if the text is of no form of this kind. Throws a
   * Fault if it is of one, but wrong; `line` returns the command line with another text. Absent if
   * the kind has no such form.
   */
  parse?(text: string, line: (text: string) => string): C | null | Promise<C | null>;
  /** The forms of that text, for the help: `redirect:TARGET`. */
  readonly forms?: readonly string[];
  /** Where a site with it is bound unless the administrator says otherwise; absent for nowhere. */
  readonly defaultBinding?: string;
  /** What of the machine it shows to whoever can reach it; absent for nothing. */
  readonly reveals?: string;
  /** The limits of requests that an upstream gets at a time, which the content sets. */
  requestLimits?(content: C): readonly number[];
  /**
   * The content in a list of sites: the kind, and what distinguishes it from others of its kind.
   */
  label(content: C): string;
  /** What the site serves, as the end of a sentence: `Served by site "shop": …`. */
  description(content: C): string;
  /**
   * Loads the factory of request handlers. Only the service calls it: code that only a handler
   * needs is loaded here, with `import()`, so that commands do not pay for it.
   */
  load(): HandlerFactory<C> | Promise<HandlerFactory<C>>;
}

export interface FlagExample {
  /** The flags that follow the name and the bindings of a site. */
  readonly words: string;
  readonly shows: string;
}

/** A check for each field of `C`, whose output has the type of that field. */
type FieldsOf<C extends SiteContent> = {
  readonly [Field in Exclude<keyof C, "kind">]: v.GenericSchema<unknown, C[Field]>;
};

export interface HandlerFactory<C extends SiteContent> {
  handler(content: C, site: SiteRecord, context: SiteContext): Handler;
}
