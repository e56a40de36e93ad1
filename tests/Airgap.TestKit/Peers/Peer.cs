namespace Airgap.TestKit.Peers;

/// <summary>Other programs that tests run against, if they are installed.</summary>
public static class Peer
{
    /// <summary>The path of a program. If it is missing, the test ends as inconclusive, or fails when AIRGAP_REQUIRE_PEERS is 1.</summary>
    public static string Require(string program)
    {
        if (Cli.Find(program) is { } path)
            return path;
        throw Environment.GetEnvironmentVariable("AIRGAP_REQUIRE_PEERS") == "1"
            ? new AssertFailedException($"{program} is not installed, and AIRGAP_REQUIRE_PEERS=1 wants it.")
            : new AssertInconclusiveException($"{program} is not installed.");
    }

    /// <summary>
    /// The path of a program that few systems package. If it is missing, the test ends as inconclusive, whatever AIRGAP_REQUIRE_PEERS is.
    /// </summary>
    public static string RequireOrSkip(string program) =>
        Cli.Find(program) ?? throw new AssertInconclusiveException($"{program} is not installed.");
}
