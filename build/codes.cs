// Writes src/CODES.md, where help links lead, from the doc comments of ErrorCode.
//   dotnet run build/codes.cs
// A test fails while the page and the code differ.

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

string root = Path.GetFullPath(Path.Combine(ScriptFolder(), ".."));
string source = File.ReadAllText(Path.Combine(root, "src", "Airgap.Oci", "ErrorCode.cs"));
// The type has a summary of its own.
source = source[source.IndexOf("enum ErrorCode", StringComparison.Ordinal)..];
StringBuilder page = new("""
    # Codes

    Every failure and warning has a code. Its message states what was wrong and where, and what to do. The codes are the same in the tool, in
    MSBuild (with the item's file and line) and in JSON. A code never changes its meaning.

    1xxx: a registry. 2xxx: the input. 3xxx: the local machine. 4xxx: Kubernetes manifests and the cluster. 5xxx: signatures and trust.
    This page is made by `dotnet run build/codes.cs`.

    | code | cause and cure |
    | --- | --- |

    """);
foreach (Match match in Regex.Matches(source, @"/// <summary>(.*?)</summary>(?:\s*///[^\n]*)*\s*\w+ = (\d{4}),", RegexOptions.Singleline))
{
    string id = $"AIRGAP{match.Groups[2].Value}";
    page.Append($"| <a id=\"{id.ToLowerInvariant()}\"></a>{id} | {Markdown(match.Groups[1].Value)} |\n");
}

File.WriteAllText(Path.Combine(root, "src", "CODES.md"), page.ToString());

// A doc comment's text as Markdown on one line.
static string Markdown(string comment)
{
    string text = Regex.Replace(comment, @"\s*\n\s*///\s*", " ").Trim();
    text = Regex.Replace(text, "<c>(.*?)</c>", "`$1`");
    text = Regex.Replace(text, "<see cref=\"(?:\\w+\\.)*(\\w+)(?:\\([^)]*\\))?\"/>", "`$1`");
    return text.Replace("&lt;", "<").Replace("&gt;", ">").Replace("&amp;", "&").Replace("|", "\\|");
}

static string ScriptFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
