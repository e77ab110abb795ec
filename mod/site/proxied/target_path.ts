/**
 * The path that an upstream gets: that of the request as it was sent, with the prefix of the
 * application kept, removed, or replaced by the path of the target. Pure.
 *
 * The prefix is cut from the raw path, so that no escape, slash or case behind it changes. What the
 * engine matched is the decoded path without dot segments; where the two disagree about the end of
 * the prefix, the request is refused.
 *
 * @module
 */
import { applicationEnd } from "../../config/document/application.ts";

/** How the path is made. */
export interface PathRule {
  /** The path of the application, decoded, in lower case: "/", or "/api/". */
  readonly application: string;
  /** Whether its prefix is removed. */
  readonly strips: boolean;
  /** The path of the target, which begins with "/"; "" for none. */
  readonly base: string;
}

/** Returns why `path` cannot be the path of a target; null if it can. */
export function pathProblem(path: string): string | null {
  const wrong = /[^\x21-\x7e]|["<>\\^`{|}?#]|%(?![0-9a-fA-F]{2})/u.exec(path)?.[0];
  if (wrong === "?" || wrong === "#") return "a path must not have a query or a fragment";
  if (wrong !== undefined) return `${JSON.stringify(wrong)} must be percent-encoded`;
  return hasDotSegment(path) ? "a path must not have . or .. as a part" : null;
}

/** Returns why `target` cannot be the path and query of a request; null if it can. */
export function requestPathProblem(target: string): string | null {
  if (!target.startsWith("/")) return "must begin with /";
  const question = target.indexOf("?");
  return pathProblem(question < 0 ? target : target.slice(0, question)) ??
    (/[^\x21-\x7e]|#/.test(target) ? "must have no space and no fragment" : null);
}

/** Reports whether the path passes unchanged by `rule`, whatever it is. */
export function isUnchanged({ application, base }: PathRule): boolean {
  return application === "/" && (base === "" || base === "/");
}

/** Returns the path for the upstream; null if `rawPath` cannot be taken apart safely. */
export function targetPath(rawPath: string, rule: PathRule): string | null {
  if (isUnchanged(rule)) return rawPath;
  const { application, strips, base } = rule;
  if (hasDotSegment(rawPath)) return null;
  const end = prefixEnd(rawPath, application);
  if (end === null) return null;
  const rest = strips ? rawPath.slice(end) : rawPath;
  const start = base.endsWith("/") ? base.slice(0, -1) : base;
  const path = start + rest;
  return path === "" ? "/" : path;
}

/** Returns where the rest begins; null if the raw path does not begin with the prefix. */
function prefixEnd(rawPath: string, application: string): number | null {
  const end = applicationEnd(rawPath, application);
  const prefix = decoded(rawPath.slice(0, end));
  return prefix !== null && `${prefix.toLowerCase()}/` === application ? end : null;
}

/** Reports whether a part between slashes, also escaped ones, is `.` or `..`. */
function hasDotSegment(rawPath: string): boolean {
  if (!/\.|%2e/i.test(rawPath)) return false;
  return rawPath.replace(/%2e/gi, ".").split(/\/|\\|%2f|%5c/i).some((part) => {
    return part === "." || part === "..";
  });
}

function decoded(raw: string): string | null {
  try {
    // The engine's raw path has one character for each byte.
    return decodeURIComponent(raw.replace(/[\x80-\xff]/g, (c) => {
      return `%${c.charCodeAt(0).toString(16)}`;
    }));
  } catch {
    return null;
  }
}
