using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Plans;

/// <summary>Receives progress events. Calls come from several threads at once and must return quickly.</summary>
public interface ITransferObserver
{
    /// <summary>A step begins.</summary>
    /// <param name="phase">The step.</param>
    /// <param name="plan">The plan; null while it is being made.</param>
    void PhaseStarted(TransferPhase phase, TransferPlan? plan)
    {
    }

    /// <summary>A decision or detail for a detailed log.</summary>
    void Detail(string message)
    {
    }

    /// <summary>
    /// Information that the user should see immediately but that is not part of the result, such as the holder of a lock that the run waits
    /// for.
    /// </summary>
    void Notice(string message)
    {
    }

    /// <summary>A warning; also part of the result.</summary>
    void Warning(Diagnostic warning)
    {
    }

    /// <summary>A blob's transfer starts.</summary>
    void BlobStarted(Descriptor blob)
    {
    }

    /// <summary>Bytes of a blob were transferred; negative when they must be transferred again.</summary>
    void BlobProgress(Descriptor blob, long bytes)
    {
    }

    /// <summary>A blob is at its destination.</summary>
    void BlobFinished(Descriptor blob, BlobOutcome outcome)
    {
    }

    /// <summary>An item is at its destination, except for tags.</summary>
    void ItemFinished(PlannedItem item, BlobOutcome outcome)
    {
    }
}

/// <summary>The steps of a relocation, in order.</summary>
public enum TransferPhase
{
    /// <summary>The source is read and the plan made.</summary>
    Planning,

    /// <summary>Blobs and manifests move.</summary>
    Transferring,

    /// <summary>Locations images and tags are written, or the archive is completed.</summary>
    Completing,
}
