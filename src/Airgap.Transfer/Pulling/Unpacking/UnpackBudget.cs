using System.Globalization;

namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>The remaining limits of a pull, for all its layers.</summary>
internal sealed class UnpackBudget(UnpackLimits limits)
{
    private long _compressed;
    private long _unpacked;
    private int _entries;

    /// <summary>A layer of this length starts.</summary>
    public void AddLayer(long compressed) => _compressed += compressed;

    /// <summary>Counts bytes of a layer.</summary>
    /// <exception cref="LayerException">Too many; the message ends a sentence.</exception>
    public void Unpacked(int bytes)
    {
        _unpacked += bytes;
        if (_unpacked > limits.FreeBytes && _unpacked / limits.MaxRatio > _compressed)
        {
            throw new LayerException(string.Create(
                CultureInfo.InvariantCulture,
                $"it unpacks to more than {limits.MaxRatio} times its length, far more than honest content"));
        }
    }

    /// <summary>Counts an entry of a layer.</summary>
    /// <exception cref="LayerException">Too many.</exception>
    public void Entry()
    {
        if (++_entries > limits.MaxEntries)
            throw new LayerException(string.Create(CultureInfo.InvariantCulture, $"it has more than {limits.MaxEntries} entries"));
    }
}
