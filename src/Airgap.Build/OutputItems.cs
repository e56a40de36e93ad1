using Airgap.Publishing;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Transfers;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Airgap.Build;

/// <summary>Makes MSBuild items from a result.</summary>
internal static class OutputItems
{
    /// <summary>The artifacts of one kind, each with the metadata Kind and Source.</summary>
    public static ITaskItem[] Files(PublishResult result, PublishedFileKind kind) =>
    [
        .. result.Files.Where(file => file.Kind == kind).Select(file => Create(file.Path, new()
        {
            ["Kind"] = kind.ToString(),
            ["Source"] = result.Items.FirstOrDefault(item => item.Files.Contains(file))?.Item.Include ?? "",
        })),
    ];

    /// <summary>Artifacts that belong to no item.</summary>
    public static ITaskItem[] Files(IEnumerable<PublishedFile> files) =>
        [.. files.Select(file => Create(file.Path, new() { ["Kind"] = file.Kind.ToString(), ["Source"] = "" }))];

    /// <summary>The relocated items, each with its destination and outcome.</summary>
    public static ITaskItem[] Items(PublishResult result) =>
    [
        .. result.Items.Select(item => Create(PlaceOf(item.Result), new()
        {
            ["Source"] = item.Item.Include,
            ["Digest"] = item.Result.Root?.Item.Digest.ToString() ?? "",
            ["Tag"] = item.Result.Root?.Item.Tag ?? "",
            ["Outcome"] = item.Outcome.ToString().ToLowerInvariant(),
        })),
    ];

    /// <summary>The produced bundle.</summary>
    public static ITaskItem[] Produced(ProducedBundle bundle) =>
    [
        Create(bundle.Reference.WithDigest(bundle.Digest).ToString(),
            new() { ["Digest"] = bundle.Digest.ToString(), ["Tag"] = bundle.Reference.Tag! }),
    ];

    // With several images, it is their repository; without a known registry, the archive.
    private static string PlaceOf(TransferResult result) => result.Root?.Destination?.ToString()
        ?? result.Items.FirstOrDefault()?.Destination?.Repository.ToString() ?? result.Destination.ToString()!;

    private static ITaskItem Create(string include, Dictionary<string, string> metadata)
    {
        // Include and metadata are literal text, but MSBuild would decode sequences such as %40 in them, and split a list at semicolons.
        TaskItem item = new(Escape(include));
        foreach ((string name, string value) in metadata)
            item.SetMetadata(name, Escape(value));
        return item;
    }

    // What MSBuild itself escapes in the paths that a pattern matches.
    private static string Escape(string text) => string.Concat(text.Select(sign =>
        "%*?@$();'".Contains(sign, StringComparison.Ordinal) ? $"%{(int)sign:x2}" : sign.ToString()));
}
