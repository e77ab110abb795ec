/**
 * The properties of the IIS 6.0 schema that nothing here has a use for: scripts set them, so they are
 * known, kept and shown, and whoever sets one is told that it has no effect, and why.
 *
 * @module
 */
import type { MetabaseValue } from "../document/document.ts";
import {
  bitRows,
  CONTENT,
  DWORD_MAX as MAX,
  FILES,
  type KeyType,
  POOLS,
  type PropertyRow,
  type PropertyType,
  row,
  SERVICE,
  SERVICE_SITE,
  SITE,
} from "./property.ts";

/** A property of a group: name, id, type and, if the schema has one, the default. */
type Kept = readonly [name: string, id: number, type: PropertyType, initial?: MetabaseValue | null];

/** Properties without effect for one reason. */
function group(
  without: string,
  where: readonly KeyType[],
  kept: readonly Kept[],
): PropertyRow[] {
  return kept.map(([name, id, type, initial = null]) => {
    return row([name, id, type], initial, "inherits", where, { without });
  });
}

const NO_ASP = "there is no ASP here, and no other script runs inside the service";
const NO_SCRIPT = "no script or program runs inside the service";
const NO_POOL = "there are no worker processes of applications";
const NO_LOGON = "no account of the system is logged on";
const NO_DAV = "nothing is uploaded into a folder";

const ASP: readonly Kept[] = [
  ["AspAllowOutOfProcComponents", 7014, "BOOL", true],
  ["AspAllowSessionState", 7011, "BOOL", true],
  ["AspBufferingLimit", 7052, "DWORD", 4194304],
  ["AspBufferingOn", 7000, "BOOL", true],
  ["AspCalcLineNumber", 7050, "BOOL", true],
  ["AspCodepage", 7016, "DWORD", 0],
  ["AspDiskTemplateCacheDirectory", 7036, "EXPANDSZ"],
  ["AspEnableApplicationRestart", 7027, "BOOL", true],
  ["AspEnableAspHtmlFallback", 7021, "BOOL", false],
  ["AspEnableChunkedEncoding", 7022, "BOOL", true],
  ["AspEnableParentPaths", 7008, "BOOL", false],
  ["AspEnableTypelibCache", 7023, "BOOL", true],
  ["AspErrorsToNTLog", 7024, "BOOL", false],
  ["AspExceptionCatchEnable", 7015, "BOOL", true],
  ["AspExecuteInMTA", 7041, "DWORD", 0],
  ["AspKeepSessionIDSecure", 7043, "DWORD", 0],
  ["AspLCID", 7042, "DWORD", 2048],
  ["AspLogErrorRequests", 7001, "BOOL", true],
  ["AspMaxDiskTemplateCacheFiles", 7040, "DWORD", 2000],
  ["AspMaxRequestEntityAllowed", 7053, "DWORD", 204800],
  ["AspPartitionID", 7048, "STRING"],
  ["AspProcessorThreadMax", 7025, "DWORD", 25],
  ["AspQueueConnectionTestTime", 7028, "DWORD", 3],
  ["AspQueueTimeout", 7013, "DWORD", MAX],
  ["AspRequestQueueMax", 7026, "DWORD", 3000],
  ["AspRunOnEndAnonymously", 7051, "BOOL", true],
  ["AspScriptEngineCacheMax", 7005, "DWORD", 250],
  ["AspScriptErrorMessage", 7003, "STRING"],
  ["AspScriptErrorSentToBrowser", 7002, "BOOL", true],
  ["AspScriptFileCacheSize", 7004, "DWORD", 500],
  ["AspScriptLanguage", 7012, "STRING", "VBScript"],
  ["AspScriptTimeout", 7006, "DWORD", 90],
  ["AspSessionMax", 7029, "DWORD", MAX],
  ["AspSessionTimeout", 7007, "DWORD", 20],
  ["AspSxsName", 7049, "STRING"],
  ["AspThreadGateEnabled", 7030, "BOOL", false],
  ["AspThreadGateLoadHigh", 7035, "DWORD", 80],
  ["AspThreadGateLoadLow", 7034, "DWORD", 50],
  ["AspThreadGateSleepDelay", 7032, "DWORD", 100],
  ["AspThreadGateSleepMax", 7033, "DWORD", 50],
  ["AspThreadGateTimeSlice", 7031, "DWORD", 1000],
  ["AspTrackThreadingModel", 7020, "BOOL", false],
  ["AppAllowClientDebug", 7019, "BOOL", false],
  ["AppAllowDebugging", 7018, "BOOL", false],
];

