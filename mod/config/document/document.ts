/**
 * The stored document: everything an administrator has decided, in one JSON file.
 *
 * @module
 */
import type { StoredSettings } from "./settings.ts";
import { type SiteContent, WELCOME_CONTENT } from "./site_content.ts";

/** Version of the shape below. Goes up when a document of before would be misread. */
export const DOCUMENT_VERSION = 1;

export interface ConfigDocument {
  readonly $schema?: string | undefined;
  readonly version: typeof DOCUMENT_VERSION;
  /** The IP inclusion list, in order; each an entry in canonical text. Empty means every address. */
  readonly ipListen: readonly string[];
  readonly ssl: readonly SslRecord[];
  readonly urlAcl: readonly UrlAclRecord[];
  readonly sites: readonly SiteRecord[];
  /** Metabase properties that no other part of the document holds: path -> property -> value. */
  readonly metabase: Readonly<Record<string, Readonly<Record<string, MetabaseValue>>>>;
  readonly settings: StoredSettings;
}

export type MetabaseValue = string | number | boolean | readonly string[];

/** One site: where it answers, and the one thing that answers there. */
export interface SiteRecord {
  /** The n of `W3SVC/n`; 1 is the Default Web Site. */
  readonly id: number;
  /** ServerComment; what people call it. Unique without regard to case. */
  readonly name: string;
  /** ServerBindings, each `IP:Port:Host`; an empty IP is any address, an empty host any host. */
  readonly bindings: readonly string[];
  /** SecureBindings, the same form, served over TLS. */
  readonly secureBindings: readonly string[];
  /** ServerAutoStart: starts with the service. Follows `start` and `stop`, so both survive a restart. */
  readonly autoStart: boolean;
  readonly content: SiteContent;
  /** Largest request body in bytes; absent: the setting of the service. */
  readonly maxRequestEntityAllowed?: number | undefined;
  /** Most connections at once; absent: no limit of its own. */
  readonly maxConnections?: number | undefined;
}

/** HTTP_SERVICE_CONFIG_SSL_SET: which certificate serves an address and port. */
export interface SslRecord {
  /** `IP:port`, `0.0.0.0:port` for every address, or `name:port` (SNI); the key. */
  readonly key: string;
  /** SHA-1 thumbprint, 40 lower-case hex digits. */
  readonly hash: string;
  /** `{GUID}` of the owning application. */
  readonly appId: string;
  readonly certStoreName?: string | undefined;
  /**
   * Name of the certificate in its store. A file of this name that was replaced since, as at a renewal,
   * goes on serving the record although its hash is another.
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
}

/** HTTP_SERVICE_CONFIG_URLACL_SET: who may register URLs under a prefix. */
export interface UrlAclRecord {
  /** UrlPrefix, the key. */
  readonly url: string;
  readonly sddl: string;
}

/** What runs on a machine where nothing has been stored yet. */
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
