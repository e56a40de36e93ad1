namespace Airgap.Oci.Content;

/// <summary>The places of a run's concurrent transfers, of which those that no blob waits for are lent to parts of others.</summary>
internal interface ISparePlaces
{
    /// <summary>True if there is a place that no caller waits for.</summary>
    /// <param name="isWanted">True if it would be taken: then a higher limit may help.</param>
    bool HasSpareFor(bool isWanted);

    /// <summary>Takes a place that no caller waits for.</summary>
    /// <returns>False when there is none.</returns>
    bool TryEnterSpare();

    /// <summary>Releases a place.</summary>
    void Leave();
}
