/**
 * Every metric with its type, unit, labels and help: the exposition, the manual page, the Grafana
 * dashboard and the alert rules are made from this table.
 *
 * Names follow Prometheus: base units, `_total` for counters, `_info` for facts, times as absolute
 * seconds since 1970. Labels have configured values alone, never what a client has sent.
 *
 * @module
 */

/** One family of metrics. */
export interface MetricRow {
  readonly type: "counter" | "gauge" | "histogram" | "info";
  /** The base unit, which the name contains; "" for a count. */
  readonly unit: "" | "seconds" | "bytes";
  readonly labels: readonly string[];
  /** One sentence, with its full stop. */
  readonly help: string;
}

function counter(
  labels: readonly string[],
  help: string,
  unit: MetricRow["unit"] = "",
): MetricRow {
  return { type: "counter", unit, labels, help };
}

function gauge(labels: readonly string[], help: string, unit: MetricRow["unit"] = ""): MetricRow {
  return { type: "gauge", unit, labels, help };
}

/** In the order of the exposition. */
export const METRICS = {
  httpcfg_build_info: {
    type: "info",
    unit: "",
    labels: ["version", "runtime"],
    help: "The version of httpcfg and of the runtime.",
  },
  httpcfg_start_timestamp_seconds: gauge([], "When the service started.", "seconds"),
  httpcfg_requests_total: counter(
    ["site", "address", "code"],
    "Responses by site, the address that the client has connected to, and the class of the status; " +
      'what belongs to no site has the site "".',
  ),
  httpcfg_request_duration_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: ["site"],
    help: "Time from the first byte of a request to the last one of its response; " +
      "what was available at once counts as 0.",
  },
  httpcfg_sent_bytes_total: counter(
    ["site", "address"],
    "Bytes of responses, heads and bodies.",
    "bytes",
  ),
  httpcfg_received_bytes_total: counter(
    ["site", "address"],
    "Bytes of requests, heads and bodies.",
    "bytes",
  ),
  httpcfg_refused_total: counter(
    ["reason"],
    "Refused requests and aborted connections, by the reason in the HTTPERR log.",
  ),
  httpcfg_connections_total: counter([], "Connections that were accepted."),
  httpcfg_connections: gauge(
    ["state"],
    "Open connections: active ones, those that wait for a request, and WebSockets.",
  ),
  httpcfg_file_table_full_total: counter(
    [],
    "How often connections were closed because no file could be opened any more.",
  ),
  httpcfg_tls_handshakes_total: counter([], "TLS handshakes that succeeded."),
  httpcfg_tls_handshake_failures_total: counter(
    ["reason"],
    "TLS handshakes that failed: timeout, closed by the client, handshake, or the alert sent.",
  ),
  httpcfg_socket_opens_total: counter([], "Listening sockets that were opened."),
  httpcfg_socket_open_failures_total: counter(
    [],
    "Attempts to open a listening socket that failed; each is repeated.",
  ),
  httpcfg_endpoints: gauge(["state"], "Addresses and ports of the plan, by their state."),
  httpcfg_endpoint_up: gauge(
    ["address"],
    "1 for an address and port that is listened on, 0 for one that is not.",
  ),
  httpcfg_site_up: gauge(
    ["site"],
    "1 for a site that responds, 0 for one that should and does not.",
  ),
  httpcfg_upstream_up: gauge(
    ["site", "application", "upstream"],
    "1 for an upstream that gets requests, 0 for one that is down.",
  ),
  httpcfg_upstream_requests: gauge(
    ["site", "application", "upstream"],
    "Requests and WebSockets to an upstream that have not ended.",
  ),
  httpcfg_upstream_connections: gauge(
    ["site", "application", "upstream"],
    "Open connections to an upstream.",
  ),
  httpcfg_registrations: gauge([], "URLs that programs have registered."),
  httpcfg_cache_hits_total: counter([], "Files that were sent from memory."),
  httpcfg_cache_misses_total: counter([], "Files that were read, or compressed, to be sent."),
  httpcfg_certificate_expiry_timestamp_seconds: gauge(
    ["certificate"],
    "When a certificate in use expires.",
    "seconds",
  ),
  httpcfg_log_lines_lost_total: counter([], "Lines of logs that could not be written."),
  httpcfg_config_applied_timestamp_seconds: gauge(
    [],
    "When the configuration came into force.",
    "seconds",
  ),
  httpcfg_config_pending_changes: gauge(
    [],
    "Differences between the stored configuration and what is in force.",
  ),
  httpcfg_config_unusable: gauge([], "1 if the stored configuration cannot be used, else 0."),
  httpcfg_problems: gauge([], "Problems that an administrator has to cure, as in httpcfg status."),
  httpcfg_fleet_revision: gauge(["member"], "Revision of the fleet that this machine runs."),
  httpcfg_fleet_behind: gauge(["member"], "1 if this machine should run another one, else 0."),
  httpcfg_fleet_store_up: gauge(["member"], "1 if the store of the fleet can be reached, else 0."),
  httpcfg_fleet_overrides: gauge(["member"], "What differs here from the fleet on purpose."),
  httpcfg_worker_requests_total: counter(["worker"], "Responses of each process that serves."),
  httpcfg_worker_connections: gauge(["worker"], "Open connections of each process."),
  httpcfg_worker_resident_memory_bytes: gauge(["worker"], "Memory of each process.", "bytes"),
  httpcfg_worker_cpu_seconds_total: counter(
    ["worker"],
    "User and system time of each process.",
    "seconds",
  ),
  httpcfg_worker_event_loop_lag_seconds: gauge(
    ["worker"],
    "How late the last timer of each process was.",
    "seconds",
  ),
  httpcfg_worker_event_loop_lag_max_seconds: gauge(
    ["worker"],
    "How late the latest timer of the last minute was.",
    "seconds",
  ),
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;
