/**
 * Decides who may register which URL prefix, by HTTP.sys's rules ("Processing Registrations").
 * Pure.
 *
 * 1. A port has one scheme, that of what is registered, reserved or bound there. Otherwise 183.
 * 2. A prefix is registered once; a site's binding is a registration of `/`. Otherwise 183.
 * 3. The longest reservation that covers the prefix decides by its ACL, for administrators too:
 *    they can change it. Without one, the two implicit reservations of every host and port apply,
 *    which let only administrators register. Otherwise 5.
 *
 * Administrators are root and the user of the service. Only they may use a socket file as target
 * (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { quote, shellWord } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import { type Caller, isGranted, parseSddl, RIGHT } from "../../base/sddl.ts";
import {
  coveringPrefix,
  formatUrlPrefix,
  parseUrlPrefix,
  unservedHost,
  type UrlPrefix,
} from "../../base/url_prefix.ts";
import { WIN32 } from "../../base/win32.ts";
import { applicationKey } from "../../config/document/application.ts";
import { bindingPrefix, parseBinding } from "../../config/document/binding.ts";
import type { SiteRecord, UrlAclRecord } from "../../config/document/document.ts";
import { formatProxyTarget, type ProxyTarget } from "../../site/proxied/proxy_target.ts";

/** The caller of a registration. */
export interface Registrant extends Caller {
  readonly isAdministrator: boolean;
}

/** A prefix that is in use, or that determines the scheme of its port. */
export interface TakenPrefix {
  readonly prefix: UrlPrefix;
  /** What uses it, as the end of a sentence: `site "a"`. */
  readonly by: string;
  /** Its URL, if a program has registered it; absent for a site. */
  readonly url?: string;
}

/** The result of a request: a Win32 code, 0 for success, and the canonical URL or the reason. */
export interface RegistrationOutcome {
  readonly code: number;
  readonly text: string;
  /** For a refusal: a command that cures it. */
  readonly hint?: string | undefined;
}

/** A registration to decide about, and the facts that decide. */
interface AccessQuestion {
  readonly prefix: UrlPrefix;
  readonly target: ProxyTarget;
  readonly keep: boolean;
  readonly registrant: Registrant;
  readonly reservations: readonly UrlAclRecord[];
  readonly taken: readonly TakenPrefix[];
}

/** Returns why a registration is refused; null if it is allowed. */
export function refusalOf(question: AccessQuestion): RegistrationOutcome | null {
  const { prefix, registrant, target, taken } = question;
  const unserved = unservedHost(prefix);
  if (unserved !== null) {
    const anywhere = registering({ ...prefix, bucket: "weak", host: "*" }, question);
    return refused(WIN32.INVALID_PARAMETER, unserved, anywhere);
  }
  const reserved = reservedPrefixes(question.reservations);
  const otherScheme = [...taken, ...reserved.map(({ prefix }) => ({ prefix, by: "a reservation" }))]
    .find((one) => one.prefix.port === prefix.port && one.prefix.scheme !== prefix.scheme);
  if (otherScheme !== undefined) {
    const { by, prefix: { scheme } } = otherScheme;
    const again = registering({ ...prefix, scheme }, question);
    return refused(WIN32.ALREADY_EXISTS, `port ${prefix.port} speaks ${scheme} for ${by}`, again);
  }
  const same = taken.find((one) => formatUrlPrefix(one.prefix) === formatUrlPrefix(prefix));
  if (same !== undefined) {
    // A site has the root of its binding; what is below it is free.
    const below = { ...prefix, path: `${prefix.path}app/` };
    const cure = same.url === undefined
      ? registering(below, question)
      : `httpcfg unregister ${shellWord(same.url)}; ${registering(prefix, question)}`;
    return refused(WIN32.ALREADY_EXISTS, `already registered by ${same.by}`, cure);
  }
  if (target.kind === "unix" && !registrant.isAdministrator) {
    return refused(
      WIN32.ACCESS_DENIED,
      "only an administrator may use a socket file as target",
      `sudo ${registering(prefix, question)}`,
    );
  }
  const covering = coveringPrefix(reserved, prefix);
  if (covering === null) {
    return registrant.isAdministrator ? null : refused(
      WIN32.ACCESS_DENIED,
      `no reservation covers it, so user ${registrant.uid} may not register it`,
      reserveFor(prefix, registrant),
    );
  }
  const aces = parseSddl(covering.record.sddl);
  if (!isProblem(aces) && isGranted(aces, RIGHT.register, registrant)) return null;
  return refused(
    WIN32.ACCESS_DENIED,
    `reservation ${
      quote(covering.record.url)
    } does not allow user ${registrant.uid} to register it`,
    covering.prefix.path === prefix.path
      ? `sudo httpcfg delete urlacl -u ${shellWord(covering.record.url)}; ${
        reserveFor(prefix, registrant)
      }`
      : reserveFor(prefix, registrant),
  );
}

/** Returns the command that registers `prefix`. */
export function registering(
  prefix: UrlPrefix,
  { target, keep }: Pick<AccessQuestion, "target" | "keep">,
): string {
  const url = shellWord(formatUrlPrefix(prefix));
  const to = shellWord(formatProxyTarget(target));
  return `httpcfg register ${url} --to ${to}${keep ? " --keep" : ""}`;
}

/** Returns the command that reserves `prefix` for the user of `registrant`. */
function reserveFor(prefix: UrlPrefix, { uid }: Registrant): string {
  const url = shellWord(formatUrlPrefix(prefix));
  return `sudo httpcfg set urlacl -u ${url} -a "D:(A;;GX;;;S-1-22-1-${uid})"`;
}

/** Returns the prefixes of running sites: in the bucket of each binding `/`, and its applications. */
export function takenBySites(sites: readonly SiteRecord[]): TakenPrefix[] {
  return sites.flatMap(({ name, bindings, secureBindings, applications = [] }) => {
    const paths = ["/", ...applications.map(({ path }) => applicationKey(path))];
    const by = `site ${quote(name)}`;
    const taken = (texts: readonly string[], scheme: UrlPrefix["scheme"]): TakenPrefix[] => {
      return texts.flatMap((text) => {
        const binding = parseBinding(text);
        if (isProblem(binding)) return [];
        return paths.map((path) => ({ by, prefix: { ...bindingPrefix(binding, scheme), path } }));
      });
    };
    return [...taken(bindings, "http"), ...taken(secureBindings, "https")];
  });
}

function refused(code: number, text: string, hint?: string): RegistrationOutcome {
  return hint === undefined ? { code, text } : { code, text, hint };
}

interface Reserved {
  readonly prefix: UrlPrefix;
  readonly record: UrlAclRecord;
}

function reservedPrefixes(reservations: readonly UrlAclRecord[]): Reserved[] {
  return reservations.flatMap((record) => {
    const prefix = parseUrlPrefix(record.url);
    return prefix === null ? [] : [{ prefix, record }];
  });
}
