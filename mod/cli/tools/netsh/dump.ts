/**
 * `netsh http dump`: a script that restores the configuration, here or on a Windows of today.
 *
 * @module
 */
import { parseEndpoint } from "../../../base/address.ts";
import { oneLine } from "../../../base/printable.ts";
import type { ConfigDocument, SslRecord } from "../../../config/document/document.ts";
import { effectiveSettings, isDefault } from "../../../config/document/settings.ts";
import type { CommandIo } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import { printText } from "./answers.ts";
import { tagsOf, untaggedFlags } from "./ssl_switches.ts";

/** Prints the script of what is stored. */
export async function dump(io: CommandIo): Promise<number> {
  const document = await io.store.read();
  const status = printText(io, dumpText(document));
  report(
    io,
    document.ssl.flatMap((record) => {
      const left = untaggedFlags(record);
      if (left === 0) return [];
      const text = `the flags 0x${left.toString(16)} of ${record.key} have no tag in netsh`;
      return [{ kind: "note", text: `${text}, and are not in the script` } as const];
    }),
  );
  return status;
}

/** Returns the script that makes an empty configuration that of `document`. */
function dumpText(document: ConfigDocument): string {
  return `#========================
# HTTP configuration
#========================
pushd http

${linesOf(document).map((line) => `${line}\n`).join("")}
popd

# End of HTTP configuration
`;
}

function linesOf({ ipListen, ssl, urlAcl, settings }: ConfigDocument): string[] {
  const { ConnectionTimeout, HeaderWaitTimeout, UriMaxUriBytes, SslThrottle } = effectiveSettings(
    settings,
  );
  return [
    ...ipListen.map((ip) => line("add iplisten", [["ipaddress", ip]])),
    ...ssl.flatMap(sslLines),
    ...urlAcl.map(({ url, sddl }) => `add urlacl url=${url} sddl="${sddl}"`),
    `add timeout timeouttype=idleconnectiontimeout value=${ConnectionTimeout}`,
    `add timeout timeouttype=headerwaittimeout value=${HeaderWaitTimeout}`,
    `add cacheparam type=maxcacheresponsesize value=${UriMaxUriBytes}`,
    // An older Windows does not have it.
    ...(isDefault("SslThrottle", SslThrottle)
      ? []
      : [`add setting settingtype=sslthrottle value=${SslThrottle}`]),
  ];
}

type Tags = readonly (readonly [name: string, value: string | number | undefined])[];

/** Returns the lines of a record, without the tags that have their usual value. */
function sslLines(record: SslRecord): string[] {
  const key = [parseEndpoint(record.key) === null ? "hostnameport" : "ipport", record.key] as const;
  const add = line("add sslcert", [
    key,
    ["certhash", record.hash],
    ["appid", record.appId],
    ["certstorename", record.certStoreName],
    // A newer Windows refuses an explicit 0.
    ["revocationfreshnesstime", record.revocationFreshnessTime || undefined],
    ["urlretrievaltimeout", record.urlRetrievalTimeout || undefined],
    ["sslctlidentifier", record.sslCtlIdentifier],
    ["sslctlstorename", record.sslCtlStoreName],
    ...tagsOf(record),
  ]);
  const { receiveWindow, maxSettingsPerFrame, maxSettingsPerMinute } = record.http2 ?? {};
  const update = (id: number, tags: Tags): string[] => {
    if (tags.every(([, value]) => value === undefined)) return [];
    return [line("update sslpropertyex", [key, ["propertyid", id], ...tags])];
  };
  return [
    add,
    ...update(0, [["receivewindow", receiveWindow]]),
    ...update(1, [["maxsettingsperframe", maxSettingsPerFrame], [
      "maxsettingsperminute",
      maxSettingsPerMinute,
    ]]),
  ];
}

function line(command: string, tags: Tags): string {
  const words = tags.flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = oneLine(String(value));
    return [/\s/.test(text) ? `${name}="${text}"` : `${name}=${text}`];
  });
  return [command, ...words].join(" ");
}
