/**
 * The system's text for each Win32 status code. Source: "System Error Codes".
 *
 * Apart from the codes, because almost every command uses those, and few ever show a text.
 *
 * @module
 */

const TEXTS: ReadonlyMap<number, string> = new Map([
  [0, "The operation completed successfully."],
  [2, "The system cannot find the file specified."],
  [5, "Access is denied."],
  [
    32,
    "The process cannot access the file because it is being used by another process.",
  ],
  [50, "The request is not supported."],
  [87, "The parameter is incorrect."],
  [122, "The data area passed to a system call is too small."],
  [183, "Cannot create a file when that file already exists."],
  [234, "More data is available."],
  [259, "No more data is available."],
  [1051, "A stop control has been sent to a service that other running services are dependent on."],
  [1052, "The requested control is not valid for this service."],
  [1053, "The service did not respond to the start or control request in a timely fashion."],
  [1055, "The service database is locked."],
  [1056, "An instance of the service is already running."],
  [
    1058,
    "The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.",
  ],
  [1059, "Circular service dependency was specified."],
  [1060, "The specified service does not exist as an installed service."],
  [1061, "The service cannot accept control messages at this time."],
  [1062, "The service has not been started."],
  [1066, "The service has returned a service-specific error code."],
  [1067, "The process terminated unexpectedly."],
  [1068, "The dependency service or group failed to start."],
  [1069, "The service did not start due to a logon failure."],
  [1070, "After starting, the service hung in a start-pending state."],
  [1072, "The specified service has been marked for deletion."],
  [1075, "The dependency service does not exist or has been marked for deletion."],
  [1077, "No attempts to start the service have been made since the last boot."],
  [1168, "Element not found."],
  [1214, "The format of the specified network name is invalid."],
  [1312, "A specified logon session does not exist. It may already have been terminated."],
  [1332, "No mapping between account names and security IDs was done."],
  [1336, "The access control list (ACL) structure is invalid."],
  [1338, "The security descriptor structure is invalid."],
  [1359, "An internal error occurred."],
  [1816, "Not enough quota is available to process this command."],
]);

/** Returns the system's message for `code`; undefined for a code that this program never shows. */
export function win32Text(code: number): string | undefined {
  return TEXTS.get(code);
}

/** Returns the same message without its full stop, as the reason in an error of our own. */
export function win32Reason(code: number): string | undefined {
  return win32Text(code)?.replace(/\.$/, "");
}
