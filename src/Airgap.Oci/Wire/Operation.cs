using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>The purpose of a request, as text for messages.</summary>
/// <param name="Text">Ends "Cannot …": a verb and the reference.</param>
/// <param name="Reference">The image or repository.</param>
/// <param name="Digest">The digest, if known.</param>
internal sealed record Operation(string Text, string Reference, Digest? Digest = null)
{
    public static Operation OnManifest(string verb, RepositoryName repository, string tagOrDigest)
    {
        Digest? digest = Airgap.Oci.Digest.TryParse(tagOrDigest, out Digest parsed) ? parsed : null;
        string reference = $"{repository}{(digest is null ? ':' : '@')}{tagOrDigest}";
        return new(verb + " " + reference, reference, digest);
    }

    public static Operation OnBlob(string verb, RepositoryName repository, Digest digest) =>
        new($"{verb} the blob {repository}@{digest}", repository.ToString(), digest);

    public static Operation OnRepository(string verb, RepositoryName repository) => new($"{verb} {repository}", repository.ToString());

    /// <summary>A failure of this operation.</summary>
    /// <param name="code">The kind of failure.</param>
    /// <param name="what">What went wrong, without a full stop.</param>
    /// <param name="advice">One sentence.</param>
    /// <param name="inner">The cause, for a debugger.</param>
    /// <param name="status">The HTTP status, or 0.</param>
    public AirgapException Failed(ErrorCode code, string what, string advice, Exception? inner = null, int status = 0) =>
        new(code, $"Cannot {Text}: {what}.", advice, inner) { Reference = Reference, Digest = Digest?.ToString(), StatusCode = status };
}