const APPLICATIONS: readonly Kept[] = [
  ["AppFriendlyName", 2102, "STRING"],
  ["AppIsolated", 2104, "DWORD", 2],
  ["AppOopRecoverLimit", 2110, "DWORD", MAX],
  ["AppPackageID", 2106, "STRING"],
  ["AppPackageName", 2107, "STRING"],
  ["AppRoot", 2103, "STRING"],
  ["AppWamClsid", 2105, "STRING"],
  ["CacheISAPI", 6034, "BOOL", true],
  ["CGITimeout", 6033, "DWORD", 300],
  ["CreateCGIWithNewConsole", 6036, "BOOL", false],
  ["CreateProcessAsUser", 6035, "BOOL", true],
  ["InProcessIsapiApps", 2073, "MULTISZ"],
  ["PoolIdcTimeout", 6037, "DWORD", 0],
  ["ScriptMaps", 6014, "MULTISZ"],
  ["SSIExecDisable", 6028, "BOOL", false],
];

const LOGON: readonly Kept[] = [
  ["AnonymousPasswordSync", 6022, "BOOL", true],
  ["AnonymousUserName", 6020, "STRING"],
  ["AuthPersistence", 6031, "DWORD", 64],
  ["DefaultLogonDomain", 6012, "STRING"],
  ["LogonMethod", 6013, "DWORD", 3],
  ["NTAuthenticationProviders", 6032, "STRING", "Negotiate,NTLM"],
  ["PassportRequireADMapping", 6052, "DWORD", 1],
  ["UNCAuthenticationPassthrough", 3006, "BOOL", false],
  ["UNCUserName", 3002, "STRING"],
  ["UseDigestSSP", 6047, "BOOL", false],
  ["AzEnable", 6048, "BOOL", false],
  ["AzImpersonationLevel", 6053, "DWORD", 0],
  ["AzScopeName", 6050, "STRING"],
  ["AzStoreName", 6049, "STRING"],
];

const POOL: readonly Kept[] = [
  ["AppPoolAutoStart", 9028, "BOOL", true],
  ["AppPoolIdentityType", 9021, "DWORD", 2],
  ["AutoShutdownAppPoolExe", 9035, "STRING"],
  ["AutoShutdownAppPoolParams", 9036, "STRING"],
  ["CPUAction", 9022, "DWORD", 0],
  ["CPULimit", 9023, "DWORD", 0],
  ["CPUResetInterval", 2144, "DWORD", 5],
  ["DisallowOverlappingRotation", 9015, "BOOL", false],
  ["DisallowRotationOnConfigChange", 9018, "BOOL", false],
  ["Enable32BitAppOnWin64", 9040, "BOOL", false],
  ["IdleTimeout", 9005, "DWORD", 20],
  ["LogEventOnRecycle", 9037, "DWORD", 0],
  ["MaxProcesses", 9003, "DWORD", 1],
  ["OrphanActionExe", 9031, "STRING"],
  ["OrphanActionParams", 9032, "STRING"],
  ["OrphanWorkerProcess", 9009, "BOOL", false],
  ["PeriodicRestartMemory", 9024, "DWORD", 0],
  ["PeriodicRestartPrivateMemory", 9038, "DWORD", 0],
  ["PeriodicRestartRequests", 9002, "DWORD", 35000],
  ["PeriodicRestartSchedule", 9020, "MULTISZ"],
  ["PeriodicRestartTime", 9001, "DWORD", 1740],
  ["PingingEnabled", 9004, "BOOL", true],
  ["PingInterval", 9013, "DWORD", 30],
  ["PingResponseTime", 9014, "DWORD", 90],
  ["RapidFailProtection", 9006, "BOOL", true],
  ["RapidFailProtectionInterval", 9029, "DWORD", 5],
  ["RapidFailProtectionMaxCrashes", 9030, "DWORD", 5],
  ["ShutdownTimeLimit", 9012, "DWORD", 90],
  ["SMPAffinitized", 9007, "BOOL", false],
  ["SMPProcessorAffinityMask", 9008, "DWORD", MAX],
  ["StartupTimeLimit", 9011, "DWORD", 90],
];

const ASP_FLAGS = row(["AspAppServiceFlags", 7044, "DWORD"], 0, "inherits", CONTENT, {
  range: [0, 7],
  without: NO_ASP,
});

/** The passwords of accounts, which are neither shown nor stored. */
const PASSWORDS: readonly PropertyRow[] = ([
  ["AnonymousUserPass", 6021, FILES],
  ["UNCPassword", 3003, FILES],
  ["WAMUserPass", 7502, [...SERVICE, ...POOLS]],
  ["LogOdbcPassword", 4010, SERVICE_SITE],
] as const).map(([name, id, where]) => {
  return row([name, id, "STRING"], null, "inherits", where, { isSecure: true, without: NO_LOGON });
});

