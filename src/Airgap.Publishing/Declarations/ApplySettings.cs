namespace Airgap.Publishing.Declarations;

/// <summary>The cluster that takes a project's manifests.</summary>
/// <param name="Context"><c>AirgapApplyContext</c>: its context; empty where it is not named.</param>
/// <param name="Wait"><c>AirgapApplyWait</c>: the longest wait for the PackageRepositories; <see cref="Timeout.InfiniteTimeSpan"/> for no
/// limit, null not to wait.</param>
internal sealed record ApplySettings(string Context, TimeSpan? Wait)
{
    /// <summary>The wait where none is said.</summary>
    public static readonly TimeSpan WaitByDefault = TimeSpan.FromMinutes(5);
}
