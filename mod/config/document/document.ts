/**
 * The stored document: everything an administrator has decided, in one JSON file.
 *
 * @module
 */
import type { SiteAccessLog } from "../rules/access_log.ts";
import type { StoredSettings } from "./settings.ts";
import { type SiteContent, WELCOME_CONTENT } from "./site_content.ts";
import type { SslAccess } from "../rules/ssl_access.ts";
import type { SiteAccess, SiteResponse } from "./site_rules.ts";

/** Version of the shape below. Goes up when an older document would be misread. */
export const DOCUMENT_VERSION = 2;

export interface ConfigDocument {
  readonly $schema?: string | undefined;
  readonly version: typeof DOCUMENT_VERSION;
  /**
   * The IP inclusion list, a set: each entry in canonical text, sorted. Empty means every address.
   */
  readonly ipListen: readonly string[];
  readonly ssl: readonly SslRecord[];
  readonly urlAcl: readonly UrlAclRecord[];
  /** Programs that have a URL whenever HTTP runs; absent for none. */
  readonly registrations?: readonly RegistrationRecord[] | undefined;
  readonly sites: readonly SiteRecord[];
  /** Metabase properties that have no field of their own: path -> property -> value. */
  readonly metabase: Readonly<Record<string, Readonly<Record<string, MetabaseValue>>>>;
  readonly settings: StoredSettings;
  /** The certificates that the service obtains and renews by itself; absent for none. */
  readonly acme?: readonly AcmeRecord[] | undefined;
}

export type MetabaseValue = string | number | boolean | readonly string[];

/** One site: where it responds, and the content that it serves there. */
export interface SiteRecord {
  /** The n of `W3SVC/n`; 1 is the Default Web Site. */
  readonly id: number;
  /** ServerComment, the human-readable name. Unique regardless of case. */
  readonly name: string;
  /** ServerBindings, each `IP:Port:Host`. An empty IP is any address, an empty host any host. */
  readonly bindings: readonly string[];
  /** SecureBindings, in the same form, served over TLS. */
  readonly secureBindings: readonly string[];
  /**
   * ServerAutoStart: whether the site starts with the service. `start` and `stop` change it, so
   * that both survive a restart.
   */
  readonly autoStart: boolean;
  readonly content: SiteContent;
  /** Other content below paths of the site; the longest path that covers a request decides. */
  readonly applications?: readonly ApplicationRecord[] | undefined;
  /** Largest request content in bytes; if absent, the setting of the service applies. */
  readonly maxRequestEntityAllowed?: number | undefined;
  /** Maximum number of concurrent connections; if absent, the site has no limit of its own. */
  readonly maxConnections?: number | undefined;
  /** Who may use the site, and how much; everybody if absent. */
  readonly access?: SiteAccess | undefined;
  /** What every response of the site has in addition. */
  readonly response?: SiteResponse | undefined;
  /** What is compressed for the clients that accept it; if absent, files. */
  readonly compression?: Compression | undefined;
  /** How its requests are logged, where that is not as the settings say. */
  readonly accessLog?: SiteAccessLog | undefined;
}

/** A part of a site with content of its own. */
export interface ApplicationRecord {
  /** Begins and ends with "/", and is not "/" itself: `/api/`. */
  readonly path: string;
  readonly content: SiteContent;
  /** What is demanded of TLS; if absent, what the site demands. */
  readonly sslFlags?: readonly SslAccess[] | undefined;
}

/**
 * What a site compresses: nothing, files, or every answer, also those of programs. HcDoStaticCompression
 * and HcDoDynamicCompression of IIS.
 */
export const COMPRESSIONS = ["off", "files", "all"] as const;
type Compression = typeof COMPRESSIONS[number];

/** HTTP_SERVICE_CONFIG_SSL_SET: the certificate for an address and port. */
export interface SslRecord {
  /** The key: `IP:port`, `0.0.0.0:port` for every address, or `name:port` (SNI). */
  readonly key: string;
  /** SHA-1 thumbprint, 40 lower-case hex digits. */
  readonly hash: string;
  /** `{GUID}` of the owning application. */
  readonly appId: string;
  readonly certStoreName?: string | undefined;
  /**
   * Name of the certificate in its store. If the file of this name is replaced later, as at a
   * renewal, it continues to serve the record although its hash differs.
   */
  readonly certName?: string | undefined;
  readonly certCheckMode: number;
  /** Seconds. */
  readonly revocationFreshnessTime: number;
  /** Milliseconds. */
  readonly urlRetrievalTimeout: number;
  readonly sslCtlIdentifier?: string | undefined;
  readonly sslCtlStoreName?: string | undefined;
  readonly flags: number;
  /** Properties of HTTP/2, kept for the tools that show them; HTTP/2 is not here. */
  readonly http2?: Http2Properties | undefined;
}

/** HTTP_SERVICE_CONFIG_SSL_PARAM_EX: what HTTP.sys does with HTTP/2 on the connections of a record. */
export interface Http2Properties {
  /** Bytes. */
  readonly receiveWindow?: number | undefined;
  readonly maxSettingsPerFrame?: number | undefined;
  readonly maxSettingsPerMinute?: number | undefined;
}

/** A certificate that the service obtains from an ACME server (RFC 8555), and renews. */
export interface AcmeRecord {
  /** The key: the name of the certificate in the store ACME. */
  readonly certName: string;
  /** The host names and addresses to certify, each in canonical text. */
  readonly names: readonly string[];
  /** URL of the directory of the server. */
  readonly server: string;
  /** PEM file of the authorities that vouch for the server; those of the system if absent. */
  readonly caFile?: string | undefined;
  /** Mail address that the server may write to. */
  readonly contact?: string | undefined;
  /** The administrator has agreed to the terms of service of the server. */
  readonly agreeTos: true;
}

/** HTTP_SERVICE_CONFIG_URLACL_SET: who may register URLs under a prefix. */
export interface UrlAclRecord {
  /** The key, a UrlPrefix. */
  readonly url: string;
  readonly sddl: string;
}

/** A stored registration: a program of this machine that has the URLs under a prefix. */
export interface RegistrationRecord {
  /** The key, a UrlPrefix. */
  readonly url: string;
  /** The program: a loopback address or a Unix socket. */
  readonly to: string;
  /** Seconds for a response to start and to continue. */
  readonly timeout: number;
}

/** The configuration of a machine on which nothing has been stored yet. */
export const DEFAULT_DOCUMENT: ConfigDocument = {
  version: DOCUMENT_VERSION,
  ipListen: [],
  ssl: [],
  urlAcl: [],
  sites: [{
    id: 1,
    name: "Default Web Site",
    bindings: [":8080:"],
    secureBindings: [],
    autoStart: true,
    content: WELCOME_CONTENT,
  }],
  metabase: {},
  settings: {},
};
