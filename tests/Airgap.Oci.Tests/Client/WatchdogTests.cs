using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

/// <summary>A timed-out operation does not affect others.</summary>
[TestClass]
public sealed class WatchdogTests
{
    private readonly ManualTime _time = new();

    [TestMethod]
    public void AThrowingCallback_EndsNeitherTheProcessNorTheOthers()
    {
        using CancellationTokenSource caller = new();
        using Watchdog watchdog = new(_time, TimeSpan.FromSeconds(60), caller.Token);
        bool told = false;
        using CancellationTokenRegistration first = watchdog.Token.Register(() => told = true);
        using CancellationTokenRegistration second = watchdog.Token.Register(() => throw new IOException("of what is ended"));
        watchdog.Start();

        // An exception in a timer's callback would end the process.
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.IsTrue(watchdog.Fired);
        Assert.IsTrue(told);
        Assert.IsTrue(watchdog.Token.IsCancellationRequested);
    }

    [TestMethod]
    public void TheCallersCancellationIsNoTimeOutAndThrowsNothingOfWhatItEnds()
    {
        using CancellationTokenSource caller = new();
        using Watchdog watchdog = new(_time, TimeSpan.FromSeconds(60), caller.Token);
        using CancellationTokenRegistration failing = watchdog.Token.Register(() => throw new IOException("of what is ended"));
        watchdog.Start();
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.IsFalse(watchdog.Token.IsCancellationRequested);

        caller.Cancel();

        Assert.IsTrue(watchdog.Token.IsCancellationRequested);
        Assert.IsFalse(watchdog.Fired);
    }

    [TestMethod]
    public void OnlyTheTimeOfTheOtherSideCounts()
    {
        using Watchdog watchdog = new(_time, TimeSpan.FromSeconds(60), CancellationToken.None, TimeSpan.FromSeconds(300));
        watchdog.Start();
        watchdog.Stop();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.IsFalse(watchdog.Fired);

        watchdog.StartBody();
        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.IsFalse(watchdog.Fired);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.IsTrue(watchdog.Fired);
        Assert.AreEqual(TimeSpan.FromSeconds(300), watchdog.Limit);
    }
}
