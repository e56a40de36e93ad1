namespace Airgap.Tool.Output;

/// <summary>
/// The completion scripts, which ask the tool itself for candidates. If it has none, shells complete file names. Under
/// its own name, the tool is typed as <c>dotnet-airgap</c> or <c>dotnet airgap</c>; the existing completion of other
/// <c>dotnet</c> commands is kept or, without one, comes from dotnet.
/// </summary>
internal static class CompletionScripts
{
    // NAME is replaced by the tool's name, FUNCTION by a valid shell function name. Shells break words at : and =, while
    // the tool answers with whole words.
    private const string Bash = """
        # Completion of NAME for bash.
        FUNCTION_ask() {
            local line="$1" word breaks="" before="" candidate
            shift
            word="${line##*[[:space:]]}"
            [[ $COMP_WORDBREAKS == *:* ]] && breaks+=":"
            [[ $COMP_WORDBREAKS == *=* ]] && breaks+="="
            [[ -n $breaks ]] && before="${word%"${word##*[$breaks]}"}"
            COMPREPLY=()
            while IFS= read -r candidate; do
                COMPREPLY+=("${candidate#"$before"}")
            done < <("$@" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        FUNCTION() {
            local tool="${COMP_WORDS[0]/#\~/$HOME}" line="${COMP_LINE:0:COMP_POINT}"
            type -P "$tool" >/dev/null || tool=NAME
            FUNCTION_ask "${line#"${COMP_WORDS[0]}"}" "$tool"
        }
        complete -o bashdefault -o default -F FUNCTION NAME

        """;

    private const string BashDotnet = """
        FUNCTION_other="$(complete -p dotnet 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')"
        [[ $FUNCTION_other == FUNCTION_dotnet ]] && FUNCTION_other=""
        FUNCTION_dotnet() {
            local line="${COMP_LINE:0:COMP_POINT}" candidate
            if [[ $line =~ ^[[:space:]]*([^[:space:]]*dotnet)[[:space:]]+airgap([[:space:]].*)$ ]]; then
                if type -P NAME >/dev/null; then
                    FUNCTION_ask "${BASH_REMATCH[2]}" NAME
                else
                    FUNCTION_ask "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" airgap
                fi
            elif [[ -n $FUNCTION_other ]]; then
                "$FUNCTION_other" "$@"
            else
                COMPREPLY=()
                while IFS= read -r candidate; do
                    COMPREPLY+=("$candidate")
                done < <("${COMP_WORDS[0]}" complete --position "$COMP_POINT" "$COMP_LINE" 2>/dev/null)
            fi
        }
        complete -o bashdefault -o default -F FUNCTION_dotnet dotnet

        """;

    private const string Zsh = """
        #compdef NAME
        # Completion of NAME for zsh.
        FUNCTION() {
            local line
            local -a tool candidates
            tool=(${(Q)~words[1]})
            line="${(j: :)${(@)words[2,CURRENT-1]}} $IPREFIX$PREFIX"
            candidates=("${(@f)$("${(@)tool}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            if [[ -n "$candidates[1]" ]]; then
                compadd -- "${candidates[@]}"
            else
                _files
            fi
        }
        if [[ "$funcstack[1]" == "_NAME" || "$funcstack[1]" == "FUNCTION" ]]; then
            FUNCTION "$@"
        else
            compdef FUNCTION NAME
        fi

        """;

    // One file in $fpath serves both names.
    private const string ZshDotnet = """
            if [[ ${tool[1]:t} == dotnet && $words[2] == airgap && $CURRENT -gt 2 ]]; then
                words=("${(@)words[2,-1]}")
                (( CURRENT-- ))
                (( $+commands[NAME] )) && tool=(NAME) || tool+=(airgap)
            elif [[ ${tool[1]:t} == dotnet ]]; then
                candidates=("${(@f)$("${(@)tool}" complete "${(j: :)${(@)words[1,CURRENT]}}" 2>/dev/null)}")
                [[ -n "$candidates[1]" ]] && compadd -- "${candidates[@]}" || _files
                return
            fi

        """;

    private const string Fish = """
        # Completion of NAME for fish.
        function FUNCTION_ask
            set -l line $argv[1]
            set -l candidates ($argv[2..-1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if test (count $candidates) -gt 0
                printf '%s\n' $candidates
            else
                __fish_complete_path (commandline -ct)
            end
        end
        function FUNCTION
            set -l tool (commandline -opc)[1]
            FUNCTION_ask (string replace -- "$tool" "" (string trim --left -- (commandline -cp))) $tool
        end
        complete -c NAME -f -a '(FUNCTION)'

        """;

    private const string FishDotnet = """
        function FUNCTION_dotnet
            set -l tool dotnet airgap
            type -q NAME; and set tool NAME
            FUNCTION_ask (string replace --regex -- '^\s*\S+\s+airgap' '' (commandline -cp)) $tool
        end
        complete -c dotnet -n 'test (count (commandline -opc)) -gt 1; and test (commandline -opc)[2] = airgap' -f -a '(FUNCTION_dotnet)'

        """;

    private const string PowerShell = """
        # Completion of NAME for PowerShell.
        Register-ArgumentCompleter -Native -CommandName 'NAME' -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $name = $commandAst.CommandElements[0].Extent.Text
            $end = [Math]::Max($name.Length + 1, $cursorPosition - $commandAst.Extent.StartOffset)
            $line = $commandAst.Extent.Text.PadRight($end).Substring(0, $end).Substring($name.Length)
            & $commandAst.GetCommandName() "[suggest:$($line.Length)]" $line 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    private const string PowerShellDotnet = """
        Register-ArgumentCompleter -Native -CommandName 'dotnet' -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $end = [Math]::Max(0, $cursorPosition - $commandAst.Extent.StartOffset)
            $text = $commandAst.Extent.Text.PadRight($end).Substring(0, $end)
            $dotnet = $commandAst.GetCommandName()
            $(if ($text -match '^\S+\s+airgap(?=\s)') {
                $line = $text.Substring($Matches[0].Length)
                & $dotnet airgap "[suggest:$($line.Length)]" $line 2>$null
            } else {
                & $dotnet complete --position $end $text 2>$null
            }) | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    /// <summary>The shells with a script.</summary>
    public static string[] Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <summary>The script for a shell and a tool name.</summary>
    /// <param name="shell">One of <see cref="Shells"/>.</param>
    /// <param name="name">The tool's name.</param>
    /// <param name="ofDotnet">True for a tool that can also be typed as a command of dotnet.</param>
    public static string Of(string shell, string name, bool ofDotnet)
    {
        string script = (shell, ofDotnet) switch
        {
            ("bash", _) => Bash + (ofDotnet ? BashDotnet : ""),
            ("zsh", false) => Zsh,
            ("zsh", true) => Zsh
                .Replace("#compdef NAME", "#compdef NAME dotnet", StringComparison.Ordinal)
                .Replace("compdef FUNCTION NAME", "compdef FUNCTION NAME dotnet", StringComparison.Ordinal)
                .Replace("    line=\"${(j", ZshDotnet + "    line=\"${(j", StringComparison.Ordinal),
            ("fish", _) => Fish + (ofDotnet ? FishDotnet : ""),
            _ => PowerShell + (ofDotnet ? PowerShellDotnet : ""),
        };
        return script.ReplaceLineEndings("\n").Replace("FUNCTION", $"__{name.Replace('-', '_')}_complete", StringComparison.Ordinal)
            .Replace("NAME", name, StringComparison.Ordinal);
    }
}
