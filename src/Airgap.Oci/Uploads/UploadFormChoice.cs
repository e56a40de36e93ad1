using Airgap.Oci.Requests;

namespace Airgap.Oci.Uploads;

/// <summary>Chooses the form in which one blob is sent: the cheapest form that was not refused.</summary>
/// <param name="size">The blob's length in bytes.</param>
/// <param name="lengths">The lengths of the blob's chunks.</param>
/// <param name="capabilities">The known behaviour of the registry.</param>
internal sealed class UploadFormChoice(long size, ChunkLengths lengths, UploadCapabilities capabilities)
{
    // A server that fails twice with one form may succeed with another.
    private const int MostCrashes = 2;

    private UploadForms _refused;
    private UploadForms _tooLarge;
    private int _crashes;
    private bool _isWholeBroken;

    /// <summary>The form of the last attempt; none before the first.</summary>
    public UploadForms Current { get; private set; }

    /// <summary>The refusal of the first form: most registries accept this form, so this refusal is reported if every form fails.</summary>
    public AirgapException? FirstRefusal { get; private set; }

    /// <summary>True if no form is left.</summary>
    public bool IsExhausted => _refused == UploadForms.All;

    /// <summary>True if the current form is the last, or the only one left for an unstable connection.</summary>
    public bool IsLastResort => _isWholeBroken || (_refused | Current) == UploadForms.All;

    /// <summary>The form to send a session's bytes in.</summary>
    /// <param name="offset">The number of bytes that the registry has.</param>
    public UploadForms Next(long offset)
    {
        if (offset > 0)
            return Current = UploadForms.Chunks;
        UploadForms avoided = _refused | capabilities.Refused;
        if (avoided == UploadForms.All)
            avoided = _refused;
        bool isLarge = lengths.AreDue(size, _isWholeBroken) || size > capabilities.LargestBody;
        ReadOnlySpan<UploadForms> order = isLarge
            ? [UploadForms.Chunks, UploadForms.Whole, UploadForms.Stream]
            : [UploadForms.Whole, UploadForms.Stream, UploadForms.Chunks];
        foreach (UploadForms form in order)
        {
            if (!avoided.HasFlag(form))
                return Current = form;
        }

        throw new InvalidOperationException("No form is left.");
    }

    /// <summary>Records that the current form was refused.</summary>
    public void Refuse(AirgapException refusal)
    {
        FirstRefusal ??= refusal;
        _refused |= Current;
        _crashes = 0;
        if (refusal.StatusCode != 413 || Current == UploadForms.Chunks)
            return;

        // Both have the same length.
        _tooLarge = UploadForms.Whole | UploadForms.Stream;
        _refused |= _tooLarge;
        capabilities.NoteTooLarge(size);
    }

    /// <summary>Records a transient failure: a large blob's PUT is not repeated after a broken connection.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="isOfRegistry">False when the bytes' source failed.</param>
    /// <returns>True if another form is to be tried.</returns>
    public bool NoteFailure(AirgapException failure, bool isOfRegistry)
    {
        _isWholeBroken |= Current == UploadForms.Whole;
        return isOfRegistry && failure.StatusCode == 500 && Current != UploadForms.None && ++_crashes == MostCrashes
            && (_refused | Current) != UploadForms.All;
    }

    /// <summary>No form is in use.</summary>
    public void Pause() => Current = UploadForms.None;

    /// <summary>Records success: the refused forms need not be tried for the next blob.</summary>
    public void Succeed() => capabilities.NoteRefused(_refused & ~_tooLarge);
}
