using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>
/// The bytes of manifest.json, of which one element may be large and all of them as many as there are: each is held in memory as a whole.
/// </summary>
internal sealed class ElementStream(Stream inner, long length) : LimitedStream(inner, length)
{
    /// <summary>
    /// An index of a hundred images with the largest manifests and configs that registries take would be larger; none of even a tenth of
    /// that is known.
    /// </summary>
    public const int MaxElement = 64 * 1024 * 1024;

    private long _read;

    /// <summary>Says that the element before has been taken.</summary>
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
