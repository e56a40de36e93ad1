using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials.Keychains.Amazon;

namespace Airgap.Oci.Creating;

/// <summary>The inputs of the operations that create Amazon repositories.</summary>
/// <remarks>Source: Amazon ECR API reference; Amazon ECR Public API reference.</remarks>
internal static class EcrDocuments
{
    /// <summary>CreateRepository of a private registry.</summary>
    public static byte[] Create(EcrHost host, string name, EcrSettings settings) => JsonBytes.Object(json =>
    {
        Name(json, host, name);
        Tags(json, settings.Tags);
        if (settings.Mutability is { } mutability)
            json.WriteString("imageTagMutability", mutability);
        if (!settings.Exclusions.IsEmpty)
        {
            json.WriteStartArray("imageTagMutabilityExclusionFilters");
            foreach (string pattern in settings.Exclusions)
            {
                json.WriteStartObject();
                json.WriteString("filterType", "WILDCARD");
                json.WriteString("filter", pattern);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (settings.Encryption is { } encryption)
        {
            json.WriteStartObject("encryptionConfiguration");
            json.WriteString("encryptionType", encryption);
            if (settings.KmsKey is { } key)
                json.WriteString("kmsKey", key);
            json.WriteEndObject();
        }

        if (settings.ScanOnPush is { } scan)
        {
            json.WriteStartObject("imageScanningConfiguration");
            json.WriteBoolean("scanOnPush", scan);
            json.WriteEndObject();
        }
    });

    /// <summary>CreateRepository of the public gallery.</summary>
    public static byte[] Create(string name, EcrGallerySettings settings) => JsonBytes.Object(json =>
    {
        json.WriteString("repositoryName", name);
        Tags(json, settings.Tags);
        if (settings.Description is { } description)
        {
            json.WriteStartObject("catalogData");
            json.WriteString("description", description);
            json.WriteEndObject();
        }
    });

    /// <summary>An operation on a repository with one more string parameter.</summary>
    public static byte[] WithText(EcrHost host, string name, string property, string text) => JsonBytes.Object(json =>
    {
        Name(json, host, name);
        json.WriteString(property, text);
    });

    /// <summary>DescribeRepositories of one repository.</summary>
    public static byte[] Describe(EcrHost host, string name) => JsonBytes.Object(json =>
    {
        if (host.Account is { } account)
            json.WriteString("registryId", account);
        json.WriteStartArray("repositoryNames");
        json.WriteStringValue(name);
        json.WriteEndArray();
    });

    /// <summary>BatchCheckLayerAvailability.</summary>
    public static byte[] Layers(EcrHost host, string name, IEnumerable<Digest> digests) => JsonBytes.Object(json =>
    {
        Name(json, host, name);
        json.WriteStartArray("layerDigests");
        foreach (Digest digest in digests)
            json.WriteStringValue(digest.ToString());
        json.WriteEndArray();
    });

    private static void Name(Utf8JsonWriter json, EcrHost host, string name)
    {
        if (host.Account is { } account)
            json.WriteString("registryId", account);
        json.WriteString("repositoryName", name);
    }

    private static void Tags(Utf8JsonWriter json, ImmutableArray<KeyValuePair<string, string>> tags)
    {
        if (tags.IsEmpty)
            return;
        json.WriteStartArray("tags");
        foreach ((string key, string value) in tags)
        {
            json.WriteStartObject();
            json.WriteString("Key", key);
            json.WriteString("Value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
