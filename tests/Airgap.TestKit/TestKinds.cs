namespace Airgap.TestKit;

/// <summary>The needs of a test, as its category. A test without a category needs only its process.</summary>
public static class TestKinds
{
    /// <summary>Starts a server or another program.</summary>
    public const string Servers = "servers";

    /// <summary>
    /// Packs, runs MSBuild or the packed tool, kills, soaks, measures memory or starts a browser: the class takes seconds.
    /// </summary>
    public const string Slow = "slow";
}
