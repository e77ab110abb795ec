<#
.SYNOPSIS
Installs httpcfg on Windows, and removes it again. It starts no service; httpcfg service install does.
#>
[CmdletBinding(PositionalBinding = $false)]
param(
  [string] $From = '',
  [string] $Prefix = '',
  [string] $Version = '',
  [switch] $AllowDowngrade,
  [switch] $Uninstall,
  [switch] $Purge,
  [switch] $Help
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
# The bar of progress makes downloads of Windows PowerShell ten times slower.
$ProgressPreference = 'SilentlyContinue'

$Usage = @'
Usage: powershell -ExecutionPolicy Bypass -File install.ps1 [OPTIONS]
       powershell -ExecutionPolicy Bypass -File install.ps1 -Uninstall [-Purge]

  -From DIR|URL     where SHA256SUMS and the program are, a release's
                    httpcfg-windows-MACHINE.exe or .zip, or httpcfg.exe or
                    httpcfg.zip of a build of your own
                    (default: where this script is, or bin below it)
  -Prefix DIR       directory of the program, and of nothing else
                    (default: httpcfg in the directory of programs)
  -Version VERSION  install this version and no other
  -AllowDowngrade   install an older version than the one that is there
  -Uninstall        remove the program and its entry in PATH
  -Purge            also remove documents, certificates, history and logs
  -Help             show this text

The checksum of the program is compared with SHA256SUMS. Whether that is what
was signed is not verified here: cosign verify-blob does, with SHA256SUMS.sig.
'@

# What ends the script: a message, and what to type instead.
function Stop-Install([string] $Message, [string] $Hint) {
  $problem = New-Object System.Exception $Message
  $problem.Data['hint'] = $Hint
  throw $problem
}

function Test-Administrator {
  $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
  $principal = New-Object Security.Principal.WindowsPrincipal $identity
  return $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

# In a process for another machine PROCESSOR_ARCHITEW6432 is that of Windows itself.
function Get-Machine {
  $name = $env:PROCESSOR_ARCHITECTURE
  if ($env:PROCESSOR_ARCHITEW6432) { $name = $env:PROCESSOR_ARCHITEW6432 }
  switch ($name) {
    'AMD64' { return 'x64' }
    'ARM64' { return 'arm64' }
    default { Stop-Install "Cannot install on `"$name`": x64 or ARM64 expected" 'deno task build' }
  }
}

# Copies or downloads NAME into FOLDER, and returns its path.
function Get-Part([string] $Name, [string] $Folder) {
  $target = Join-Path $Folder $Name
  try {
    if ($From -match '^https://') {
      $url = "$($From.TrimEnd('/'))/$Name"
      # Every redirect is looked at: none may lead to http.
      for ($step = 0; $step -lt 6; $step++) {
        if ($url -notmatch '^https://') { throw "redirected to `"$url`", which is not https" }
        $request = [Net.WebRequest]::Create($url)
        $request.AllowAutoRedirect = $false
        $response = $request.GetResponse()
        try {
          $next = $response.Headers['Location']
          if ([int] $response.StatusCode -ge 300 -and $next) {
            $url = (New-Object Uri ([Uri] $url), $next).AbsoluteUri
            continue
          }
          $output = [IO.File]::Create($target)
          try { $response.GetResponseStream().CopyTo($output) } finally { $output.Dispose() }
          return $target
        } finally {
          $response.Dispose()
        }
      }
      throw 'too many redirects'
    }
    Copy-Item -LiteralPath (Join-Path $From $Name) -Destination $target
    return $target
  } catch {
    $reason = $_.Exception.Message
    Stop-Install "Cannot fetch `"$Name`" from `"$From`": $reason" "-From DIR, with $Name in DIR"
  }
}

# Returns the checksums that SHA256SUMS lists, by name.
function Read-Sums([string] $Path) {
  $sums = @{}
  foreach ($line in [IO.File]::ReadAllLines($Path)) {
    if ($line -match '^([0-9a-f]{64})  ([A-Za-z0-9_.-]+)$') { $sums[$Matches[2]] = $Matches[1] }
  }
  return $sums
}

# Returns the version that a program tells; empty if it tells none.
function Get-ProgramVersion([string] $Folder) {
  foreach ($name in 'httpcfg.exe', 'httpcfg.cmd') {
    $program = Join-Path $Folder $name
    if (-not (Test-Path -LiteralPath $program)) { continue }
    $said = & $program --version
    if ($LASTEXITCODE -eq 0 -and "$said" -match '^httpcfg ([0-9][0-9A-Za-z.+-]*)') {
      return $Matches[1]
    }
  }
  return ''
}

# Reports whether version A comes before version B: 0.9.1 before 0.10.0-rc.1 before 0.10.0.
function Test-Older([string] $A, [string] $B) {
  $numbers = foreach ($one in $A, $B) { [Version] ($one -replace '[-+].*$', '') }
  if ($numbers[0] -ne $numbers[1]) { return $numbers[0] -lt $numbers[1] }
  $rest = foreach ($one in $A, $B) { if ($one -match '-(.*)$') { $Matches[1] } else { '~' } }
  return [string]::CompareOrdinal($rest[0], $rest[1]) -lt 0
}

# Returns the processes that run something of FOLDER.
function Get-Running([string] $Folder) {
  $start = $Folder.TrimEnd('\') + '\'
  return @(Get-Process | Where-Object {
      $path = $null
      try { $path = $_.Path } catch { $path = $null }
      $path -and $path.StartsWith($start, [StringComparison]::OrdinalIgnoreCase)
    })
}

function Assert-NotRunning([string] $Folder, [string] $What) {
  $ids = @(Get-Running $Folder | ForEach-Object { $_.Id })
  if ($ids.Count -eq 0) { return }
  Stop-Install "Cannot $What `"$Folder`": it is running (pid $($ids -join ', '))" `
    "schtasks /End /TN httpcfg; Stop-Process -Id $($ids -join ',')"
}

# Adds FOLDER to the PATH of the machine, or removes it, and keeps what is written with variables.
function Set-MachinePath([string] $Folder, [bool] $Present) {
  $key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
  $old = (Get-Item -LiteralPath $key).GetValue('Path', '', 'DoNotExpandEnvironmentNames')
  $parts = @($old.Split(';') | Where-Object { $_ -ne '' })
  $others = @($parts | Where-Object { $_.TrimEnd('\') -ne $Folder.TrimEnd('\') })
  if ($Present -eq ($others.Count -lt $parts.Count)) { return }
  if ($Present) { $others += $Folder }
  Set-ItemProperty -LiteralPath $key -Name Path -Value ($others -join ';') -Type ExpandString
  # Tells every window that the environment has changed.
  [Environment]::SetEnvironmentVariable('HTTPCFG_INSTALLED', $null, 'Machine')
}

# Makes the directory of documents and keys, which only the system and administrators may read.
function New-PrivateFolder([string] $Folder) {
  if (Test-Path -LiteralPath $Folder) { return }
  New-Item -ItemType Directory -Path $Folder | Out-Null
  & "$env:SystemRoot\System32\icacls.exe" $Folder /inheritance:r `
    /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
  if ($LASTEXITCODE -ne 0) {
    Remove-Item -LiteralPath $Folder -Force
    Stop-Install "Cannot protect `"$Folder`": icacls failed with $LASTEXITCODE" "icacls `"$Folder`""
  }
}

# The file that says that a directory is an installation of this script.
$Mark = 'installed-by-httpcfg.txt'

function Remove-Installation {
  if (Test-Path -LiteralPath (Join-Path $Prefix $Mark)) {
    Assert-NotRunning $Prefix 'uninstall'
    # Renamed first: what is in use keeps all of it, not a half.
    $gone = "$Prefix.removed"
    if (Test-Path -LiteralPath $gone) { Remove-Item -LiteralPath $gone -Recurse -Force }
    Move-Item -LiteralPath $Prefix -Destination $gone
    Set-MachinePath $Prefix $false
    Remove-Item -LiteralPath $gone -Recurse -Force
    "removed httpcfg from $Prefix"
  } elseif (Test-Path -LiteralPath $Prefix) {
    Stop-Install "Cannot uninstall `"$Prefix`": this script has not installed it" '-Prefix DIR'
  } else {
    "not installed in $Prefix"
  }
  if (-not (Test-Path -LiteralPath $Data)) { return }
  if ($Purge) {
    Remove-Item -LiteralPath $Data -Recurse -Force
    "removed $Data"
  } else {
    "kept documents, certificates, history and logs: $Data"
  }
}

# Returns the name of the file to install that SHA256SUMS lists.
function Find-Name([hashtable] $Sums) {
  $release = "httpcfg-windows-$(Get-Machine)"
  $names = @("$release.exe", "$release.zip")
  if ($From -notmatch '^https://') { $names += 'httpcfg.exe', 'httpcfg.zip' }
  foreach ($name in $names) { if ($Sums.ContainsKey($name)) { return $name } }
  Stop-Install "Cannot install from `"$From`": SHA256SUMS lists none of $($names -join ', ')" `
    'download SHA256SUMS and the program again'
}

function Install-Program([string] $Work) {
  $sums = Read-Sums (Get-Part 'SHA256SUMS' $Work)
  $name = Find-Name $sums
  $file = Get-Part $name $Work
  $found = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash
  if ($found -ne $sums[$name]) {
    Stop-Install "Cannot install `"$name`": checksum does not match SHA256SUMS" `
      'download both files again'
  }
  $exists = Test-Path -LiteralPath $Prefix
  if ($exists -and -not (Test-Path -LiteralPath (Join-Path $Prefix $Mark))) {
    Stop-Install "Cannot install into `"$Prefix`": what is there was not installed by this script" `
      '-Prefix DIR'
  }

  # The new directory is whole, and has been tried, before the old one is touched.
  $new = "$Prefix.new"
  if (Test-Path -LiteralPath $new) { Remove-Item -LiteralPath $new -Recurse -Force }
  New-Item -ItemType Directory -Path $new | Out-Null
  try {
    if ($name -like '*.zip') {
      Add-Type -AssemblyName System.IO.Compression.FileSystem
      [IO.Compression.ZipFile]::ExtractToDirectory($file, $new)
    } else {
      Copy-Item -LiteralPath $file -Destination (Join-Path $new 'httpcfg.exe')
    }
    [IO.File]::WriteAllText((Join-Path $new $Mark), "Remove it with install.ps1 -Uninstall`r`n")
    if ($PSCommandPath) {
      Copy-Item -LiteralPath $PSCommandPath -Destination (Join-Path $new 'install.ps1')
    }
    $come = Get-ProgramVersion $new
    if ($come -eq '') {
      Stop-Install "Cannot run `"$name`": it does not tell its version" 'download it again'
    }
    if ($Version -ne '' -and $come -ne $Version.TrimStart('v')) {
      Stop-Install "Cannot install version $Version`: `"$name`" is version $come" "-Version $come"
    }
    if ($exists) {
      $have = Get-ProgramVersion $Prefix
      if ($have -ne '' -and -not $AllowDowngrade -and (Test-Older $come $have)) {
        Stop-Install "Cannot install version $come`: version $have is installed" `
          'go back on purpose: -AllowDowngrade'
      }
      Assert-NotRunning $Prefix 'replace'
    }
    New-PrivateFolder $Data
    $old = "$Prefix.old"
    if (Test-Path -LiteralPath $old) { Remove-Item -LiteralPath $old -Recurse -Force }
    if ($exists) { Move-Item -LiteralPath $Prefix -Destination $old }
    try {
      Move-Item -LiteralPath $new -Destination $Prefix
      Set-MachinePath $Prefix $true
    } catch {
      if (Test-Path -LiteralPath $Prefix) { Remove-Item -LiteralPath $Prefix -Recurse -Force }
      if ($exists) { Move-Item -LiteralPath $old -Destination $Prefix }
      throw
    }
    if ($exists) { Remove-Item -LiteralPath $old -Recurse -Force }
  } finally {
    if (Test-Path -LiteralPath $new) { Remove-Item -LiteralPath $new -Recurse -Force }
  }
  "httpcfg $come"
  "installed in $Prefix, which new windows have on PATH"
  "to remove it: powershell -ExecutionPolicy Bypass -File `"$Prefix\install.ps1`" -Uninstall"
}

if ($Help) {
  $Usage
  exit 0
}
$work = $null
try {
  if ($env:OS -ne 'Windows_NT') {
    Stop-Install 'Cannot install here: this script is for Windows' 'sh install.sh'
  }
  if ($Purge -and -not $Uninstall) {
    Stop-Install 'Cannot purge without -Uninstall' 'install.ps1 -Uninstall -Purge'
  }
  if ($From -match '^\w+://' -and $From -notmatch '^https://') {
    Stop-Install "Cannot install from `"$From`": https expected" "-From https://$($From -replace '^\w+://', '')"
  }
  if (-not (Test-Administrator)) {
    Stop-Install 'Cannot install: administrators alone may' `
      'start PowerShell with "Run as administrator", and the same line there'
  }
  # 64-bit Windows has two such directories; a 32-bit PowerShell would take the other one.
  $programs = $env:ProgramFiles
  if ($env:ProgramW6432) { $programs = $env:ProgramW6432 }
  if ($Prefix -eq '') { $Prefix = Join-Path $programs 'httpcfg' }
  $Prefix = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix).TrimEnd('\')
  $Data = Join-Path $env:ProgramData 'httpcfg'
  if ($Uninstall) {
    # The copy that is removed must not be the one that is running from there.
    Set-Location -LiteralPath $env:SystemRoot
    Remove-Installation
    exit 0
  }
  if ($From -eq '') {
    $From = $PSScriptRoot
    $bin = Join-Path $PSScriptRoot 'bin'
    $isHere = Test-Path -LiteralPath (Join-Path $From 'SHA256SUMS')
    if (-not $isHere -and (Test-Path -LiteralPath (Join-Path $bin 'SHA256SUMS'))) { $From = $bin }
  }
  # Windows PowerShell offers old versions of TLS alone, unless it is told.
  [Net.ServicePointManager]::SecurityProtocol =
    [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
  $work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
  New-Item -ItemType Directory -Path $work | Out-Null
  Install-Program $work
  exit 0
} catch {
  $hint = $_.Exception.Data['hint']
  [Console]::Error.WriteLine("error: $($_.Exception.Message)")
  if ($hint) { [Console]::Error.WriteLine("hint: $hint") }
  exit 1
} finally {
  if ($work -and (Test-Path -LiteralPath $work)) { Remove-Item -LiteralPath $work -Recurse -Force }
}
