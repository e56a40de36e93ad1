using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Plans;

/// <summary>Receives progress events. Calls come from several threads at once and must return quickly.</summary>
public interface ITransferObserver
{
    /// <summary>A step begins.</summary>
    /// <param name="phase">Which.</param>
    /// <param name="plan">The plan; null while it is being made.</param>
    void PhaseStarted(TransferPhase phase, TransferPlan? plan)
    {
    }

    /// <summary>A decision or detail worth a line of a detailed log.</summary>
    void Detail(string message)
    {
    }

    /// <summary>Something that the user should see at once, and that ends with the run: the holder that it waits for.</summary>
    void Notice(string message)
    {
    }

    /// <summary>Something the user should know; also part of the result.</summary>
    void Warning(Diagnostic warning)
    {
    }

    /// <summary>A blob is taken up.</summary>
    void BlobStarted(Descriptor blob)
    {
    }

    /// <summary>Bytes of a blob moved; negative when they are moved again.</summary>
    void BlobProgress(Descriptor blob, long bytes)
    {
    }

    /// <summary>A blob is at its destination.</summary>
    void BlobFinished(Descriptor blob, BlobOutcome outcome)
    {
    }

    /// <summary>An item is at its destination, tags excepted.</summary>
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