/** All properties that are kept without an effect. */
export const KEPT_PROPERTIES: readonly PropertyRow[] = [
  ...group(NO_ASP, CONTENT, ASP),
  ASP_FLAGS,
  ...bitRows(ASP_FLAGS, [
    ["AspEnableTracker", 0x1],
    ["AspEnableSxs", 0x2],
    ["AspUsePartition", 0x4],
  ]),
  ...group(NO_SCRIPT, FILES, APPLICATIONS),
  ...group(NO_SCRIPT, SERVICE_SITE, [["AllowPathInfoForScriptMappings", 2095, "BOOL", false]]),
  ...group(NO_SCRIPT, SERVICE, [
    ["CGIRestrictionList", 2164, "MULTISZ"],
    ["IsapiRestrictionList", 2163, "MULTISZ"],
    ["WebSvcExtRestrictionList", 2168, "MULTISZ"],
    ["IIs5IsolationModeEnabled", 9203, "BOOL", false],
  ]),
  ...group(NO_LOGON, FILES, LOGON),
  ...group(NO_LOGON, [...SERVICE, ...POOLS], [["WAMUserName", 7501, "STRING"]]),
  ...PASSWORDS,
  ...group("httpcfg site set --basic-auth names the realm", FILES, [["Realm", 6001, "STRING"]]),
  ...group("the change of passwords of accounts is not offered", SERVICE_SITE, [
    ["AuthChangeURL", 2060, "STRING"],
    ["AuthExpiredURL", 2061, "STRING"],
    ["AuthExpiredUnsecureURL", 2067, "STRING"],
    ["AuthNotifyPwdExpURL", 2063, "STRING"],
    ["AuthNotifyPwdExpUnsecureURL", 2064, "STRING"],
    ["PasswordChangeFlags", 2068, "DWORD", 6],
  ]),
  ...group(NO_POOL, POOLS, POOL),
  ...group("httpcfg site set --compression decides", FILES, [
    ["DoDynamicCompression", 2255, "BOOL", false],
    ["DoStaticCompression", 2256, "BOOL", false],
  ]),
  ...group("responses have no footer", FILES, [
    ["DefaultDocFooter", 6009, "STRING"],
    ["EnableDocFooter", 6010, "BOOL", false],
  ]),
  ...group("httpcfg settings set UriEnableCache decides for the service", FILES, [
    ["DisableStaticFileCache", 3007, "BOOL", false],
  ]),
  ...group(NO_DAV, SERVICE_SITE, [["PutReadSize", 6046, "DWORD", 8192]]),
  ...group("content is passed on as it arrives", FILES, [
    ["UploadReadAheadSize", 6045, "DWORD", 49152],
  ]),
  ...group("clients are not looked up by name", FILES, [["EnableReverseDns", 6029, "BOOL", false]]),
  ...group("the rating is not sent; httpcfg site set --header sends fields", FILES, [
    ["HttpPics", 6003, "MULTISZ"],
    ["RedirectHeaders", 6044, "MULTISZ"],
  ]),
  ...group("nothing is indexed", FILES, [["ContentIndexed", 6039, "BOOL", true]]),
  ...group("FrontPage is not offered", SITE, [["FrontPageWeb", 2072, "BOOL", false]]),
  ...group("bandwidth is not limited", SERVICE_SITE, [
    ["MaxBandwidth", 1000, "DWORD", MAX],
    ["MaxBandwidthBlocked", 1003, "DWORD", MAX],
  ]),
  ...group("bandwidth is not limited", SERVICE, [["MaxGlobalBandwidth", 9201, "DWORD", MAX]]),
  ...group("sites start with the service", SERVICE, [["DemandStartThreshold", 9207, "DWORD", MAX]]),
  ...group("memory is used as it is needed", SERVICE_SITE, [["ServerSize", 1018, "DWORD", 1]]),
  ...group("the log is W3C in files of each site", SERVICE_SITE, [
    ["LogPluginClsid", 4005, "STRING", "{FF160663-DE82-11CF-BC0A-00AA006111E0}"],
    ["LogOdbcDataSource", 4007, "STRING", "HTTPLOG"],
    ["LogOdbcTableName", 4008, "STRING", "InternetLog"],
    ["LogOdbcUserName", 4009, "STRING", "InternetAdmin"],
  ]),
  ...group("the days of the log are those of UTC", SERVICE_SITE, [
    ["LogFileLocaltimeRollover", 4015, "BOOL", false],
  ]),
  ...group("the log is W3C in files of each site", SERVICE, [
    ["CentralBinaryLoggingEnabled", 4016, "BOOL", false],
    ["CentralW3CLoggingEnabled", 2119, "BOOL", false],
    ["LogInUTF8", 9206, "BOOL", false],
  ]),
  ...group("an administrator's rights are those of the system", FILES, [
    ["AdminACL", 6027, "NTACL"],
  ]),
  ...group("names in the addresses of redirects are those of the request", FILES, [
    ["SetHostName", 2154, "STRING"],
    ["UseHostName", 2066, "BOOL", false],
  ]),
  ...group("keys can be deleted", FILES, [["NotDeletable", 2116, "BOOL", false]]),
];
