using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>The manifest.json of an imgpkg archive: a list of images and indexes, which may be of any length.</summary>
/// <param name="archive">The archive.</param>
/// <param name="entry">The entry of the list.</param>
internal sealed class ManifestJson(ArchiveReader archive, ArchiveEntry entry)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Reads its elements one by one. Checks every digest, and that at most one bundle is marked as root.</summary>
    /// <param name="tree">Reads an element.</param>
    /// <param name="failures">Collects damaged elements, which are skipped; null to throw at the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        ArchivedTree tree, ImageFailures? failures, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await IsNullAsync(cancellationToken))
            yield break;
        await using ElementStream json = new(archive.File.OpenStream(entry.Offset, BufferSize), entry.Size);
        await using IAsyncEnumerator<ArchiveElement?> elements = JsonSerializer
            .DeserializeAsyncEnumerable(json, ArchiveJsonContext.Default.ArchiveElement, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        ArchivedItem? root = null;
        while (true)
        {
            try
            {
                if (!await elements.MoveNextAsync())
                    yield break;
            }
            catch (JsonException e)
            {
                throw archive.Invalid(
                    $"its {ArchiveLayout.ManifestName} is malformed, or has a field twice, at byte {e.BytePositionInLine}", e);
            }
            catch (InvalidDataException e)
            {
                throw archive.Invalid(e.Message, e);
            }

            json.BeginElement();
            if (elements.Current is { ImageIndex: null, Image: null } && ForeignArchive.Recognise(archive.File) is { } foreign)
                throw foreign;
            if (Item(tree, elements.Current, failures) is not { } item)
                continue;
            if (item.IsRoot)
                root = OnlyRoot(root, item);
            yield return item;
        }
    }

    /// <summary>Its digest.</summary>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    public async Task<Digest> HashAsync(HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        try
        {
            await using LimitedStream manifest = new(archive.File.OpenStream(entry.Offset, BufferSize), entry.Size);
            return Digest.FromHash(algorithm, await CryptographicOperations.HashDataAsync(algorithm, manifest, cancellationToken));
        }
        catch (IOException e)
        {
            throw IoFailures.Translate(e, archive.Path);
        }
    }

    private ArchivedItem OnlyRoot(ArchivedItem? known, ArchivedItem item)
    {
        if (known is not null)
            throw archive.Invalid($"it marks two root bundles, {known.Source} and {item.Source}");
        return item.IsBundle ? item : throw archive.Invalid($"it marks {item.Source} as its root bundle, which is not a bundle");
    }

    // Go writes an empty list as null.
    private async Task<bool> IsNullAsync(CancellationToken cancellationToken)
    {
        byte[] text = new byte[4];
        if (entry.Size != text.Length)
            return false;
        await using Stream file = archive.File.OpenStream(entry.Offset);
        return await file.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken) == text.Length
            && text.AsSpan().SequenceEqual("null"u8);
    }

    private ArchivedItem? Item(ArchivedTree tree, ArchiveElement? element, ImageFailures? failures)
    {
        try
        {
            return element switch
            {
                { ImageIndex: { } index } => tree.Item(index),
                { Image: { } image } => tree.Item(image),
                _ => throw archive.Invalid($"its {ArchiveLayout.ManifestName} contains an element that is neither image nor index"),
            };
        }
        catch (AirgapException e) when (failures?.Take(ArchivedTree.NameOf(element), ArchivedTree.DigestOf(element), e) == true)
        {
            return null;
        }
    }
}
