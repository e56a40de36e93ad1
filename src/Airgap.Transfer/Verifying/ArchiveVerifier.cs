using System.Formats.Tar;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Verifying;

/// <summary>Verifies an archive: every entry against its name, manifest.json against itself, and both against each other.</summary>
internal sealed class ArchiveVerifier(string path)
{
    private const string ManifestName = "manifest.json";

    // Configs and manifests of ten thousand images stay below a tenth of this.
    private const long MaxManifestBytes = 256 * 1024 * 1024;
    private readonly Findings _findings = new();
    private readonly Dictionary<string, (long Offset, long Size)> _entries = new(StringComparer.Ordinal);

    public async Task<VerificationResult> VerifyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            byte[]? json = await EntriesAsync(file, cancellationToken);
            if (json is null)
                Invalid($"it holds no readable {ManifestName}");
            else
                await ManifestAsync(file, json, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }

        return _findings.Result(path);
    }

    private void Invalid(string why, Digest? digest = null) => _findings.Add(ErrorCode.InvalidArchive, $"'{path}': {why}.", path, digest);

    private async Task<byte[]?> EntriesAsync(FileStream file, CancellationToken cancellationToken)
    {
        byte[]? json = null;
        long end = 0;
        try
        {
            await using TarReader tar = new(file, leaveOpen: true);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                end = entry.DataOffset + ((entry.Length + 511) / 512 * 512);
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    Invalid($"the entry '{entry.Name}' is not a regular file");
                else if (!_entries.TryAdd(entry.Name, (entry.DataOffset, entry.Length)))
                    Invalid($"it holds two entries named '{entry.Name}'");
                else if (entry.Name == ManifestName)
                    json = await JsonAsync(entry, cancellationToken);
                else if (DigestOf(entry.Name) is { } digest)
                    await _findings.CheckAsync(entry.DataStream ?? Stream.Null, digest, null, $"{path}: {entry.Name}", cancellationToken);
                else
                    Invalid($"the entry '{entry.Name}' is unknown");
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            Invalid($"it is damaged or truncated after byte {end}");
            return json;
        }

        if (file.Length < end + 1024)
            Invalid("it is truncated: the end of the archive is missing");
        return json;
    }

    private async Task<byte[]?> JsonAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Length > MaxManifestBytes || entry.DataStream is null)
            return null;
        byte[] bytes = new byte[entry.Length];
        await entry.DataStream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static Digest? DigestOf(string name)
    {
        const string suffix = ".tar.gz";
        int dash = name.IndexOf('-');
        return dash > 0 && name.EndsWith(suffix, StringComparison.Ordinal) && Digest.TryParse($"{name[..dash]}:{name[(dash + 1)..^suffix.Length]}", out Digest digest) ? digest : null;
    }

    private async Task ManifestAsync(FileStream file, byte[] json, CancellationToken cancellationToken)
    {
        ArchiveListing listing;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            listing = new ArchiveListing(path, _findings);
            listing.Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            Invalid($"its {ManifestName} is malformed, or holds a field twice");
            return;
        }

        HashSet<string> wanted = [ManifestName];
        foreach ((Digest image, Descriptor layer, bool isOptional) in listing.Layers)
        {
            string name = $"{layer.Digest.Algorithm}-{layer.Digest.Hex}.tar.gz";
            wanted.Add(name);
            if (!_entries.TryGetValue(name, out (long Offset, long Size) entry))
            {
                if (!isOptional)
                    _findings.Add(ErrorCode.ArchiveLayerMissing, $"'{path}' lacks {name}, a layer of {image}.", path, layer.Digest);
            }
            else if (entry.Size != layer.Size)
            {
                _findings.Add(ErrorCode.SizeMismatch, $"'{path}': {name} has {entry.Size} bytes, and {image} says {layer.Size}.", path, layer.Digest);
            }
        }

        foreach (string name in _entries.Keys.Where(name => DigestOf(name) is not null && !wanted.Contains(name)))
            Invalid($"no image refers to the entry '{name}'", DigestOf(name));
        foreach (Manifest bundle in listing.Bundles)
            await BundleAsync(file, bundle, listing, cancellationToken);
    }

    /// <summary>Everything that a bundle's lock pins must be in the archive.</summary>
    private async Task BundleAsync(FileStream file, Manifest bundle, ArchiveListing listing, CancellationToken cancellationToken)
    {
        ImageReference reference = listing.References[bundle.Digest];
        try
        {
            Descriptor layer = BundleContent.LayerOf(bundle, reference);
            if (!_entries.TryGetValue($"{layer.Digest.Algorithm}-{layer.Digest.Hex}.tar.gz", out (long Offset, long Size) entry))
                return;
            await using FileStream again = new(file.Name, FileMode.Open, FileAccess.Read, FileShare.Read) { Position = entry.Offset };
            await using LimitedStream content = new(again, entry.Size);
            foreach (LockedImage locked in (await BundleContent.ReadAsync(content, reference, withPackages: false, cancellationToken)).Lock.Images)
            {
                if (!listing.References.ContainsKey(locked.Image.Digest!.Value))
                    _findings.Add(ErrorCode.ImageNotFound, $"'{path}' lacks {locked.Image}, which the bundle {reference} pins.", locked.Image.ToString(), locked.Image.Digest);
            }
        }
        catch (AirgapException e)
        {
            _findings.Add(e, reference.ToString(), bundle.Digest);
        }
    }
}
