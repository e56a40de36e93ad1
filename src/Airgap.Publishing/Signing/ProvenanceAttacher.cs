using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;
using Airgap.Trust.Stored;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Signing;

/// <summary>Attaches the provenance of a bundle that a project makes, at the bundle's destination.</summary>
internal static class ProvenanceAttacher
{
    /// <summary>Refuses impossible requests before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ProvenanceNotPossible"/>.</exception>
    public static void Check(PublishSettings settings, IReadOnlyList<Declaration> declarations)
    {
        if (!settings.Provenance)
            return;
        if (settings.SigningKey.Length == 0)
            throw Impossible("no key signs it", $"Set {PropertyNames.SigningKey}.");
        if (!declarations.Any(declaration => declaration.Item.IsProduced))
            throw Impossible("the project makes no bundle", "Declare ImgpkgBundleContent, or omit the property.");
        if (settings.SourceRevision.Length == 0)
            throw Impossible("the SDK does not know the commit of the project's sources",
                "Publish with 'dotnet publish' in a working copy of git, or set SourceRevisionId, and RepositoryUrl.");
        if (declarations.FirstOrDefault(
            declaration => declaration is { Item.IsProduced: true, Destination: RelocationDestination.Archive }) is { } archived)
            throw Impossible($"it can only be attached in a registry, but {archived.Destination} is not one",
                "Attach it when the bundle is published to a registry; archives written from there include it.");
    }

    /// <summary>Attaches it, unless one by the same key exists.</summary>
    public static async Task AttachAsync(
        PublishSettings settings, SigningKey key, TransferResult result, IRegistry registry, string version,
        CancellationToken cancellationToken)
    {
        if (result is not { Destination: RelocationDestination.Repository { Name: var name }, Root: { } root })
            return;
        IImageRepository repository = registry.GetRepository(name);
        SignatureDemand mine = new() { AnyOf = [new KeySigner(key.Public, key.Name, [])], Predicate = ProvenanceStatement.PredicateType };
        Verdict verdict = await new ImageVerifier(new RepositorySignatures(repository), TimeProvider.System).VerifyAsync(
            root.Item.Digest, name.ToString(), mine, cancellationToken);
        if (verdict.IsAccepted)
            return;
        Descriptor image = root.Item.Content.Manifest.Descriptor;
        RunIdentity? who = RunIdentity.Find(Environment.GetEnvironmentVariable, settings.RecordUser);
        byte[] statement = ProvenanceStatement.Write(
            result, settings.ProjectName, settings.SourceRepository, settings.SourceRevision, who, version);
        byte[] bundle = await BundleWriter.OfStatementAsync(key, statement, cancellationToken);
        await AttachedBundle.PushAsync(repository, image, bundle, ProvenanceStatement.PredicateType, cancellationToken);
    }

    private static AirgapException Impossible(string why, string advice) =>
        new(ErrorCode.ProvenanceNotPossible, $"{PropertyNames.Provenance} is set, but {why}.", advice);
}
