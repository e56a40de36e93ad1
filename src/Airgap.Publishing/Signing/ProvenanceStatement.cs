using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// SLSA provenance of a bundle that a project makes: its sources and its pinned images. Existing SBOMs of the images
/// are listed; none is made.
/// </summary>
/// <remarks>Source: slsa.dev, provenance v1; in-toto/attestation, resource_descriptor.md.</remarks>
internal static class ProvenanceStatement
{
    /// <summary>The predicate type.</summary>
    public const string PredicateType = "https://slsa.dev/provenance/v1";

    // Names, not addresses.
    private const string BuildType = "urn:airgap-build:bundle:v1";
    private const string Builder = "urn:airgap-build";

    /// <summary>Writes it.</summary>
    /// <param name="result">The relocation of the bundle.</param>
    /// <param name="project">The project's name.</param>
    /// <param name="repository">The address of the sources; empty if the SDK knows none.</param>
    /// <param name="revision">Their commit, from the SDK.</param>
    /// <param name="who">Who runs this; null if unknown.</param>
    /// <param name="version">The version.</param>
    public static byte[] Write(TransferResult result, string project, string repository, string revision, RunIdentity? who, string version)
    {
        PlannedItem root = result.Root!.Item;
        PlannedItem[] images = [.. AttachedItems.Without(result.Plan.Items).Where(item => item.Digest != root.Digest)];
        return StatementWriter.Write([new StatementWriter.Subject(null, root.Digest)], PredicateType, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("buildDefinition");
            json.WriteString("buildType", BuildType);
            json.WriteStartObject("externalParameters");
            json.WriteString("project", project);
            if (root.Tag is { } tag)
                json.WriteString("tag", tag);
            json.WriteEndObject();
            json.WriteStartArray("resolvedDependencies");
            json.WriteStartObject();
            if (repository.Length > 0)
                json.WriteString("uri", $"git+{UserInfo.Hide(repository)}");
            json.WriteStartObject("digest");
            json.WriteString("gitCommit", revision);
            json.WriteEndObject();
            json.WriteEndObject();
            foreach (PlannedItem image in images)
                Write(json, image.Source.ToString(), image.Digest, image.Content.Manifest.MediaType);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("runDetails");
            json.WriteStartObject("builder");
            json.WriteString("id", Builder);
            json.WriteStartObject("version");
            json.WriteString("Airgap.Build", version);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("metadata");
            json.WriteString("finishedOn", RelocationStatement.Time(result.Ended));
            json.WriteEndObject();
            if (who is not null)
            {
                json.WritePropertyName("who");
                who.Write(json);
            }

            json.WriteStartArray("byproducts");
            foreach (PlannedItem sbom in result.Plan.Items.Where(IsSbom))
                Write(json, sbom.Source.ToString(), sbom.Digest, sbom.Content.Manifest.ArtifactType ?? sbom.Content.Manifest.MediaType);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static bool IsSbom(PlannedItem item) =>
        (CosignTags.IsOne(item.Tag) && ArtifactKinds.OfTag(item.Tag!) == ArtifactKind.Sbom)
        || (item.Content.Manifest.Subject is not null && ArtifactKinds.OfReferrer(item.Content.Manifest) == ArtifactKind.Sbom);

    private static void Write(Utf8JsonWriter json, string uri, Digest digest, string mediaType)
    {
        json.WriteStartObject();
        json.WriteString("uri", uri);
        json.WriteStartObject("digest");
        json.WriteString(digest.Algorithm, digest.Hex);
        json.WriteEndObject();
        json.WriteString("mediaType", mediaType);
        json.WriteEndObject();
    }
}
