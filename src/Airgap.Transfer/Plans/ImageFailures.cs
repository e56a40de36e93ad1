using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>
/// Records the images that a run continues without; or none, if the first failure is to end the run. Used in exception
/// filters, so that a failure that ends the run is rethrown unchanged. Safe for several threads.
/// </summary>
internal sealed class ImageFailures(bool keepGoing)
{
    private readonly Lock _lock = new();
    private readonly List<FailedImage> _all = [];
    private readonly HashSet<Digest> _digests = [];

    /// <summary>The current step.</summary>
    public TransferPhase Phase { get; set; } = TransferPhase.Planning;

    /// <summary>The failures so far, in order of occurrence.</summary>
    public ImmutableArray<FailedImage> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>True when any image failed.</summary>
    public bool Any
    {
        get
        {
            lock (_lock)
                return _all.Count > 0;
        }
    }

    /// <summary>True when the image with this digest failed.</summary>
    public bool Contains(Digest digest)
    {
        lock (_lock)
            return _digests.Contains(digest);
    }

    /// <summary>Adds earlier failures.</summary>
    public void AddRange(IEnumerable<FailedImage> earlier)
    {
        foreach (FailedImage failure in earlier)
            Add(failure);
    }

    /// <summary>Records a failure, if the run continues without the image.</summary>
    /// <returns>False when the failure must end the run.</returns>
    public bool Take(ImageReference image, AirgapException failure) => Take(image.ToString(), image.Digest, failure);

    /// <summary>Records a failure, if the run continues without the image.</summary>
    /// <param name="reference">The image's readable name.</param>
    /// <param name="digest">Its digest; null if it is not known.</param>
    /// <param name="failure">Why.</param>
    /// <returns>False when the failure must end the run.</returns>
    public bool Take(string reference, Digest? digest, AirgapException failure)
    {
        if (!keepGoing || EndsEveryRun(failure.Code))
            return false;
        Diagnostic problem = failure.ToDiagnostic();
        string name = digest?.ToString() ?? reference;
        Add(new FailedImage(reference, digest, Phase, problem with
        {
            Message = problem.Message.Contains(name, StringComparison.Ordinal)
                ? problem.Message : $"{reference} was left out: {problem.Message}",
            Reference = reference,
            Digest = problem.Digest ?? digest?.ToString(),
        }));
        return true;
    }

    /// <summary>
    /// Awaits work that an image needs. If the run continues without failed images, a failure is only logged here: the failed image's own
    /// step reports it.
    /// </summary>
    /// <param name="needed">The work that the image needs.</param>
    /// <param name="isLost">True for a failure after which the destination accepts no further content.</param>
    /// <param name="observer">Receives the failure as a detail.</param>
    public async Task PassOverAsync(Task needed, Func<AirgapException, bool> isLost, ITransferObserver observer)
    {
        try
        {
            await needed;
        }
        catch (AirgapException e) when (keepGoing && !isLost(e) && !EndsEveryRun(e.Code))
        {
            observer.Detail($"The run continues after a failure: {e.Message}");
        }
    }

    /// <summary>
    /// True for failures of the disk or of the source archive, and for cancellation: no other image would succeed
    /// either.
    /// </summary>
    public static bool EndsEveryRun(ErrorCode code) =>
        code is ErrorCode.FileNotFound or ErrorCode.AccessDenied or ErrorCode.DiskFull or ErrorCode.FileFailure or ErrorCode.Canceled
            or ErrorCode.ArchiveSignature;

    private void Add(FailedImage failure)
    {
        lock (_lock)
        {
            if (failure.Digest is { } digest)
                _digests.Add(digest);
            if (!_all.Exists(known => known.Reference == failure.Reference && known.Problem.Code == failure.Problem.Code))
                _all.Add(failure);
        }
    }
}
