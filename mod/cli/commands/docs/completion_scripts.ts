/**
 * The scripts that make a shell call `httpcfg complete`. They know nothing about the commands: the
 * completions come from the records at the time of the call.
 *
 * @module
 */

/** The shells that have a script. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

type Shell = (typeof SHELLS)[number];

/** Begins a line that is not a candidate but a request for the shell's own path completion. */
export const PATHS_MARK = ":paths:";

/** Returns the script for `shell`; its first lines say how to load it. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const BASH = `\
# bash completion for httpcfg. For all users, as root:
#   httpcfg completions bash > /usr/share/bash-completion/completions/httpcfg
# For this shell only: source <(httpcfg completions bash)
_httpcfg() {
  local value rest
  COMPREPLY=()
  compopt -o nosort 2>/dev/null
  # Bash splits words at colons, which addresses contain; so the whole line is passed.
  while IFS=$'\\t' read -r value rest; do
    case $value in
      ${PATHS_MARK}file) compopt -o default ;;
      ${PATHS_MARK}folder) compopt -o dirnames ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete --bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _httpcfg httpcfg
`;

const ZSH = `\
#compdef httpcfg
# zsh completion for httpcfg. For all users, in a directory of $fpath:
#   httpcfg completions zsh > /usr/local/share/zsh/site-functions/_httpcfg
# For this shell only, after compinit: source <(httpcfg completions zsh)
_httpcfg() {
  local value description paths=
  local -a values shown
  while IFS=$'\\t' read -r value description; do
    case $value in
      ${PATHS_MARK}file) paths=-f ;;
      ${PATHS_MARK}folder) paths=-/ ;;
      *)
        values+=("$value")
        shown+=("$value\${description:+  -- $description}")
        ;;
    esac
  done < <("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  [[ -n $paths ]] && _files $paths
  (( $#values )) && compadd -V httpcfg -l -d shown -a values
}
compdef _httpcfg httpcfg
`;

const FISH = `\
# fish completion for httpcfg. For this user:
#   httpcfg completions fish > ~/.config/fish/completions/httpcfg.fish
function __httpcfg_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] $current 2>/dev/null)
        switch $line
            case '${PATHS_MARK}file*'
                __fish_complete_path $current
            case '${PATHS_MARK}folder*'
                __fish_complete_directories $current
            case '*'
                echo $line
        end
    end
end
complete -c httpcfg -f -k -a '(__httpcfg_complete)'
`;

const POWERSHELL = `\
# PowerShell completion for httpcfg. In the profile ($PROFILE):
#   httpcfg completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName httpcfg -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_".Trim('"', "'") })
  if ($word -eq '') { $words += '' }
  & $ast.CommandElements[0].Value complete -- @words 2>$null | ForEach-Object {
    $value, $tip = $_ -split "\`t", 2
    if (-not $tip) { $tip = $value }
    if ($value -like '${PATHS_MARK}*') {
      [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)
    } else {
      $text = if ($value -match '\\s') { "'$value'" } else { $value }
      [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $tip)
    }
  }
}
`;

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
