namespace Airgap.Publishing.Declarations;

/// <summary>The cluster to apply a project's manifests to.</summary>
/// <param name="Context"><c>AirgapApplyContext</c>: its context; empty if not given.</param>
/// <param name="Wait"><c>AirgapApplyWait</c>: the longest wait for the PackageRepositories;
/// <see cref="Timeout.InfiniteTimeSpan"/> for no limit, null to not wait.</param>
internal sealed record ApplySettings(string Context, TimeSpan? Wait)
{
    /// <summary>The default wait.</summary>
    public static readonly TimeSpan WaitByDefault = TimeSpan.FromMinutes(5);
}
