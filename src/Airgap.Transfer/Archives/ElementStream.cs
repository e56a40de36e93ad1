using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>
/// The bytes of manifest.json. Each element is read into memory as a whole and limited in size; their number is not
/// limited.
/// </summary>
internal sealed class ElementStream(Stream inner, long length) : LimitedStream(inner, length)
{
    /// <summary>
    /// An index of a hundred images with the largest manifests and configs that registries accept would be larger, but
    /// no real index has even a tenth of this size.
    /// </summary>
    public const int MaxElement = 64 * 1024 * 1024;

    private long _read;

    /// <summary>Signals that the previous element has been consumed.</summary>
    public void BeginElement() => _read = 0;

    /// <exception cref="InvalidDataException">The element is too large; the message ends a sentence.</exception>
    protected override void OnRead(ReadOnlySpan<byte> bytes)
    {
        _read += bytes.Length;
        if (_read > MaxElement)
            throw new InvalidDataException(
                $"one image in its {ArchiveLayout.ManifestName} takes more than {MaxElement / (1024 * 1024)} MiB");
    }
}
