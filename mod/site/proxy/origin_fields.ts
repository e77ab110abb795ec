/**
 * The request fields by which a program learns from the proxy before it who the client is, by which
 * URL it came, and who has authenticated it. A program believes them, so they never pass from a
 * client that is not trusted to speak for others.
 *
 * CGI, WSGI, Rack and PHP give a program the fields as variables, in whose names every byte that is
 * not a letter or a digit is `_`: `X_Real_IP` and `X.Real.IP` are `X-Real-IP` to it. So names are
 * compared in that form.
 *
 * @module
 */

/** In variable form, lower case. */
const ORIGIN_FIELDS: ReadonlySet<string> = new Set([
  // The client's address
  "ali_cdn_real_ip",
  "cdn_real_ip",
  "cdn_src_ip",
  "cf_connecting_ip",
  "cf_connecting_ipv6",
  "cf_pseudo_ipv4",
  "client_ip",
  "cloudfront_viewer_address",
  "cluster_client_ip",
  "do_connecting_ip",
  "fastly_client_ip",
  "fly_client_ip",
  "oxygen_buyer_ip",
  "proxy_client_ip",
  "real_ip",
  "remote_addr",
  "remote_host",
  "remote_ip",
  "remote_port",
  "true_client_ip",
  "wl_proxy_client_ip",
  "x_appengine_user_ip",
  "x_azure_clientip",
  "x_azure_socketip",
  "x_client_ip",
  "x_client_port",
  "x_clientip",
  "x_cluster_client_ip",
  "x_custom_ip_authorization",
  "x_envoy_external_address",
  "x_envoy_internal",
  "x_forward_for",
  "x_host_ip",
  "x_nf_client_connection_ip",
  "x_origin_ip",
  "x_original_for",
  "x_original_forwarded_for",
  "x_original_ip",
  "x_original_remote_addr",
  "x_originating_ip",
  "x_proxyuser_ip",
  "x_real_client_ip",
  "x_real_ip",
  "x_real_port",
  "x_remote_addr",
  "x_remote_ip",
  "x_source_ip",
  "x_true_client_ip",
  "x_true_ip",
  "x_vercel_forwarded_for",
  // The URL: scheme, host, path
  "cf_visitor",
  "cloudfront_forwarded_proto",
  "fastly_ssl",
  "front_end_https",
  "https",
  "path_info",
  "script_name",
  "wl_proxy_ssl",
  "x_accel_mapping",
  "x_arr_ssl",
  "x_envoy_original_host",
  "x_envoy_original_path",
  "x_forward_host",
  "x_forward_proto",
  "x_host",
  "x_http_host_override",
  "x_https",
  "x_ingress_path",
  "x_original_host",
  "x_original_method",
  "x_original_path",
  "x_original_port",
  "x_original_prefix",
  "x_original_proto",
  "x_original_scheme",
  "x_original_uri",
  "x_original_url",
  "x_path_info",
  "x_proto",
  "x_protocol",
  "x_rewrite_url",
  "x_scheme",
  "x_script_name",
  "x_sendfile_type",
  "x_url_scheme",
  // The user
  "cf_access_authenticated_user_email",
  "client_cert",
  "client_cert_chain",
  "remote_email",
  "remote_group",
  "remote_groups",
  "remote_name",
  "remote_user",
  "wl_proxy_client_cert",
  "x_arr_clientcert",
  "x_authenticated_user",
  "x_client_cert",
  "x_client_dn",
  "x_client_verify",
  "x_remote_group",
  "x_remote_user",
  "x_webauth_user",
  // HTTP_PROXY is the setting by which a program finds its own proxy (CVE-2016-5385).
  "proxy",
]);

/** Names that begin with one of these, or are one without its `_` at the end. */
const ORIGIN_FAMILIES: readonly string[] = [
  "forwarded_",
  "ms_aspnetcore_",
  "ssl_client_",
  "tailscale_user_",
  "x_amzn_oidc_",
  "x_auth_request_",
  "x_authentik_",
  "x_forwarded_",
  "x_goog_authenticated_user_",
  "x_ms_client_principal_",
  "x_pomerium_",
  "x_remote_extra_",
  "x_ssl_",
];

/** The name of the variable that a program gets for a field, in lower case, without `HTTP_`. */
export function variableName(lowerCaseName: string): string {
  const name = lowerCaseName.replace(/[^a-z0-9]/g, "_");
  return name.startsWith("http_") ? name.slice("http_".length) : name;
}

/** Reports whether a program may take the field with this {@linkcode variableName} for a proxy's. */
export function isOriginField(variable: string): boolean {
  return ORIGIN_FIELDS.has(variable) || ORIGIN_FAMILIES.some((family) => {
    return variable.startsWith(family) || family.length === variable.length + 1 &&
        family.startsWith(variable);
  });
}
