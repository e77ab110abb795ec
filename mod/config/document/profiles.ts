/**
 * Profiles: named sets of settings, stored as values like those that are set one by one. Pure.
 *
 * The defaults of the time-outs, 120 s, are those of HTTP.sys: whoever moves a site here from IIS
 * finds the behaviour that its clients know, slow uploads and long polls included. Servers that are
 * written for the open Internet cut slow clients sooner. `strict` has nginx's values, as far as there
 * is a setting for them:
 *
 * | nginx                        | here                                                         |
 * | ---------------------------- | ------------------------------------------------------------ |
 * | client_header_timeout 60s    | HeaderWaitTimeout 60, for TLS handshakes too, as there       |
 * | client_body_timeout 60s      | EntityBodyTimeout 60                                         |
 * | keepalive_timeout 75s        | ConnectionTimeout 75, for the first request of a connection  |
 * |                              | too, where nginx has 60 s                                    |
 * | send_timeout 60s             | none in HTTP.sys, which has a rate instead: at               |
 * |                              | MinFileBytesPerSec 1093 a write of 64 KiB may take 60 s, and |
 * |                              | no less than ConnectionTimeout, which makes 75 s             |
 * | lingering_timeout 5s         | DrainEntityBodyTimeout 5, for all that nobody reads; after   |
 * |                              | the last response it is 2 s, and no setting                  |
 *
 * @module
 */
import { DEFAULT_SETTINGS, type SettingName, SETTINGS, type StoredSettings } from "./settings.ts";

interface Profile {
  readonly summary: string;
  readonly settings: StoredSettings;
}

/** The settings of `strict`. */
const STRICT = {
  HeaderWaitTimeout: 60,
  ConnectionTimeout: 75,
  EntityBodyTimeout: 60,
  DrainEntityBodyTimeout: 5,
  MinFileBytesPerSec: 1093,
} as const satisfies StoredSettings;

const NAMES = Object.keys(STRICT) as readonly SettingName[];

/** Every profile. All of them set the same settings, so that the last one counts. */
export const PROFILES = {
  default: {
    summary: "the time-outs of HTTP.sys: a client may be silent for two minutes",
    settings: Object.fromEntries(NAMES.map((name) => [name, SETTINGS[name].default])),
  },
  strict: {
    summary: "the time-outs of nginx: slow clients are cut sooner",
    settings: STRICT,
  },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;

/** The names of all profiles. */
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];

/** Returns the profile whose values `stored` has; null if they are those of none. */
export function profileOf(stored: StoredSettings): ProfileName | null {
  return PROFILE_NAMES.find((profile) => {
    const { settings }: Profile = PROFILES[profile];
    return NAMES.every((name) => (stored[name] ?? DEFAULT_SETTINGS[name]) === settings[name]);
  }) ?? null;
}
