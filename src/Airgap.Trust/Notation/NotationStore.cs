using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>
/// A folder of trust stores as notation keeps it: <c>x509/TYPE/NAME/*.crt</c>, PEM or DER. Read once, when a statement names it.
/// </summary>
/// <param name="folder">The folder with <c>x509</c>.</param>
internal sealed class NotationStore(string folder)
{
    private const int MaxFiles = 1000;

    private static readonly string[] s_types = ["ca", "signingAuthority", "tsa"];

    private readonly Dictionary<string, IReadOnlyList<X509Certificate2>> _read = new(StringComparer.Ordinal);

    /// <summary>The certificates of the stores of a type.</summary>
    /// <param name="stores">Each <c>type:name</c>.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustKey"/>: one does not exist or cannot be read.</exception>
    public IReadOnlyList<X509Certificate2> Of(IEnumerable<string> stores, string type)
    {
        lock (_read)
            return [.. stores.Where(store => store.StartsWith(type + ":", StringComparison.Ordinal)).SelectMany(Read)];
    }

    /// <summary>All trust stores, each <c>type:name</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustKey"/>: there is none.</exception>
    public IReadOnlyList<string> Names()
    {
        Format format = new(ErrorCode.InvalidTrustKey, $"The folder of trust stores {folder}",
            "Put the certificates of an authority into x509/ca/NAME in it, as 'notation certificate add' does.");
        try
        {
            string[] names = [.. s_types.Where(type => Directory.Exists(Path.Combine(folder, "x509", type)))
                .SelectMany(type => Directory.EnumerateDirectories(Path.Combine(folder, "x509", type))
                    .Select(one => $"{type}:{Path.GetFileName(one)}").Order(StringComparer.Ordinal))];
            return names.Any(name => !name.StartsWith("tsa:", StringComparison.Ordinal))
                ? names : throw format.Invalid("it has no store of an authority");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw format.Invalid("this user may not read it", e);
        }
    }

    private IReadOnlyList<X509Certificate2> Read(string store)
    {
        if (_read.TryGetValue(store, out IReadOnlyList<X509Certificate2>? known))
            return known;
        string path = Path.Combine([folder, "x509", .. store.Split(':')]);
        Format format = new(ErrorCode.InvalidTrustKey, $"The trust store {path}",
            "Put the certificates of the authority there, as 'notation certificate add' does.");
        try
        {
            string[] files = [.. Directory.EnumerateFiles(path).Take(MaxFiles).Order(StringComparer.Ordinal)];
            X509Certificate2[] certificates = [.. files.SelectMany(file => ReadFile(file, format))];
            if (certificates.FirstOrDefault(one => !MayBeTrusted(one, isStamper: store.StartsWith("tsa:", StringComparison.Ordinal)))
                is { } other)
                throw format.Invalid($"'{other.Subject}' in it is not the certificate of an authority");
            return _read[store] = certificates.Length > 0 ? certificates : throw format.Invalid("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw format.Invalid("it does not exist, or this user may not read it", e);
        }
    }

    // As in Notation: authorities, or certificates that sign for themselves; for timestamps, roots alone.
    private static bool MayBeTrusted(X509Certificate2 certificate, bool isStamper)
    {
        bool isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
        bool isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(one => one.CertificateAuthority);
        return isStamper ? isRoot && isAuthority : isRoot || isAuthority;
    }

    private static IReadOnlyList<X509Certificate2> ReadFile(string file, Format format) => new FileInfo(file).Length <= Limits.ConfigBytes
        ? CertificateReader.FromFile(File.ReadAllBytes(file), format)
        : throw format.Invalid($"{Path.GetFileName(file)} is too large for certificates");
}
