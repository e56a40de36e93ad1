using System.Text;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Connecting;

/// <summary>A part of a kubeconfig: a cluster, user, context or plugin.</summary>
/// <param name="Node">Its fields; null for none.</param>
/// <param name="Folder">Where relative paths in it start.</param>
internal sealed record KubeConfigPart(YamlNode? Node, string Folder)
{
    /// <summary>A string; null if missing or empty.</summary>
    public string? Text(params ReadOnlySpan<string> path) => YamlLookup.Text(Node, path);

    /// <summary>A boolean; false if missing.</summary>
    /// <exception cref="FormatException">It is not a boolean.</exception>
    public bool Flag(string name) => YamlLookup.Find(Node, name) switch
    {
        null => false,
        YamlScalar { IsPlain: true } scalar when Yaml11.Resolve(scalar.Text) is (YamlKind.Bool, var text) => text == "true",
        _ => throw new FormatException($"its {name} is neither true nor false"),
    };

    /// <summary>The items of a list; empty if missing.</summary>
    public IEnumerable<YamlNode> Items(string name) => YamlLookup.Find(Node, name) is YamlSequence list ? list.Items : [];

    /// <summary>A nested part; null if missing.</summary>
    public KubeConfigPart? Part(string name) => YamlLookup.Find(Node, name) is { } node ? this with { Node = node } : null;

    /// <summary>A file's full path; null if none is given.</summary>
    public string? File(string name) => Text(name) is { } path ? Path.Combine(Folder, path) : null;

    /// <summary>PEM text, from base64 in <c>NAME-data</c> or from a file; null for none.</summary>
    /// <exception cref="FormatException">The data is not base64.</exception>
    public string? Pem(string name)
    {
        if (Text($"{name}-data") is not { } data)
            return File(name) is { } file ? TokenFile.Read(file) : null;
        byte[] bytes = new byte[data.Length];
        return Convert.TryFromBase64String(data, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new FormatException($"its {name}-data is not base64");
    }
}
