using Airgap.Oci.Naming;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Policies;

/// <summary>The image name that a policy accepts in a signature.</summary>
/// <remarks>Source: containers/image, docs/containers-policy.json.5.md, and signature/policy_reference_match.go.</remarks>
internal abstract record SignedIdentity
{
    private SignedIdentity()
    {
    }

    /// <summary>True when the name matches.</summary>
    /// <param name="image">The image as requested.</param>
    /// <param name="signed">The name in the signature.</param>
    public bool Accepts(ImageReference image, string signed) =>
        ImageReference.TryParse(signed, out ImageReference? name, out _) && Fits(image, name, HasSelector(signed));

    /// <summary>Reads <c>signedIdentity</c>; the default where it is missing.</summary>
    public static SignedIdentity Read(JsonFields? fields)
    {
        if (fields is null)
            return new RepoDigestOrExact();
        SignedIdentity identity = fields.NeededText("type") switch
        {
            "matchRepoDigestOrExact" => new RepoDigestOrExact(),
            "matchExact" => new Exact(),
            "matchRepository" => new Repository(),
            "exactReference" => new ExactReference(Reference(fields, "dockerReference")),
            "exactRepository" => new ExactRepository(Name(fields, "dockerRepository")),
            "remapIdentity" => new Remap(PrefixOf(fields, "prefix"), PrefixOf(fields, "signedPrefix")),
            { } other => throw fields.Format.Invalid($"the signedIdentity '{other}' is not known"),
        };
        fields.Only();
        return identity;
    }

    // If the text has neither tag nor digest, ‹signed› has the tag latest; such a name is never exact.
    private protected abstract bool Fits(ImageReference image, ImageReference signed, bool isWhole);

    private static bool HasSelector(string text) => text.Contains('@') || text.LastIndexOf(':') > text.LastIndexOf('/');

    private static bool IsSame(ImageReference image, ImageReference signed) =>
        image.Repository == signed.Repository && image.Digest == signed.Digest
        // An image by digest has a tag only for display; a name in a policy or a signature means both.
        && (image.Tag == signed.Tag || (image.Digest is not null && signed.Tag is null));

    private static bool FitsDigestOrExact(ImageReference image, ImageReference signed, bool isWhole) =>
        isWhole && (image.Digest is not null ? image.Repository == signed.Repository : IsSame(image, signed));

    private static ImageReference Reference(JsonFields fields, string name) =>
        ImageReference.TryParse(fields.NeededText(name), out ImageReference? reference, out string? problem)
            && HasSelector(fields.NeededText(name))
            ? reference
            : throw fields.Format.Invalid($"'{name}' is not a reference with a tag or digest{(problem is null ? "" : ": " + problem)}");

    private static RepositoryName Name(JsonFields fields, string name) =>
        RepositoryName.TryParse(fields.NeededText(name), out RepositoryName? repository, out string? problem)
        ? repository
        : throw fields.Format.Invalid($"'{name}' is not a repository: {problem}");

    // A prefix in another spelling would match nothing, and the identity would be another one than the policy seems to demand.
    private static string PrefixOf(JsonFields fields, string name) =>
        fields.NeededText(name) is { } text && IsPrefix(text)
        ? text
        : throw fields.Format.Invalid($"'{name}' is not a host, a namespace or a repository");

    private static bool IsPrefix(string text)
    {
        int slash = text.IndexOf('/');
        string host = slash < 0 ? text : text[..slash];
        return RepositoryName.TryParse(slash < 0 ? $"{host}/a" : text, out RepositoryName? whole, out _)
            && PolicyScopes.NameOf(whole).EndsWith(slash < 0 ? "/a" : text[slash..], StringComparison.Ordinal);
    }

    private sealed record RepoDigestOrExact : SignedIdentity
    {
        private protected override bool Fits(ImageReference image, ImageReference signed, bool isWhole) =>
            FitsDigestOrExact(image, signed, isWhole);
    }

    private sealed record Exact : SignedIdentity
    {
        private protected override bool Fits(ImageReference image, ImageReference signed, bool isWhole) => isWhole && IsSame(image, signed);
    }

    private sealed record Repository : SignedIdentity
    {
        private protected override bool Fits(ImageReference image, ImageReference signed, bool isWhole) =>
            image.Repository == signed.Repository;
    }

    private sealed record ExactReference(ImageReference Wanted) : SignedIdentity
    {
        private protected override bool Fits(ImageReference image, ImageReference signed, bool isWhole) =>
            isWhole && IsSame(Wanted, signed) && Wanted.Tag == signed.Tag;
    }

    private sealed record ExactRepository(RepositoryName Wanted) : SignedIdentity
    {
        private protected override bool Fits(ImageReference image, ImageReference signed, bool isWhole) => Wanted == signed.Repository;
    }

    private sealed record Remap(string Prefix, string SignedPrefix) : SignedIdentity
    {
        private protected override bool Fits(ImageReference image, ImageReference signed, bool isWhole)
        {
            string name = PolicyScopes.NameOf(image.Repository);
            if (name != Prefix && !name.StartsWith(Prefix + "/", StringComparison.Ordinal))
                return FitsDigestOrExact(image, signed, isWhole);
            string text = image.ToString();
            string selector = text[image.Repository.ToString().Length..];
            return ImageReference.TryParse(SignedPrefix + name[Prefix.Length..] + selector, out ImageReference? remapped, out _)
                && FitsDigestOrExact(remapped, signed, isWhole);
        }
    }
}
