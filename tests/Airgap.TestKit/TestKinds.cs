namespace Airgap.TestKit;

/// <summary>What a test needs, as its category. A test without a category needs nothing but the process it runs in.</summary>
public static class TestKinds
{
    /// <summary>Starts a server or another program.</summary>
    public const string Servers = "servers";

    /// <summary>
    /// Packs, runs MSBuild or the packed tool, kills, soaks, measures memory or starts a browser: the class takes seconds.
    /// </summary>
    public const string Slow = "slow";
}
