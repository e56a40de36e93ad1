using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Airgap.Oci.Mirrors;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>
/// The endpoints from which a client reads its sources, by registries.conf; records which mirrors were read, and which failed.
/// </summary>
/// <param name="conf">The settings.</param>
/// <param name="open">Opens a repository; true for one with plain http and any certificate.</param>
/// <param name="options">Receives notices.</param>
internal sealed class SourceMirrors(RegistriesConf conf, Func<RepositoryName, bool, IImageRepository> open, RegistryOptions options)
{
    private readonly ConcurrentDictionary<string, bool> _isDown = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Of, string From), SourceUse> _use = new();
    private readonly ConcurrentDictionary<(RepositoryName Of, Digest Digest), ImmutableArray<RepositoryName>> _read = new();

    /// <summary>True if any source was looked for.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>The registry that is asked first for a source; null if no rule applies.</summary>
    public string? FirstHostOf(RepositoryName name)
    {
        if (conf.Find(name) is not { } rule)
            return null;
        return rule.Mirrors.Append(rule.Own).Select(place => RegistriesConf.At(place, rule, name)).Where(place => !IsDown(place))
            .Select(place => place.Registry).FirstOrDefault();
    }

    /// <summary>A repository that is read from mirrors; null if no rule applies.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RegistryBlocked"/>,
    /// <see cref="ErrorCode.InvalidRegistriesConf"/>.</exception>
    public IImageRepository? Find(RepositoryName name)
    {
        WasAsked = true;
        if (conf.Find(name) is not { } rule)
            return null;
        if (rule.IsBlocked)
        {
            throw new AirgapException(
                ErrorCode.RegistryBlocked, $"registries.conf blocks {name} (prefix '{rule.Prefix}').",
                "Use another source, or remove the block.")
            { Reference = name.ToString() };
        }

        SourceEndpoint own = Place(rule.Own, isMirror: false);
        SourceEndpoint[] mirrors = [.. rule.Mirrors.Select(mirror => Place(mirror, isMirror: true))];
        return new MirroredRepository(name, [.. mirrors, own], open(name, false), this);

        SourceEndpoint Place(MirrorEndpoint place, bool isMirror)
        {
            RepositoryName there = RegistriesConf.At(place, rule, name);
            return new SourceEndpoint(open(there, place.IsInsecure), place, isMirror);
        }
    }

    /// <summary>Warns about settings that have no effect.</summary>
    public void WarnAboutIgnored()
    {
        foreach (string ignored in conf.Ignored)
            options.Notice?.Invoke($"registries.conf: {ignored}.");
    }

    /// <summary>The mirrors that were read.</summary>
    public IReadOnlyList<SourceUse> Use =>
        [.. _use.Values.OrderBy(use => use.Of, StringComparer.Ordinal).ThenBy(use => use.From, StringComparer.Ordinal)];

    /// <summary>Reports the mirrors that were read.</summary>
    public void ReportMirrors()
    {
        foreach (SourceUse use in Use)
        {
            options.SourceRead?.Invoke(use);
            options.Notice?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{use.From} was read in place of {use.Of}: {use.Manifests} manifests, {use.Blobs} blobs, {use.Bytes} bytes."));
        }
    }

    /// <summary>True for a mirror that was unreachable before.</summary>
    public bool IsDown(RepositoryName place) => _isDown.ContainsKey(place.Registry);

    /// <summary>Records that a mirror failed, so that the next endpoint is read.</summary>
    public void NoteFailure(RepositoryName place, AirgapException failure)
    {
        if (IsAbsence(failure))
            return;
        if (failure.Code is ErrorCode.RegistryUnreachable or ErrorCode.RegistryTimeout or ErrorCode.RegistryCertificate
            or ErrorCode.ClientCertificateRefused or ErrorCode.DigestMismatch or ErrorCode.SizeMismatch)
            _isDown.TryAdd(place.Registry, true);
        if (_told.TryAdd(place.Registry, true))
        {
            options.Warning?.Invoke(new Diagnostic(
                ErrorCode.MirrorFailed, $"The mirror {place.Registry} fails, so others are read: {failure.Message}",
                "Repair the mirror, or remove it from registries.conf."));
        }
    }

    /// <summary>The mirrors that supplied any of some content, by name.</summary>
    public ImmutableArray<RepositoryName> Of(RepositoryName of, IEnumerable<Digest> content) =>
        [.. content.SelectMany(digest => _read.GetValueOrDefault((of, digest), [])).Distinct().OrderBy(
            mirror => mirror.ToString(), StringComparer.Ordinal)];

    /// <summary>Records that content was read.</summary>
    public void NoteRead(RepositoryName of, RepositoryName from, Digest content, long manifests, long blobs, long bytes)
    {
        if (of != from)
        {
            _read.AddOrUpdate((of, content), [from], (_, known) => known.Contains(from) ? known : known.Add(from));

            // For another repository of the same registry, the registries' names are not enough.
            _use.AddOrUpdate(
                of.Registry != from.Registry ? (of.Registry, from.Registry) : (of.ToString(), from.ToString()),
                key => new SourceUse(key.Of, key.From, manifests, blobs, bytes),
                (_, use) => use.And(manifests, blobs, bytes));
        }
    }

    /// <summary>True for a failure of a registry, after which another may serve.</summary>
    public static bool IsOfRegistry(AirgapException failure) => (int)failure.Code is >= 1000 and < 2000;

    private static bool IsAbsence(AirgapException failure) =>
        failure.Code is ErrorCode.ManifestUnknown or ErrorCode.RepositoryUnknown or ErrorCode.BlobUnknown;
}

/// <summary>A repository at one of a source's endpoints.</summary>
/// <param name="Repository">The repository there.</param>
/// <param name="Setting">Its setting.</param>
/// <param name="IsMirror">False for the registry itself, the last endpoint.</param>
internal sealed record SourceEndpoint(IImageRepository Repository, MirrorEndpoint Setting, bool IsMirror);
