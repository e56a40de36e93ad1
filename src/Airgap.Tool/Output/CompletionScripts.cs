namespace Airgap.Tool.Output;

/// <summary>The scripts that ask the tool itself what a line may become. Where it knows nothing, shells complete the names of files.</summary>
internal static class CompletionScripts
{
    // NAME is the tool's, FUNCTION a name that shells take for a function. Shells break some words at : and =, the tool answers with whole words.
    private const string Bash = """
        # Completion of NAME for bash.
        FUNCTION() {
            local tool="${COMP_WORDS[0]/#\~/$HOME}" line="${COMP_LINE:0:COMP_POINT}" word breaks="" before="" candidate
            type -P "$tool" >/dev/null || tool=NAME
            line="${line#"${COMP_WORDS[0]}"}"
            word="${line##*[[:space:]]}"
            [[ $COMP_WORDBREAKS == *:* ]] && breaks+=":"
            [[ $COMP_WORDBREAKS == *=* ]] && breaks+="="
            [[ -n $breaks ]] && before="${word%"${word##*[$breaks]}"}"
            COMPREPLY=()
            while IFS= read -r candidate; do
                COMPREPLY+=("${candidate#"$before"}")
            done < <("$tool" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o bashdefault -o default -F FUNCTION NAME

        """;

    private const string Zsh = """
        #compdef NAME
        # Completion of NAME for zsh.
        FUNCTION() {
            local line="${(j: :)${(@)words[2,CURRENT-1]}} $IPREFIX$PREFIX"
            local -a candidates
            candidates=("${(@f)$(${(Q)~words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)}")
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

    private const string Fish = """
        # Completion of NAME for fish.
        function FUNCTION
            set -l tool (commandline -opc)[1]
            set -l line (string replace -- "$tool" "" (string trim --left -- (commandline -cp)))
            set -l candidates ($tool "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if test (count $candidates) -gt 0
                printf '%s\n' $candidates
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c NAME -f -a '(FUNCTION)'

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

    /// <summary>The shells that there are scripts for.</summary>
    public static string[] Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <summary>The script for a shell and the tool's name.</summary>
    public static string Of(string shell, string name)
    {
        string script = shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        };
        return script.ReplaceLineEndings("\n").Replace("FUNCTION", $"__{name.Replace('-', '_')}_complete", StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal);
    }
}
