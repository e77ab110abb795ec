/**
 * What a kind of site content is: a record. A kind is one file beside this one, which exports its
 * record, and one line in the table of `kinds.ts`. Nothing else knows a kind by its name.
 *
 * @module
 */
import type * as v from "valibot";
import type { Handler } from "../../base/exchange.ts";
import type { FlagInput, FlagSpec } from "../../base/flag_spec.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import type { Problem } from "../../config/document/document_problems.ts";
import type { SiteContent } from "../../config/document/site_content.ts";
import type { SiteContext } from "./site_context.ts";

export interface ContentKind<C extends SiteContent = SiteContent> {
  /** Its name: what `content.kind` is in the document. */
  readonly kind: C["kind"];
  /** The shape of the content: a check for each field but `kind`. */
  readonly fields: FieldsOf<C>;
  /** Problems that the shape cannot tell, each with its path inside the content. */
  problems?(content: C): readonly Problem[];
  /** The flag `--KIND`, which chooses it. */
  readonly flag: FlagSpec;
  /**
   * Flags that go with it, by name. Two kinds may share a name and differ in its values, but not in
   * whether it has one.
   */
  readonly details: Readonly<Record<string, FlagSpec>>;
  /** Paragraphs of the help, where the flags need more than a line. */
  readonly help?: readonly string[];
  /** Its flags in use. The first has no more than `--KIND`: hints show it. */
  readonly examples: readonly [FlagExample, ...FlagExample[]];
  /**
   * The content that the flags say; values have been compared with `choices`. `line` is the command
   * line that the flags stand behind, for hints. Throws a Fault.
   */
  read(input: FlagInput, line: string): C | Promise<C>;
  /** How a list of sites shows the content: the kind, and what tells it from others of its kind. */
  label(content: C): string;
  /** What the site answers, as the end of a sentence: `Site "shop" answers: …`. */
  description(content: C): string;
  /**
   * What answers for such a site. Only the service asks for it: what a kind needs for that and for
   * nothing else it loads here, with `import()`, so that commands do not pay for it.
   */
  load(): HandlerFactory<C> | Promise<HandlerFactory<C>>;
}

export interface FlagExample {
  /** What stands behind the name and the bindings of a site. */
  readonly words: string;
  readonly tells: string;
}

/** A check for each field of `C` that yields what `C` says of it. */
type FieldsOf<C extends SiteContent> = {
  readonly [Field in Exclude<keyof C, "kind">]: v.GenericSchema<unknown, C[Field]>;
};

export interface HandlerFactory<C extends SiteContent> {
  handler(content: C, site: SiteRecord, context: SiteContext): Handler;
}
