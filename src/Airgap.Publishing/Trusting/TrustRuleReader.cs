using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;
using Airgap.Trust.Certificates;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Notation;
using Airgap.Trust.Policies;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;

namespace Airgap.Publishing.Trusting;

/// <summary>Reads the files that a rule names: keys, a trusted root, a policy. Fetches nothing.</summary>
internal static class TrustRuleReader
{
    private const string Advice = "Name one or more keys; or identity, issuer and trusted root together; or a policy.";

    // A hundred years, in nanoseconds.
    private const decimal MostAge = 100m * 365 * 24 * 3600 * 1_000_000_000;

    /// <summary>Reads a rule.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustRule"/>, <see cref="ErrorCode.InvalidTrustKey"/>,
    /// <see cref="ErrorCode.InvalidTrustedRoot"/>, <see cref="ErrorCode.InvalidTrustPolicy"/>, 3xxx: a file.</exception>
    public static TrustRule Read(TrustSettings settings)
    {
        bool isKeyless = (settings.Identity ?? settings.Issuer ?? settings.TrustedRoot) is not null;
        if (isKeyless && (settings.Identity is null || settings.Issuer is null || settings.TrustedRoot is null))
            throw Invalid("Identity, issuer and trusted root can only be used together.");
        if (settings.MinimumAge is not null && (settings.Policy ?? settings.Store ?? settings.Certificate) is not null)
            throw Invalid("The minimum age of a signature can only be used with keys and identities.");
        if (settings.Policy is not null)
            return isKeyless || settings.Keys.Count > 0 || settings.Attestations.Count > 0
                ? throw Invalid("A policy already states who must have signed.") : ReadPolicy(settings);
        if ((settings.Store ?? settings.Certificate) is not null)
            return isKeyless || settings.Keys.Count > 0 || settings.Attestations.Count > 0
                ? throw Invalid("A trust store can only be used for Notation.") : ReadStore(settings);
        if (!isKeyless && settings.Keys.Count == 0)
            throw Invalid("No required signer is given.");
        List<Signer> signers = [.. settings.Keys.Select(ReadKey)];
        if (isKeyless)
            signers.Add(new CertificateSigner(
                TrustedRoot.Read(ReadFile(settings.TrustedRoot!), settings.TrustedRoot!), IdentityPattern.Parse(settings.Identity!),
                IdentityPattern.Parse(settings.Issuer!)));
        if (settings.MinimumAge is { } age)
            signers = [.. signers.Select(signer => new MinimumAgeSigner(signer, AgeOf(age)))];
        return new TrustRule
        {
            AnyOf = signers,
            Attestations = [.. settings.Attestations.Select(PredicateTypes.Of)],
            RootOnly = settings.RootOnly
        };
    }

    /// <summary>Reads the holder of a key.</summary>
    /// <param name="path">The PEM file of the public key.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustKey"/>, 3xxx: the file.</exception>
    public static KeySigner ReadKey(string path)
    {
        KeyAddress.RefuseVerifying(path);
        return new KeySigner(KeyFile.Read(ReadFile(path), path), path, []);
    }

    private static TimeSpan AgeOf(string text) =>
        GoDuration.TryParse(text, out decimal nanoseconds) && nanoseconds > 0 && nanoseconds < MostAge
        ? TimeSpan.FromTicks((long)(nanoseconds / 100))
        : throw Invalid($"'{text}' is not the age of a signature: write a duration such as 48h.");

    /// <summary>Reads a file that a user names, limited in size.</summary>
    public static byte[] ReadFile(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using MemoryStream content = new();
            byte[] buffer = new byte[16 * 1024];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, read);
                if (content.Length > Limits.DocumentBytes)
                    throw Invalid($"The file '{path}' has more than {Limits.DocumentBytes} bytes.");
            }

            return content.ToArray();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static TrustRule ReadPolicy(TrustSettings settings)
    {
        byte[] json = ReadFile(settings.Policy!);
        if (!IsNotation(json))
        {
            return settings.Store is null
                ? new TrustRule
                {
                    Containers = ContainersPolicy.Read(
                    json, settings.Policy!, path => ReadFile(settings.Folder is { } folder ? Path.GetFullPath(path, folder) : path)),
                    RootOnly = settings.RootOnly
                }
                : throw Invalid("A trust store can only be used with a Notation trust policy.");
        }

        return settings.Store is { } store
            ? new TrustRule
            {
                Notation = NotationPolicy.Read(json, settings.Policy!),
                Store = new NotationStore(store),
                RootOnly = settings.RootOnly
            }
            : throw new AirgapException(
                ErrorCode.InvalidTrustRule, "A Notation trust policy needs the folder of its trust stores.",
                "Name the folder that contains x509.");
    }

    private static TrustRule ReadStore(TrustSettings settings)
    {
        if (settings is not { Store: { } folder, Certificate: { } subject })
            throw Invalid(
                "A trust store and the subject of accepted certificates are needed together; a trust policy of " +
                "Notation contains both.");
        NotationStore store = new(folder);
        NotationPolicy policy = NotationPolicy.OfAll(store.Names(), subject);
        return new TrustRule { Notation = policy, Store = store, RootOnly = settings.RootOnly };
    }

    // Both are JSON objects; only Notation's has this field, and each reader refuses the other format.
    private static bool IsNotation(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("trustPolicies", out _);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static AirgapException Invalid(string message) => new(ErrorCode.InvalidTrustRule, message, Advice);
}
