using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Airgap.Oci;

namespace Airgap.Build;

/// <summary>Advice in the words of a project: properties and items, in place of a command line's options.</summary>
internal static partial class BuildAdvice
{
    /// <summary>What to do about a code whose advice elsewhere names options.</summary>
    public static FrozenDictionary<ErrorCode, string> ByCode { get; } = new Dictionary<ErrorCode, string>
    {
        [ErrorCode.RegistryCertificate] = "Name the authority that signed it, as a PEM file, in AirgapCaCertificates.",
        [ErrorCode.RegistryTimeout] = "Try again; AirgapResponseHeaderTimeout and AirgapStallTimeout allow more time.",
        [ErrorCode.RegistryUnreachable] = "If the registry speaks plain http, allow it with AirgapInsecure=true.",
        [ErrorCode.TooManyRequests] = "Try again later, log in for a higher limit, or wait longer with AirgapLoadWait.",
        [ErrorCode.RegistryFailed] = "Try again; AirgapLoadWait waits longer; if it stays, the registry's log tells why.",
        [ErrorCode.ManifestUnknown] = "Check the name, and the tag or digest, of the item.",
        [ErrorCode.NotAPackageRepository] = "Put Package and PackageMetadata files under packages/.",
        [ErrorCode.NotABundle] = "Declare it as ImgpkgImage, or name a bundle.",
        [ErrorCode.UnexpectedBundle] = "Declare it as ImgpkgBundle, so that its images come along.",
        [ErrorCode.LayersSkipped] = "Set AirgapIncludeNonDistributableLayers=true to carry them, if their licence allows it.",
        [ErrorCode.NoLayersToInclude] = "AirgapIncludeNonDistributableLayers makes no difference here.",
        [ErrorCode.ArchiveLayerMissing] = "Write the archive again with AirgapIncludeNonDistributableLayers=true, or import it without.",
        [ErrorCode.ArchiveRootUnknown] = "Write the archive again with AirgapArchive, from the item that declares the bundle.",
        [ErrorCode.InvalidArchive] = "Copy it again from where it was written, or write it again with AirgapArchive.",
        [ErrorCode.DiskFull] = "Free some space and publish again, which keeps what is there, or write it to another disk.",
        [ErrorCode.DestinationDamaged] =
            "The registry keeps the damaged file under this digest and takes no other. Remove the digest from its storage, or garbage-collect it there, and publish again with AirgapRepair=true.",
    }.ToFrozenDictionary();

    // These speak of what a project declares, whatever the library advises.
    private static readonly ErrorCode[] s_always = [ErrorCode.NotABundle, ErrorCode.UnexpectedBundle, ErrorCode.LayersSkipped, ErrorCode.NoLayersToInclude, ErrorCode.DestinationDamaged];

    /// <summary>The same, without a word of a command line.</summary>
    public static Diagnostic Of(Diagnostic diagnostic)
    {
        if (!ByCode.TryGetValue(diagnostic.Code, out string? advice))
            return diagnostic;
        string message = Hint().Replace(diagnostic.Message, "");
        bool speaks = message != diagnostic.Message || Option().IsMatch(diagnostic.Advice) || s_always.Contains(diagnostic.Code);
        // A declaration that is refused before any request has advice of its own, which names the item.
        return speaks && !diagnostic.Advice.Contains("Imgpkg", StringComparison.Ordinal) ? diagnostic with { Message = message, Advice = advice } : diagnostic with { Message = message };
    }

    /// <summary>An option of this product's command line, or a command of it.</summary>
    [GeneratedRegex(@"(^|[\s'(])(--[a-z][a-z-]+|-[bi]\b|'copy )")]
    internal static partial Regex Option();

    // imgpkg's way to say what to type.
    [GeneratedRegex(@" ?\(hint: [^)]*\)")]
    private static partial Regex Hint();
}
