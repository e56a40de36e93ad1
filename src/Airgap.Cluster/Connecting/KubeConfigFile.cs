using Airgap.Oci;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Connecting;

/// <summary>A kubeconfig file as it was read.</summary>
/// <param name="Root">Its document.</param>
/// <param name="Folder">Where its relative paths start.</param>
internal sealed record KubeConfigFile(YamlNode Root, string Folder)
{
    // Real kubeconfigs, with certificates and credentials, stay below a tenth of this.
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Reads a file; null for an empty one.</summary>
    /// <exception cref="FormatException">It is too large, or not a kubeconfig.</exception>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterConfig"/>: it is not YAML. Its message may
    /// quote a credential.</exception>
    public static KubeConfigFile? Read(FileInfo file)
    {
        IReadOnlyList<YamlNode> documents =
            YamlReader.ReadDocuments(Bytes(file), new YamlContext(file.FullName, ErrorCode.ClusterConfig, ""));
        if (documents is [] or [YamlScalar { IsNull: true }, ..])
            return null;
        return documents[0] is YamlMapping root
            ? new KubeConfigFile(root, file.DirectoryName!) : throw new FormatException("it is not a YAML mapping");
    }

    /// <summary>A named entry of a list, the first if several have the name; null for none.</summary>
    /// <param name="list">The list: <c>clusters</c>, <c>users</c> or <c>contexts</c>.</param>
    /// <param name="name">The entry's name.</param>
    /// <param name="part">The field that holds it: <c>cluster</c>, <c>user</c> or <c>context</c>.</param>
    public KubeConfigPart? Find(string list, string name, string part) =>
        (YamlLookup.Find(Root, list) is YamlSequence entries ? entries.Items : [])
        .Where(entry => YamlLookup.Text(entry, "name") == name)
        .Select(entry => new KubeConfigPart(YamlLookup.Find(entry, part), Folder)).FirstOrDefault();

    // It may be a pipe, which has no length and is read once.
    private static byte[] Bytes(FileInfo file)
    {
        if (Directory.Exists(file.FullName))
            throw new FormatException("it is a folder");
        using FileStream stream = file.OpenRead();
        using MemoryStream bytes = new();
        byte[] buffer = new byte[64 * 1024];
        while (stream.Read(buffer) is > 0 and int count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > MostBytes)
                throw new FormatException($"it has more than {MostBytes / (1024 * 1024)} MiB");
        }

        return bytes.ToArray();
    }
}
