using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.Commands;

/// <summary>The flags that select packages and platforms of a bundle.</summary>
internal sealed class SelectionFlags
{
    private readonly Option<string[]> _packages = Flag.Repeated(
        "--package", "NAME@RANGE",
        "Package of a package repository to copy, such as 'cert-manager.example.com@>=1.12.0 <2.0.0', '*.example.com@latest:2' or a name " +
        "alone; other packages are not copied");
    private readonly Option<string?> _prereleases =
        Flag.Text("--prereleases", "IDENTIFIERS", "Pre-release identifiers of packages to include, separated by commas; '*' for all");
    private readonly Option<string[]> _platforms =
        Flag.Repeated("--platform", "OS/ARCH", "Platform whose images to copy, such as linux/amd64; others are not copied");
    private readonly Option<string> _missing =
        Flag.Choice("--missing-platform", "What to do with an image that has no such platform", "fail", "fail", "skip");
    private readonly Option<string> _mode =
        Flag.Choice("--platform-mode",
            "How to copy an index when only some of its platforms are selected: rewrite it without the others, or, with sparse, keep " +
            "its digest, which docker-registry 2.8 and others refuse", "rewrite", "rewrite", "sparse");
    private readonly Option<bool> _flatten = Flag.Switch("--flatten", "Replace an index with one selected image by that image");
    private readonly Option<bool> _dropUnreferenced =
        Flag.Switch("--drop-unreferenced", "Omit images that no selected package names, even if nothing proves that they are not needed");

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_packages, _prereleases, _platforms, _missing, _mode, _flatten, _dropUnreferenced];

    /// <summary>Reads the selection.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSelection"/> or
    /// <see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public BundleSelection Read(ParseResult parsed)
    {
        BundleSelection selection = new()
        {
            Packages = [.. (parsed.GetValue(_packages) ?? []).SelectMany(PackageChoice.ParseAll)],
            Prereleases = Prereleases(parsed.GetText(_prereleases)),
            Platforms = [.. (parsed.GetValue(_platforms) ?? []).SelectMany(PlatformChoice.ParseAll)],
            SkipMissingPlatforms = parsed.GetValue(_missing) == "skip",
            Sparse = parsed.GetValue(_mode) == "sparse",
            Flatten = parsed.GetValue(_flatten),
            DropUnreferenced = parsed.GetValue(_dropUnreferenced),
        };
        if (selection is { Sparse: true, Flatten: true })
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot use --flatten with --platform-mode sparse",
                "Omit one: an unchanged index is not replaced.");
        if (selection.Platforms.IsEmpty && (selection.Flatten || selection.SkipMissingPlatforms || selection.Sparse))
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag " +
                $"{(selection.Flatten ? "--flatten" : selection.Sparse ? "--platform-mode sparse" : "--missing-platform skip")} can only " +
                "be used with --platform",
                "Give a platform, or omit the flag.");
        if (selection.Packages.IsEmpty && selection.Prereleases is not null)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --prereleases can only be used with --package", "Give a package, or omit the flag.");
        return selection;
    }

    private static ImmutableArray<string>? Prereleases(string? text) =>
        text is null ? null
        : text.Trim() == "*" ? []
        : TagConstraints.ParsePrereleases(text) is { } identifiers ? [.. identifiers]
        : throw new AirgapException(
            ErrorCode.InvalidSelection, $"'{text}' is not a list of pre-releases.", "Write identifiers such as alpha,rc, or '*' for all.");
}
