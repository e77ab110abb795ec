/**
 * Basic authentication (RFC 7617) with the users of an htpasswd file.
 *
 * Of a request without the right credentials nothing more is done: 401 with the substatus 2 if there
 * were none, and 1 if they are wrong, as IIS logs it. Authorization stays in the request, so that a
 * program behind the site knows the user, as with nginx.
 *
 * @module
 */
import type { HandlerResult, HttpRequest } from "../../base/exchange.ts";
import { clientOf } from "../client.ts";
import { errorPage } from "../pages/error_page.ts";
import type { SiteFiles } from "../static/file_access.ts";
import { parseCredentials } from "./credentials.ts";
import { FollowedFile } from "./followed_file.ts";
import { parseHtpasswd, type Passwords } from "./htpasswd.ts";
import { PASSWORD_FILE_MAX } from "./limits.ts";
import type { PasswordChecks, Verdict } from "./password_checks.ts";

interface BasicAuthOptions {
  readonly file: string;
  readonly realm: string;
  readonly checks: PasswordChecks;
  readonly files: SiteFiles;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a gate returns: the response to a request that may not pass; null for one that may. */
export type GateResult = HandlerResult | null | Promise<HandlerResult | null>;

export class BasicAuthGate {
  readonly #options: BasicAuthOptions;
  readonly #file: FollowedFile<Passwords>;
  readonly #challenge: string;

  constructor(options: BasicAuthOptions) {
    const { file: path, files, now, realm } = options;
    const parse = (bytes: Uint8Array): Passwords => {
      return parseHtpasswd(new TextDecoder("utf-8", { ignoreBOM: false }).decode(bytes));
    };
    this.#options = options;
    this.#file = new FollowedFile({ path, bytesMax: PASSWORD_FILE_MAX, files, now, parse });
    this.#challenge = `Basic realm="${realm}", charset="UTF-8"`;
  }

  /** Decides about a request, whose user is known from then on. */
  pass(request: HttpRequest): GateResult {
    const credentials = parseCredentials(request.header("authorization"));
    if (credentials === null) return this.#refuse(request, 2);
    const { user } = credentials;
    const client = clientOf(request.remote.ip);
    const decide = (passwords: Passwords): GateResult => {
      const context = { client, nowMs: this.#options.now() };
      const verdict = this.#options.checks.check(credentials, passwords, context);
      if (!(verdict instanceof Promise)) return this.#conclude(request, user, verdict);
      return verdict.catch((): Verdict => "all") // the system may have no thread left
        .then((one) => this.#conclude(request, user, one));
    };
    const passwords = this.#file.value();
    if (!(passwords instanceof Promise)) return decide(passwords);
    return passwords.then(decide, () => ({ refuse: "FileUnavailable" }));
  }

  #conclude(request: HttpRequest, user: string, verdict: Verdict): HandlerResult | null {
    switch (verdict) {
      case true:
        request.user = user;
        return null;
      case false:
        return this.#refuse(request, 1);
      case "client":
        return errorPage("rate", request, [["Retry-After", "1"]]);
      case "all":
        return errorPage("busy", request, [["Retry-After", "1"]]);
    }
  }

  #refuse(request: HttpRequest, substatus: number): HandlerResult {
    request.substatus = substatus;
    return errorPage("credentials", request, [["WWW-Authenticate", this.#challenge]]);
  }
}
