/**
 * The output of iisreset.exe.
 *
 * @module
 */

/** What each operation says before and after it, and if it fails. */
export const IISRESET = {
  stopping: "\nAttempting stop...\n",
  stopped: "Internet services successfully stopped\n",
  starting: "Attempting start...\n",
  started: "Internet services successfully started\n",
  restarted: "Internet services successfully restarted\n",
  stopFailed: "Stop attempt failed.\n",
  startFailed: "Start attempt failed.\n",
  restartFailed: "Restart attempt failed.\n",
  denied: "\nAccess denied, you must be an administrator of the remote computer to use this\n" +
    "command. Either have your account added to the administrator local group of\n" +
    "the remote computer or to the domain administrator global group.\n",
} as const;

/** A line of `/status`. */
export function statusLine(display: string, name: string, state: string): string {
  return `Status for ${display} ( ${name} ) : ${state}\n`;
}

/** `iisreset /?`: what there is here. */
export const IISRESET_USAGE = `
IISRESET.EXE

Usage:
iisreset [computername]

    /RESTART            Stop and then restart all Internet services.
    /START              Start all Internet services.
    /STOP               Stop all Internet services.
    /NOFORCE            Do not forcefully terminate Internet services if
                        attempting to stop them gracefully fails.
    /TIMEOUT:val        Specify the timeout value ( in seconds ) to wait for
                        a successful stop of Internet services. Here it is
                        the setting ShutdownGraceTimeout.
    /STATUS             Display the status of all Internet services.

`;
