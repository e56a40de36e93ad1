using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci.Content;
using Airgap.Oci.Files;

namespace Airgap.Oci.Creating;

/// <summary>Reads <see cref="RepositorySettings"/> from a JSON file, before anything is sent.</summary>
internal static class RepositorySettingsFile
{
    private const int MaxBytes = 1024 * 1024;

    // Source: AWS::ECR::Repository, ImageTagMutabilityExclusionFilter.
    private static readonly SearchValues<char> s_patternCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._*-");

    /// <summary>Reads a file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepositorySettings"/>.</exception>
    public static RepositorySettings Read(string path)
    {
        byte[] json;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw SettingsObject.OfFile(path, "it is larger than 1 MiB");
            json = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw SettingsObject.OfFile(path, $"it cannot be read ({e.Message.TrimEnd('.')})", e);
        }

        return Parse(json, path);
    }

    /// <summary>Parses a file's content.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepositorySettings"/>.</exception>
    public static RepositorySettings Parse(byte[] json, string path)
    {
        try
        {
            if (Utf16Text.IsUnmarked(json))
                throw SettingsObject.OfFile(path, Utf16Text.Unmarked);
            ReadOnlyMemory<byte> text = json.AsSpan().StartsWith("\uFEFF"u8) ? json.AsMemory(3) : Utf16Text.ToUtf8(json.AsMemory());
            using JsonDocument document =
                JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            JsonTexts.Require(text.Span);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(new SettingsObject(document.RootElement, "", path))
                : throw SettingsObject.OfFile(path, "it is not a JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw SettingsObject.OfFile(path, $"it is not JSON ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static RepositorySettings Read(SettingsObject root)
    {
        RepositorySettings settings = new()
        {
            Ecr = root.Object("ecr") is { } ecr ? ReadEcr(ecr) : new(),
            EcrPublic = root.Object("ecrPublic") is { } gallery ? ReadGallery(gallery) : new(),
            Harbor = root.Object("harbor") is { } harbor ? ReadHarbor(harbor) : new(),
            Quay = root.Object("quay") is { } quay ? ReadQuay(quay) : new(),
        };
        root.End();
        return settings;
    }

    private static EcrSettings ReadEcr(SettingsObject ecr)
    {
        SettingsObject? encryption = ecr.Object("encryption");
        EcrSettings settings = new()
        {
            Tags = TagsOf(ecr),
            Mutability =
                ecr.Choice("imageTagMutability", "MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"),
            Exclusions = ecr.Texts("imageTagMutabilityExclusions", 5, 128),
            Encryption = encryption?.Choice("type", "AES256", "KMS", "KMS_DSSE"),
            KmsKey = encryption?.Text("kmsKey", 2048),
            ScanOnPush = ecr.Flag("scanOnPush"),
            LifecyclePolicy = ecr.Document("lifecyclePolicy", 30_720),
            RepositoryPolicy = ecr.Document("repositoryPolicy", 10_240),
        };
        ecr.End();
        encryption?.End();
        if (encryption is not null && settings.Encryption is null)
            throw ecr.Wrong("encryption", "it has no 'type'");
        if (settings.KmsKey is not null && settings.Encryption == "AES256")
            throw ecr.Wrong("encryption", "a 'kmsKey' is only for KMS and KMS_DSSE");
        bool excludes = settings.Mutability?.EndsWith("_EXCLUSION", StringComparison.Ordinal) == true;
        if (excludes == settings.Exclusions.IsEmpty)
            throw ecr.Wrong("imageTagMutabilityExclusions", excludes
                ? $"{settings.Mutability} needs at least one pattern, such as dev-*"
                : "patterns are only for MUTABLE_WITH_EXCLUSION and IMMUTABLE_WITH_EXCLUSION");
        if (settings.Exclusions.FirstOrDefault(pattern => pattern.AsSpan().ContainsAnyExcept(s_patternCharacters)) is { } odd)
            throw ecr.Wrong("imageTagMutabilityExclusions", $"'{odd}' has characters other than letters, digits and . _ - *");
        return settings;
    }

    private static EcrGallerySettings ReadGallery(SettingsObject gallery)
    {
        EcrGallerySettings settings = new()
        {
            Tags = TagsOf(gallery),
            Description = gallery.Text("description", 1024),
            RepositoryPolicy = gallery.Document("repositoryPolicy", 10_240),
        };
        gallery.End();
        return settings;
    }

    private static HarborSettings ReadHarbor(SettingsObject harbor)
    {
        HarborSettings settings =
            new() { Public = harbor.Flag("public") ?? false, StorageLimit = harbor.Number("storageLimit", -1) };
        harbor.End();
        return settings;
    }

    private static QuaySettings ReadQuay(SettingsObject quay)
    {
        QuaySettings settings = new()
        {
            Public = quay.Choice("visibility", "private", "public") == "public",
            Description = quay.Text("description", 4096) ?? "",
            CreateOrganization = quay.Flag("createOrganization") ?? false,
            OrganizationEmail = quay.Text("organizationEmail", 320),
        };
        quay.End();
        return settings;
    }

    // Amazon reserves keys that begin with aws:.
    private static ImmutableArray<KeyValuePair<string, string>> TagsOf(SettingsObject settings)
    {
        ImmutableArray<KeyValuePair<string, string>> tags = settings.Pairs("tags", 50, 128, 256);
        return tags.Any(tag => tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            ? throw settings.Wrong("tags", "keys that begin with 'aws:' are reserved") : tags;
    }
}
