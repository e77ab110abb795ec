/**
 * Bits of a certificate record: `flags` and `certCheckMode`, with the names and values of http.h
 * (`HTTP_SERVICE_CONFIG_SSL_FLAG_…`). Pure.
 *
 * @module
 */

/** What a record asks of TLS, the bits of its `flags`. */
export const SSL_FLAG = {
  /** Map client certificates to accounts of a directory. */
  USE_DS_MAPPER: 0x1,
  /** Ask the client for a certificate. */
  NEGOTIATE_CLIENT_CERT: 0x2,
  /** Do not send requests through filters. */
  NO_RAW_FILTER: 0x4,
  /** Refuse every connection. */
  REJECT: 0x8,
  DISABLE_HTTP2: 0x10,
  DISABLE_QUIC: 0x20,
  DISABLE_TLS13: 0x40,
  DISABLE_OCSP_STAPLING: 0x80,
  ENABLE_TOKEN_BINDING: 0x100,
  LOG_EXTENDED_EVENTS: 0x200,
  /** Nothing below TLS 1.2. */
  DISABLE_LEGACY_TLS: 0x400,
  ENABLE_SESSION_TICKET: 0x800,
  DISABLE_TLS12: 0x1000,
  ENABLE_CLIENT_CORRELATION: 0x2000,
  DISABLE_SESSION_ID: 0x4000,
  ENABLE_CACHE_CLIENT_HELLO: 0x8000,
} as const;

/** How the certificate of a client is checked, the bits of `certCheckMode`. */
export const CERT_CHECK = {
  NO_REVOCATION: 0x1,
  CACHED_REVOCATION_ONLY: 0x2,
  USE_FRESHNESS_TIME: 0x4,
  NO_USAGE_CHECK: 0x10000,
} as const;
