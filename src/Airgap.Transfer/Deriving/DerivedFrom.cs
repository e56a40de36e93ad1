using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Deriving;

/// <summary>A derived bundle's record of its origin.</summary>
/// <param name="From">The digest of the bundle that it was derived from.</param>
/// <param name="Selection">The selection (<see cref="BundleSelection.ToString"/>).</param>
internal sealed record DerivedFrom(Digest From, string Selection)
{
    private const string FromName = "build.airgap.derived.from";
    private const string SelectionName = "build.airgap.derived.selection";
    private const string VersionName = "build.airgap.derived.version";

    /// <summary>This release, without build metadata.</summary>
    private static string Version { get; } =
        (typeof(DerivedFrom).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0").Split('+')[0];

    /// <summary>The labels and annotations for it.</summary>
    public ImmutableDictionary<string, string> Labels =>
        ImmutableDictionary<string, string>.Empty.Add(FromName, From.ToString()).Add(SelectionName, Selection).Add(VersionName, Version);

    /// <summary>Reads it from a bundle's config; null for an underived bundle.</summary>
    public static DerivedFrom? Read(ReadOnlyMemory<byte> config) =>
        LabelsOf(config) is var labels && labels.TryGetValue(FromName, out string? from) && Digest.TryParse(from, out Digest digest)
            && labels.TryGetValue(SelectionName, out string? selection)
            ? new DerivedFrom(digest, selection)
            : null;

    /// <summary>Packs a derived bundle. The same files, labels and selection give the same bytes everywhere.</summary>
    /// <param name="files">Its files, including the lock.</param>
    /// <param name="config">The config of the original bundle, whose labels are kept.</param>
    /// <param name="name">The bundle's name, if no bundle.yml gives it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<PackedImage> PackAsync(
        ImmutableArray<BundleFile> files, ReadOnlyMemory<byte> config, string name, CancellationToken cancellationToken)
    {
        BundleFile metadata = files.FirstOrDefault(file => file.Path == BundleFile.MetadataPath)
            ?? new BundleFile(BundleFile.MetadataPath, Metadata(name), Runs: false);
        IEnumerable<BundleFile> all =
            files.Where(file => file.Path != BundleFile.MetadataPath).Append(metadata with { Bytes = Signed(metadata.Bytes) });
        return PackedImage.PackAsync(
            LayerTree.Create(all.Select(file => (file.Path, file.Bytes, file.Runs))),
            LabelsOf(config).SetItem(BundleLabel.Name, "true").SetItems(Labels), cancellationToken, Labels);
    }

    // Only people read the file; a comment does not disturb strict readers.
    private byte[] Signed(ReadOnlyMemory<byte> metadata)
    {
        ReadOnlySpan<byte> kept = metadata.Span;
        while (kept.StartsWith("# Derived "u8))
            kept = kept.IndexOf((byte)'\n') is >= 0 and int end ? kept[(end + 1)..] : default;
        return [.. Encoding.UTF8.GetBytes($"# Derived from {From} by Airgap.Build {Version}: {Selection}\n"), .. kept];
    }

    private static byte[] Metadata(string name)
    {
        YamlTextWriter writer = new();
        writer.Field("apiVersion", LockHeader.ApiVersion, 0);
        writer.Field("kind", "Bundle", 0);
        writer.Key("metadata", 0);
        writer.Field("name", name, 2);
        return Encoding.UTF8.GetBytes(writer.Finish());
    }

    private static ImmutableDictionary<string, string> LabelsOf(ReadOnlyMemory<byte> config)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(config);
            return document.RootElement.TryGetProperty("config", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object
                && inner.TryGetProperty("Labels", out JsonElement labels) && labels.ValueKind == JsonValueKind.Object
                ? labels.EnumerateObject().Where(label => label.Value.ValueKind == JsonValueKind.String).DistinctBy(label => label.Name)
                .ToImmutableDictionary(label => label.Name, label => label.Value.GetString()!)
                : ImmutableDictionary<string, string>.Empty;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ImmutableDictionary<string, string>.Empty;
        }
    }
}
