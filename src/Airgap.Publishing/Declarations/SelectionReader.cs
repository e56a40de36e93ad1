using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>Reads an item's selection of packages and platforms.</summary>
internal static class SelectionReader
{
    /// <summary>Reads the metadata.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSelection"/>, <see cref="ErrorCode.InvalidArgument"/> or
    /// <see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public static BundleSelection Read(PublishItem item)
    {
        BundleSelection selection = new()
        {
            Packages = [.. PackageChoice.ParseAll(item.Value(MetadataNames.Packages) ?? "")],
            Prereleases = Prereleases(item.Value(MetadataNames.PackagePrereleases)),
            Platforms = [.. PlatformChoice.ParseAll(item.Value(MetadataNames.Platforms) ?? "")],
            SkipMissingPlatforms = Word(item, MetadataNames.MissingPlatform, "skip", "fail"),
            Sparse = Word(item, MetadataNames.PlatformMode, "Sparse", "Rewrite"),
            Flatten = Word(item, MetadataNames.Flatten, "true", "false"),
            DropUnreferenced = Word(item, MetadataNames.DropUnreferenced, "true", "false"),
        };
        if (!selection.IsEmpty && item.Kind != PublishItemKind.Bundle)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                $"The item {item.ItemName} '{item.Include}' selects packages or platforms, which is only possible for a bundle.",
                "Declare a bundle as ImgpkgBundle, or remove the selection.");
        if (selection is { Sparse: true, Flatten: true })
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                $"The item {item.ItemName} '{item.Include}' has {MetadataNames.Flatten} and {MetadataNames.PlatformMode}=Sparse.",
                "Omit one: an unchanged index is not replaced.");
        if (selection.Platforms.IsEmpty && (selection.Flatten || selection.SkipMissingPlatforms || selection.Sparse))
            throw Lone(item, selection.Flatten ? MetadataNames.Flatten
                : selection.Sparse ? MetadataNames.PlatformMode : MetadataNames.MissingPlatform, MetadataNames.Platforms);
        return selection.Packages.IsEmpty && selection.Prereleases is not null
            ? throw Lone(item, MetadataNames.PackagePrereleases, MetadataNames.Packages) : selection;
    }

    private static ImmutableArray<string>? Prereleases(string? text) =>
        text is null ? null
        : text == "*" ? []
        : TagConstraints.ParsePrereleases(text) is { } identifiers ? [.. identifiers]
        : throw new AirgapException(
            ErrorCode.InvalidSelection, $"'{text}' is not a list of pre-releases.", "Write identifiers such as alpha,rc, or * for all.");

    private static bool Word(PublishItem item, string name, string yes, string no)
    {
        string text = item.Value(name) ?? no;
        return text.Equals(yes, StringComparison.OrdinalIgnoreCase) || (text.Equals(no, StringComparison.OrdinalIgnoreCase)
            ? false
            : throw new AirgapException(
                ErrorCode.InvalidArgument, $"{name} of the item {item.ItemName} '{item.Include}' has the value '{text}'.",
                $"Write {yes} or {no}."));
    }

    private static AirgapException Lone(PublishItem item, string name, string other) =>
        new(ErrorCode.IncompatibleOptions, $"The item {item.ItemName} '{item.Include}' has {name}, but no {other}.",
            $"Set {other}, or remove {name}.");
}
