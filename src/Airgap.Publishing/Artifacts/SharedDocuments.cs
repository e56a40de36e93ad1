using System.Text;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// Leaves a document that several manifests of a run have in common, such as the placeholder of one pull secret, to the first of them:
/// kustomize refuses a folder that holds an object twice.
/// </summary>
internal sealed class SharedDocuments
{
    private const string Start = "---\n";

    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);

    /// <summary>A manifest with a comment in place of each document that an earlier one has.</summary>
    /// <param name="fileName">The manifest's file.</param>
    /// <param name="yaml">Its documents, each of which begins with <c>---</c>.</param>
    public string Distinct(string fileName, string yaml)
    {
        StringBuilder text = new();
        foreach (string document in yaml.Split(Start, StringSplitOptions.RemoveEmptyEntries))
        {
            if (_written.TryAdd(document, fileName))
                text.Append(Start).Append(document);
            else
                text.Append($"# The {ValueOf(document, "kind: ")} {ValueOf(document, "  name: ")} stands in {_written[document]}.\n");
        }

        return text.ToString();
    }

    private static string ValueOf(string document, string key) =>
        document.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..] ?? "";
}
