namespace Airgap.Oci.Content;

/// <summary>The places for a run's concurrent transfers. A place that no blob waits for is lent to a part of another blob.</summary>
internal interface ISparePlaces
{
    /// <summary>True if there is a place that no caller waits for.</summary>
    /// <param name="isWanted">True if the caller would take such a place: a higher limit may then help.</param>
    bool HasSpareFor(bool isWanted);

    /// <summary>Takes a place that no caller waits for.</summary>
    /// <returns>False when there is none.</returns>
    bool TryEnterSpare();

    /// <summary>Releases a place.</summary>
    void Leave();
}
