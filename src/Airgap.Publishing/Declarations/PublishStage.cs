namespace Airgap.Publishing.Declarations;

/// <summary>The stages of a publish.</summary>
internal enum PublishStage
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>Writes the plan that several processes carry out (<c>-t:PlanImgpkgBundles</c>).</summary>
    Plan,

    /// <summary>Sends one part of the plan's blobs (<c>AirgapShard</c>).</summary>
    Shard,

    /// <summary>Checks that all blobs have arrived, and does the rest (<c>-t:FinishImgpkgBundles</c>).</summary>
    Finish,
}
