using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Oci;

namespace Airgap.Cluster.Tests;

/// <summary>An apply goes on after a restart of the API server, and an address that never answered fails at once.</summary>
[TestClass]
public sealed class PatienceTests
{
    private static readonly ClusterResponse s_done = new(200, null, "");
    private static readonly AirgapException s_down = new(ErrorCode.ClusterUnreachable, "It does not answer.", "See it.");
    private int _tries;

    [TestMethod]
    public async Task AnAddressThatNeverAnswered_FailsAtOnce()
    {
        Patience patience = new();

        await Assert.ThrowsExactlyAsync<AirgapException>(() => patience.SendAsync(Answers(null, s_done), CancellationToken.None));

        Assert.AreEqual(1, _tries);
    }

    // A server that has just started does not know all users, rights and kinds.
    [TestMethod]
    public async Task AServerThatRestarts_IsAskedAgain_UntilItKnowsEverything()
    {
        Patience patience = new() { FirstPause = TimeSpan.FromMilliseconds(1) };
        await patience.SendAsync(Answers(s_done), CancellationToken.None);

        ClusterResponse response = await patience.SendAsync(
            Answers(null, null, new(401, null, ""), new(403, null, ""), new(404, null, "404 page not found"), new(503, null, ""), s_done),
            CancellationToken.None);

        Assert.AreEqual(200, response.Status);
        Assert.AreEqual(8, _tries);
    }

    [TestMethod]
    [DataRow(403)]
    [DataRow(500)]
    public async Task ARefusalWithoutARestart_IsTheAnswer(int status)
    {
        Patience patience = new();
        await patience.SendAsync(Answers(s_done), CancellationToken.None);

        ClusterResponse response = await patience.SendAsync(Answers(new(status, null, ""), s_done), CancellationToken.None);

        Assert.AreEqual(status, response.Status);
    }

    [TestMethod]
    public async Task AServerThatStaysAway_EndsTheWait()
    {
        Patience patience = new() { Limit = TimeSpan.FromMilliseconds(50), FirstPause = TimeSpan.FromMilliseconds(1) };
        await patience.SendAsync(Answers(s_done), CancellationToken.None);

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => patience.SendAsync(Answers([.. Enumerable.Repeat<ClusterResponse?>(null, 1000)]), CancellationToken.None));

        Assert.AreSame(s_down, failure);
        Assert.IsGreaterThan(2, _tries);
    }

    // Null: no answer.
    private Func<Task<ClusterResponse>> Answers(params ClusterResponse?[] answers)
    {
        Queue<ClusterResponse?> left = new(answers);
        return () =>
        {
            _tries++;
            return left.Dequeue() is { } answer ? Task.FromResult(answer) : Task.FromException<ClusterResponse>(s_down);
        };
    }
}
