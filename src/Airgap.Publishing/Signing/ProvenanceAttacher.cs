using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Judging;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;
using Airgap.Trust.Stored;

namespace Airgap.Publishing.Signing;

/// <summary>Attaches the provenance of a bundle that a project makes, where the bundle arrived.</summary>
internal static class ProvenanceAttacher
{
    /// <summary>Refuses what cannot be, before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ProvenanceNotPossible"/>.</exception>
    public static void Check(PublishSettings settings, IReadOnlyList<Declaration> declarations)
    {
        if (!settings.Provenance)
            return;
        if (settings.SigningKey.Length == 0)
            throw Impossible("no key signs it", $"Set {PropertyNames.SigningKey}.");
        if (!declarations.Any(declaration => declaration.Item.IsProduced))
            throw Impossible("the project makes no bundle", "Declare ImgpkgBundleContent, or leave it out.");
        if (settings.SourceRevision.Length == 0)
            throw Impossible("the SDK knows no commit of the project's sources",
                "Publish with 'dotnet publish' in a working copy of git, or set SourceRevisionId, and RepositoryUrl.");
        if (declarations.FirstOrDefault(
            declaration => declaration is { Item.IsProduced: true, Destination: RelocationDestination.Archive }) is { } archived)
            throw Impossible($"it is attached in a registry, and {archived.Destination} is none",
                "Attach it where the bundle is published to a registry; from there it goes along into archives.");
    }

    /// <summary>Attaches it, unless one by the key is there already.</summary>
    public static async Task AttachAsync(
        PublishSettings settings, SigningKey key, TransferResult result, IRegistry registry, string version,
        CancellationToken cancellationToken)
    {
        if (result is not { Destination: RelocationDestination.Repository { Name: var name }, Root: { } root })
            return;
        IImageRepository repository = registry.GetRepository(name);
        Demand mine = new() { AnyOf = [new KeySigner(key.Public, key.Name, [])], Predicate = ProvenanceStatement.PredicateType };
        Verdict verdict = await new ImageJudge(new RepositorySignatures(repository), TimeProvider.System).JudgeAsync(
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
        new(ErrorCode.ProvenanceNotPossible, $"{PropertyNames.Provenance} is set, and {why}.", advice);
}
