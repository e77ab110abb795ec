/**
 * The scripts that make a shell ask `httpcfg complete`. They know nothing of the commands: what can
 * be typed comes from the records, at the moment it is asked for.
 *
 * @module
 */

/** The shells that have one. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

type Shell = (typeof SHELLS)[number];

/** The first word of a line that is no candidate but asks for the shell's own paths. */
export const PATHS_MARK = ":paths:";

/** The script of `shell`; how to load it is in its first lines. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const BASH = `\
# bash completion of httpcfg. For every shell, as root:
#   httpcfg completions bash > /usr/share/bash-completion/completions/httpcfg
# For this one: source <(httpcfg completions bash)
_httpcfg() {
  local value rest
  COMPREPLY=()
  compopt -o nosort 2>/dev/null
  # Bash splits words at colons, which addresses have; the whole line is sent instead.
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
# zsh completion of httpcfg. For every shell, in a folder of $fpath:
#   httpcfg completions zsh > /usr/local/share/zsh/site-functions/_httpcfg
# For this one, after compinit: source <(httpcfg completions zsh)
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
  (( $#values )) && compadd -l -d shown -a values
}
compdef _httpcfg httpcfg
`;

const FISH = `\
# fish completion of httpcfg. For every shell of this user:
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
complete -c httpcfg -f -a '(__httpcfg_complete)'
`;

const POWERSHELL = `\
# PowerShell completion of httpcfg. In the profile ($PROFILE):
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
